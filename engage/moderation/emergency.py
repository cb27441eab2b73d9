"""Whom to call when somebody is in danger: the numbers, and whom each is for."""

from collections.abc import Sequence
from typing import NamedTuple

from engage.core.i18n import lazy as _


class Number(NamedTuple):
    """One number, whom it is for, and `sms` where it takes text messages."""

    number: str
    whom: str
    sms: bool = False


DANGER: Sequence[Number] = (
    Number("15", _("Le SAMU : quelqu’un est blessé, malade, ou a voulu mourir.")),
    Number("17", _("La police : une agression, une menace, maintenant.")),
    Number("112", _("Tous les secours, dans toute l’Europe.")),
    Number("114", _("Les secours par SMS : on n’entend pas, ou on ne peut pas parler."), sms=True),
    Number("119", _("Un enfant est en danger. Jour et nuit.")),
    Number("3919", _("Une femme subit des violences. Jour et nuit.")),
    Number("3114", _("Quelqu’un pense au suicide. Jour et nuit.")),
)
"""All are free and open day and night."""

THREAT: Sequence[Number] = (
    Number("17", _("La police : on vous menace, maintenant.")),
    Number("112", _("Tous les secours, dans toute l’Europe.")),
    Number("114", _("Les secours par SMS, quand on ne peut pas parler."), sms=True),
)
"""What a member who is threatened needs first."""
