"""The page of all answers in words of a sealed vote."""

from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.consultations import kept, sheets
from engage.consultations.models import QuestionKind
from engage.consultations.policy import can_see_results
from engage.consultations.sheets import AskedQuestion
from engage.consultations.written import queries
from engage.consultations.written.queries import NOTHING, Words
from engage.core.errors import NotFound
from engage.core.pagecache import public_page
from engage.core.web import get_db, page

bp = Blueprint("written", __name__)

FEW = 12
"""Answers on the page of results; the others are a click away."""


@bp.get("/concertations/<ref:consultation_id>/mots")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    sheet = sheets.sheet(get_db(), consultation_id)
    if sheet is None or not can_see_results(sheet):
        raise NotFound
    asked = kept.questions([sheet]).get(sheet.id, ())
    questions = [question for question in asked if question.kind is QuestionKind.TEXT]
    if not questions:
        raise NotFound
    return page(
        "consultations/written/all.html",
        consultation=sheet,
        questions=questions,
        told=queries.published(get_db(), [question.id for question in questions]),
        nothing=NOTHING,
    )


@bp.app_context_processor
def _on_results() -> dict[str, object]:
    """What the page of results asks for, where a question was answered in words."""
    return {"words_written": _written, "few_words": FEW, "no_words": NOTHING}


def _written(questions: Sequence[AskedQuestion]) -> dict[int, Words]:
    asked = [question.id for question in questions if question.kind is QuestionKind.TEXT]
    return queries.published(get_db(), asked)
