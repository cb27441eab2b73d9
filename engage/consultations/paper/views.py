"""Pages of votes on paper: batches and their ballots, the sheets to read, the end of the count."""

from flask import Blueprint, Response, flash, make_response, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.consultations.codes import queries as staff
from engage.consultations.models import Consultation
from engage.consultations.paper import commands, policy, printing, queries
from engage.consultations.paper.forms import CloseForm, PrintForm, UrnForm
from engage.core import clock
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.forms import Form, clean_text, send_once
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.territory import queries as territory

bp = Blueprint("paper", __name__)


def home(consultation_id: int) -> str:
    """The page of all that is on paper."""
    return f"/concertations/papier/{consultation_id}"


@bp.get("/concertations/papier/<ref:consultation_id>")
def show(consultation_id: int) -> ResponseReturnValue:
    actor = reader()
    return _page(known(consultation_id), actor)


@bp.post("/concertations/papier/<ref:consultation_id>/lots")
@send_once
def print_batch(consultation_id: int) -> ResponseReturnValue:
    actor = _coordinator()
    asked, form = known(consultation_id), PrintForm()
    if form.validate_on_submit():
        ballots = form.bulletins.data or 0
        number = commands.print_batch(get_db(), asked, ballots, actor=actor)
        flash(_("Le lot {n} est prêt. Imprimez son bulletin.").format(n=number), "ok")
        return see_other(home(asked.id))
    return _page(asked, actor, printing_form=form)


@bp.get("/concertations/papier/<ref:consultation_id>/lots/<int:lot>.pdf")
def ballot(consultation_id: int, lot: int) -> ResponseReturnValue:
    reader()
    asked = known(consultation_id)
    if queries.batch(get_db(), asked.id, lot) is None:
        raise NotFound
    town = territory.town(get_db()).name
    document = printing.ballot_pdf(asked, lot, town=town)
    return pdf(document, f"bulletin-{asked.id}-lot-{lot}.pdf")


@bp.post("/concertations/papier/<ref:consultation_id>/urne")
def open_urn(consultation_id: int) -> ResponseReturnValue:
    actor = _coordinator()
    asked, form = known(consultation_id), UrnForm()
    if form.validate_on_submit():
        batch = queries.batch(get_db(), asked.id, form.lot.data or 0)
        if batch is None:
            raise NotFound
        with form.refusals():
            commands.open_urn(get_db(), asked, batch, form.found.data or 0, actor=actor)
            return see_other(home(asked.id))
    return _page(known(consultation_id), actor, urn=form)


@bp.get("/concertations/papier/<ref:consultation_id>/fin")
def closing(consultation_id: int) -> ResponseReturnValue:
    _coordinator()
    return _closing_page(known(consultation_id), CloseForm(formdata=None))


@bp.post("/concertations/papier/<ref:consultation_id>/fin")
def close(consultation_id: int) -> ResponseReturnValue:
    actor = _coordinator()
    asked, form = known(consultation_id), CloseForm()
    reasons = {q: clean_text(request.form.get(f"q{q}")) for q in queries.questions_of(asked)}
    wrong = None
    if form.validate_on_submit():
        try:
            commands.close_count(get_db(), asked, reasons=reasons, actor=actor)
        except InvalidInput as refusal:
            wrong = refusal
            form.form_errors.append(refusal.message)
        else:
            flash(_("Le dépouillement est clos. Le procès-verbal est prêt."), "ok")
            return see_other(f"/concertations/{asked.id}/depouillement")
    return _closing_page(known(consultation_id), form, reasons=reasons, wrong=wrong)


def _closing_page(
    asked: Consultation,
    form: CloseForm,
    *,
    reasons: dict[int, str] | None = None,
    wrong: InvalidInput | None = None,
) -> Response:
    if queries.report(get_db(), asked.id) is not None:
        raise Conflict(_("Le dépouillement est clos."))
    return form_page(
        "consultations/paper/close.html",
        form,
        consultation=asked,
        counted=queries.count(get_db(), asked),
        questions=queries.questions_of(asked),
        ready=queries.all_settled(get_db(), asked.id) and policy.is_counting(asked, clock.now()),
        reasons=reasons or {},
        wrong=wrong,
    )


def _page(
    asked: Consultation,
    actor: Person,
    *,
    printing_form: PrintForm | None = None,
    urn: UrnForm | None = None,
) -> Response:
    db = get_db()
    found = queries.batches(db, asked.id, actor)
    shown: Form = printing_form or urn or PrintForm(formdata=None)
    return form_page(
        "consultations/paper/show.html",
        shown,
        consultation=asked,
        batches=found,
        next_sheet=queries.next_for(found),
        settled=bool(found) and all(b.found is not None and not b.waiting() for b in found),
        printing_form=printing_form or PrintForm(formdata=None),
        urn=urn,
        urn_form=UrnForm,
        report=queries.report(db, asked.id),
        runs=policy.can_run_count(actor),
        counting=policy.is_counting(asked, clock.now()),
        States=queries.SheetState,
    )


def pdf(document: bytes, name: str) -> Response:
    """A document to print, kept by no cache."""
    response = make_response(document)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def known(consultation_id: int) -> Consultation:
    """A concertation that takes paper; raises `NotFound`."""
    found = staff.asked(get_db(), consultation_id)
    if found is None or not found.takes_paper:
        raise NotFound
    return found


def reader() -> Person:
    """Who may read ballots; raises `Denied`."""
    person = gate.signed_in()
    require(policy.can_read_ballots, person)
    return person


def _coordinator() -> Person:
    person = gate.signed_in()
    require(policy.can_run_count, person)
    return person
