"""What would follow from a written consultation of tenants: pure functions, whole numbers.

Law of 23 December 1986, articles 42 and 44 quater, as domaine.md, paragraph 4.1, read them. A
simulation: the platform never holds the consultation that the law means.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engage.core.errors import InvalidInput
from engage.core.i18n import _

MONTHS = 2
"""From the individual notification on: so long tenants have to answer in writing."""

MOST = 100_000


class Case(StrEnum):
    """What was notified: an agreement signed with tenants' associations, or a direct proposal."""

    AGREEMENT = "accord"
    PROPOSAL = "proposition"


class Verdict(StrEnum):
    """What would follow."""

    APPROVED = "approved"
    TOO_FEW = "too_few"
    NO_MAJORITY = "no_majority"
    BINDING = "binding"
    REJECTED = "rejected"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Given:
    """Tenants concerned; those who wrote yes, and those who wrote no."""

    case: Case
    concerned: int
    yes: int
    no: int
    notified_on: date | None = None

    @property
    def expressed(self) -> int:
        return self.yes + self.no


@dataclass(frozen=True)
class Simulation:
    """What would follow, with the numbers that the thresholds are in this residence."""

    given: Given
    verdict: Verdict
    quarter: int
    """The least number of answers that is 25 % of the tenants concerned."""
    majority: int
    """The least number of yes that is more than half of those who answered."""
    half: int
    """The least number of written refusals that is 50 % of the tenants concerned."""
    last_day: date | None


def simulate(given: Given) -> Simulation:
    """Apply the thresholds; raises `InvalidInput` on numbers that can't be."""
    _check(given)
    return Simulation(
        given=given,
        verdict=_of_proposal(given) if given.case is Case.PROPOSAL else _of_agreement(given),
        quarter=-(-given.concerned // 4),
        majority=given.expressed // 2 + 1,
        half=-(-given.concerned // 2),
        last_day=two_months_after(given.notified_on) if given.notified_on else None,
    )


def _check(given: Given) -> None:
    if not 1 <= given.concerned <= MOST:
        raise InvalidInput("concernes", _("Écrivez un nombre entre 1 et 100 000."))
    if given.yes < 0 or given.no < 0:
        raise InvalidInput("oui", _("Écrivez un nombre, zéro ou plus."))
    if given.expressed > given.concerned:
        raise InvalidInput("non", _("Il y a plus de réponses que de locataires concernés."))


def _of_proposal(given: Given) -> Verdict:
    """A direct proposal: 25 % of those concerned answered, and more than half of these said yes."""
    if 4 * given.expressed < given.concerned:
        return Verdict.TOO_FEW
    return Verdict.APPROVED if 2 * given.yes > given.expressed else Verdict.NO_MAJORITY


def _of_agreement(given: Given) -> Verdict:
    """A signed agreement: not binding when 50 % of those concerned refused it in writing.

    Whether exactly half is enough is not certain, and said so.
    """
    if 2 * given.no == given.concerned:
        return Verdict.UNSURE
    return Verdict.REJECTED if 2 * given.no > given.concerned else Verdict.BINDING


def two_months_after(day: date) -> date:
    """The same day of the month two months later, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + MONTHS, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
