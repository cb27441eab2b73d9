"""A choice that waits while its voter shows what is asked for: on their own device, nowhere else.

An answer is never kept in our tables beside a person, not even for a minute. It stands in the
signed cookie of the device until it is counted or somebody signs out.
"""

from flask import session
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.age_views import stated_age
from engage.consultations.commands import checked
from engage.consultations.forms import BallotForm, ballot_form
from engage.consultations.models import Consultation, Electorate, Question
from engage.consultations.standing import DECLARING, Standing, of
from engage.core.web import get_db, see_other

KEY = "choices"


def standing(consultation: Consultation) -> Standing:
    """The standing of who is signed in, where accounts vote."""
    person = gate.actor()
    if consultation.electorate is Electorate.DWELLING_CODE or person is None:
        return DECLARING
    return of(get_db(), consultation, person, stated_age=stated_age())


def keep(consultation: Consultation, question: Question, choices: list[int]) -> ResponseReturnValue:
    """Let the answer wait on this device and say what is missing; raises `InvalidInput`."""
    session[KEY] = {**session.get(KEY, {}), str(question.id): checked(question, choices)}
    return see_other(before(consultation, question.position))


def before(consultation: Consultation, position: int) -> str:
    """The page that says what is missing before this question is sent."""
    return f"/concertations/{consultation.id}/voter/avant?question={position}"


def form_with_choice(question: Question) -> BallotForm:
    """The form of a question, with the answer that waits."""
    form = ballot_form(question)
    choices = [str(choice) for choice in session.get(KEY, {}).get(str(question.id), ())]
    if choices and not form.choix.raw_data:
        form.choix.data = choices if question.max_choices > 1 else choices[0]
    return form


def waits(question: Question) -> bool:
    """Whether an answer to this question waits on this device."""
    return str(question.id) in session.get(KEY, {})


def forget(question: Question) -> None:
    """Drop what waited: it is counted."""
    choices = dict(session.get(KEY, {}))
    if choices.pop(str(question.id), None) is not None:
        session[KEY] = choices
