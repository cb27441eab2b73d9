"""Alerts: a member says that somebody is in danger, those in charge take it, act and close it.

DSA, article 18, and article 40 of the code of criminal procedure ask for more than this: what the
page recalls of them has to be confirmed by the town's lawyer.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts import queries as accounts
from engage.accounts.models import Mandate, Person, Role
from engage.core import audit, clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.workflow import advance, allows
from engage.moderation import alerts_messages
from engage.moderation.alerts_models import Alert
from engage.moderation.alerts_policy import can_alert, can_answer_alerts
from engage.moderation.alerts_workflow import TRANSITIONS, Action, Kind, Status
from engage.moderation.models import ModerationItem, PendingDecision
from engage.moderation.workflow import TRANSITIONS as QUEUE
from engage.moderation.workflow import Action as QueueAction

SHOWN_CLOSED = 20
UNTAKEN = timedelta(minutes=30)
"""After this time without an answer everybody in charge hears again, admins too."""

BY_SMS_AN_HOUR = 5
"""Alerts of one member that may cost SMS within an hour; further ones go by e-mail."""


def raise_danger(db: Session, item: ModerationItem, *, member: Person) -> Alert:
    """Somebody is in danger: take the item out of the volunteers' queue and call those in charge.

    A second alert about the same item while one is open is that one. Raises `Denied` for one's own
    text: it would not be read by the volunteers any more.
    """
    require(can_alert, member)
    if item.author_id == member.id:
        raise Denied
    _take_away(db, item, member)
    return _raised(db, Kind.DANGER, item, member)


def raise_threat(db: Session, item: ModerationItem | None, *, member: Person) -> Alert:
    """The member is threatened, perhaps because of an item, which leaves the queue then, too.

    One's own text stays in it: who wrote it does not choose who reads it.
    """
    require(can_alert, member)
    if item is not None and item.author_id != member.id:
        _take_away(db, item, member)
    return _raised(db, Kind.THREAT, item, member)


def _take_away(db: Session, item: ModerationItem, member: Person) -> None:
    """From now on the coordinator decides; what a member decided seconds ago takes no effect."""
    if not allows(item.status, QueueAction.ALERT, QUEUE):
        return
    pending = db.get(PendingDecision, item.id)
    if pending is not None:
        db.delete(pending)
    item.settles_at = item.taken_by_id = item.taken_until = None
    advance(db, item, QueueAction.ALERT, QUEUE, actor_id=member.id)
    db.flush()


def _raised(db: Session, kind: Kind, item: ModerationItem | None, member: Person) -> Alert:
    standing = _standing(db, kind, item, member)
    if standing is not None:
        return standing
    alert = Alert(
        kind=kind,
        item_id=item.id if item else None,
        raised_by_id=member.id,
        created_at=clock.now(),
        status=Status.OPEN,
    )
    by_sms = _raised_lately(db, member) < BY_SMS_AN_HOUR
    db.add(alert)
    db.flush()
    audit.record(db, "alert.raise", alert, actor_id=member.id, kind=kind.value)
    for person in in_charge(db):
        alerts_messages.call(db, alert, person, by_sms=by_sms)
    return alert


def _standing(db: Session, kind: Kind, item: ModerationItem | None, member: Person) -> Alert | None:
    """An open alert that says the same."""
    same = (
        (Alert.item_id == item.id,)
        if item is not None
        else (Alert.item_id.is_(None), Alert.raised_by_id == member.id)
    )
    wanted = select(Alert).where(Alert.kind == kind, Alert.status == Status.OPEN, *same)
    return db.scalars(wanted.limit(1)).first()


def _raised_lately(db: Session, member: Person) -> int:
    hour = clock.now() - timedelta(hours=1)
    counted = select(func.count()).where(Alert.raised_by_id == member.id, Alert.created_at > hour)
    return db.scalar(counted) or 0


def take(db: Session, alert: Alert, *, person: Person, version: int) -> None:
    """Say "I take care of it"; whoever comes later may take over."""
    require(can_answer_alerts, person)
    if alert.version != version:
        raise Conflict(_("Quelqu’un vient de s’en occuper. Regardez où en est l’alerte."))
    advance(db, alert, Action.TAKE, TRANSITIONS, actor_id=person.id)
    alert.taken_by_id, alert.taken_at = person.id, clock.now()
    db.flush()


def close(
    db: Session, alert: Alert, *, person: Person, version: int, word: str, give_back: bool
) -> None:
    """Write down what was done; the text goes back to the council, or waits on its own page.

    Raises `InvalidInput` without a word.
    """
    require(can_answer_alerts, person)
    if alert.version != version:
        raise Conflict(_("Quelqu’un vient de s’en occuper. Regardez où en est l’alerte."))
    if not word.strip():
        raise InvalidInput("word", _("Écrivez en quelques mots ce qui a été fait."))
    advance(db, alert, Action.CLOSE, TRANSITIONS, actor_id=person.id)
    alert.word, alert.closed_at = word, clock.now()
    item = db.get(ModerationItem, alert.item_id) if alert.item_id else None
    if give_back and item is not None and allows(item.status, QueueAction.RETURN, QUEUE):
        advance(db, item, QueueAction.RETURN, QUEUE, actor_id=person.id)
    db.flush()


def in_charge(db: Session, *roles: Role) -> list[Person]:
    """Whoever is coordinator today (or has one of `roles`), mandates loaded."""
    wanted = roles or (Role.COORDINATOR,)
    people = db.scalars(
        select(Person)
        .join(Mandate, Mandate.person_id == Person.id)
        .options(joinedload(Person.mandates))
        .where(Mandate.role.in_([role.value for role in wanted]), Person.closed_at.is_(None))
        .order_by(Person.id)
    ).unique()
    return [person for person in people if person.holds(*wanted)]


def call_again(db: Session) -> int:
    """Call everybody in charge and the admins once more where nobody answered; returns how many."""
    late = select(Alert).where(
        Alert.status == Status.OPEN, Alert.created_at <= clock.now() - UNTAKEN
    )
    found = db.scalars(late).all()
    people = in_charge(db, Role.COORDINATOR, Role.ADMIN) if found else []
    for alert in found:
        for person in people:
            alerts_messages.call(db, alert, person, by_sms=True, again=True)
    return len(found)


_PEOPLE = (joinedload(Alert.raised_by), joinedload(Alert.taken_by), joinedload(Alert.item))


def alert(db: Session, alert_id: int) -> Alert | None:
    """One alert, locked: the second of two waits and then sees what the first did."""
    return db.scalar(select(Alert).where(Alert.id == alert_id).with_for_update(of=Alert))


def standing(db: Session) -> Sequence[Alert]:
    """What is not closed, the oldest first."""
    wanted = select(Alert).options(*_PEOPLE).where(Alert.status != Status.CLOSED)
    return db.scalars(wanted.order_by(Alert.id)).all()


def closed(db: Session) -> Sequence[Alert]:
    """What was closed last."""
    wanted = select(Alert).options(*_PEOPLE).where(Alert.status == Status.CLOSED)
    return db.scalars(wanted.order_by(Alert.id.desc()).limit(SHOWN_CLOSED)).all()


def without_phone(db: Session, people: Sequence[Person]) -> list[Person]:
    """Those of `people` whom no SMS reaches."""
    return [
        person
        for person in people
        if not any(point.kind == "phone" for point in accounts.reachable_points(db, person))
    ]
