"""The tally report as a page and as PDF: for staff once it is written, for all after sealing."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.consultations.models import Consultation
from engage.consultations.paper import policy, printing, queries
from engage.consultations.paper.views import known, pdf
from engage.consultations.sealing.cells import SMALLEST
from engage.core import pdf as core_pdf
from engage.core.errors import NotFound
from engage.core.i18n import label
from engage.core.web import get_db, page
from engage.territory import queries as territory

bp = Blueprint("tally_report", __name__)


@bp.get("/concertations/<ref:consultation_id>/depouillement")
def show(consultation_id: int) -> ResponseReturnValue:
    asked, data = _data(consultation_id)
    return page("consultations/paper/report.html", consultation=asked, data=data, label=label)


@bp.get("/concertations/<ref:consultation_id>/depouillement.pdf")
def download(consultation_id: int) -> ResponseReturnValue:
    asked, data = _data(consultation_id)
    document = core_pdf.render(printing.REPORT, **data)
    return pdf(document, f"depouillement-{asked.id}.pdf")


def _data(consultation_id: int) -> tuple[Consultation, dict[str, object]]:
    """Raises `NotFound` before the report is written, and for visitors before it is public.

    Below ten ballots it stays with those who counted: a number beside a single ballot would point
    at somebody.
    """
    db, asked = get_db(), known(consultation_id)
    found, actor = queries.report(db, asked.id), gate.actor()
    if found is None:
        raise NotFound
    if not policy.can_read_ballots(actor):
        enough = any(row[1] >= SMALLEST for row in found.rows)
        if asked.sealed_at is None or not enough:
            raise NotFound
    readers = queries.readers(db, asked.id)
    batches = queries.packs(db, asked.id)
    town = territory.town(db).name
    return asked, printing.report(asked, found, batches, readers, town=town)
