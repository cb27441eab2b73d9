"""How a report is shown: its title, its state, its steps and its history, in simple words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engage.core import clock
from engage.core.i18n import _, date_short, label
from engage.core.i18n import lazy as __
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents.desk import Row
from engage.incidents.models import Incident
from engage.incidents.queries import Event, Listed
from engage.incidents.workflow import OPEN, Status


@dataclass(frozen=True)
class Badge:
    """A state as colour, icon and word."""

    tone: str
    icon: str
    text: str


@dataclass(frozen=True)
class Step:
    """A line of the stepper; `state` is done, now or todo."""

    label: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Past:
    """A line of the history."""

    day: str
    who: str
    text: str
    word: str = ""
    by_resident: bool = False


def title(incident: Incident) -> str:
    """What it is, in the residents' words."""
    return label(incident.kind.resident_label)


def public_place(incident: Incident) -> str:
    """Where it is, as coarsely as everybody may know."""
    coarse = incident.coarse_place
    return known_place(coarse.name if coarse else None, incident.neighbourhood.name)


def known_place(coarse: dict[str, str] | None, hood: dict[str, str]) -> str:
    """The coarse place where one may be named, or else the neighbourhood."""
    return label(coarse or hood)


def holder(incident: Incident) -> str:
    """Who has it, in a word."""
    return incident.organisation.short_name if incident.organisation else ""


BADGES = {
    Status.TO_QUALIFY: ("", "search", __("Reçu")),
    Status.ASSIGNED: ("", "send", __("Confié")),
    Status.ACKNOWLEDGED: ("", "user", __("Pris en charge")),
    Status.SCHEDULED: ("wait", "calendar", __("Prévu")),
    Status.IN_PROGRESS: ("wait", "tool", __("En cours")),
    Status.RESOLVED: ("ok", "check", __("Réparé, à confirmer")),
    Status.REOPENED: ("bad", "undo", __("Pas encore réparé")),
    Status.CONFIRMED: ("ok", "check", __("Réparé et confirmé")),
    Status.CLOSED: ("ok", "check", __("Terminé")),
    Status.DUPLICATE: ("off", "list", __("Déjà signalé")),
    Status.OUT_OF_AREA: ("off", "map", __("Hors du quartier")),
    Status.REDIRECTED: ("off", "exit", __("À demander ailleurs")),
    Status.NO_ACTION: ("off", "close", __("Pas d’intervention")),
}


def badge(incident: Incident | Listed | Row) -> Badge:
    """The state of a report; a planned one says its day."""
    tone, icon, text = BADGES[incident.status]
    if incident.status is Status.SCHEDULED and incident.scheduled_on:
        day = date_short(incident.scheduled_on)
        return Badge(tone, icon, _("Prévu {day}").format(day=day))
    return Badge(tone, icon, str(text))


HAPPENED = {
    Status.TO_QUALIFY: __("Signalement reçu"),
    Status.ASSIGNED: __("Confié à {who}"),
    Status.ACKNOWLEDGED: __("Pris en charge par {who}"),
    Status.SCHEDULED: __("Intervention prévue {day}"),
    Status.IN_PROGRESS: __("Travaux en cours"),
    Status.RESOLVED: __("Réparé"),
    Status.REOPENED: __("Un habitant dit : pas encore réparé"),
    Status.CONFIRMED: __("Un habitant confirme : c’est réparé"),
    Status.CLOSED: __("Terminé, sans réponse des habitants"),
    Status.DUPLICATE: __("Déjà signalé sous un autre numéro"),
    Status.OUT_OF_AREA: __("Ce lieu n’est pas dans nos quartiers"),
    Status.REDIRECTED: __("Une autre porte doit répondre"),
    Status.NO_ACTION: __("Pas d’intervention"),
}
NAMES_ITS_HOLDER = (Status.ASSIGNED, Status.ACKNOWLEDGED)


def happened(event: Event) -> str:
    """One line of history as a sentence."""
    day = date_short(event.scheduled_on) if event.scheduled_on else ""
    return str(HAPPENED[event.status]).format(who=event.holder or "", day=day)


def history(incident: Incident, events: Sequence[Event]) -> list[Past]:
    """What happened, newest first; days, never hours."""
    lines = []
    for position, event in enumerate(events):
        text = happened(event)
        if event.status is Status.TO_QUALIFY and position > 0:
            text = _("Rendu : nous cherchons qui doit agir")
        if event.status is Status.CLOSED and incident.kind.is_thanks:
            text = _("Merci transmis")
        by_resident = event.status in (Status.REOPENED, Status.CONFIRMED)
        who = "" if by_resident or event.status in NAMES_ITS_HOLDER else event.holder or ""
        lines.append(Past(date_short(event.at), who, text, event.word, by_resident))
    return lines[::-1]


def steps(
    incident: Incident,
    events: Sequence[Event],
    dates: Sequence[Deadline] = (),
    *,
    last: str = "",
) -> list[Step]:
    """Received → with whom → what now → repaired → confirmed (`last` says by whom), with days."""
    received = Step(_("Reçu"), "done", _long(events, Status.TO_QUALIFY) or _day(incident))
    status = incident.status
    if incident.kind.is_thanks:
        state = "done" if status is Status.CLOSED else "todo"
        return [received, Step(_("Merci transmis"), state, _long(events, Status.CLOSED))]
    if status not in OPEN and status not in AFTER_REPAIR:
        ended = Step(badge(incident).text, "done", date_short(events[-1].at) if events else "")
        return [received, *_given(incident, events), ended]
    if status in AFTER_REPAIR:
        repaired = Step(_("Réparé"), "done", _long(events, Status.RESOLVED))
        return [received, *_given(incident, events), repaired, _checked(incident, events)]
    return [
        received,
        *_given(incident, events, dates),
        *_current(incident, events, dates),
        Step(_("Réparé"), "todo"),
        Step(last or _("Confirmé par un habitant"), "todo"),
    ]


AFTER_REPAIR = (Status.RESOLVED, Status.CONFIRMED, Status.CLOSED)


def _given(
    incident: Incident, events: Sequence[Event], dates: Sequence[Deadline] = ()
) -> list[Step]:
    """With whom it is; while nothing more is known this is where it stands."""
    if incident.organisation is None:
        return []
    given = _("Confié à {who}").format(who=incident.organisation.short_name)
    day = _long(events, Status.ASSIGNED)
    if incident.status is not Status.ASSIGNED:
        return [Step(given, "done", day)]
    due = _until(dates, DeadlineKind.ACKNOWLEDGE, _("Réponse attendue au plus tard {day}"))
    return [Step(given, "now", ". ".join(part for part in (day, due) if part))]


def _current(incident: Incident, events: Sequence[Event], dates: Sequence[Deadline]) -> list[Step]:
    """What is being done now."""
    status = incident.status
    due = _until(dates, DeadlineKind.RESOLVE, _("Réparation attendue au plus tard {day}"))
    if status is Status.TO_QUALIFY:
        return [Step(_("Nous cherchons qui doit agir"), "now")]
    if status is Status.ASSIGNED:
        return []
    if status is Status.SCHEDULED and incident.scheduled_on:
        day = date_short(incident.scheduled_on)
        return [Step(_("Intervention prévue {day}").format(day=day), "now")]
    if status is Status.REOPENED:
        text = _("Réparé une première fois, pas encore bien")
        return [Step(text, "now", due or _long(events, status))]
    text = _("Pris en charge") if status is Status.ACKNOWLEDGED else _("Travaux en cours")
    return [Step(text, "now", due or _long(events, status))]


def _checked(incident: Incident, events: Sequence[Event]) -> Step:
    if incident.status is Status.RESOLVED:
        return Step(_("À confirmer : est-ce vraiment réparé ?"), "now")
    if incident.status is Status.CONFIRMED:
        return Step(_("Confirmé par un habitant"), "done", _long(events, Status.CONFIRMED))
    text = _("Terminé : personne n’a dit le contraire")
    return Step(text, "done", _long(events, Status.CLOSED))


def _long(events: Sequence[Event], status: Status) -> str:
    """The day of the last step to `status`; of the first for the arrival."""
    found = [event for event in events if event.status is status]
    if not found:
        return ""
    return date_short((found[0] if status is Status.TO_QUALIFY else found[-1]).at)


def _day(incident: Incident) -> str:
    return date_short(incident.created_at)


def _until(dates: Sequence[Deadline], kind: DeadlineKind, sentence: str) -> str:
    """Until when something is awaited, said plainly when that is over."""
    for deadline in dates:
        if deadline.kind == kind and deadline.is_open:
            text = sentence.format(day=date_short(deadline.due_at))
            return _("{text}. C’est en retard").format(text=text) if is_late(deadline) else text
    return ""


def is_late(deadline: Deadline) -> bool:
    return deadline.is_late(clock.now())


@lru_cache(maxsize=256)
def phone(number: str) -> str:
    """A number as people read it: `01 99 00 20 00`."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    return str(phonenumbers.format_number(parsed, national))
