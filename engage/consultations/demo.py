"""The fictive concertations of the demo, with their ballots, cast by the real commands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import chain, cycle, repeat
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.commands import issue_card
from engage.accounts.models import Person
from engage.accounts.residence import ResidenceLevel
from engage.consultations import queries
from engage.consultations.codes.commands import draw, keep_letters
from engage.consultations.commands import cast_ballot
from engage.consultations.counting.answers import checked
from engage.consultations.making import demo as making
from engage.consultations.making.commands import announce
from engage.consultations.models import (
    BudgetCount,
    Consultation,
    Electorate,
    Option,
    Purpose,
    Question,
    QuestionKind,
    VotingCode,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.outcome.commands import Decision, add_to_decision, publish_decision
from engage.consultations.paper import demo as paper_demo
from engage.consultations.paper.commands import hand_out, print_batch
from engage.consultations.paper.reading import Mark, Marks, on_paper
from engage.consultations.sealing import jobs
from engage.consultations.sealing.commands import seal_within
from engage.consultations.written.commands import write
from engage.core import clock
from engage.core.words import ContributionChannel
from engage.territory.models import Neighbourhood, Organisation

DEMO_CODES = ("TEST-2222-ABCD", "TEST-3333-EFGH", "TEST-4444-JKLM")
"""Codes of three dwellings that have not voted yet, for whoever tries the demo."""

DEMO_CARD = "CART-5555-NPQR"
"""The card of a fictive resident; typed at `/code` it signs him in."""

CARD_HOLDER = "voisin-02"
NONE_OF_THESE = {"fr": "Aucune de ces réponses", "ar": "لا شيء من هذه الأجوبة"}
DECISION_DAYS = {"C2": 7}
"""Where the file says in words that the decision comes sooner than 30 days."""


def load(
    db: Session, data: dict[str, Any], people: Mapping[str, Person], *, key: bytes
) -> dict[str, Consultation]:
    """Make the concertations, their codes and ballots, and the demo card."""
    made = {}
    voters = [person for code, person in people.items() if code.startswith("soutien-")]
    _settle(db, voters)
    for row in data["consultations"]:
        consultation = _announced(db, row, people["coordinatrice"])
        units = _units(db, consultation, row, voters, key=key, actor=people["coordinatrice"])
        with clock.at(min(clock.now(), consultation.closes_at - timedelta(hours=1))):
            sheets = _vote(db, consultation, row, units, captured_by=people["mediatrice"])
        if consultation.is_over(clock.now()):
            with clock.at(consultation.closes_at + jobs.AFTER):
                if sheets:
                    readers = people["mediatrice"], people["conseil"]
                    coordinator = people["coordinatrice"]
                    paper_demo.count(
                        db, consultation, sheets, coordinator=coordinator, readers=readers
                    )
                seal_within(db, consultation.id, None)
        if row["decision"]:
            _decide(db, consultation, row["decision"], people["coordinatrice"])
        made[row["code"]] = consultation
    making.load(db, people["coordinatrice"])
    issue_card(db, people[CARD_HOLDER], DEMO_CARD, key=key)
    return made


def _settle(db: Session, voters: Sequence[Person]) -> None:
    """Let them live somewhere: more of them in the priority neighbourhood, some don't say."""
    hoods = db.scalars(select(Neighbourhood.id).order_by(Neighbourhood.id)).all()
    first, *others = hoods
    lives = [first, first, first, *others, first, None]
    for person, home in zip(voters, cycle(lives), strict=False):
        person.neighbourhood_id = home
    db.flush()


def _announced(db: Session, row: dict[str, Any], coordinator: Person) -> Consultation:
    opens_at, closes_at = _hour(row["opens_in_days"], 8), _hour(row["closes_in_days"], 20)
    hoods = row["neighbourhoods"]
    consultation = Consultation(
        code=row["code"],
        title=row["title"],
        summary=row["summary"],
        notice=row["notice"],
        already_decided=row["already_decided"],
        asked_by=row["who_asks"],
        decided_by=row["who_decides"],
        neighbourhood_id=_neighbourhood(db, hoods[0]) if len(hoods) == 1 else None,
        electorate=_electorate(row),
        min_age=row["electorate"]["min_age"],
        min_residence=row["electorate"].get("min_residence", ResidenceLevel.DECLARED.value),
        announced_at=opens_at - timedelta(days=7),
        opens_at=opens_at,
        closes_at=closes_at,
        decision_due_at=closes_at + timedelta(days=DECISION_DAYS.get(row["code"], 30)),
        decision_statement={},
        is_demo=True,
        organisation_id=_organisation(db, row["organisation"]),
        purpose=Purpose(row.get("purpose", Purpose.VOTE)),
        quorum=row.get("quorum"),
        takes_paper=bool(row["turnout"].get(ContributionChannel.PAPER.value)),
        tells_neighbourhoods=row.get("tells_neighbourhoods", False),
        questions=[_question(place, q) for place, q in enumerate(row["questions"], 1)],
    )
    with clock.at(consultation.announced_at):
        announce(db, consultation, actor=coordinator)
    return consultation


def _hour(days: int, hour: int) -> datetime:
    """`hour` on the town's clocks, `days` from today."""
    day = clock.today() + timedelta(days=days)
    return datetime.combine(day, time(hour), tzinfo=clock.zone())


def _neighbourhood(db: Session, code: str) -> int:
    return db.scalars(select(Neighbourhood.id).where(Neighbourhood.code == code)).one()


def _organisation(db: Session, code: str) -> int:
    return db.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def _electorate(row: dict[str, Any]) -> Electorate:
    by_code = row["electorate"]["access"] == "code"
    return Electorate.DWELLING_CODE if by_code else Electorate.DECLARED


def _question(position: int, row: dict[str, Any]) -> Question:
    """A question of the file; "none of these" is added where the file forgot it."""
    options = list(row["options"])
    if not any(option["is_none"] for option in options):
        options.append({"label": NONE_OF_THESE, "details": None, "is_none": True})
    return Question(
        position=position,
        kind=QuestionKind(row["type"]),
        max_choices=row["max_choices"],
        title=row["title"],
        help=row["help"],
        budget=row.get("budget"),
        counting=BudgetCount(row["counting"]) if "counting" in row else None,
        low=row.get("low", {}),
        high=row.get("high", {}),
        options=[
            Option(
                position=place,
                label=option["label"],
                details=option["details"] or {},
                is_none=option["is_none"],
                cost=option.get("cost"),
            )
            for place, option in enumerate(options, 1)
        ],
    )


def _units(
    db: Session,
    consultation: Consultation,
    row: dict[str, Any],
    voters: list[Person],
    *,
    key: bytes,
    actor: Person,
) -> list[str]:
    """The electorate units that vote in the demo; the three documented codes stay unused."""
    if not consultation.electorate.by_code:
        return [unit_of_person(person.id) for person in voters]
    codes = draw(row["electorate"]["size"] - len(DEMO_CODES))
    letters = [*codes, *DEMO_CODES]
    keep_letters(db, consultation, letters, key=key, batch=1, actor=actor)
    if consultation.takes_paper:
        print_batch(db, consultation, row["electorate"]["size"], actor=actor)
    hashes = [queries.code_hash(key, code) for code in codes]
    ids = db.scalars(select(VotingCode.id).where(VotingCode.code_hash.in_(hashes)))
    return [unit_of_code(code_id) for code_id in ids]


def _vote(
    db: Session,
    consultation: Consultation,
    row: dict[str, Any],
    units: list[str],
    *,
    captured_by: Person,
) -> list[Marks]:
    """Cast every ballot of the file; an empty answer is a question that was skipped.

    Returns what is on the sheets of those who voted on paper, which lie in the urn.
    """
    sheets = []
    channels = chain.from_iterable(
        repeat(ContributionChannel(name), count) for name, count in row["turnout"].items()
    )
    for unit, channel, answers in zip(units, channels, _ballots(row), strict=False):
        if channel is ContributionChannel.PAPER:
            hand_out(db, consultation, unit, actor=captured_by)
            sheets.append(_sheet(consultation, row, answers))
            continue
        for number, question in enumerate(consultation.questions):
            choices = _option_ids(question, row["questions"][number], answers)
            if choices:
                by = None if channel is ContributionChannel.WEB else captured_by.id
                cast_ballot(
                    db, question, unit=unit, choices=choices, channel=channel, captured_by=by
                )
    for number, question in enumerate(consultation.questions):
        for unit, text in zip(units, row["questions"][number].get("texts", ()), strict=False):
            write(db, question, unit, text)
    return sheets


def _sheet(consultation: Consultation, row: dict[str, Any], answers: dict[str, list[Any]]) -> Marks:
    """The same answers as marks of a sheet of paper."""
    read = []
    for question in on_paper(consultation.questions):
        chosen = _option_ids(question, row["questions"][question.position - 1], answers)
        mark = Mark.VALID if chosen else Mark.BLANK
        read.append([question.id, mark.value, checked(question, chosen) if chosen else []])
    return read


def _ballots(row: dict[str, Any]) -> Iterator[dict[str, list[str]]]:
    for ballot in row["ballots"]:
        yield from repeat(ballot["answers"], ballot["count"])


def _option_ids(
    question: Question, row: dict[str, Any], answers: dict[str, list[Any]]
) -> list[Any]:
    """What was chosen, as ids: `[option]`, or `[[option, grade]]` where grades are given."""
    ids = {
        option["code"]: made.id
        for option, made in zip(row["options"], question.options, strict=False)
    }
    return [
        [ids[each[0]], each[1]] if isinstance(each, list) else ids[each]
        for each in answers.get(row["code"], ())
    ]


def _decide(
    db: Session, consultation: Consultation, decision: dict[str, Any], coordinator: Person
) -> None:
    with clock.at(clock.now() - timedelta(days=decision["days_ago"])):
        publish_decision(db, consultation, _decision(decision), actor=coordinator)
    if addition := decision.get("addition"):
        with clock.at(clock.now() - timedelta(days=addition["days_ago"])):
            add_to_decision(db, consultation, words=addition["text"], actor=coordinator)


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(row["text"], row["decided_by"], row.get("changes", {}))
