"""Pages of those who organise a party: its day, the plan, what is asked and who promised it."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.consultations.kits import party, party_words, queries
from engage.consultations.kits.models import Party, PartyTask
from engage.consultations.kits.party_forms import HeldForm, TaskForm, TickForm
from engage.consultations.kits.party_views import around
from engage.consultations.kits.policy import can_organise
from engage.consultations.models import Consultation, Purpose
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import send_once
from engage.core.i18n import LANGUAGES, _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.territory import queries as territory

bp = Blueprint("party_desk", __name__)


def organiser() -> Person:
    """Somebody of the council, or the coordinator."""
    person = gate.signed_in()
    require(can_organise, person)
    return person


def asked(consultation_id: int) -> Consultation:
    """The concertation of a party, drafts too; raises `NotFound`."""
    found = get_db().get(Consultation, consultation_id)
    if found is None or found.purpose is not Purpose.PARTY:
        raise NotFound
    return found


def prepared(consultation_id: int) -> Party:
    """A party that has its plan; raises `NotFound`."""
    found = queries.party(get_db(), consultation_id)
    if found is None:
        raise NotFound
    return found


def home(consultation_id: int, part: str = "") -> ResponseReturnValue:
    return see_other(f"/concertations/fete/{consultation_id}{part}")


@bp.get("/concertations/fete/<ref:consultation_id>")
def organise(consultation_id: int) -> ResponseReturnValue:
    organiser()
    consultation, db = asked(consultation_id), get_db()
    found = queries.party(db, consultation.id)
    if found is None:
        template = "consultations/kits/unprepared.html"
        return form_page(template, EmptyForm(), consultation=consultation)
    return form_page(
        "consultations/kits/organise.html",
        EmptyForm(),
        consultation=consultation,
        party=found,
        **around(found),
        steps=queries.steps(db, consultation.id, found.day),
        needs=queries.needs(db, consultation.id),
        helpers=queries.helpers(db, consultation.id),
        words=party_words,
        today=clock.today(),
    )


@bp.post("/concertations/fete/<ref:consultation_id>/preparer")
def prepare(consultation_id: int) -> ResponseReturnValue:
    person, consultation = organiser(), asked(consultation_id)
    _require_sent()
    party.prepare(get_db(), consultation, actor=person)
    flash(_("Le rétroplanning est prêt. Choisissez maintenant le jour de la fête."), "ok")
    return home(consultation.id)


def _require_sent() -> None:
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))


@bp.get("/concertations/fete/<ref:consultation_id>/jour")
def ask_day(consultation_id: int) -> ResponseReturnValue:
    organiser()
    found = prepared(consultation_id)
    return _day_page(HeldForm.showing(found), found)


def _day_page(form: HeldForm, found: Party) -> ResponseReturnValue:
    _offer(form)
    consultation = asked(found.consultation_id)
    return form_page("consultations/kits/day.html", form, consultation=consultation, party=found)


def _offer(form: HeldForm) -> None:
    form.offer(territory.organisations(get_db()), territory.places(get_db()))


@bp.post("/concertations/fete/<ref:consultation_id>/jour")
def hold(consultation_id: int) -> ResponseReturnValue:
    person, found, form = organiser(), prepared(consultation_id), HeldForm()
    _offer(form)
    if form.validate_on_submit():
        with form.refusals():
            party.hold(get_db(), found, form.to_input(), version=form.seen, actor=person)
            flash(_("C’est enregistré. Ce qui n’est pas fait suit la nouvelle date."), "ok")
            return home(consultation_id)
    return _day_page(form, prepared(consultation_id))


@bp.get("/concertations/fete/<ref:consultation_id>/tache")
def new_task(consultation_id: int) -> ResponseReturnValue:
    organiser()
    return _task_page(TaskForm(formdata=None), prepared(consultation_id), None)


def _task_page(form: TaskForm, found: Party, task: PartyTask | None) -> ResponseReturnValue:
    form.offer(territory.organisations(get_db()))
    return form_page(
        "consultations/kits/task.html",
        form,
        consultation=asked(found.consultation_id),
        task=task,
        languages=LANGUAGES,
    )


@bp.post("/concertations/fete/<ref:consultation_id>/tache")
@send_once
def add_task(consultation_id: int) -> ResponseReturnValue:
    person, found, form = organiser(), prepared(consultation_id), TaskForm()
    form.offer(territory.organisations(get_db()))
    if form.validate_on_submit():
        party.add_task(get_db(), found, form.to_input(), actor=person)
        flash(_("C’est ajouté."), "ok")
        return home(consultation_id, "#plan")
    return _task_page(form, found, None)


def _task(consultation_id: int, task_id: int) -> PartyTask:
    found = get_db().get(PartyTask, task_id)
    if found is None or found.consultation_id != consultation_id:
        raise NotFound
    return found


@bp.get("/concertations/fete/<ref:consultation_id>/tache/<int:task_id>")
def ask_task(consultation_id: int, task_id: int) -> ResponseReturnValue:
    organiser()
    task = _task(consultation_id, task_id)
    return _task_page(TaskForm.showing(task), prepared(consultation_id), task)


@bp.post("/concertations/fete/<ref:consultation_id>/tache/<int:task_id>")
def change_task(consultation_id: int, task_id: int) -> ResponseReturnValue:
    person, found, form = organiser(), prepared(consultation_id), TaskForm()
    task = _task(consultation_id, task_id)
    form.offer(territory.organisations(get_db()))
    if form.validate_on_submit():
        todo = form.to_input()
        party.change_task(get_db(), found, task, todo, version=form.seen, actor=person)
        flash(_("C’est changé."), "ok")
        return home(consultation_id, "#plan")
    return _task_page(form, found, task)


@bp.post("/concertations/fete/<ref:consultation_id>/tache/<int:task_id>/enlever")
def remove_task(consultation_id: int, task_id: int) -> ResponseReturnValue:
    person, task = organiser(), _task(consultation_id, task_id)
    _require_sent()
    party.remove_task(get_db(), task, actor=person)
    flash(_("C’est enlevé."), "ok")
    return home(consultation_id, "#plan")


@bp.post("/concertations/fete/<ref:consultation_id>/tache/<int:task_id>/fait")
def tick(consultation_id: int, task_id: int) -> ResponseReturnValue:
    """Say that it is done, or not after all."""
    person, task = organiser(), _task(consultation_id, task_id)
    form = TickForm()
    if not form.validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    done = request.form.get("fait") == TickForm.DONE
    party.tick(get_db(), prepared(consultation_id), task, done=done, actor=person)
    return home(consultation_id, "#plan")
