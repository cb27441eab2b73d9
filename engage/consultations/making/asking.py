"""Writes of questions and answers: add, change, move, remove, until an hour before the opening."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.making import checks, policy, questions
from engage.consultations.making.commands import changed, lock
from engage.consultations.making.drafts import DraftOption, DraftQuestion, Texts
from engage.consultations.models import Consultation, Option, Question, QuestionKind
from engage.core import photos
from engage.core.errors import InvalidInput
from engage.core.photos import StoredPhoto

Row = TypeVar("Row", Question, Option)

PART = "questions"

ALOOF = 1000
"""Added to positions while they are dealt out anew: no two rows ever have the same one."""

MADE_BY_PROGRAM = (QuestionKind.YES_NO, QuestionKind.TEXT)
"""The kinds whose answers nobody types."""


def add_question(
    db: Session, consultation: Consultation, asked: DraftQuestion, *, version: int, actor: Person
) -> Question:
    """Ask one thing more, last; raises `Conflict`, and `InvalidInput` where it holds no more."""
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    if len(consultation.questions) >= checks.MOST_QUESTIONS:
        raise InvalidInput("title_fr", "Il y a déjà douze questions.")
    _check_number(len(asked.options))
    question = questions.made(asked, len(consultation.questions) + 1)
    consultation.questions.append(question)
    db.flush()
    changed(db, consultation, PART, actor=actor)
    return question


def edit_question(
    db: Session, question: Question, asked: DraftQuestion, *, version: int, actor: Person
) -> None:
    """Write a question anew and add the answers of `asked` to its own; its kind stays."""
    consultation = question.consultation
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    real = _real(question)
    _check_number(len(real) + len(asked.options))
    _append(db, question, asked.options)
    questions.write(question, asked, len(real) + len(asked.options))
    db.flush()
    changed(db, consultation, PART, actor=actor)


def _check_number(answers: int) -> None:
    if answers >= checks.MOST_OPTIONS:
        raise InvalidInput("more", "Vingt réponses au plus, avec «\xa0Aucune\xa0».")


def _append(db: Session, question: Question, given: Sequence[DraftOption]) -> None:
    """New answers come after the others, "none of these" stays the last."""
    none = next(option for option in question.options if option.is_none)
    place = max(option.position for option in question.options)
    none.position = place + len(given)
    db.flush()
    for position, one in enumerate(given, place):
        question.options.append(questions.option(one, position))


def remove_question(db: Session, question: Question, *, version: int, actor: Person) -> None:
    """Take a question out; those after it move up."""
    consultation = question.consultation
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    for option in question.options:
        db.delete(option)
    db.flush()
    consultation.questions.remove(question)
    db.delete(question)
    db.flush()
    _deal(db, consultation.questions)
    changed(db, consultation, PART, actor=actor)


def move_question(db: Session, question: Question, *, version: int, actor: Person) -> None:
    """Ask it one place earlier; the first one stays the first."""
    consultation = question.consultation
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    _deal(db, _moved_up(consultation.questions, question))
    changed(db, consultation, PART, actor=actor)


def edit_option(
    db: Session,
    question: Question,
    option: Option,
    given: DraftOption,
    *,
    alt: Texts,
    photo: StoredPhoto | None,
    version: int,
    actor: Person,
) -> None:
    """Write an answer anew; a new `photo` takes the place of the one before."""
    lock(db, question.consultation, policy.can_change, actor=actor, version=version)
    questions.fill(option, given)
    if photo is not None:
        option.photo = photos.keep(db, photo)
    option.photo_alt = alt
    db.flush()
    changed(db, question.consultation, PART, actor=actor)


def drop_photo(
    db: Session, question: Question, option: Option, *, version: int, actor: Person
) -> None:
    """Show an answer without its picture; the file goes with the next clean-up."""
    lock(db, question.consultation, policy.can_change, actor=actor, version=version)
    option.photo_id, option.photo_alt = None, {}
    changed(db, question.consultation, PART, actor=actor)


def remove_option(
    db: Session, question: Question, option: Option, *, version: int, actor: Person
) -> None:
    """Take an answer out; "none of these" always stays."""
    lock(db, question.consultation, policy.can_change, actor=actor, version=version)
    if option.is_none or question.kind in MADE_BY_PROGRAM:
        raise InvalidInput("", "Cette réponse reste toujours.")
    question.options.remove(option)
    db.delete(option)
    db.flush()
    _deal(db, question.options)
    question.max_choices = min(question.max_choices, max(1, len(_real(question))))
    changed(db, question.consultation, PART, actor=actor)


def move_option(
    db: Session, question: Question, option: Option, *, version: int, actor: Person
) -> None:
    """Show an answer one place earlier; the order that voters see is drawn for each anyway."""
    lock(db, question.consultation, policy.can_change, actor=actor, version=version)
    if option.is_none:
        raise InvalidInput("", "Cette réponse reste toujours la dernière.")
    _deal(db, _moved_up(question.options, option))
    changed(db, question.consultation, PART, actor=actor)


def _real(question: Question) -> list[Option]:
    return [option for option in question.options if not option.is_none]


def _moved_up(rows: Sequence[Row], row: Row) -> list[Row]:
    ordered = list(rows)
    place = ordered.index(row)
    if place:
        ordered[place - 1], ordered[place] = ordered[place], ordered[place - 1]
    return ordered


def _deal(db: Session, rows: Sequence[Question | Option]) -> None:
    """Number `rows` from 1 in this order; two rows never have the same number in between."""
    for place, row in enumerate(rows, ALOOF):
        row.position = place
    db.flush()
    for place, row in enumerate(rows, 1):
        row.position = place
    db.flush()
