"""What the kinds of dates are called, their signs, and their hours in words."""

from datetime import datetime
from typing import Protocol

from engage.agenda.models import EventKind
from engage.core import clock
from engage.core.i18n import _, lazy

KINDS = {
    EventKind.STAND: lazy("Stand"),
    EventKind.WORKSHOP: lazy("Atelier"),
    EventKind.WALK: lazy("Marche"),
    EventKind.MEETING: lazy("Réunion"),
    EventKind.PARTY: lazy("Fête"),
    EventKind.OTHER: lazy("Autre rendez-vous"),
}

ICONS = {
    EventKind.STAND: "info",
    EventKind.WORKSHOP: "tool",
    EventKind.WALK: "road",
    EventKind.MEETING: "people",
    EventKind.PARTY: "heart",
    EventKind.OTHER: "calendar",
}


class Timed(Protocol):
    """What has a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def hours(event: Timed) -> str:
    """`de 14 h à 17 h 30` on the town's clocks."""
    return _("de {start} à {end}").format(start=_hour(event.starts_at), end=_hour(event.ends_at))


def _hour(moment: datetime) -> str:
    there = clock.local(moment)
    text = _("{hour}\xa0h {minute}") if there.minute else _("{hour}\xa0h")
    said = text.format(hour=there.hour, minute=f"{there.minute:02d}")
    return said.replace(" ", "\xa0")  # an hour stays on its line
