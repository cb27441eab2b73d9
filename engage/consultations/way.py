"""The way through a vote: which concertation and question are meant, whose right, what follows."""

import secrets
from datetime import timedelta

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
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.secrets import keyed_hash
from engage.core.web import get_db, services

CODE, CODE_AT, ORDER = "voting_code", "voting_code_at", "order"
CODE_LASTS = timedelta(minutes=30)
"""How long a phone keeps a code that was typed on it: the next person shall not find it there."""


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
    code_id = session.get(CODE)
    if (
        code_id is None
        or _is_old()
        or not queries.standing_code(get_db(), code_id, consultation.id)
    ):
        return None
    return unit_of_code(code_id)


def keep_code(code_id: int) -> None:
    """Vote with this code on this device from now on, for half an hour."""
    session[CODE], session[CODE_AT] = code_id, int(clock.now().timestamp())


def _is_old() -> bool:
    typed_at = session.get(CODE_AT)
    return typed_at is not None and clock.now().timestamp() - typed_at > CODE_LASTS.total_seconds()


def seed(mine: str | None) -> str:
    """What orders the answers for this voter: the same on every device once she is known.

    A visitor's stands in her cookie alone; nothing of it is stored.
    """
    if mine:
        return keyed_hash(services().secret_key, ORDER, mine)
    if ORDER not in session:
        session[ORDER] = secrets.token_hex(8)
    return str(session[ORDER])


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
