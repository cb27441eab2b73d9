"""Who may do what with a reported problem; pure, no database."""

from engage.accounts.models import Person, Role
from engage.incidents.models import Circuit, FollowLink, Incident
from engage.territory.models import Organisation


def agent_organisations(person: Person) -> frozenset[int]:
    """The organisations whose problems the person looks after today."""
    return frozenset(
        m.organisation_id
        for m in person.current_mandates
        if m.role == Role.AGENT and m.organisation_id
    )


def can_open_desk(person: Person | None) -> bool:
    return person is not None and person.holds(Role.AGENT, Role.COORDINATOR, Role.ADMIN)


def can_see_all(person: Person | None) -> bool:
    """The coordinator and the administrator see every report, agents those in their hands."""
    return person is not None and person.holds(Role.COORDINATOR, Role.ADMIN)


def can_see(person: Person | None, incident: Incident) -> bool:
    """Whether words, photos and history of `incident` are this person's business."""
    if person is None:
        return False
    return can_see_all(person) or incident.organisation_id in agent_organisations(person)


def can_triage(person: Person | None, incident: Incident) -> bool:
    """Assign, merge, send elsewhere, decline: the coordinator."""
    return person is not None and person.holds(Role.COORDINATOR)


def can_act(person: Person | None, incident: Incident) -> bool:
    """Take charge, plan, repair, hand back: an agent of the organisation that has it.

    The coordinator may too: partners without an agent here answer by phone.
    """
    if person is None or incident.organisation_id is None:
        return False
    return can_triage(person, incident) or incident.organisation_id in agent_organisations(person)


def can_act_for(partner: Organisation, incident: Incident) -> bool:
    """Answer without account, through a signed link: the organisation that has it.

    Nothing of the closed circuit is answered that way.
    """
    return incident.organisation_id == partner.id and incident.kind.circuit is Circuit.OPEN


def can_answer(link: FollowLink, incident: Incident) -> bool:
    """Say whether it is repaired: who reported it or follows it, nobody else."""
    return link.incident_id == incident.id and link.revoked_at is None


def is_reporter(person: Person, incident: Incident) -> bool:
    """Whether the person was signed in when they reported it."""
    return incident.reporter_id == person.id
