"""Whom to call in an emergency that somebody writes about instead of calling."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from engage.core.i18n import lazy as _


class Number(NamedTuple):
    """One number, free, day and night, and what it is for; `sms` where it takes messages."""

    number: str
    what: str
    sms: bool = False


POLICE = Number("17", _("Police : une agression, une menace, maintenant"))
EVERYTHING = (
    Number("112", _("Tous les secours, dans toute l’Europe")),
    Number("114", _("Les secours par SMS, si on ne peut pas parler"), sms=True),
)
FIRST: Mapping[str, Number] = {
    "fire": Number("18", _("Pompiers")),
    "gas": Number("18", _("Pompiers : sortez d’abord, appelez dehors")),
    "health": Number("15", _("SAMU : quelqu’un est malade ou blessé")),
    "attack": POLICE,
    "home": Number("3919", _("Violences à la maison, jour et nuit")),
    "child": Number("119", _("Un enfant est en danger, jour et nuit")),
    "suicide": Number("3114", _("Envie de mourir : quelqu’un écoute, jour et nuit")),
}
"""What the words speak of (`wording.emergencies`) → whom to call first."""


DANGER: Sequence[Number] = (
    FIRST["health"],
    POLICE,
    *EVERYTHING,
    FIRST["child"],
    FIRST["home"],
    FIRST["suicide"],
)
"""Whom to call when a text says that somebody is in danger."""

THREAT: Sequence[Number] = (POLICE, *EVERYTHING)
"""What a member who is threatened needs first."""


def numbers(kinds: Collection[str]) -> Sequence[Number]:
    """Whom to call for these, the most fitting first; none where nothing is urgent."""
    first = [number for kind, number in FIRST.items() if kind in kinds]
    if "home" in kinds:
        first.append(POLICE)
    if "suicide" in kinds:
        first.append(FIRST["health"])
    unique = {number.number: number for number in first}
    return (*unique.values(), *EVERYTHING) if unique else ()
