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
from engage.consultations.counting.answers import checked
from engage.consultations.forms import BallotForm, ballot_form
from engage.consultations.models import Consultation, Question
from engage.consultations.standing import DECLARING, Standing, of
from engage.core import clock
from engage.core.secrets import seal, unseal
from engage.core.web import get_db, services

KEY = gate.WAITING
LASTS = timedelta(minutes=30)
SURE_S = 5 * 60
LARGEST = 1_500
"""Characters in the cookie: a browser keeps 4,096 bytes, and drops what is longer in silence."""


@dataclass(frozen=True)
class Waiting:
    """Answers to the questions of one concertation, option ids by question id.

    `by` is the person who was signed in, 0 for a visitor. At `sure_at` (seconds) it was last
    certain that who holds the device gave them.
    """

    consultation_id: int
    answers: Mapping[int, list[int]]
    by: int
    sure_at: int


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
    consultation_id, answers, by, sure_at = json.loads(opened)
    person = gate.actor()
    if by and (person is None or person.id != by):
        return None
    return Waiting(consultation_id, dict(answers), by, sure_at)


def answers(consultation: Consultation) -> dict[int, list[int]]:
    """What waits for this concertation, in the order of its questions; only what can be counted."""
    held = found()
    if held is None or held.consultation_id != consultation.id:
        return {}
    wanted = {}
    for question in consultation.questions:
        chosen = held.answers.get(question.id, [])
        if chosen and set(chosen) <= {option.id for option in question.options}:
            wanted[question.id] = chosen
    return wanted


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


def keep(consultation: Consultation, question: Question, choices: list[int]) -> bool:
    """Let an answer wait; False when no more fit on the device. Raises `InvalidInput` on "choix".

    Those of another concertation, if any wait, are asked about before this is called.
    """
    answer, person, held = checked(question, choices), gate.actor(), found()
    if held is None or held.consultation_id != consultation.id:
        held = Waiting(consultation.id, {}, 0, _seconds())
    more = replace(held, answers={**held.answers, question.id: answer})
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


def form_with_choice(question: Question) -> BallotForm:
    """The form of a question, with the answer that waits."""
    form, held = ballot_form(question), found()
    choices = [str(choice) for choice in held.answers.get(question.id, ())] if held else []
    if choices and not form.choix.raw_data:
        form.choix.data = choices if question.max_choices > 1 else choices[0]
    return form


def _hold(held: Waiting) -> bool:
    """Write the cookie; False, and nothing changed, when that would be too long."""
    text = json.dumps(
        [held.consultation_id, list(held.answers.items()), held.by, held.sure_at],
        separators=(",", ":"),
    )
    sealed = seal(services().secret_key, KEY, text)
    if len(sealed) > LARGEST:
        return False
    session[KEY] = {"for": way.waiting(held.consultation_id), "sealed": sealed}
    return True


def _seconds() -> int:
    return int(clock.now().timestamp())
