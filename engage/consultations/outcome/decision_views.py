"""Pages of who decides: publish a decision, add to it, say who owes it, archive."""

from collections.abc import Callable

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.consultations.models import Consultation
from engage.consultations.outcome import commands, policy, reading, replies
from engage.consultations.outcome.forms import AdditionForm, DecisionForm, EntrustForm
from engage.core import clock
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import LANGUAGES
from engage.core.policy import require
from engage.core.spoken import filled_in
from engage.core.web import form_page, get_db, see_other
from engage.territory import queries as territory
from engage.territory.models import Organisation

bp = Blueprint("decisions_of_votes", __name__)


def _mine(
    consultation_id: int, rule: Callable[[Person], bool] = policy.decides_somewhere
) -> tuple[Person, Consultation]:
    """Who decides, and a concertation that is announced; asks who one is first."""
    person = gate.signed_in()
    require(rule, person)
    found = get_db().scalar(
        select(Consultation).where(
            Consultation.id == consultation_id,
            Consultation.is_draft.is_(False),
            Consultation.announced_at <= clock.now(),
        )
    )
    if found is None:
        raise NotFound
    require(policy.speaks_for, person, found)
    return person, found


def results_of(consultation: Consultation) -> str:
    return f"/concertations/{consultation.id}/resultats"


@bp.get("/concertations/decider/<ref:consultation_id>")
def ask(consultation_id: int) -> ResponseReturnValue:
    """The form; where a partner answered by mail, with what was written there."""
    person, consultation = _mine(consultation_id)
    answer = replies.answer(get_db(), consultation)
    start = filled_in(statement={"fr": answer} if answer else {}, by=consultation.decided_by)
    form = DecisionForm(**start, version=consultation.version)
    return _decision_page(form, person, consultation, answer)


def _decision_page(
    form: DecisionForm, person: Person, consultation: Consultation, answer: str = ""
) -> ResponseReturnValue:
    return form_page(
        "consultations/outcome/decide.html",
        form,
        consultation=consultation,
        rest=reading.rest(get_db(), consultation.id),
        can_decide=policy.can_decide(person, consultation, clock.now()),
        can_entrust=policy.can_entrust(person, consultation, clock.now()),
        can_archive=policy.can_archive(person, consultation),
        can_add=policy.can_add_to_decision(person, consultation),
        answer=answer,
        languages=LANGUAGES,
    )


@bp.post("/concertations/decider/<ref:consultation_id>")
@send_once
def decide(consultation_id: int) -> ResponseReturnValue:
    (person, consultation), form = _mine(consultation_id), DecisionForm()
    if not form.validate_on_submit():
        return _decision_page(form, person, consultation)
    commands.publish_decision(
        get_db(), consultation, form.to_input(), actor=person, version=form.seen
    )
    flash("La décision est publiée. Ceux qui l’attendent sont prévenus.", "ok")
    return see_other(results_of(consultation))


@bp.get("/concertations/completer/<ref:consultation_id>")
def ask_addition(consultation_id: int) -> ResponseReturnValue:
    person, consultation = _mine(consultation_id)
    if not policy.can_add_to_decision(person, consultation):
        raise Conflict("La décision n’est pas encore publiée.")
    return _addition_page(AdditionForm(), consultation)


def _addition_page(form: AdditionForm, consultation: Consultation) -> ResponseReturnValue:
    return form_page(
        "consultations/outcome/add.html", form, consultation=consultation, languages=LANGUAGES
    )


@bp.post("/concertations/completer/<ref:consultation_id>")
@send_once
def add(consultation_id: int) -> ResponseReturnValue:
    (person, consultation), form = _mine(consultation_id), AdditionForm()
    if not form.validate_on_submit():
        return _addition_page(form, consultation)
    commands.add_to_decision(get_db(), consultation, words=form.words(), actor=person)
    flash("Le complément est publié, sous la décision.", "ok")
    return see_other(results_of(consultation))


@bp.get("/concertations/confier/<ref:consultation_id>")
def ask_whose(consultation_id: int) -> ResponseReturnValue:
    person, consultation = _mine(consultation_id, policy.archives)
    require(policy.can_entrust, person, consultation, clock.now())
    owing = str(consultation.organisation_id or "")
    return _entrust_page(EntrustForm(organisation=owing), consultation)


def _entrust_page(form: EntrustForm, consultation: Consultation) -> ResponseReturnValue:
    form.offer(territory.organisations(get_db()))
    return form_page("consultations/outcome/entrust.html", form, consultation=consultation)


@bp.post("/concertations/confier/<ref:consultation_id>")
def entrust(consultation_id: int) -> ResponseReturnValue:
    (person, consultation), form = _mine(consultation_id, policy.archives), EntrustForm()
    require(policy.can_entrust, person, consultation, clock.now())
    form.offer(territory.organisations(get_db()))
    if not form.validate_on_submit():
        return _entrust_page(form, consultation)
    organisation = get_db().get_one(Organisation, int(form.organisation.data))
    commands.entrust(get_db(), consultation, organisation=organisation, actor=person)
    flash("C’est confié. Les relances partent à cette organisation.", "ok")
    return see_other(f"/concertations/decider/{consultation.id}")


@bp.get("/concertations/archiver/<ref:consultation_id>")
def ask_archive(consultation_id: int) -> ResponseReturnValue:
    person, consultation = _mine(consultation_id, policy.archives)
    settled = policy.is_settled(consultation)
    return form_page(
        "consultations/outcome/archive.html",
        EmptyForm(),
        consultation=consultation,
        can_archive=policy.can_archive(person, consultation),
        settled=settled,
    )


@bp.post("/concertations/archiver/<ref:consultation_id>")
def archive(consultation_id: int) -> ResponseReturnValue:
    (person, consultation), form = _mine(consultation_id, policy.archives), EmptyForm()
    if not form.validate_on_submit():
        raise Conflict
    commands.archive(get_db(), consultation, actor=person)
    flash("C’est archivé. La page reste lisible par tous.", "ok")
    return see_other("/concertations/archives")
