"""A voting code that somebody types on their own device."""

from engage.consultations import queries
from engage.consultations.models import Consultation, VotingCode
from engage.core import throttle
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.web import apart, get_db, services, visitor_address

CODES_AN_HOUR = 600
"""Tries from one network: a whole stand may share it, and a code has 60 random bits."""


def find(typed: str) -> tuple[VotingCode, Consultation] | None:
    """The code and what it votes in, None when there is no such code.

    Counts the try. Raises `TooMany`, and `InvalidInput` on "code" when the code was replaced.
    """
    throttle.hit_hourly(apart(), f"voting-code:{visitor_address()}", limit=CODES_AN_HOUR)
    found = queries.voting_code(get_db(), services().secret_key, typed)
    if found and found[0].cancelled_at is not None:
        raise InvalidInput(
            "code", _("Ce code a été remplacé. Prenez le code de la lettre la plus récente.")
        )
    return found


def find_for(consultation: Consultation, typed: str) -> VotingCode:
    """The code of this concertation; raises `InvalidInput` on "code", too, when it is none."""
    found = find(typed)
    if found is None or found[1].id != consultation.id:
        raise InvalidInput("code", _("Ce code ne vote pas ici. Vérifiez chaque lettre."))
    return found[0]
