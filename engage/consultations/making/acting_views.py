"""Pages of acts about a whole concertation: preview, announce, extend, cancel, throw away."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.consultations import kept, sheets
from engage.consultations import words as public_words
from engage.consultations.counting.rules import rule
from engage.consultations.making import checks, commands, desk, policy, queries, shown, words
from engage.consultations.making.forms import CancelForm, ExtendForm
from engage.consultations.models import Consultation
from engage.consultations.queries import NOBODY
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.forms import SeenForm
from engage.core.i18n import LANGUAGES, speak
from engage.core.spoken import texts
from engage.core.web import form_page, get_db, page, see_other

bp = Blueprint("making_acts", __name__)

CONSULTATION = "/concertations/<ref:consultation_id>"


@bp.get(f"{CONSULTATION}/apercu")
def preview(consultation_id: int) -> ResponseReturnValue:
    """The public page as it will be, in the language that one reads."""
    draft, db = desk.found(consultation_id), get_db()
    sheet = queries.sheet_of(draft)
    return page(
        "consultations/making/preview.html",
        consultation=sheet,
        homes=kept.homes(sheet),
        questions=sheets.questions(db, [draft.id]).get(draft.id, ()),
        more=shown.read(db, draft.id),
        rule=rule,
        changed=words.change,
        turnout=NOBODY,
        words=public_words,
        now=clock.now(),
    )


@bp.get(f"{CONSULTATION}/annoncer")
def ask_announce(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    draft = desk.found(consultation_id)
    policy.require_stage(policy.can_announce_draft, desk.maker(), draft)
    return _announce_page(SeenForm(version=draft.version), draft)


def _announce_page(form: SeenForm, draft: Consultation) -> ResponseReturnValue:
    return form_page(
        "consultations/making/announce.html",
        form,
        consultation=draft,
        missing=checks.missing(draft),
        words=public_words,
        now=clock.now(),
    )


@bp.post(f"{CONSULTATION}/annoncer")
def announce(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    draft, form = desk.found(consultation_id), SeenForm()
    policy.require_stage(policy.can_announce_draft, desk.maker(), draft)
    if form.validate_on_submit():
        with form.refusals():
            commands.announce_draft(get_db(), draft, version=form.seen, actor=desk.maker())
            flash("C’est annoncé. On peut encore changer jusqu’à une heure avant le vote.", "ok")
            return see_other(desk.home(draft.id))
    return _announce_page(form, desk.found(consultation_id))


@bp.get(f"{CONSULTATION}/prolonger")
def ask_extension(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation = desk.found(consultation_id)
    policy.require_stage(policy.can_extend, desk.maker(), consultation)
    return _extend_page(ExtendForm.showing(consultation), consultation)


def _extend_page(form: ExtendForm, consultation: Consultation) -> ResponseReturnValue:
    return form_page(
        "consultations/making/extend.html",
        form,
        consultation=consultation,
        words=public_words,
        languages=LANGUAGES,
    )


@bp.post(f"{CONSULTATION}/prolonger")
def extend(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation, form = desk.found(consultation_id), ExtendForm()
    policy.require_stage(policy.can_extend, desk.maker(), consultation)
    if form.validate_on_submit():
        with form.refusals():
            commands.extend(
                get_db(),
                consultation,
                closes_at=form.closing(),
                reason=texts(form, "reason"),
                version=form.seen,
                actor=desk.maker(),
            )
            flash("C’est prolongé. La page dit les deux dates et pourquoi.", "ok")
            return see_other(f"/concertations/{consultation.id}")
    return _extend_page(form, desk.found(consultation_id))


@bp.get(f"{CONSULTATION}/annuler")
def ask_cancel(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation = desk.found(consultation_id)
    policy.require_stage(policy.can_cancel, desk.maker(), consultation)
    return _cancel_page(CancelForm(version=consultation.version), consultation)


def _cancel_page(form: CancelForm, consultation: Consultation) -> ResponseReturnValue:
    return form_page(
        "consultations/making/cancel.html", form, consultation=consultation, languages=LANGUAGES
    )


@bp.post(f"{CONSULTATION}/annuler")
def cancel(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation, form = desk.found(consultation_id), CancelForm()
    policy.require_stage(policy.can_cancel, desk.maker(), consultation)
    if not form.validate_on_submit():
        return _cancel_page(form, consultation)
    commands.cancel(
        get_db(),
        consultation,
        reason=texts(form, "reason"),
        version=form.seen,
        actor=desk.maker(),
    )
    flash("C’est annulé. La page dit pourquoi.", "ok")
    return see_other(desk.HOME)


@bp.post(f"{CONSULTATION}/jeter")
def drop(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    draft, form = desk.found(consultation_id), SeenForm()
    if not form.validate_on_submit():
        raise InvalidInput("", "Rechargez la page et recommencez.")
    commands.drop(get_db(), draft, version=form.seen, actor=desk.maker())
    flash("Le brouillon est jeté.", "ok")
    return see_other(desk.HOME)
