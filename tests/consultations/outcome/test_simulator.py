"""The thresholds of the law on tenants, at the edge: hand cases, and numbers that can't be."""

from datetime import date

import pytest

from engage.consultations.models import Purpose
from engage.consultations.outcome.simulator import (
    Case,
    Given,
    Verdict,
    simulate,
    two_months_after,
)
from engage.core.errors import InvalidInput
from engage.core.services import Services
from tests.browsing import Browser
from tests.consultations.factories import make_consultation

PROPOSAL, AGREEMENT = Case.PROPOSAL, Case.AGREEMENT


@pytest.mark.parametrize(
    ("case", "concerned", "yes", "no", "verdict"),
    [
        (PROPOSAL, 100, 24, 0, Verdict.TOO_FEW),
        (PROPOSAL, 100, 25, 0, Verdict.APPROVED),  # exactly 25 %
        (PROPOSAL, 100, 13, 12, Verdict.APPROVED),  # 25 %, one more than half
        (PROPOSAL, 100, 13, 13, Verdict.NO_MAJORITY),  # as many yes as no
        (PROPOSAL, 100, 12, 13, Verdict.NO_MAJORITY),
        (PROPOSAL, 97, 24, 0, Verdict.TOO_FEW),  # 24.7 %
        (PROPOSAL, 97, 25, 0, Verdict.APPROVED),
        (PROPOSAL, 96, 0, 24, Verdict.NO_MAJORITY),
        (PROPOSAL, 1, 0, 0, Verdict.TOO_FEW),
        (PROPOSAL, 1, 1, 0, Verdict.APPROVED),
        (AGREEMENT, 100, 0, 49, Verdict.BINDING),
        (AGREEMENT, 100, 0, 50, Verdict.UNSURE),  # exactly half: the law does not say
        (AGREEMENT, 100, 0, 51, Verdict.REJECTED),
        (AGREEMENT, 97, 0, 48, Verdict.BINDING),
        (AGREEMENT, 97, 0, 49, Verdict.REJECTED),
        (AGREEMENT, 97, 48, 0, Verdict.BINDING),  # who agrees changes nothing
    ],
)
def test_what_would_follow(case: Case, concerned: int, yes: int, no: int, verdict: Verdict) -> None:
    assert simulate(Given(case, concerned, yes, no)).verdict is verdict


def test_the_numbers_that_are_needed() -> None:
    found = simulate(Given(PROPOSAL, 97, 20, 10))
    assert (found.quarter, found.majority, found.half) == (25, 16, 49)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given(PROPOSAL, 0, 0, 0), "concernes"),
        (Given(PROPOSAL, 100_001, 0, 0), "concernes"),
        (Given(PROPOSAL, 10, -1, 0), "oui"),
        (Given(PROPOSAL, 10, 6, 5), "non"),
    ],
)
def test_numbers_that_can_not_be_are_refused(given: Given, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        simulate(given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 3, 4), date(2026, 5, 4)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2026, 11, 1), date(2027, 1, 1)),
    ],
)
def test_two_months_end_on_the_same_day_or_the_last_one(day: date, last: date) -> None:
    assert two_months_after(day) == last


def test_the_page_needs_no_account_keeps_nothing_and_says_what_it_is(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        works = make_consultation(db, purpose=Purpose.REHABILITATION, expected=96)
        party = make_consultation(db)
    address = f"/concertations/{works.id}/simulateur"
    client.get(address)
    assert "Elle ne remplace pas la consultation écrite prévue par la loi" in client.text
    client.get(f"{address}?cas=proposition&concernes=96&oui=13&non=11&notifie=2026-06-01")
    assert "La proposition s’appliquerait." in client.text
    assert "samedi 1er août 2026" in client.text
    client.get(f"{address}?cas=accord&concernes=96&oui=0&non=48")
    assert "On ne sait pas" in client.text
    client.get(f"/concertations/{party.id}/simulateur", expects=404)


@pytest.mark.parametrize(
    "query",
    ["cas=x&concernes=9", "cas=accord&concernes=", "concernes=abc&cas=accord&oui=1", "non=9"],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    client: Browser, town: Services, query: str
) -> None:
    with town.database.transaction() as db:
        works = make_consultation(db, purpose=Purpose.REHABILITATION)
    client.get(f"/concertations/{works.id}/simulateur?{query}", expects=422)
    assert "à revoir" in client.text
