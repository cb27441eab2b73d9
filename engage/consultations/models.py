"""Tables of concertations: the roll says whose right is used, a ballot what was wished."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base
from engage.core.photos import Photo
from engage.core.words import CHANNEL_CHECK, enum_column
from engage.territory.models import Neighbourhood


class Electorate(StrEnum):
    """Who may vote, one mode for each concertation: by printed codes, or by accounts."""

    DWELLING_CODE = "dwelling_code"
    PERSON_CODE = "person_code"
    VERIFIED = "verified"
    DECLARED = "declared"

    @property
    def by_code(self) -> bool:
        """Whether the printed code alone votes, signed in or not."""
        return self in (Electorate.DWELLING_CODE, Electorate.PERSON_CODE)


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    SINGLE = "single"
    APPROVAL = "approval"
    FAVOURITES = "favourites"
    JUDGMENT = "judgment"
    BUDGET = "budget"
    SCALE = "scale"
    TEXT = "text"


class BudgetCount(StrEnum):
    """By which rule the projects of a budget question are chosen."""

    GREEDY = "greedy"
    EQUAL_SHARES = "equal_shares"


class Purpose(StrEnum):
    """What a concertation is for; a survey asks without anything to be decided."""

    VOTE = "vote"
    PARTY = "party"
    REHABILITATION = "rehabilitation"
    SURVEY = "survey"


class Consultation(Base):
    """A concertation. Being open is derived from its dates; cancelling is an act."""

    __tablename__ = "consultations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(48), unique=True)
    title: Mapped[dict[str, str]]
    summary: Mapped[dict[str, str]]
    notice: Mapped[dict[str, str]]
    already_decided: Mapped[dict[str, str]]
    asked_by: Mapped[dict[str, str]]
    decided_by: Mapped[dict[str, str]]
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    electorate: Mapped[Electorate] = mapped_column(enum_column(Electorate))
    min_age: Mapped[int | None]
    min_residence: Mapped[str] = mapped_column(String(12), default="declared")
    """A level of `accounts.residence`: how well it must be known that somebody lives here."""
    places: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of the places whose residents vote; empty where the whole neighbourhood does."""
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose), default=Purpose.VOTE)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """Who owes the decision."""
    is_draft: Mapped[bool] = mapped_column(default=False)
    """Being written: only those who make it see it, whatever its dates say."""
    takes_paper: Mapped[bool] = mapped_column(default=False)
    quorum: Mapped[int | None]
    """Units that should take part, told for information; it decides nothing."""
    expected: Mapped[int | None]
    """Units that could take part, where somebody knows."""
    tells_neighbourhoods: Mapped[bool] = mapped_column(default=False)
    """Announced beforehand: the choices are told by neighbourhood, too."""
    announced_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    decision_due_at: Mapped[datetime]
    decision_statement: Mapped[dict[str, str]]
    decision_changes: Mapped[dict[str, str]] = mapped_column(default=dict)
    """What the vote has changed, part of the decision."""
    decision_by: Mapped[dict[str, str]] = mapped_column(default=dict)
    """Who decided in the end; `decided_by` is what was announced."""
    decided_on: Mapped[date | None]
    sealed_at: Mapped[datetime | None]
    """When the ballots were parted from the roll for good; nothing is counted before."""
    archived_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    neighbourhood: Mapped[Neighbourhood | None] = relationship(lazy="raise_on_sql")
    questions: Mapped[list["Question"]] = relationship(
        back_populates="consultation", lazy="raise_on_sql", order_by="Question.position"
    )
    __mapper_args__ = {"version_id_col": version}

    def is_open(self, now: datetime) -> bool:
        stands = self.cancelled_at is None and not self.is_draft
        return stands and self.opens_at <= now < self.closes_at

    def is_over(self, now: datetime) -> bool:
        return self.cancelled_at is None and not self.is_draft and self.closes_at <= now


class Question(Base):
    """One question; `max_choices` binds approval questions."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("consultation_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind))
    max_choices: Mapped[int]
    title: Mapped[dict[str, str]]
    help: Mapped[dict[str, str]]
    budget: Mapped[int | None]
    """Whole euros to share, of a budget question."""
    counting: Mapped[BudgetCount | None] = mapped_column(enum_column(BudgetCount))
    low: Mapped[dict[str, str]] = mapped_column(default=dict)
    """What 1 means on a scale; `high` says what 5 means."""
    high: Mapped[dict[str, str]] = mapped_column(default=dict)

    consultation: Mapped[Consultation] = relationship(
        back_populates="questions", lazy="raise_on_sql"
    )
    options: Mapped[list["Option"]] = relationship(lazy="raise_on_sql", order_by="Option.position")


class Option(Base):
    """One possible answer; `is_none` is "none of these", always there and always alone."""

    __tablename__ = "options"
    __table_args__ = (UniqueConstraint("question_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    position: Mapped[int]
    label: Mapped[dict[str, str]]
    details: Mapped[dict[str, str]]
    is_none: Mapped[bool] = mapped_column(default=False)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    """The idea of a resident that was put to the vote."""
    cost: Mapped[int | None]
    """Whole euros, of a project of a budget question."""
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    photo_alt: Mapped[dict[str, str]] = mapped_column(default=dict)
    """What its picture shows, in words."""

    photo: Mapped[Photo | None] = relationship(lazy="raise_on_sql")


class VotingCode(Base):
    """A code printed on the letter to one dwelling; only its hash is kept.

    `people_proven` counts who showed with it that they live there, never who: that would tell
    whose dwelling has voted.
    """

    __tablename__ = "voting_codes"
    __table_args__ = (
        Index("uq_voting_codes_letter", "consultation_id", "batch", "serial", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    cancelled_at: Mapped[datetime | None]
    people_proven: Mapped[int] = mapped_column(default=0)
    batch: Mapped[int | None]
    """Letters that were made together; with `serial` the number that is printed on the letter."""
    serial: Mapped[int | None]
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))


class RollEntry(Base):
    """The right of one electorate unit to answer one question, used. Holds no time.

    `unit` is `person:<id>` or `code:<id>`. The table has no rowid on SQLite, so that nothing says
    in which order the entries came.
    """

    __tablename__ = "roll_entries"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        {"sqlite_with_rowid": False},
    )

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Ballot(Base):
    """One answer to one question under a random key: no person, no time, no channel, no order."""

    __tablename__ = "ballots"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    answers: Mapped[list[Any]]


class FinalCounts(Base):
    """What roll and ballots added up to at sealing; `engage verify` counts again.

    `counts` holds lists: "channels" of [channel, units]; "neighbourhoods" of [[ids], units];
    "outcomes" of [question, row of an `Outcome`]; "receipts" of [question, receipts, valid on
    paper, without a receipt]; "by_neighbourhood" of [question, [[[ids], row of an `Outcome`]]].
    """

    __tablename__ = "final_counts"

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    counts: Mapped[dict[str, Any]]


def unit_of_person(person_id: int) -> str:
    """The electorate unit of somebody with an account."""
    return f"person:{person_id}"


def unit_of_code(code_id: int) -> str:
    """The electorate unit of the dwelling that received a printed code."""
    return f"code:{code_id}"


def code_of(unit: str) -> int:
    """The id of the printed code that a unit is; 0 when it is a person."""
    kind, _colon, number = unit.partition(":")
    return int(number) if kind == "code" else 0
