"""What the views of making a concertation share: who makes, which one, in French."""

from engage.accounts import gate
from engage.accounts.models import Person
from engage.consultations.making import policy, queries
from engage.consultations.models import Consultation, Option, Question
from engage.core import i18n
from engage.core.errors import NotFound
from engage.core.policy import require
from engage.core.web import get_db

HOME = "/concertations/preparer"


def in_french() -> None:
    """Screens of staff are French as a whole, whatever language somebody reads elsewhere."""
    i18n.speak("fr")


def maker() -> Person:
    """Who is signed in and makes concertations; raises `Denied` for others."""
    person = gate.signed_in()
    require(policy.can_make, person)
    return person


def found(consultation_id: int) -> Consultation:
    """A draft or an announced one, to who makes concertations; raises `NotFound`, `Denied`."""
    maker()
    consultation = queries.consultation(get_db(), consultation_id)
    if consultation is None:
        raise NotFound
    return consultation


def changeable(consultation_id: int) -> Consultation:
    """The same, while what is asked may still change; raises `Conflict` after that."""
    consultation = found(consultation_id)
    policy.require_stage(policy.can_change, maker(), consultation)
    return consultation


def question_of(consultation: Consultation, question_id: int) -> Question:
    """One of its questions; raises `NotFound`."""
    for question in consultation.questions:
        if question.id == question_id:
            return question
    raise NotFound


def option_of(question: Question, option_id: int) -> Option:
    """One of its answers that a person may change; raises `NotFound`."""
    for option in question.options:
        if option.id == option_id and not option.is_none:
            return option
    raise NotFound


def home(consultation_id: int) -> str:
    """The page of all steps of one concertation."""
    return f"/concertations/{consultation_id}/preparer"


def step(consultation_id: int, slug: str) -> str:
    """The page of one step."""
    return f"{home(consultation_id)}/{slug}"
