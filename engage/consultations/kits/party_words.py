"""Words of a party for its pages: hours, and how far from the day something is."""

from datetime import time

from engage.core.i18n import _


def hours(starts: time | None, ends: time | None) -> str:
    """`de 9 h à 12 h`, `à 9 h`, or nothing."""
    if starts is None:
        return ""
    if ends is None:
        return _("à {hour}").format(hour=hour(starts))
    return _("de {start} à {end}").format(start=hour(starts), end=hour(ends))


def hour(moment: time) -> str:
    text = _("{hour}\xa0h {minute}") if moment.minute else _("{hour}\xa0h")
    said = text.format(hour=moment.hour, minute=f"{moment.minute:02d}")
    return said.replace(" ", "\xa0")


def distance(days: int, *, working: bool) -> str:
    """`J-120`, `le jour même`, `J+3, jours ouvrés`."""
    if not days:
        return _("le jour même")
    text = f"J{days:+d}".replace("-", "\N{MINUS SIGN}")
    return _("{day}, jours ouvrés").format(day=text) if working else text
