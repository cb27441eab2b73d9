"""What staff fill in step by step to make a concertation: frozen values, without a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engage.consultations.models import BudgetCount, Electorate, Purpose, QuestionKind

Texts = dict[str, str]
"""What a person typed per language of the site (`{"fr": …, "ar": …}`); French is always there."""

DECISION_DAYS = 30
"""After the closing, on the town's calendar: the decision is published then at the latest."""


@dataclass(frozen=True)
class DraftOption:
    """One possible answer; `cost` in whole euros, of a project of a budget question."""

    label: Texts
    details: Texts = field(default_factory=dict)
    cost: int | None = None


@dataclass(frozen=True)
class DraftQuestion:
    """One question without "none of these", which the program adds, as it adds yes and no.

    `max_choices` binds approval questions alone. `budget` in whole euros. `low` and `high` say
    what 1 and 5 mean on a scale; its options are what is marked. A question of kind text has none.
    """

    kind: QuestionKind
    title: Texts
    options: tuple[DraftOption, ...] = ()
    help: Texts = field(default_factory=dict)
    max_choices: int = 1
    budget: int | None = None
    counting: BudgetCount | None = None
    low: Texts = field(default_factory=dict)
    high: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Wording:
    """The first step: what it is about, who asks, who decides, what is decided already."""

    title: Texts
    summary: Texts = field(default_factory=dict)
    asked_by: Texts = field(default_factory=dict)
    decided_by: Texts = field(default_factory=dict)
    already_decided: Texts = field(default_factory=dict)
    notice: Texts = field(default_factory=dict)
    purpose: Purpose = Purpose.VOTE
    organisation_id: int | None = None


@dataclass(frozen=True)
class Voters:
    """Who votes and how; `min_residence` is a level of `accounts.residence`."""

    electorate: Electorate = Electorate.DECLARED
    neighbourhood_id: int | None = None
    min_age: int | None = None
    min_residence: str = "declared"
    places: tuple[int, ...] = ()
    """Ids of the places whose residents vote alone; none: the whole neighbourhood."""
    takes_paper: bool = False
    tells_neighbourhoods: bool = False
    quorum: int | None = None
    expected: int | None = None


@dataclass(frozen=True)
class Calendar:
    """When, aware: the day it becomes public, from when until when people vote, the decision."""

    announced_at: datetime
    opens_at: datetime
    closes_at: datetime
    decision_due_at: datetime

    @classmethod
    def proposed(cls, now: datetime) -> "Calendar":
        """A calendar to begin with (`now` on the town's clocks): in a week, for three weeks."""
        morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
        evening = morning.replace(hour=20)
        return cls(
            morning + timedelta(days=7),
            morning + timedelta(days=14),
            evening + timedelta(days=35),
            evening + timedelta(days=35 + DECISION_DAYS),
        )


Part = Wording | Voters | Calendar
"""What one step writes; its fields are named as the columns are."""


@dataclass(frozen=True)
class Draft:
    """A whole concertation as it may begin, for instance from a template."""

    wording: Wording
    calendar: Calendar
    voters: Voters = Voters()
    questions: tuple[DraftQuestion, ...] = ()
