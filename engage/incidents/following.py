"""Who is told what becomes of a report: follow, leave, move to another one."""

from sqlalchemy import String, bindparam, cast, delete, select, update
from sqlalchemy.orm import Session

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import Person
from engage.core import audit
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.outbox import OutboxMessage
from engage.core.policy import require
from engage.core.secrets import new_token
from engage.deadlines import commands as deadlines
from engage.incidents import commands, links, messages
from engage.incidents.models import Circuit, FollowLink, Incident, IncidentFollower
from engage.incidents.policy import can_triage
from engage.incidents.workflow import Action, Status

LEFT_ON = (
    select(IncidentFollower.channel, IncidentFollower.address)
    .join(
        OutboxMessage,
        OutboxMessage.dedupe_key == bindparam("key") + cast(IncidentFollower.id, String),
    )
    .where(IncidentFollower.incident_id == bindparam("incident"))
    .order_by(IncidentFollower.id)
)


def left_on(db: Session, incident: Incident) -> list[ContactAddress]:
    """The addresses left on the reporter's own page.

    Its first message tells such a follower from those who came over with a duplicate: these are
    neighbours, whom the reporter may not learn about.
    """
    rows = db.execute(LEFT_ON, {"incident": incident.id, "key": messages.followed_on(incident)})
    kinds = {channel: kind for kind, channel in messages.CHANNELS.items()}
    return [ContactAddress(kinds[channel], address) for channel, address in rows]


def follow(db: Session, incident: Incident, address: ContactAddress, *, language: str) -> None:
    """Tell this address about each step; asking twice changes nothing and says nothing."""
    if incident.kind.circuit is not Circuit.OPEN:
        raise NotFound
    known = db.scalar(
        select(IncidentFollower.id).where(
            IncidentFollower.incident_id == incident.id,
            IncidentFollower.channel == address.channel,
            IncidentFollower.address == address.value,
        )
    )
    if known is not None:
        return
    follower = IncidentFollower(
        incident_id=incident.id,
        channel=address.channel,
        address=address.value,
        language=language,
    )
    db.add(follower)
    db.flush()
    audit.record(db, "incident.follow", incident)
    messages.followed(db, incident, follower)


def unfollow(db: Session, link: FollowLink) -> None:
    """Forget the address behind `link` and close all its links."""
    if link.follower_id is None:
        raise NotFound
    follower_id, incident = link.follower_id, db.get_one(Incident, link.incident_id)
    links.revoke(db, follower_id)
    db.execute(delete(IncidentFollower).where(IncidentFollower.id == follower_id))
    _free_key(db, incident, follower_id)
    audit.record(db, "incident.unfollow", incident)


def _free_key(db: Session, incident: Incident, follower_id: int) -> None:
    """The next follower may get the same id (SQLite gives it again) and is welcomed, too."""
    key = f"{messages.followed_on(incident)}{follower_id}"
    db.execute(
        update(OutboxMessage)
        .where(OutboxMessage.dedupe_key == key)
        .values(dedupe_key=f"{key}:left:{new_token()}")
    )


def mark_duplicate(
    db: Session, incident: Incident, *, original: Incident | None, actor: Person
) -> None:
    """The same problem is reported already: who followed this one follows that one."""
    require(can_triage, actor, incident)
    if original is None or original.status is Status.DUPLICATE:
        raise InvalidInput(
            "reference", _("Aucun signalement ne porte ce numéro. Exemple : G-1001.")
        )
    if original.id == incident.id:
        raise InvalidInput("reference", _("C’est le numéro de ce signalement. Tapez l’autre."))
    if original.kind.circuit is not incident.kind.circuit:
        raise InvalidInput("reference", _("Ces deux signalements n’ont pas le même circuit."))
    incident.duplicate_of_id = original.id
    incident.scheduled_on = None
    commands.decide(db, incident, Action.MARK_DUPLICATE, actor)
    deadlines.withdraw_all(db, incident)
    db.execute(
        update(Incident)
        .where(Incident.duplicate_of_id == incident.id)
        .values(duplicate_of_id=original.id)
    )
    _move_followers(db, incident, original)


def _move_followers(db: Session, incident: Incident, original: Incident) -> None:
    """Addresses and their links go over; an address that follows both keeps one row."""
    there = {(f.channel, f.address): f for f in messages.followers_of(db, original)}
    for follower in messages.followers_of(db, incident):
        same = there.get((follower.channel, follower.address))
        db.execute(
            update(FollowLink)
            .where(FollowLink.follower_id == follower.id)
            .values(incident_id=original.id, follower_id=(same or follower).id)
        )
        if same is None:
            follower.incident_id = original.id
        else:
            db.execute(delete(IncidentFollower).where(IncidentFollower.id == follower.id))
    db.flush()
