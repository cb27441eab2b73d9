"""For whom the author of an idea speaks: themselves, the council, an association, the mediators."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.accounts.names import shown_name
from engage.core.i18n import _
from engage.proposals.models import Proposal, Voice
from engage.proposals.policy import can_speak_as
from engage.territory.models import Organisation

ASSOCIATION = "association"
"""The kind of organisation that people may speak for."""


@dataclass(frozen=True)
class Speaker:
    """One of the voices that a person has; `key` tells it from the others in a form."""

    voice: Voice
    organisation_id: int | None = None
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.voice}-{self.organisation_id}" if self.organisation_id else self.voice.value

    @property
    def words(self) -> str:
        """Whose idea it is, as forms and pages say it."""
        return words(self.voice, self.name)


def words(voice: Voice, organisation: str = "") -> str:
    """`le conseil citoyen`, `l’association …`, `la médiation`; empty for a resident."""
    if voice is Voice.COUNCIL:
        return _("le conseil citoyen")
    if voice is Voice.MEDIATOR:
        return _("la médiation du quartier")
    if voice is Voice.ASSOCIATION:
        return _("l’association {name}").format(name=organisation)
    return ""


def author_of(proposal: Proposal) -> str:
    """Whose idea it is: a public name, or for whom its author spoke; with the place loaded."""
    if proposal.voice is Voice.RESIDENT:
        return shown_name(proposal.author, proposal.neighbourhood)
    said = words(proposal.voice, proposal.organisation.short_name if proposal.organisation else "")
    return said[:1].upper() + said[1:]


def speakers(db: Session, person: Person | None) -> Sequence[Speaker]:
    """The voices of `person` beside their own, the council's first; none for a resident."""
    if person is None or not person.current_mandates:
        return ()
    shared = {Role.COUNCIL: Voice.COUNCIL, Role.MEDIATOR: Voice.MEDIATOR}
    found = [Speaker(voice) for role, voice in shared.items() if person.holds(role)]
    return (*found, *_associations(db, person))


def _associations(db: Session, person: Person) -> Sequence[Speaker]:
    if not person.organisation_ids:
        return ()
    rows = db.execute(
        select(Organisation.id, Organisation.short_name)
        .where(Organisation.id.in_(person.organisation_ids), Organisation.kind == ASSOCIATION)
        .order_by(Organisation.short_name)
    )
    given = [Speaker(Voice.ASSOCIATION, row.id, row.short_name) for row in rows]
    return [s for s in given if can_speak_as(person, s.voice, s.organisation_id)]
