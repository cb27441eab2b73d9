"""The way through a vote: which concertation and question are meant, whose right, what follows."""

from flask import request, session

from engage.accounts import gate
from engage.consultations import queries
from engage.consultations.models import (
    Consultation,
    Question,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.sheets import Sheet
from engage.core.errors import NotFound
from engage.core.web import get_db


def known(consultation_id: int) -> Consultation:
    """To vote in; raises `NotFound`."""
    consultation = queries.consultation(get_db(), consultation_id)
    if consultation is None:
        raise NotFound
    return consultation


def asked(consultation: Consultation) -> Question:
    """The question of `?question=`, its place in the order; raises `NotFound`."""
    number = request.args.get("question", type=int) or 0
    for question in consultation.questions:
        if question.position == number:
            return question
    raise NotFound


def unit(consultation: Consultation | Sheet) -> str | None:
    """Whose right this browser may use here, None when it is not known yet."""
    if not consultation.electorate.by_code:
        person = gate.actor()
        return unit_of_person(person.id) if person else None
    code_id = session.get("voting_code")
    if code_id is None or not queries.standing_code(get_db(), code_id, consultation.id):
        return None
    return unit_of_code(code_id)


def counted(consultation: Consultation, mine: str | None) -> frozenset[int]:
    """The questions that are counted for the unit `mine`; none while it is not known."""
    return queries.answered(get_db(), consultation.questions, mine) if mine else frozenset()


def page(consultation_id: int) -> str:
    """The concertation itself."""
    return f"/concertations/{consultation_id}"


def start(consultation_id: int) -> str:
    """Where a vote begins, or goes on."""
    return f"{page(consultation_id)}/voter"


def waiting(consultation_id: int) -> str:
    """The page of the answers that wait, where signing in leads."""
    return f"{start(consultation_id)}/reponses"


def before(consultation_id: int, position: int) -> str:
    """The page that says what is missing; `position` is the question that it leads back to."""
    return f"{start(consultation_id)}/avant?question={position}"


def end(consultation_id: int) -> str:
    """The last page: what is counted."""
    return f"{start(consultation_id)}/fin"


def to(question: Question) -> str:
    """The page of one question."""
    return f"{start(question.consultation_id)}?question={question.position}"


def after(consultation: Consultation, position: int, done: frozenset[int]) -> str | None:
    """The next question that is not `done`; None after the last one."""
    rest = (q for q in consultation.questions if q.position > position and q.id not in done)
    return next((to(question) for question in rest), None)
