"""Pages of works for everybody: meetings with their minutes, questions with their answers."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.consultations import sheets
from engage.consultations.kits import works_queries
from engage.consultations.kits.policy import can_accompany
from engage.consultations.models import Purpose
from engage.consultations.sheets import Sheet
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.pagecache import public_page
from engage.core.web import get_db, page

bp = Blueprint("works", __name__)


def known(consultation_id: int) -> Sheet:
    """An announced refurbishment; raises `NotFound`."""
    sheet = sheets.sheet(get_db(), consultation_id)
    if sheet is None or sheet.purpose is not Purpose.REHABILITATION:
        raise NotFound
    return sheet


@bp.get("/concertations/<ref:consultation_id>/questions")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    sheet, db, person = known(consultation_id), get_db(), gate.actor()
    return page(
        "consultations/kits/works.html",
        consultation=sheet,
        meetings=works_queries.meetings(db, sheet.id),
        themes=works_queries.themes(db, sheet.id),
        told=works_queries.told(db, sheet.id),
        answers=can_accompany(person)
        or (person is not None and sheet.organisation_id in person.organisation_ids),
        now=clock.now(),
    )
