"""Pages of the decisions on one item; each leads to the next item, already held."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts.models import Person
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.web import get_db, see_other
from engage.moderation import commands, meanwhile, queries, reading
from engage.moderation.choices import Choice, Grounds
from engage.moderation.forms import DecisionForm, MergeForm, RedirectForm, RefusalForm
from engage.moderation.item_page import item_page, next_item, reader, services_to_call, to_decide
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Action

bp = Blueprint("decisions", __name__)
meanwhile.handle(bp)


def shown_version() -> int:
    """Which state of the item was on the page."""
    form = DecisionForm()
    if not form.validate_on_submit():
        raise InvalidInput("version", _("Rechargez la page et recommencez."))
    return form.shown_version


def _decide(person: Person, item: ModerationItem, choice: Choice) -> ResponseReturnValue:
    commands.decide(get_db(), item, choice, moderator=person, version=shown_version())
    return next_item(person)


@bp.post("/moderation/<ref:item_id>/publier")
def publish(item_id: int) -> ResponseReturnValue:
    return _decide(*to_decide(item_id), Choice(Action.PUBLISH))


@bp.post("/moderation/<ref:item_id>/rendre")
def give_back(item_id: int) -> ResponseReturnValue:
    """The coordinator lets the council read it again."""
    return _decide(*to_decide(item_id), Choice(Action.RETURN))


@bp.post("/moderation/<ref:item_id>/refus")
def propose_refusal(item_id: int) -> ResponseReturnValue:
    return _with_grounds(item_id, Action.PROPOSE_REFUSAL)


@bp.post("/moderation/<ref:item_id>/correction")
def ask_correction(item_id: int) -> ResponseReturnValue:
    return _with_grounds(item_id, Action.ASK_CORRECTION)


@bp.post("/moderation/<ref:item_id>/refuser")
def refuse(item_id: int) -> ResponseReturnValue:
    """The coordinator decides where two members disagree."""
    return _with_grounds(item_id, Action.REFUSE)


def _with_grounds(item_id: int, action: Action) -> ResponseReturnValue:
    def act(person: Person, item: ModerationItem, version: int, grounds: Grounds) -> None:
        choice = Choice(action, grounds)
        commands.decide(get_db(), item, choice, moderator=person, version=version)

    return _grounds_form(item_id, act)


@bp.post("/moderation/<ref:item_id>/autre-motif")
def disagree(item_id: int) -> ResponseReturnValue:
    """The second member would refuse it for another reason: the coordinator decides."""

    def act(person: Person, item: ModerationItem, version: int, grounds: Grounds) -> None:
        commands.second_refusal(get_db(), item, moderator=person, version=version, grounds=grounds)

    return _grounds_form(item_id, act)


def _grounds_form(
    item_id: int, act: Callable[[Person, ModerationItem, int, Grounds], None]
) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    form = RefusalForm()
    form.offer(queries.reasons(get_db()))
    if form.validate_on_submit():
        with form.refusals():
            act(person, found, form.shown_version, form.to_input())
            return next_item(person)
    return item_page(person, found, form)


@bp.post("/moderation/<ref:item_id>/confirmer")
def confirm_refusal(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    version = shown_version()
    commands.second_refusal(get_db(), found, moderator=person, version=version, grounds=None)
    return next_item(person)


@bp.post("/moderation/<ref:item_id>/orienter")
def redirect(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    form = RedirectForm()
    form.offer(queries.reasons(get_db()), services_to_call())
    if form.validate_on_submit():
        commands.decide(
            get_db(), found, form.to_input(), moderator=person, version=form.shown_version
        )
        return next_item(person)
    return item_page(person, found, redirect=form)


@bp.post("/moderation/<ref:item_id>/reunir")
def merge(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    form = MergeForm()
    if not form.validate_on_submit():
        raise InvalidInput("target", _("Choisissez l’idée qui dit la même chose."))
    choice = Choice(Action.MERGE, target_id=form.target.data)
    commands.decide(get_db(), found, choice, moderator=person, version=form.shown_version)
    return next_item(person)


@bp.post("/moderation/<ref:item_id>/deporter")
def recuse(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    reading.recuse(get_db(), found, moderator=person)
    return next_item(person)


@bp.post("/moderation/<ref:item_id>/annuler")
def undo(item_id: int) -> ResponseReturnValue:
    """Within ten seconds: the item is back, held by who decided."""
    person, found = reader(), queries.item_to_decide(get_db(), item_id)
    if found is None:
        raise NotFound
    commands.undo(get_db(), found, moderator=person)
    return see_other(f"/moderation/{found.id}")
