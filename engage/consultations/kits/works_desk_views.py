"""Pages of those who accompany works: link meetings, write minutes, answer residents."""

from collections.abc import Sequence

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person, Role
from engage.agenda.models import Event
from engage.consultations.kits import works, works_queries
from engage.consultations.kits.models import Concern, Meeting
from engage.consultations.kits.policy import can_accompany, can_answer_worries
from engage.consultations.kits.works_forms import AnswerForm, MeetingForm, MinutesForm
from engage.consultations.models import Consultation, Purpose
from engage.core import clock
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import LANGUAGES, _
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.territory import queries as territory
from engage.territory.models import Organisation

bp = Blueprint("works_desk", __name__)


def _asked(consultation_id: int) -> tuple[Person, Consultation]:
    """Somebody who answers residents, and the refurbishment; raises `NotFound` and `Denied`."""
    person, found = gate.signed_in(), get_db().get(Consultation, consultation_id)
    if found is None or found.purpose is not Purpose.REHABILITATION:
        require(can_accompany, person)
        raise NotFound
    require(can_answer_worries, person, found)
    return person, found


def _home(consultation_id: int, part: str = "") -> ResponseReturnValue:
    return see_other(f"/concertations/travaux/{consultation_id}{part}")


@bp.get("/concertations/travaux/<ref:consultation_id>")
def accompany(consultation_id: int) -> ResponseReturnValue:
    person, consultation = _asked(consultation_id)
    return _page(person, consultation, MeetingForm(formdata=None))


def _page(person: Person, consultation: Consultation, form: MeetingForm) -> ResponseReturnValue:
    db, keeps = get_db(), can_accompany(person)
    form.offer(works_queries.free_dates(db, consultation) if keeps else ())
    return form_page(
        "consultations/kits/accompany.html",
        form,
        consultation=consultation,
        meetings=works_queries.meetings(db, consultation.id),
        themes=works_queries.themes(db, consultation.id),
        keeps=keeps,
        now=clock.now(),
    )


@bp.post("/concertations/travaux/<ref:consultation_id>/reunion")
def add_meeting(consultation_id: int) -> ResponseReturnValue:
    (person, consultation), form, db = _asked(consultation_id), MeetingForm(), get_db()
    require(can_accompany, person)
    form.offer(works_queries.free_dates(db, consultation))
    if form.validate_on_submit():
        event = db.get_one(Event, int(form.event.data))
        works.add_meeting(db, consultation, event, actor=person)
        flash(_("La réunion est liée à la concertation."), "ok")
        return _home(consultation_id)
    return _page(person, consultation, form)


def _meeting(consultation_id: int, event_id: int) -> Meeting:
    found = works_queries.meeting(get_db(), consultation_id, event_id)
    if found is None:
        raise NotFound
    return found


@bp.post("/concertations/travaux/<ref:consultation_id>/reunion/<ref:event_id>/enlever")
def remove_meeting(consultation_id: int, event_id: int) -> ResponseReturnValue:
    person, _consultation = _asked(consultation_id)
    require(can_accompany, person)
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    works.remove_meeting(get_db(), _meeting(consultation_id, event_id), actor=person)
    flash(_("La réunion n’est plus liée."), "ok")
    return _home(consultation_id)


@bp.get("/concertations/travaux/<ref:consultation_id>/reunion/<ref:event_id>/compte-rendu")
def ask_minutes(consultation_id: int, event_id: int) -> ResponseReturnValue:
    person, consultation = _asked(consultation_id)
    require(can_accompany, person)
    meeting = _meeting(consultation_id, event_id)
    return _minutes_page(consultation, meeting, MinutesForm.showing(meeting))


def _minutes_page(
    consultation: Consultation, meeting: Meeting, form: MinutesForm
) -> ResponseReturnValue:
    return form_page(
        "consultations/kits/minutes.html",
        form,
        consultation=consultation,
        meeting=meeting,
        languages=LANGUAGES,
    )


@bp.post("/concertations/travaux/<ref:consultation_id>/reunion/<ref:event_id>/compte-rendu")
def write_minutes(consultation_id: int, event_id: int) -> ResponseReturnValue:
    (person, consultation), form = _asked(consultation_id), MinutesForm()
    require(can_accompany, person)
    meeting = _meeting(consultation_id, event_id)
    if form.validate_on_submit():
        words = form.written()
        works.write_minutes(get_db(), meeting, words, version=form.seen, actor=person)
        flash(_("Le compte rendu est public."), "ok")
        return _home(consultation_id)
    return _minutes_page(consultation, meeting, form)


def _concern(consultation_id: int, concern_id: int) -> Concern:
    found = works_queries.concern(get_db(), consultation_id, concern_id)
    if found is None:
        raise NotFound
    return found


@bp.get("/concertations/travaux/<ref:consultation_id>/question/<int:concern_id>")
def ask_answer(consultation_id: int, concern_id: int) -> ResponseReturnValue:
    person, consultation = _asked(consultation_id)
    concern = _concern(consultation_id, concern_id)
    form = AnswerForm.showing(concern, consultation.organisation_id)
    form.offer(_in_whose_name(person, consultation))
    return _answer_page(consultation, concern, form)


def _in_whose_name(person: Person, consultation: Consultation) -> Sequence[Organisation]:
    """The coordinator answers for anybody, an agent for the landlord alone."""
    everybody = territory.organisations(get_db())
    if person.holds(Role.COORDINATOR):
        return everybody
    return [one for one in everybody if one.id == consultation.organisation_id]


def _answer_page(
    consultation: Consultation, concern: Concern, form: AnswerForm
) -> ResponseReturnValue:
    return form_page(
        "consultations/kits/answer.html",
        form,
        consultation=consultation,
        concern=concern,
        languages=LANGUAGES,
    )


@bp.post("/concertations/travaux/<ref:consultation_id>/question/<int:concern_id>")
def answer(consultation_id: int, concern_id: int) -> ResponseReturnValue:
    (person, consultation), form = _asked(consultation_id), AnswerForm()
    concern = _concern(consultation_id, concern_id)
    form.offer(_in_whose_name(person, consultation))
    if form.validate_on_submit():
        given = form.to_input()
        works.answer(get_db(), concern, consultation, given, version=form.seen, actor=person)
        flash(_("La réponse est publique."), "ok")
        return _home(consultation_id, "#questions")
    return _answer_page(consultation, concern, form)
