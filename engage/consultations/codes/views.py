"""Pages of printed codes: letters as one PDF that is streamed and not kept, codes in hand."""

from flask import Blueprint, Response, flash, make_response
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.consultations.codes import commands, printing, queries
from engage.consultations.codes.forms import BatchForm, CancelForm, CodeInHandForm, LettersForm
from engage.consultations.codes.policy import can_cancel_codes, can_check_code, can_make_letters
from engage.consultations.codes.printing import Letter
from engage.consultations.codes.queries import CodeState
from engage.consultations.models import Consultation, VotingCode
from engage.core import throttle
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.forms import Form, taken_once
from engage.core.i18n import _, label
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, see_other, services
from engage.territory import queries as territory

bp = Blueprint("codes", __name__)

CHECKS_AN_HOUR = 300
CANCELS_AN_HOUR = 60
"""Cancelling tells whether a letter has voted: nobody walks through all of them."""


@bp.get("/concertations/codes/<ref:consultation_id>")
def show(consultation_id: int) -> ResponseReturnValue:
    _actor()
    return _page(_known(consultation_id))


@bp.post("/concertations/codes/<ref:consultation_id>")
def check(consultation_id: int) -> ResponseReturnValue:
    """Used, unused or cancelled: of the code in hand, which the answer does not repeat."""
    actor, form = _actor(), CodeInHandForm()
    if form.validate_on_submit():
        throttle.hit_hourly(apart(), f"code-check:{actor.id}", limit=CHECKS_AN_HOUR)
        asked, key = _known(consultation_id), services().secret_key
        code = queries.in_hand(get_db(), asked.id, key, form.code.data or "")
        state = commands.check_code(get_db(), asked, code, actor=actor)
        form.code.data = form.code.raw_data = None
        return _page(asked, check=form, state=state)
    return _page(_known(consultation_id), check=form)


@bp.post("/concertations/codes/<ref:consultation_id>/lettres")
def make(consultation_id: int) -> ResponseReturnValue:
    """Print first, keep the hashes then: a fault in between leaves no code that nobody has."""
    actor, asked, form = _coordinator(), _known(consultation_id), _letters_form()
    require(can_make_letters, actor, asked)
    if form.validate_on_submit():
        with form.refusals():
            wanted, batch = form.wanted(), queries.next_batch(get_db(), asked.id)
            codes = commands.draw(len(wanted))
            letters = [
                Letter(batch, serial, code, lines)
                for serial, (code, lines) in enumerate(zip(codes, wanted, strict=True), 1)
            ]
            printed = _printed(asked, letters)
            taken_once(form)
            commands.keep_letters(
                get_db(),
                _known(consultation_id),
                codes,
                key=services().secret_key,
                batch=batch,
                actor=actor,
                neighbourhood_id=form.quartier.data or None,
            )
            return _download(printed, f"lettres-{asked.id}-lot-{batch}.pdf")
    return _page(asked, letters=form)


@bp.post("/concertations/codes/<ref:consultation_id>/annuler")
def cancel(consultation_id: int) -> ResponseReturnValue:
    """Cancel a letter by its code or number; the new one is printed and streamed like the first."""
    actor, asked, form = _coordinator(), _known(consultation_id), CancelForm()
    require(can_make_letters, actor, asked)
    if form.validate_on_submit():
        with form.refusals():
            throttle.hit_hourly(apart(), f"code-cancel:{actor.id}", limit=CANCELS_AN_HOUR)
            lost, field = _lost(asked, form)
            if form.remplacer.data:
                return _replace(asked, lost, field, form, actor)
            _cancel(lost, field, asked, actor)
            flash(_("La lettre est annulée. Son code ne vote plus."), "ok")
            return see_other(f"/concertations/codes/{asked.id}")
    return _page(asked, cancel=form)


@bp.post("/concertations/codes/<ref:consultation_id>/lot")
def cancel_batch(consultation_id: int) -> ResponseReturnValue:
    actor, asked, form = _coordinator(), _known(consultation_id), BatchForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    commands.cancel_batch(get_db(), asked, form.lot.data or 0, actor=actor)
    flash(_("Le lot est annulé\xa0: ses codes qui n’ont pas voté ne votent plus."), "ok")
    return see_other(f"/concertations/codes/{asked.id}")


def _lost(asked: Consultation, form: CancelForm) -> tuple[VotingCode, str]:
    """The code to cancel and the field that named it; raises `InvalidInput`."""
    db, number = get_db(), form.letter_number()
    if form.perdu.data:
        found = queries.in_hand(db, asked.id, services().secret_key, form.perdu.data)
    elif number:
        found = queries.by_number(db, asked.id, *number)
    else:
        raise InvalidInput("perdu", _("Écrivez le code ou le numéro de la lettre."))
    field = "perdu" if form.perdu.data else "numero"
    if found is None:
        raise InvalidInput(field, _("Aucune lettre de ce vote n’a ce code ou ce numéro."))
    return found, field


def _cancel(lost: VotingCode, field: str, asked: Consultation, actor: Person) -> None:
    try:
        commands.cancel_code(get_db(), asked, lost, actor=actor)
    except Conflict as refusal:
        raise InvalidInput(field, refusal.message) from None


def _replace(
    asked: Consultation, lost: VotingCode, field: str, form: CancelForm, actor: Person
) -> Response:
    batch, (code,) = lost.batch or 0, commands.draw(1)
    lines = (form.adresse.data or "").split(";")
    letter = Letter(batch, queries.next_serial(get_db(), asked.id, batch), code, lines)
    neighbourhood_id, lost_id = lost.neighbourhood_id, lost.id
    printed = _printed(asked, [letter])
    taken_once(form)
    lost, asked = get_db().get_one(VotingCode, lost_id), _known(asked.id)
    _cancel(lost, field, asked, actor)
    commands.keep_letters(
        get_db(),
        asked,
        [code],
        key=services().secret_key,
        batch=batch,
        actor=actor,
        first=letter.serial,
        neighbourhood_id=neighbourhood_id,
    )
    return _download(printed, f"lettre-{asked.id}-{letter.number}.pdf")


def _printed(asked: Consultation, letters: list[Letter]) -> bytes:
    """The PDF, made with no transaction open."""
    town = services()
    data = printing.sheet(
        asked, letters, base_url=town.config.base_url, town=territory.town(get_db()).name
    )
    apart()
    return printing.letters_pdf(data)


def _download(document: bytes, name: str) -> Response:
    response = make_response(document)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _actor() -> Person:
    person = gate.signed_in()
    require(can_check_code, person)
    return person


def _coordinator() -> Person:
    person = gate.signed_in()
    require(can_cancel_codes, person)
    return person


def _known(consultation_id: int) -> Consultation:
    """A concertation where codes vote; raises `NotFound`."""
    found = queries.asked(get_db(), consultation_id)
    if found is None or not found.electorate.by_code:
        raise NotFound
    return found


def _letters_form() -> LettersForm:
    form = LettersForm()
    form.quartier.choices = [
        (0, _("Tous")),
        *((hood.id, label(hood.name)) for hood in territory.neighbourhoods(get_db())),
    ]
    return form


def _page(asked: Consultation, *, state: CodeState | None = None, **sent: Form) -> Response:
    """The three forms of the page; the one that was sent shows what was refused."""
    actor = gate.signed_in()
    making = can_make_letters(actor, asked)
    forms = {
        "check": sent.get("check") or CodeInHandForm(formdata=None),
        "cancel": sent.get("cancel") or CancelForm(formdata=None),
        "letters": sent.get("letters") or (_letters_form() if making else None),
    }
    return form_page(
        "consultations/codes/show.html",
        next(iter(sent.values()), forms["check"]),
        consultation=asked,
        check=forms["check"],
        cancel=forms["cancel"],
        letters=forms["letters"],
        batches=queries.letters(get_db(), asked.id) if making else (),
        making=making,
        state=state,
        CodeState=CodeState,
    )
