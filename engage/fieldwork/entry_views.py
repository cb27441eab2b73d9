"""Entering a problem, an idea, a question or a support for the person at the counter."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.core import i18n
from engage.core.errors import InvalidInput
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.warnings import NONE, Warnings, news
from engage.core.web import get_db, see_other, services
from engage.core.words import ContributionChannel
from engage.fieldwork import commands, counter, queries, tickets
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.forms import IdeaForm, ProblemForm, QuestionForm, SupportForm, VisitForm
from engage.incidents import choices, kept
from engage.incidents.commands import Report
from engage.incidents.models import Circuit, IncidentKind
from engage.proposals import policy
from engage.proposals.models import Proposal
from engage.proposals.queries import Quarter, quarters

bp = Blueprint("counter_entries", __name__)


def kind_groups() -> list[queries.KindGroup]:
    """What can be reported; a minute old at most."""
    return services().cache.get("fieldwork.kinds", lambda: queries.kinds(get_db()))


def quarter_choices() -> list[Quarter]:
    return services().cache.get("fieldwork.quarters", lambda: quarters(get_db()))


def ticket_for(visit: Visit, subject: tickets.Subject) -> str:
    """Make the ticket of what was just entered; returns the address of its page."""
    tickets.issue(
        get_db(), subject, services().secret_key, visit=visit.token, actor=counter.actor()
    )
    return f"/guichet/ticket?n={tickets.reference_of(subject)}"


@bp.get("/guichet/probleme")
@at_counter
def problem(visit: Visit) -> ResponseReturnValue:
    return _problem_page(visit, ProblemForm(formdata=None, visite=visit.token))


def _problem_page(visit: Visit, form: ProblemForm) -> ResponseReturnValue:
    person = visit.person()
    home = person.neighbourhood_id if person else None
    groups = kept.place_groups(first=home)
    return counter_page("problem", form, visit, kinds=kind_groups(), groups=groups)


@bp.post("/guichet/probleme")
@at_counter
@send_once
def send_problem(visit: Visit) -> ResponseReturnValue:
    """Take the problem; what is an emergency or not ours is told with the numbers, not stored."""
    form, db = ProblemForm(), get_db()
    if form.validate_on_submit():
        with form.refusals():
            kind = known_kind(form.choix.data or "", "choix")
            if kind.circuit is Circuit.REDIRECT:
                return counter_page("call", VisitForm(formdata=None), visit, kind=kind)
            report = report_of(
                kind, form.lieu.data or "", form.description.data or "", visit.channel
            )
            incident = commands.take_report(db, visit.capture(), report)
            return see_other(ticket_for(visit, incident))
    return _problem_page(visit, form)


def known_kind(code: str, field: str) -> IncidentKind:
    kind = choices.kind(get_db(), code)
    if kind is None:
        raise InvalidInput(field, _("Choisissez un problème de la liste."))
    return kind


def report_of(
    kind: IncidentKind,
    place_code: str,
    words: str,
    channel: ContributionChannel,
    field: str = "lieu",
) -> Report:
    """What was reported, with the place of the list; raises `InvalidInput`."""
    place = choices.place(get_db(), place_code)
    if place is None:
        raise InvalidInput(field, _("Choisissez un lieu de la liste."))
    return Report(
        kind=kind,
        place=place,
        description=words,
        language=i18n.current().code,
        channel=channel.value,
    )


@bp.get("/guichet/idee")
@at_counter
def idea(visit: Visit) -> ResponseReturnValue:
    return _idea_page(visit, IdeaForm(formdata=None, visite=visit.token))


def _idea_page(visit: Visit, form: IdeaForm, told: Warnings = NONE) -> ResponseReturnValue:
    form.offer(quarter_choices())
    return counter_page("idea", form, visit, status=422 if told else None, told=told)


@bp.post("/guichet/idee")
@at_counter
@send_once
def send_idea(visit: Visit) -> ResponseReturnValue:
    """Take the idea; words that point at somebody are shown once before they leave."""
    form = IdeaForm()
    form.offer(quarter_choices())
    if form.validate_on_submit():
        told = news(f"{form.title.data}\n{form.text.data}", form.vu)
        if told:
            return _idea_page(visit, form, told)
        with form.refusals():
            proposal = commands.take_idea(get_db(), visit.capture(), form.to_input())
            return see_other(ticket_for(visit, proposal))
    return _idea_page(visit, form)


@bp.get("/guichet/question")
@at_counter
def question(visit: Visit) -> ResponseReturnValue:
    return counter_page("question", QuestionForm(formdata=None, visite=visit.token), visit)


@bp.post("/guichet/question")
@at_counter
@send_once
def send_question(visit: Visit) -> ResponseReturnValue:
    form = QuestionForm()
    if form.validate_on_submit():
        enquiry = commands.take_question(
            get_db(), visit.capture(), form.question.data or "", language=form.langue.data
        )
        return see_other(ticket_for(visit, enquiry))
    return counter_page("question", form, visit)


@bp.get("/guichet/soutien")
@at_counter
def support(visit: Visit) -> ResponseReturnValue:
    """Support is counted once a person: it takes somebody who can be recognised."""
    if not visit.has_identity():
        return counter_page("needs_card", VisitForm(formdata=None), visit, what="soutien")
    return _support_page(visit, SupportForm(formdata=None, visite=visit.token))


def _support_page(visit: Visit, form: SupportForm) -> ResponseReturnValue:
    return counter_page("support", form, visit, ideas=queries.newest_ideas(get_db()))


@bp.post("/guichet/soutien")
@at_counter
@send_once
def send_support(visit: Visit) -> ResponseReturnValue:
    form, db = SupportForm(), get_db()
    if form.validate_on_submit():
        with form.refusals():
            if not visit.has_identity():
                raise InvalidInput("", _("Pour soutenir, il faut une carte."))
            if commands.take_support(db, visit.capture(), _supportable(visit, form.wanted())):
                flash(_("Le soutien est compté."), "ok")
            else:
                flash(_("Cette personne soutenait déjà cette idée. Elle compte une fois."), "info")
            return see_other(counter.HOME)
    return _support_page(visit, form)


def _supportable(visit: Visit, number: int) -> Proposal:
    proposal = queries.supported(get_db(), number)
    if proposal is None:
        raise InvalidInput("idee", _("Choisissez une idée de la liste, ou tapez son numéro."))
    if not policy.can_endorse(visit.person(), proposal):
        raise InvalidInput("idee", _("Cette personne ne peut pas soutenir cette idée maintenant."))
    return proposal
