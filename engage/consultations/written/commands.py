"""Writes of answers in words: send one, and what the council decides about it.

Sending leaves a roll entry and words without a link between them: no audit, no message, no time.
It can't be changed: nothing says which words are whose.
"""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.consultations.commands import AlreadyVoted, require_right, take_right
from engage.consultations.models import Question, QuestionKind
from engage.consultations.standing import DECLARING, Standing
from engage.consultations.written.models import WrittenAnswer
from engage.core import audit
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _, current
from engage.core.language import language_of
from engage.core.words import ContributionChannel, Visibility

LONGEST = 500
"""Characters: a few sentences, which fit beside other answers that wait on a phone."""

LAST_NUMBER = 2**31 - 1


def checked(text: str) -> str:
    """The words as they are kept; raises `InvalidInput` on "choix"."""
    words = text.strip()
    if not words:
        raise InvalidInput("choix", _("Écrivez votre réponse, ou passez cette question."))
    if len(words) > LONGEST:
        raise InvalidInput(
            "choix", _("Ce texte est trop long : {max} caractères au plus.").format(max=LONGEST)
        )
    return words


def write(
    db: Session,
    question: Question,
    unit: str,
    text: str,
    *,
    standing: Standing = DECLARING,
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by: int | None = None,
) -> None:
    """Keep what `unit` answers in words to `question` (with its concertation loaded).

    Raises what `cast_ballot` raises: `NotOpen`, `Denied`, `InvalidInput` on "choix", and
    `AlreadyVoted` when this unit wrote before.
    """
    require_right(question, unit, standing)
    if question.kind is not QuestionKind.TEXT:
        raise InvalidInput("choix", _("Choisissez une réponse."))
    words = checked(text)
    if not take_right(db, question, unit, channel=channel, captured_by=captured_by):
        raise AlreadyVoted(_("Vous avez déjà écrit votre réponse. Elle ne change plus."))
    db.add(
        WrittenAnswer(
            id=_number(db),
            question_id=question.id,
            body=words,
            language=language_of(words, page=current().code),
        )
    )
    db.flush()


def _number(db: Session) -> int:
    """A number drawn by lot that nothing has yet."""
    number = 0
    while not number or db.scalar(select(WrittenAnswer.id).where(WrittenAnswer.id == number)):
        number = 1 + secrets.randbelow(LAST_NUMBER)
    return number


def publish(db: Session, answer: WrittenAnswer, *, actor_id: int) -> None:
    """Let everybody read it once the vote is sealed; raises `Conflict` once it is erased."""
    _require_words(answer)
    answer.visibility = Visibility.PUBLIC
    audit.record(db, "written_answer.publish", answer, actor_id=actor_id)


def hide(db: Session, answer: WrittenAnswer, *, actor_id: int | None) -> None:
    """Keep it from everybody; raises `Conflict` once it is erased."""
    _require_words(answer)
    answer.visibility = Visibility.HIDDEN
    audit.record(db, "written_answer.hide", answer, actor_id=actor_id)


def _require_words(answer: WrittenAnswer) -> None:
    if not answer.body:
        raise Conflict(_("Ce texte est effacé."))


def mask(db: Session, answer: WrittenAnswer, body: str, *, actor_id: int) -> None:
    """Put these words, some of them covered, in the place of what was sent."""
    answer.body = body
    answer.edition += 1
    audit.record(db, "written_answer.mask", answer, actor_id=actor_id)
