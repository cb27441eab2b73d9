"""Pages of conversions: an idea to a report or into a vote, a report to an idea."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import commands as accounts
from engage.accounts import gate, sent_here
from engage.core import throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _, label
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, secret_page, see_other, visitor_address
from engage.core.workflow import allows
from engage.fieldwork import conversion_policy as policy
from engage.fieldwork import conversions
from engage.fieldwork.conversion_forms import AskForm, OwnWordsForm, ReportForm, VoteForm
from engage.incidents import choices as problems
from engage.incidents import desk
from engage.incidents import queries as reports
from engage.incidents.models import Incident
from engage.proposals import follow_up_policy
from engage.proposals import queries as ideas
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal
from engage.proposals.workflow import TRANSITIONS, Action
from engage.proposals.writing_views import IDEAS_AN_HOUR, leave
from engage.territory import queries as territory

bp = Blueprint("conversions", __name__)


def _idea(proposal_id: int) -> Proposal:
    found = ideas.proposal(get_db(), proposal_id, gate.signed_in())
    if found is None:
        raise NotFound
    return found


@bp.get("/suite/<ref:proposal_id>/signalement")
def ask_report(proposal_id: int) -> ResponseReturnValue:
    return _report_page(_convertible(proposal_id), _report_form())


def _convertible(proposal_id: int) -> Proposal:
    idea = _idea(proposal_id)
    require(follow_up_policy.can_convert, gate.signed_in(), idea)
    if not allows(idea.status, Action.CONVERT, TRANSITIONS):
        raise Conflict
    return idea


def _report_form() -> ReportForm:
    form, db = ReportForm(), get_db()
    form.offer(problems.open_kinds(db), territory.places(db))
    return form


def _report_page(idea: Proposal, form: ReportForm) -> ResponseReturnValue:
    words = ideas.shown_revision(get_db(), idea)
    return form_page("fieldwork/to_report.html", form, proposal=idea, revision=words)


@bp.post("/suite/<ref:proposal_id>/signalement")
@send_once
def to_report(proposal_id: int) -> ResponseReturnValue:
    idea, form = _convertible(proposal_id), _report_form()
    if form.validate_on_submit():
        with form.refusals():
            kind, place = form.kinds[form.choix.data], form.places[form.lieu.data]
            who = gate.signed_in()
            made = conversions.to_report(get_db(), idea, kind=kind, place=place, person=who)
            flash(f"C’est le signalement {made.reference}. L’auteur est prévenu.", "ok")
            return see_other("/propositions")
        idea = _convertible(proposal_id)
    return _report_page(idea, form)


@bp.get("/suite/<ref:proposal_id>/vote")
def ask_vote(proposal_id: int) -> ResponseReturnValue:
    idea = _idea(proposal_id)
    require(follow_up_policy.can_put_to_vote, gate.signed_in(), idea)
    return _vote_page(idea, _vote_form())


def _vote_form() -> VoteForm:
    form = VoteForm()
    form.offer(conversions.open_questions(get_db()))
    return form


def _vote_page(idea: Proposal, form: VoteForm) -> ResponseReturnValue:
    words = ideas.shown_revision(get_db(), idea)
    return form_page("fieldwork/to_vote.html", form, proposal=idea, revision=words)


@bp.post("/suite/<ref:proposal_id>/vote")
@send_once
def to_vote(proposal_id: int) -> ResponseReturnValue:
    idea, form, who = _idea(proposal_id), _vote_form(), gate.signed_in()
    require(follow_up_policy.can_put_to_vote, who, idea)
    if form.validate_on_submit():
        with form.refusals():
            question = form.questions[form.question.data]
            conversions.put_to_vote(get_db(), idea, question, person=who)
            flash(f"C’est fait : « {label(question.consultation.title)} ».", "ok")
            return see_other(path_of(idea.id))
        idea = _idea(proposal_id)
    return _vote_page(idea, form)


@bp.get("/gup/<reference>/idee")
def ask_idea(reference: str) -> ResponseReturnValue:
    """The coordinator asks the author, or lets an idea that was converted be one again."""
    incident = _incident(reference)
    return _idea_page(incident)


def _incident(reference: str) -> Incident:
    found = desk.item(get_db(), reference)
    if found is None:
        raise NotFound
    require(policy.can_ask_author, gate.signed_in(), found[0])
    return found[0]


def _idea_page(incident: Incident) -> ResponseReturnValue:
    conversion = conversions.conversion_of(get_db(), incident)
    context = {"incident": incident, "conversion": conversion}
    return form_page("fieldwork/to_idea.html", AskForm(), None, **context)


@bp.post("/gup/<reference>/idee")
def to_idea(reference: str) -> ResponseReturnValue:
    incident, who, db = _incident(reference), gate.signed_in(), get_db()
    conversion = conversions.conversion_of(db, incident)
    if conversion is not None and not conversion.from_report:
        idea = conversions.back_to_idea(db, incident, person=who)
        flash("C’est de nouveau une idée, avec ses soutiens.", "ok")
        return see_other(path_of(idea.id))
    conversions.ask_author(db, incident, person=who)
    flash("C’est demandé. Rien n’est public sans l’accord de l’habitant.", "ok")
    return see_other(f"/gup/{incident.reference}")


@bp.get("/suivi/<token>/idee")
def own_words(token: str) -> ResponseReturnValue:
    """The author's agreement: their own words, to change and to send, or to leave."""
    incident = _asked(token)
    title, text = conversions.proposed_words(incident)
    return _own_page(token, incident, OwnWordsForm(title=title, text=text))


def _asked(token: str) -> Incident:
    """The report whose author is asked; followers have other links, which do not open this."""
    found = reports.followed(get_db(), token)
    if found is None or not found.is_reporter:
        raise NotFound
    if not conversions.asked_as_idea(get_db(), found.incident):
        raise NotFound
    return found.incident


def _own_page(token: str, incident: Incident, form: OwnWordsForm) -> ResponseReturnValue:
    context = {"incident": incident, "token": token}
    return secret_page(form_page("fieldwork/own_words.html", form, None, **context))


@bp.post("/suivi/<token>/idee")
@sent_here.remembered
@send_once
def agree(token: str) -> ResponseReturnValue:
    """Agreed: it waits for its author to be known, then for the council to read it."""
    incident, form = _asked(token), OwnWordsForm()
    if not form.validate_on_submit():
        return _own_page(token, incident, form)
    throttle.hit_hourly(apart(), f"idea:{visitor_address()}", limit=IDEAS_AN_HOUR)
    idea = form.to_input(neighbourhood_id=incident.neighbourhood_id)
    payload = {**idea.payload(), "incident_id": incident.id}
    flash(_("Merci. Votre idée est envoyée au conseil citoyen."), "ok")
    return leave(accounts.keep_draft(get_db(), "report_idea", payload))
