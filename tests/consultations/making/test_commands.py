"""Making a concertation: what is checked, until when it changes, and what everybody then reads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations import queries as public
from engage.consultations import sheets
from engage.consultations.commands import NotOpen, cast_ballot, make_codes
from engage.consultations.making import asking, commands, queries
from engage.consultations.making.drafts import (
    Calendar,
    DraftOption,
    DraftQuestion,
    Voters,
    Wording,
)
from engage.consultations.making.models import ChangeKind
from engage.consultations.models import (
    BudgetCount,
    Consultation,
    Electorate,
    Option,
    Purpose,
    Question,
    QuestionKind,
    unit_of_person,
)
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, InvalidInput
from tests.conftest import Moment
from tests.consultations.making.drafts import DAY, WORDS, asked, calendar, made
from tests.factories import make_person

HOUR = timedelta(hours=1)


def _coordinator(db: Session) -> Person:
    return make_person(db, Role.COORDINATOR)


def _announced(db: Session, *questions: DraftQuestion, **dates: datetime) -> Consultation:
    """One that is public since this moment."""
    draft = made(db, *questions, announced_at=clock.now(), **dates)
    commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))
    return draft


def _labels(question: Question) -> list[str]:
    rows = sorted(question.options, key=lambda option: option.position)
    return [option.label["fr"] for option in rows]


def _actions(db: Session) -> list[str]:
    found = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    return [action for action in found if action.startswith("consultation.")]


def test_the_coordinator_and_the_council_make_and_announce(db: Session) -> None:
    for role in Role:
        person, draft = make_person(db, role), made(db)
        if role in (Role.COORDINATOR, Role.COUNCIL):
            commands.announce_draft(db, draft, version=draft.version, actor=person)
            assert not draft.is_draft
            continue
        for act in (commands.announce_draft, commands.drop):
            with pytest.raises(Denied):
                act(db, draft, version=draft.version, actor=person)


def test_a_draft_is_nowhere_until_it_is_announced(db: Session, moment: Moment) -> None:
    draft = made(db)
    moment.move_to(draft.opens_at + DAY)
    assert sheets.running_and_coming(db) == []
    assert sheets.sheet(db, draft.id) is None
    assert public.consultation(db, draft.id) is None
    assert not draft.is_open(clock.now())
    [question] = draft.questions
    with pytest.raises((NotOpen, Denied)):
        cast_ballot(db, question, unit=unit_of_person(1), choices=[question.options[0].id])


def test_none_of_these_comes_from_the_program(db: Session) -> None:
    kinds = (
        asked(kind=QuestionKind.YES_NO),
        asked("Bancs", "Arbres"),
        asked("Bancs", "Arbres", kind=QuestionKind.APPROVAL, max_choices=2),
        asked("Bancs", "Arbres", "Eau", "Jeux", kind=QuestionKind.FAVOURITES),
        asked("Bancs", "Arbres", kind=QuestionKind.JUDGMENT),
        asked("Propreté", kind=QuestionKind.SCALE, low={"fr": "mal"}, high={"fr": "bien"}),
        asked(kind=QuestionKind.TEXT),
        DraftQuestion(
            QuestionKind.BUDGET,
            {"fr": "Partagez"},
            (DraftOption({"fr": "Bancs"}, cost=400), DraftOption({"fr": "Arbres"}, cost=900)),
            budget=1000,
        ),
    )
    draft = made(db, *kinds)
    ends = [_labels(question)[-1] for question in draft.questions]
    none = "Aucune de ces réponses"
    assert ends == [
        *("Sans avis", none, none, none, none),
        *("Sans avis", "Je n’ai rien à ajouter", none),
    ]
    assert _labels(draft.questions[0]) == ["Oui", "Non", "Sans avis"]
    assert [q.max_choices for q in draft.questions] == [1, 1, 2, 3, 2, 1, 1, 2]
    assert draft.questions[-1].counting is BudgetCount.GREEDY
    for question in draft.questions:
        assert [option.is_none for option in question.options].count(True) == 1
    commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))


WRONG: list[tuple[str, Callable[[Consultation], object]]] = [
    ("title", lambda c: setattr(c, "title", {"ar": "عيد"})),
    ("summary", lambda c: setattr(c, "summary", {})),
    ("asked_by", lambda c: setattr(c, "asked_by", {})),
    ("decided_by", lambda c: setattr(c, "decided_by", {})),
    ("notice", lambda c: setattr(c, "notice", {})),
    ("organisation_id", lambda c: setattr(c, "organisation_id", None)),
    ("opens_at", lambda c: setattr(c, "opens_at", clock.now() - DAY)),
    ("opens_at", lambda c: setattr(c, "announced_at", c.opens_at + HOUR)),
    ("closes_at", lambda c: setattr(c, "closes_at", c.opens_at)),
    ("decision_due_at", lambda c: setattr(c, "decision_due_at", c.closes_at - HOUR)),
    ("decision_due_at", lambda c: setattr(c, "decision_due_at", c.closes_at + 31 * DAY)),
    ("min_residence", lambda c: setattr(c, "min_residence", "blood")),
    ("max_choices", lambda c: setattr(c.questions[0], "max_choices", 2)),
]


def test_what_is_missing_or_wrong_is_not_announced(db: Session) -> None:
    who, refused_for = _coordinator(db), []
    for _field, spoil in WRONG:
        draft = made(db)
        spoil(draft)
        db.flush()
        with pytest.raises(InvalidInput) as refused:
            commands.announce_draft(db, draft, version=draft.version, actor=who)
        refused_for.append(refused.value.field)
    assert refused_for == [field for field, _spoil in WRONG]


def test_a_question_that_cannot_be_counted_is_not_announced(db: Session) -> None:
    for question, field in (
        (asked(), "options"),
        (asked("Un", kind=QuestionKind.BUDGET, budget=10), "options"),
        (asked("Un", kind=QuestionKind.BUDGET), "budget"),
        (asked("Un", kind=QuestionKind.APPROVAL, max_choices=2), "max_choices"),
    ):
        draft = made(db, question)
        with pytest.raises(InvalidInput) as refused:
            commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))
        assert refused.value.field == field


def test_a_project_dearer_than_the_sum_is_not_announced(db: Session) -> None:
    dear = (DraftOption({"fr": "Un pont"}, cost=2000),)
    draft = made(db, DraftQuestion(QuestionKind.BUDGET, {"fr": "?"}, dear, budget=1000))
    with pytest.raises(InvalidInput, match="plus que la somme"):
        commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))


def test_a_survey_owes_no_decision(db: Session) -> None:
    draft = made(db)
    draft.purpose, draft.organisation_id = Purpose.SURVEY, None
    db.flush()
    commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))
    assert not draft.is_draft


def test_it_is_public_from_its_announcement_on(db: Session, moment: Moment) -> None:
    draft = made(db)
    commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))
    assert sheets.sheet(db, draft.id) is None
    moment.move_to(draft.announced_at)
    assert sheets.sheet(db, draft.id) is not None
    with pytest.raises(Conflict):
        commands.announce_draft(db, draft, version=draft.version, actor=_coordinator(db))


def test_each_act_is_written_down(db: Session) -> None:
    actor = _coordinator(db)
    announced = _announced(db)
    part = calendar(announced_at=announced.announced_at)
    commands.edit(db, announced, part, version=announced.version, actor=actor)
    commands.extend(
        db,
        announced,
        closes_at=announced.closes_at + DAY,
        reason={"fr": "Peu de réponses."},
        version=announced.version,
        actor=actor,
    )
    commands.cancel(db, announced, reason={"fr": "Erreur."}, version=announced.version, actor=actor)
    draft = made(db)
    commands.drop(db, draft, version=draft.version, actor=actor)
    names = ["draft", "announce", "change", "extend", "cancel", "draft", "drop"]
    assert _actions(db) == [f"consultation.{name}" for name in names]


def test_two_who_change_it_at_once_see_each_other(db: Session) -> None:
    draft, actor = made(db), _coordinator(db)
    seen = draft.version
    commands.edit(db, draft, WORDS, version=seen, actor=actor)
    with pytest.raises(Conflict, match="entre-temps"):
        commands.edit(db, draft, calendar(), version=seen, actor=actor)
    asking.add_question(db, draft, asked("Oui"), version=draft.version, actor=actor)
    with pytest.raises(Conflict, match="entre-temps"):
        asking.add_question(db, draft, asked("Oui"), version=seen, actor=actor)


CHANGES: list[Callable[[Session, Consultation, Person], object]] = [
    lambda db, c, who: commands.edit(db, c, WORDS, version=c.version, actor=who),
    lambda db, c, who: commands.edit(db, c, calendar(), version=c.version, actor=who),
    lambda db, c, who: commands.edit(db, c, Voters(min_age=18), version=c.version, actor=who),
    lambda db, c, who: asking.add_question(db, c, asked("A"), version=c.version, actor=who),
    lambda db, c, who: asking.edit_question(
        db, c.questions[0], asked("B"), version=c.version, actor=who
    ),
    lambda db, c, who: asking.remove_question(db, c.questions[0], version=c.version, actor=who),
    lambda db, c, who: asking.move_question(db, c.questions[1], version=c.version, actor=who),
    lambda db, c, who: asking.edit_option(
        db,
        c.questions[0],
        c.questions[0].options[0],
        DraftOption({"fr": "Autre"}),
        alt={},
        photo=None,
        version=c.version,
        actor=who,
    ),
    lambda db, c, who: asking.remove_option(
        db, c.questions[0], c.questions[0].options[0], version=c.version, actor=who
    ),
    lambda db, c, who: asking.move_option(
        db, c.questions[0], c.questions[0].options[1], version=c.version, actor=who
    ),
    lambda db, c, who: asking.drop_photo(
        db, c.questions[0], c.questions[0].options[0], version=c.version, actor=who
    ),
]


def test_what_is_asked_stands_from_an_hour_before_the_opening_on(
    db: Session, moment: Moment
) -> None:
    announced, who = _announced(db, asked("Bancs", "Arbres"), asked("Oui")), _coordinator(db)
    for late in (announced.opens_at - HOUR, announced.opens_at, announced.closes_at + DAY):
        moment.move_to(late)
        for change in CHANGES:
            with pytest.raises(Conflict):
                change(db, announced, who)
    assert queries.changes(db, announced.id) == []
    assert _labels(announced.questions[0]) == ["Bancs", "Arbres", "Aucune de ces réponses"]


def test_a_change_after_the_announcement_is_public(db: Session, moment: Moment) -> None:
    who, parts = _coordinator(db), []
    for change in (*CHANGES[:1], *CHANGES[2:]):
        announced = _announced(db, asked("Bancs", "Arbres"), asked("Oui"))
        change(db, announced, who)
        [told] = queries.changes(db, announced.id)
        assert (told.kind, told.on_day) == (ChangeKind.CHANGED, clock.today())
        parts.append(told.part)
    assert parts == ["wording", "voters", *["questions"] * 8]
    moment.move_to(announced.opens_at - HOUR - timedelta(seconds=1))
    commands.edit(db, announced, WORDS, version=announced.version, actor=who)


def test_the_day_of_an_announcement_that_was_made_stands(db: Session) -> None:
    announced, who = _announced(db), _coordinator(db)
    with pytest.raises(InvalidInput, match="déjà annoncé"):
        commands.edit(db, announced, calendar(), version=announced.version, actor=who)


def test_an_announced_one_always_holds_together(db: Session) -> None:
    announced, who = _announced(db, asked("Bancs")), _coordinator(db)
    [question] = announced.questions
    with pytest.raises(InvalidInput):
        asking.remove_option(
            db, question, question.options[0], version=announced.version, actor=who
        )
    db.rollback()


def test_the_opening_moves_no_nearer_than_an_hour(db: Session) -> None:
    announced, who = _announced(db), _coordinator(db)
    soon = calendar(announced_at=announced.announced_at, opens_at=clock.now() + HOUR)
    with pytest.raises(InvalidInput, match="dans une heure"):
        commands.edit(db, announced, soon, version=announced.version, actor=who)


def test_printed_codes_fix_who_votes(db: Session) -> None:
    draft, who = made(db), _coordinator(db)
    codes = Voters(electorate=Electorate.DWELLING_CODE)
    commands.edit(db, draft, codes, version=draft.version, actor=who)
    make_codes(db, draft, b"k" * 32, 2)
    with pytest.raises(InvalidInput) as refused:
        commands.edit(db, draft, Voters(), version=draft.version, actor=who)
    assert refused.value.field == "electorate"
    with pytest.raises(Conflict, match="codes"):
        commands.drop(db, draft, version=draft.version, actor=who)


def test_questions_and_answers_change_places(db: Session) -> None:
    draft, who = made(db, asked("A", "B"), asked("C"), asked("D")), _coordinator(db)
    first, second, third = draft.questions
    asking.move_question(db, third, version=draft.version, actor=who)
    assert [q.position for q in (first, second, third)] == [1, 3, 2]
    asking.remove_question(db, first, version=draft.version, actor=who)
    assert [q.position for q in (third, second)] == [1, 2]
    asking.edit_question(db, second, asked("E", "F"), version=draft.version, actor=who)
    assert _labels(second) == ["C", "E", "F", "Aucune de ces réponses"]
    none, *_others, last = sorted(second.options, key=lambda option: not option.is_none)
    asking.move_option(db, second, last, version=draft.version, actor=who)
    assert _labels(second) == ["C", "F", "E", "Aucune de ces réponses"]
    for act in (asking.move_option, asking.remove_option):
        with pytest.raises(InvalidInput):
            act(db, second, none, version=draft.version, actor=who)
    db.expire_all()
    fresh = queries.consultation(db, draft.id)
    assert fresh is not None
    assert [option.position for option in fresh.questions[-1].options] == [1, 2, 3, 4]


def test_extending_is_public_and_the_decision_moves_with_it(db: Session, moment: Moment) -> None:
    announced, who = _announced(db), _coordinator(db)
    closes, decides = announced.closes_at, announced.decision_due_at
    moment.move_to(announced.opens_at + DAY)
    commands.extend(
        db,
        announced,
        closes_at=closes + 5 * DAY,
        reason={"fr": "Les lettres sont arrivées tard.", "ar": "تأخرت الرسائل"},
        version=announced.version,
        actor=who,
    )
    assert announced.closes_at == closes + 5 * DAY
    assert announced.decision_due_at == decides + 5 * DAY
    [told] = queries.changes(db, announced.id)
    assert (told.kind, told.old_closes_at, told.new_closes_at) == (
        ChangeKind.EXTENDED,
        closes,
        closes + 5 * DAY,
    )
    for wrong in (closes, announced.closes_at, announced.closes_at + 100 * DAY):
        with pytest.raises(InvalidInput):
            commands.extend(
                db,
                announced,
                closes_at=wrong,
                reason={"fr": "x"},
                version=announced.version,
                actor=who,
            )


def test_what_is_over_is_not_extended_and_what_is_sealed_not_cancelled(
    db: Session, moment: Moment
) -> None:
    announced, who = _announced(db), _coordinator(db)
    moment.move_to(announced.closes_at)
    with pytest.raises(Conflict):
        commands.extend(
            db,
            announced,
            closes_at=announced.closes_at + DAY,
            reason={"fr": "x"},
            version=announced.version,
            actor=who,
        )
    announced.sealed_at = clock.now()
    db.flush()
    with pytest.raises(Conflict):
        commands.cancel(db, announced, reason={"fr": "x"}, version=announced.version, actor=who)


def test_a_cancelled_one_says_why_and_takes_no_vote(db: Session, moment: Moment) -> None:
    announced, who = _announced(db), _coordinator(db)
    moment.move_to(announced.opens_at)
    reason = {"fr": "Une réponse manquait.", "ar": "نقص جواب"}
    commands.cancel(db, announced, reason=reason, version=announced.version, actor=who)
    assert announced.cancel_reason == reason["fr"]
    [told] = queries.changes(db, announced.id)
    assert (told.kind, told.reason) == (ChangeKind.CANCELLED, reason)
    with pytest.raises(Conflict):
        commands.cancel(db, announced, reason=reason, version=announced.version, actor=who)
    with pytest.raises(Conflict):
        commands.edit(db, announced, WORDS, version=announced.version, actor=who)


def test_a_draft_can_be_thrown_away_and_an_announced_one_not(db: Session) -> None:
    draft, announced, who = made(db), _announced(db), _coordinator(db)
    with pytest.raises(Conflict):
        commands.drop(db, announced, version=announced.version, actor=who)
    number = draft.id
    commands.drop(db, draft, version=draft.version, actor=who)
    assert queries.consultation(db, number) is None
    assert db.scalars(select(Question.consultation_id).distinct()).all() == [announced.id]
    assert len(db.scalars(select(Option)).all()) == 3


@pytest.mark.parametrize(
    ("closes", "decides"),
    [
        (datetime(2026, 10, 1, 18, tzinfo=UTC), datetime(2026, 10, 31, 19, tzinfo=UTC)),
        (datetime(2027, 3, 10, 19, tzinfo=UTC), datetime(2027, 4, 9, 18, tzinfo=UTC)),
    ],
)
def test_thirty_days_are_counted_on_the_calendar_when_the_clocks_change(
    db: Session, moment: Moment, closes: datetime, decides: datetime
) -> None:
    moment.move_to(closes - 20 * DAY)
    draft, who = made(db), _coordinator(db)
    last = Calendar(clock.now(), clock.now() + DAY, closes, decides)
    commands.edit(db, draft, last, version=draft.version, actor=who)
    late = Calendar(clock.now(), clock.now() + DAY, closes, decides + timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="30 jours"):
        commands.edit(db, draft, late, version=draft.version, actor=who)


def test_every_text_is_kept_per_language(db: Session) -> None:
    draft, who = made(db), _coordinator(db)
    words = Wording(**(vars(WORDS) | {"title": {"fr": "Les jeux", "ar": "الألعاب"}}))
    commands.edit(db, draft, words, version=draft.version, actor=who)
    assert draft.title == {"fr": "Les jeux", "ar": "الألعاب"}


def test_the_row_is_read_again_before_anything_is_written(db: Session) -> None:
    announced, who = _announced(db), _coordinator(db)
    seen = announced.version
    soon = clock.now() + timedelta(minutes=30)
    db.execute(update(Consultation.__table__).values(opens_at=soon))
    assert announced.opens_at > soon
    with pytest.raises(Conflict, match="plus possible"):
        commands.edit(db, announced, WORDS, version=seen, actor=who)
    db.execute(update(Consultation.__table__).values(version=seen + 1, is_draft=True))
    with pytest.raises(Conflict, match="entre-temps"):
        commands.edit(db, announced, WORDS, version=seen, actor=who)
