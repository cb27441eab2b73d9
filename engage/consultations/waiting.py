"""Answers that wait until their voter is known: sealed in the cookie of their device.

An answer is never kept in our tables beside a person, not even for a minute, and no message
carries it to another device. Those of one concertation wait at a time, for half an hour. They go
with every sign-out, and with a sign-in that does not lead to them.

Somebody else may pick the device up. So before answers are shown, whoever holds it says that they
are theirs: always where a vote is begun, and everywhere once five minutes have passed. Who gave
them while signed in on their own device is not asked: they are dropped for anybody else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import session
from sqlalchemy.orm import Session

from engage.accounts import gate
from engage.accounts.age_views import stated_age
from engage.consultations import way
from engage.consultations.casting import checked
from engage.consultations.counting.answers import Answers
from engage.consultations.forms import Sent
from engage.consultations.models import Consultation, Question
from engage.consultations.standing import DECLARING, Standing, of
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.secrets import seal, unseal
from engage.core.web import get_db, services

KEY = gate.WAITING
LASTS = timedelta(minutes=30)
SURE_S = 5 * 60
LARGEST = 2_400
"""Characters in the cookie: a browser keeps 4,096 bytes, and drops what is longer in silence."""


@dataclass(frozen=True)
class Waiting:
    """Answers to the questions of one concertation, by question id.

    `by` is the person who was signed in, 0 for a visitor. At `sure_at` (seconds) it was last
    certain that who holds the device gave them. `agreed`: the last question was sent from under the
    sentence that says what voting declares; then they count as soon as it is known whose they are.
    """

    consultation_id: int
    answers: Mapping[int, Answers]
    by: int
    sure_at: int
    agreed: bool = False


def standing(consultation: Consultation, db: Session | None = None) -> Standing:
    """The standing of who is signed in, where accounts vote; read in `db`, else in the request's.

    Where the answer is counted at once or in `db`, that is the transaction that counts.
    """
    person = gate.actor()
    if consultation.electorate.by_code or person is None:
        return DECLARING
    return of(db or get_db(), consultation, person, stated_age=stated_age())


def found() -> Waiting | None:
    """What waits on this device; nothing that is too old, or of somebody who is not signed in."""
    held = session.get(KEY)
    if held is None:
        return None
    opened = unseal(services().secret_key, KEY, held["sealed"], max_age=LASTS)
    if opened is None:
        return None
    consultation_id, answers, by, sure_at, *agreed = json.loads(opened)
    person = gate.actor()
    if by and (person is None or person.id != by):
        return None
    return Waiting(consultation_id, dict(answers), by, sure_at, any(agreed))


def answers(consultation: Consultation) -> dict[int, Answers]:
    """What waits for this concertation, in the order of its questions; only what can be counted."""
    held = found()
    if held is None or held.consultation_id != consultation.id:
        return {}
    wanted = {}
    for question in consultation.questions:
        chosen = held.answers.get(question.id, [])
        if chosen and _can_be_counted(question, chosen):
            wanted[question.id] = chosen
    return wanted


def _can_be_counted(question: Question, chosen: Answers) -> bool:
    try:
        return checked(question, chosen) == chosen
    except InvalidInput:
        return False


def is_certain(held: Waiting) -> bool:
    """Whether the answers may be shown to who holds the device, without asking whose they are."""
    return _is_own(held) or _seconds() - held.sure_at < SURE_S


def is_doubtful(held: Waiting, consultation: Consultation, *, begins: bool) -> bool:
    """Whether to ask whose the answers are before a page of the vote in `consultation`."""
    return (
        held.consultation_id != consultation.id
        or not is_certain(held)
        or (begins and not _is_own(held))
    )


def _is_own(held: Waiting) -> bool:
    """Given by who is signed in, on a device of their own."""
    return held.by != 0 and not gate.is_shared()


def keep(
    consultation: Consultation, question: Question, sent: Sent, *, agreed: bool = False
) -> bool:
    """Let an answer wait; False when no more fit on the device. Raises `InvalidInput` on "choix".

    Those of another concertation, if any wait, are asked about before this is called.
    """
    answer, person, held = checked(question, sent), gate.actor(), found()
    if held is None or held.consultation_id != consultation.id:
        held = Waiting(consultation.id, {}, 0, _seconds())
    more = replace(held, answers={**held.answers, question.id: answer}, agreed=agreed)
    if is_certain(held):
        more = replace(more, by=person.id if person else 0, sure_at=_seconds())
    return _hold(more)


def claim(held: Waiting) -> None:
    """Who holds the device has said that the answers are theirs."""
    person = gate.actor()
    _hold(replace(held, by=person.id if person else 0, sure_at=_seconds()))


def drop() -> None:
    """Let nothing wait any more."""
    session.pop(KEY, None)


def drop_old() -> None:
    """Forget what is too old or somebody else's; runs before every request."""
    if KEY in session and found() is None:
        drop()


def forget(question: Question) -> None:
    """Drop one answer that waited: it is counted."""
    held = found()
    if held is None or question.id not in held.answers:
        return
    rest = {id_: chosen for id_, chosen in held.answers.items() if id_ != question.id}
    if rest:
        _hold(replace(held, answers=rest))
    else:
        drop()


def answer_to(question: Question) -> Answers:
    """The answer to one question that waits; empty when none does."""
    held = found()
    return held.answers.get(question.id, []) if held else []


def _hold(held: Waiting) -> bool:
    """Write the cookie; False, and nothing changed, when that would be too long."""
    text = json.dumps(
        [held.consultation_id, list(held.answers.items()), held.by, held.sure_at, held.agreed],
        separators=(",", ":"),
        ensure_ascii=False,
    )
    sealed = seal(services().secret_key, KEY, text)
    if len(sealed) > LARGEST:
        return False
    session[KEY] = {"for": way.waiting(held.consultation_id), "sealed": sealed}
    return True


def _seconds() -> int:
    return int(clock.now().timestamp())
