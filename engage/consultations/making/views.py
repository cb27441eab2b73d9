"""Pages of making a concertation: what is in hand, beginning one, its steps."""

from collections.abc import Callable

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import homes
from engage.consultations.making import checks, commands, desk, policy, queries, templates, words
from engage.consultations.making.drafts import Part
from engage.consultations.making.forms import BeginForm, CalendarForm, VotersForm, WordingForm
from engage.consultations.models import Consultation
from engage.core import clock
from engage.core.forms import SeenForm, send_once
from engage.core.i18n import LANGUAGES
from engage.core.spoken import texts
from engage.core.web import form_page, get_db, page, see_other
from engage.territory import queries as territory

bp = Blueprint("making", __name__)
bp.before_request(desk.in_french)


@bp.get("/concertations/preparer")
def index() -> ResponseReturnValue:
    desk.maker()
    lists = queries.desk(get_db())
    return page("consultations/making/index.html", desk=lists, words=words, now=clock.now())


@bp.get("/concertations/nouvelle")
def new() -> ResponseReturnValue:
    desk.maker()
    return _begin_page(BeginForm())


def _begin_page(form: BeginForm) -> ResponseReturnValue:
    return form_page(
        "consultations/making/new.html", form, hints=templates.hints(), languages=LANGUAGES
    )


@bp.post("/concertations/nouvelle")
@send_once
def begin() -> ResponseReturnValue:
    person, form = desk.maker(), BeginForm()
    if not form.validate_on_submit():
        return _begin_page(form)
    draft = templates.begin(form.template.data, texts(form, "title"), clock.now())
    made = commands.create(get_db(), draft, actor=person)
    flash(
        "Le brouillon est commencé. Vous seuls le voyez\xa0: la coordination et le conseil.", "ok"
    )
    return see_other(desk.step(made.id, "essentiel"))


@bp.get("/concertations/<ref:consultation_id>/preparer")
def overview(consultation_id: int) -> ResponseReturnValue:
    consultation, now, person = desk.found(consultation_id), clock.now(), desk.maker()
    return form_page(
        "consultations/making/overview.html",
        SeenForm(version=consultation.version),
        consultation=consultation,
        missing=checks.missing(consultation) if consultation.is_draft else {},
        steps=words.steps(consultation.id),
        changeable=policy.can_change(person, consultation, now),
        rehearsable=policy.can_rehearse(person, consultation, now),
        extendable=policy.can_extend(person, consultation, now),
        cancellable=policy.can_cancel(person, consultation, now),
        now=now,
    )


@bp.get("/concertations/<ref:consultation_id>/preparer/essentiel")
def wording(consultation_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    return _wording_page(WordingForm.showing(consultation), consultation)


def _wording_page(form: WordingForm, consultation: Consultation) -> ResponseReturnValue:
    form.offer(territory.organisations(get_db()))
    return _step_page("wording", "essentiel", form, consultation)


def _step_page(
    name: str, slug: str, form: SeenForm, consultation: Consultation
) -> ResponseReturnValue:
    return form_page(
        f"consultations/making/{name}.html",
        form,
        consultation=consultation,
        steps=words.steps(consultation.id),
        slug=slug,
        words=words,
        languages=LANGUAGES,
    )


@bp.post("/concertations/<ref:consultation_id>/preparer/essentiel")
def change_wording(consultation_id: int) -> ResponseReturnValue:
    consultation, form = desk.changeable(consultation_id), WordingForm()
    form.offer(territory.organisations(get_db()))
    kept = _kept(form, consultation, form.to_input, following="questions")
    return kept or _wording_page(form, desk.found(consultation_id))


def _kept(
    form: SeenForm, consultation: Consultation, part: Callable[[], Part], *, following: str
) -> ResponseReturnValue | None:
    """Write the part and go on to the next step; None where the form was refused."""
    if form.validate_on_submit():
        with form.refusals():
            commands.edit(get_db(), consultation, part(), version=form.seen, actor=desk.maker())
            flash("C’est enregistré.", "ok")
            return see_other(desk.step(consultation.id, following))
    return None


@bp.get("/concertations/<ref:consultation_id>/preparer/votants")
def voters(consultation_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    return _voters_page(VotersForm.showing(consultation), consultation)


def _voters_page(form: VotersForm, consultation: Consultation) -> ResponseReturnValue:
    form.offer(territory.neighbourhoods(get_db()), homes.homes(get_db()))
    return _step_page("voters", "votants", form, consultation)


@bp.post("/concertations/<ref:consultation_id>/preparer/votants")
def change_voters(consultation_id: int) -> ResponseReturnValue:
    consultation, form = desk.changeable(consultation_id), VotersForm()
    form.offer(territory.neighbourhoods(get_db()), homes.homes(get_db()))
    kept = _kept(form, consultation, form.to_input, following="calendrier")
    return kept or _voters_page(form, desk.found(consultation_id))


@bp.get("/concertations/<ref:consultation_id>/preparer/calendrier")
def calendar(consultation_id: int) -> ResponseReturnValue:
    consultation = desk.changeable(consultation_id)
    form = CalendarForm.showing(consultation)
    return _step_page("calendar", "calendrier", form, consultation)


@bp.post("/concertations/<ref:consultation_id>/preparer/calendrier")
def change_calendar(consultation_id: int) -> ResponseReturnValue:
    consultation, form = desk.changeable(consultation_id), CalendarForm()
    kept = _kept(form, consultation, form.to_input, following="")
    return kept or _step_page("calendar", "calendrier", form, desk.found(consultation_id))
