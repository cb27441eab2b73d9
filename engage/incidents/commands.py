"""Writes about reports: each changes the state, the history, what is owed and who is told."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.masking import masked
from engage.core.photos import Photo
from engage.core.policy import require
from engage.core.secrets import new_token
from engage.core.workflow import advance
from engage.deadlines import commands as deadlines
from engage.deadlines.models import DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.incidents import links, messages, owing, routing
from engage.incidents.models import (
    Circuit,
    FollowLink,
    Incident,
    IncidentEvent,
    IncidentKind,
    IncidentPhoto,
    Moment,
)
from engage.incidents.policy import can_act, can_answer, can_triage
from engage.incidents.workflow import TRANSITIONS, Action, Status
from engage.territory.models import Organisation, Place

MAX_WORDS = 1000
LONGEST_PLAN = timedelta(days=366)


@dataclass(frozen=True)
class Report:
    """What somebody reports; kind and place are enough."""

    kind: IncidentKind
    place: Place
    description: str = ""
    language: str = "fr"
    channel: str = "web"


def submit(
    db: Session,
    report: Report,
    *,
    reporter: Person | None = None,
    captured_by: Person | None = None,
    photo: Photo | None = None,
) -> tuple[Incident, str]:
    """Take a report from anybody; returns it with the token of its follow page.

    An urgent one goes to who is responsible at once. In the closed circuit words, photo and
    reporter are not kept. Raises `InvalidInput`, also for kinds that are never stored.
    """
    if report.kind.circuit is Circuit.REDIRECT:
        raise InvalidInput("choix", _("Ce problème ne se signale pas ici. Appelez le bon numéro."))
    is_open = report.kind.circuit is Circuit.OPEN
    incident = _new(db, report, words=_words(report.description, "description") if is_open else "")
    if is_open:
        incident.reporter_id = reporter.id if reporter else None
    incident.captured_by_id = captured_by.id if captured_by else None
    db.add(incident)
    db.flush()
    incident.reference = f"G-{1000 + incident.id}"
    if photo is not None and is_open:
        _attach(db, incident, photo, Moment.BEFORE)
    actor_id = captured_by.id if captured_by else None  # the trail never forgets: no reporter
    audit.record(db, "incident.submit", incident, actor_id=actor_id, channel=incident.channel)
    _write_down(db, incident)
    if incident.urgent:
        _send_urgent(db, incident)
    return incident, links.reporter_link(db, incident)


def _new(db: Session, report: Report, *, words: str) -> Incident:
    kind, place = report.kind, report.place
    return Incident(
        reference=new_token()[:16],
        kind=kind,
        place=place,
        coarse_place=routing.coarse_place(db, place),
        neighbourhood_id=place.neighbourhood_id,
        status=Status.TO_QUALIFY,
        listed=kind.circuit is Circuit.OPEN and not kind.is_thanks,
        urgent=kind.urgent,
        description=words,
        language=report.language,
        channel=report.channel,
        created_at=clock.now(),
    )


def _send_urgent(db: Session, incident: Incident) -> None:
    """An urgent report never waits for a coordinator."""
    organisation = routing.responsible(db, incident.kind, incident.place)
    if organisation is None:
        messages.urgent_to_qualify(db, incident)
        return
    incident.organisation_id = organisation.id
    advance(db, incident, Action.ASSIGN, TRANSITIONS, organisation_id=organisation.id)
    _write_down(db, incident)
    owing.owe(db, incident, start=incident.created_at)


def assign(
    db: Session, incident: Incident, *, organisation: Organisation, actor: Person, word: str = ""
) -> None:
    """Give a report to an organisation, or to another one: number and clock stay."""
    require(can_triage, actor, incident)
    if incident.organisation_id == organisation.id:
        raise InvalidInput("organisation", _("Cette organisation a déjà ce problème."))
    word = _words(word, "word")
    incident.organisation_id = organisation.id
    incident.scheduled_on = None
    decide(db, incident, Action.ASSIGN, actor, word=word)
    owing.owe(db, incident, start=owing.clock_start(db, incident))


def send_back(db: Session, incident: Incident, *, actor: Person, word: str) -> None:
    """It is not theirs: the coordinator looks for somebody else, nothing is owed meanwhile."""
    require(can_act, actor, incident)
    word = _words(word, "word", needed=_("Dites pourquoi ce n’est pas pour vous."))
    before = incident.organisation_id
    incident.organisation_id = None
    incident.scheduled_on = None
    decide(db, incident, Action.SEND_BACK, actor, word=word, organisation_id=before)
    deadlines.withdraw_all(db, incident)


def acknowledge(db: Session, incident: Incident, *, actor: Person, word: str = "") -> None:
    """The organisation has read it and takes charge."""
    require(can_act, actor, incident)
    decide(db, incident, Action.ACKNOWLEDGE, actor, word=_words(word, "word"))
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident)


def schedule(db: Session, incident: Incident, *, actor: Person, day: date, word: str = "") -> None:
    """Promise a day within a year; a late promise hides no lateness, it only stops reminders."""
    require(can_act, actor, incident)
    if not clock.today() <= day <= clock.today() + LONGEST_PLAN:
        raise InvalidInput("day", _("Choisissez un jour entre aujourd’hui et dans un an."))
    word = _words(word, "word")
    incident.scheduled_on = day
    decide(db, incident, Action.SCHEDULE, actor, word=word)
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident)
    owing.promise(db, incident, until=end_of_day(day))


def start(db: Session, incident: Incident, *, actor: Person, word: str = "") -> None:
    """Somebody is working on it."""
    require(can_act, actor, incident)
    decide(db, incident, Action.START, actor, word=_words(word, "word"))
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident)


def resolve(
    db: Session, incident: Incident, *, actor: Person, word: str, photo: Photo | None = None
) -> None:
    """It is repaired: a word says what was done, a photo shows it where the kind asks for one."""
    require(can_act, actor, incident)
    word = _words(word, "word", needed=_("Dites en quelques mots ce qui a été fait."))
    if incident.kind.photo_on_close and photo is None:
        raise InvalidInput("photo", _("Ajoutez une photo : elle montre que c’est réparé."))
    incident.resolved_at = clock.now()
    incident.scheduled_on = None
    decide(db, incident, Action.RESOLVE, actor, word=word)
    if photo is not None:
        _attach(db, incident, photo, Moment.AFTER)
    deadlines.meet(db, DeadlineKind.ACKNOWLEDGE, incident)
    deadlines.meet(db, DeadlineKind.RESOLVE, incident)


def confirm(db: Session, incident: Incident, *, link: FollowLink) -> None:
    """A resident says that it is really repaired."""
    require(can_answer, link, incident)
    decide(db, incident, Action.CONFIRM, None)


def reopen(db: Session, incident: Incident, *, link: FollowLink, word: str = "") -> None:
    """A resident says that it is not: back to who repaired it, with new dates from today."""
    require(can_answer, link, incident)
    words = _words(word, "word") if incident.kind.circuit is Circuit.OPEN else ""
    incident.resolved_at = None
    decide(db, incident, Action.REOPEN, None, word=masked(words))
    owing.owe(db, incident, start=clock.now())


def close(db: Session, incident: Incident) -> None:
    """Nobody answered whether it is repaired: the clock closes it and says so."""
    decide(db, incident, Action.CLOSE, None)


def thank(db: Session, incident: Incident, *, actor: Person, word: str = "") -> None:
    """A thank-you has been read to those it was meant for."""
    require(can_triage, actor, incident)
    if not incident.kind.is_thanks:
        raise InvalidInput("", _("Ce n’est pas un merci."))
    decide(db, incident, Action.THANK, actor, word=_words(word, "word"))


def mark_out_of_area(db: Session, incident: Incident, *, actor: Person, word: str = "") -> None:
    """The place is in no neighbourhood of the contract."""
    _end(db, incident, Action.MARK_OUT_OF_AREA, actor, _words(word, "word"))


def redirect(db: Session, incident: Incident, *, actor: Person, word: str) -> None:
    """Somebody outside the platform has to act; the word says who."""
    needed = _("Dites à qui il faut s’adresser, et comment.")
    _end(db, incident, Action.REDIRECT, actor, _words(word, "word", needed=needed))


def decline(db: Session, incident: Incident, *, actor: Person, word: str) -> None:
    """Nothing will be done; the reason is always told."""
    needed = _("Dites pourquoi : la personne lira cette raison.")
    _end(db, incident, Action.DECLINE, actor, _words(word, "word", needed=needed))


def _end(db: Session, incident: Incident, action: Action, actor: Person, word: str) -> None:
    require(can_triage, actor, incident)
    incident.scheduled_on = None
    decide(db, incident, action, actor, word=word)
    deadlines.withdraw_all(db, incident)


def decide(
    db: Session,
    incident: Incident,
    action: Action,
    actor: Person | None,
    *,
    word: str = "",
    organisation_id: int | None = None,
) -> None:
    """Move along the table, write it down and tell who follows (the caller asked the policy)."""
    advance(
        db,
        incident,
        action,
        TRANSITIONS,
        actor_id=actor.id if actor else None,
        organisation_id=organisation_id or incident.organisation_id,
    )
    event = _write_down(db, incident, word)
    links.renew(db, incident)
    messages.news(db, incident, event)


def _write_down(db: Session, incident: Incident, word: str = "") -> IncidentEvent:
    """A line of history; the flush checks the version: the second of two decisions fails here."""
    event = IncidentEvent(
        incident_id=incident.id,
        at=clock.now(),
        status=incident.status,
        organisation_id=incident.organisation_id,
        scheduled_on=incident.scheduled_on if incident.status is Status.SCHEDULED else None,
        word=word,
    )
    db.add(event)
    db.flush()
    return event


def _attach(db: Session, incident: Incident, photo: Photo, moment: Moment) -> None:
    db.add(IncidentPhoto(incident_id=incident.id, photo_id=photo.id, moment=moment))
    db.flush()


def _words(text: str, field: str, *, needed: str = "") -> str:
    """Words as they are kept: masked, not too long, there when they are needed."""
    text = text.strip()
    if needed and not text:
        raise InvalidInput(field, needed)
    if len(text) > MAX_WORDS:
        raise InvalidInput(field, _("C’est trop long : 1 000 caractères au plus."))
    return masked(text) if field == "description" else text
