"""Pages of the proof: the files, the search for one's receipt, and the button that seals."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.consultations import queries, sheets
from engage.consultations.models import Consultation
from engage.consultations.paper.queries import is_settled
from engage.consultations.policy import can_seal, can_see_results, seals
from engage.consultations.sealing import published
from engage.consultations.sealing.commands import AFTER, seal
from engage.consultations.sheets import Sheet
from engage.core import clock, i18n
from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.forms import Form
from engage.core.i18n import _, label, lazy
from engage.core.pagecache import public_page
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, page, see_other, services

bp = Blueprint("proof", __name__)

SCRIPT = ROOT / "scripts" / "recount.py"
PIECE = 64 * 1024
"""Bytes that are sent, or kept in memory, at a time."""

TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


class ReceiptForm(Form):
    """What stands on one's receipt."""

    recu = StringField(
        lazy("Votre reçu"),
        [InputRequired(lazy("Recopiez votre reçu.")), Length(max=40)],
    )


def _sealed(consultation_id: int) -> Sheet:
    """Raises `NotFound` before the sealing."""
    found = sheets.sheet(get_db(), consultation_id)
    if found is None or not can_see_results(found):
        raise NotFound
    return found


@bp.get("/concertations/<ref:consultation_id>/preuve")
@public_page
def show(consultation_id: int) -> ResponseReturnValue:
    sheet = _sealed(consultation_id)
    found = published.vote(get_db(), sheet.id)
    sums = services().cache.get(
        f"sums:{sheet.id}:{sheet.version}", lambda: published.sums(get_db(), found)
    )
    return page(
        "consultations/sealing/proof.html",
        consultation=sheet,
        vote=found,
        sums=sums,
    )


@bp.get("/concertations/<ref:consultation_id>/preuve/<name>")
def download(consultation_id: int, name: str) -> ResponseReturnValue:
    """Written whole before it is sent: who reads slowly holds no connection to the database."""
    sheet = _sealed(consultation_id)
    if name not in published.FILES:
        raise NotFound
    file = _file(services().database, sheet.id, name)
    kind = TYPES[name.rpartition(".")[2]]
    saved = f"concertation-{sheet.id}-{name}"
    told = {"Content-Disposition": f'attachment; filename="{saved}"'}
    answer = Response(_pieces(file), content_type=kind, headers=told)
    answer.call_on_close(file.close)
    return answer


def _file(database: Database, consultation_id: int, name: str) -> IO[bytes]:
    """On the disk where it is large: memory does not grow with the ballots."""
    file = SpooledTemporaryFile(PIECE)  # noqa: SIM115 - read once the view is over
    with database.reading() as db:
        for part in published.FILES[name](db, published.vote(db, consultation_id)):
            file.write(part.encode())
    file.seek(0)
    return file


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


@bp.get("/concertations/recompter.py")
def script() -> ResponseReturnValue:
    """The same for every vote, as it stands in the project."""
    told = {"Content-Disposition": 'attachment; filename="recompter.py"'}
    return Response(SCRIPT.read_bytes(), mimetype="text/x-python", headers=told)


@bp.get("/concertations/<ref:consultation_id>/recu")
def ask_receipt(consultation_id: int) -> ResponseReturnValue:
    return _receipt_page(_sealed(consultation_id), ReceiptForm(formdata=None))


@bp.post("/concertations/<ref:consultation_id>/recu")
def find_receipt(consultation_id: int) -> ResponseReturnValue:
    """Whether it is in the list; what was typed is kept nowhere, and no address holds it."""
    sheet, form = _sealed(consultation_id), ReceiptForm()
    if not form.validate_on_submit():
        return _receipt_page(sheet, form)
    vote = published.vote(get_db(), sheet.id)
    titles = {q.id: label(q.title) for q in vote.asked.questions}
    found = published.has_receipt(get_db(), titles, form.recu.data or "")
    return _receipt_page(sheet, form, searched=True, title=titles.get(found) if found else None)


def _receipt_page(
    sheet: Sheet, form: ReceiptForm, *, searched: bool = False, title: str | None = None
) -> ResponseReturnValue:
    return form_page(
        "consultations/sealing/receipt.html",
        form,
        consultation=sheet,
        searched=searched,
        title=title,
    )


@bp.get("/concertations/sceller/<ref:consultation_id>")
def ask_seal(consultation_id: int) -> ResponseReturnValue:
    actor, asked = _to_seal(consultation_id)
    if not can_seal(actor, asked, clock.now()):
        return see_other(f"/concertations/{asked.id}")
    return form_page(
        "consultations/sealing/seal.html",
        EmptyForm(),
        consultation=asked,
        settled=is_settled(get_db(), asked.id),
        since=i18n.moment(asked.closes_at + AFTER),
        ready=asked.is_over(clock.now() - AFTER),
    )


@bp.post("/concertations/sceller/<ref:consultation_id>")
def do_seal(consultation_id: int) -> ResponseReturnValue:
    """Seal at once; the clock rewrites the files within a minute."""
    actor, asked = _to_seal(consultation_id)
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    if not can_seal(actor, asked, clock.now()):
        raise Conflict(_("Ce vote n’est pas à sceller. Relisez sa page."))
    seal(apart(), asked.id, actor)
    flash(_("C’est scellé. Tout le monde peut lire les résultats et recompter."), "ok")
    return see_other(f"/concertations/{asked.id}/resultats")


def _to_seal(consultation_id: int) -> tuple[Person, Consultation]:
    actor = gate.actor()
    require(seals, actor)
    assert actor is not None
    asked = queries.consultation(get_db(), consultation_id)
    if asked is None:
        raise NotFound
    return actor, asked
