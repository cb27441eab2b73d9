"""Writes about hands and things for a party: what is asked for, who promises it."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.consultations.kits.models import NeedKind, Party, PartyHelper, PartyNeed
from engage.consultations.kits.policy import can_help, can_organise
from engage.consultations.models import Consultation
from engage.core import audit, clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import ContributionChannel


@dataclass(frozen=True)
class Asked:
    """Hands for something at some hour, or a thing to bring; `wanted` people."""

    kind: NeedKind
    title: dict[str, str]
    starts: time | None
    ends: time | None
    wanted: int


@dataclass(frozen=True)
class Held:
    """Who types for somebody at the counter, and how that person came."""

    channel: ContributionChannel = ContributionChannel.WEB
    captured_by: int | None = None


BY_ONESELF = Held()


def ask(db: Session, party: Party, asked: Asked, *, actor: Person) -> PartyNeed:
    """Ask residents for one thing more."""
    require(can_organise, actor)
    _check(asked)
    need = PartyNeed(consultation_id=party.consultation_id, **vars(asked))
    db.add(need)
    db.flush()
    audit.record(db, "party_need.add", need, actor_id=actor.id)
    return need


def change(db: Session, need: PartyNeed, asked: Asked, *, version: int, actor: Person) -> None:
    """Write anew what is asked; who promised it stays. Raises `Conflict` when it changed."""
    require(can_organise, actor)
    if need.version != version:
        raise Conflict(_("Quelqu’un a changé cette ligne entre-temps. Relisez-la."))
    _check(asked)
    for name, value in vars(asked).items():
        setattr(need, name, value)
    audit.record(db, "party_need.change", need, actor_id=actor.id)


def _check(asked: Asked) -> None:
    if asked.starts and asked.ends and asked.ends <= asked.starts:
        raise InvalidInput("ends", _("L’heure de fin vient après le début."))


def remove(db: Session, need: PartyNeed, *, actor: Person) -> None:
    """Ask for it no more; raises `Conflict` while somebody promised it."""
    require(can_organise, actor)
    if _promised(db, need.id):
        raise Conflict(_("Des habitants se sont inscrits. Enlevez-les d’abord."))
    audit.record(db, "party_need.remove", need, actor_id=actor.id)
    db.delete(need)
    db.flush()


def _promised(db: Session, need_id: int) -> int:
    mine = PartyHelper.need_id == need_id
    return db.scalar(select(func.count()).select_from(PartyHelper).where(mine)) or 0


def promise(
    db: Session, need_id: int, *, name: str, person: Person, held: Held = BY_ONESELF
) -> PartyNeed:
    """Note that `person` comes or brings it, under a `name` that organisers alone read.

    Twice changes the name only. Raises `Conflict` when enough others did, or when it is over.
    """
    need = db.get_one(PartyNeed, need_id, with_for_update=True)  # the last place is given once
    consultation = db.get_one(Consultation, need.consultation_id)
    party = db.get_one(Party, need.consultation_id)
    if not can_help(person, consultation, party.day, clock.today()):
        raise Conflict(_("Les inscriptions sont finies."))
    mine = db.get(PartyHelper, (need.id, person.id))
    if mine is not None:
        mine.name = name
        return need
    if _promised(db, need.id) >= need.wanted:
        raise Conflict(_("C’est complet. Merci ! Choisissez autre chose."))
    _add(db, need, name, person, held)
    return need


def _add(db: Session, need: PartyNeed, name: str, person: Person, held: Held) -> None:
    helper = PartyHelper(
        need_id=need.id,
        person_id=person.id,
        name=name,
        asked_on=clock.today(),
        channel=held.channel.value,
        captured_by_id=held.captured_by,
    )
    try:
        with db.begin_nested():
            db.add(helper)
    except IntegrityError:
        return  # the same form twice at once: the first one counts
    audit.record(db, "party_need.promise", need, actor_id=held.captured_by or person.id)


def take_back(db: Session, need: PartyNeed, *, person_id: int, actor: Person) -> bool:
    """Free the place again: one's own, or anybody's for who organises; False when none was kept.

    Raises `Denied` when it is neither.
    """
    if person_id != actor.id and not can_organise(actor):
        raise Denied
    gone = db.execute(
        delete(PartyHelper).where(
            PartyHelper.need_id == need.id, PartyHelper.person_id == person_id
        )
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        return False
    audit.record(db, "party_need.take_back", need, actor_id=actor.id)
    return True


def finish(db: Session, draft: Draft, person: Person) -> str:
    """Note the promise that waited for its person to be known; returns the page that says so."""
    payload = draft.payload
    need = db.get(PartyNeed, payload["need_id"])
    if need is None:
        return "/concertations"
    page = f"/concertations/{need.consultation_id}/fete/aider/{need.id}"
    try:
        promise(db, need.id, name=payload["name"], person=person)
    except Conflict:
        return page  # which says that it is full, or over
    return page
