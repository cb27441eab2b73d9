"""Pages of the council: the queue, one item, the decisions."""

from datetime import timedelta

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.accounts.names import shown_name
from engage.core import clock, i18n
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, page, see_other, services
from engage.moderation import commands, of_ideas, policy, queries
from engage.moderation.forms import BIGGEST, DecisionForm, RefusalForm
from engage.moderation.marks import marked
from engage.moderation.models import ModerationItem
from engage.proposals.queries import Picture

bp = Blueprint("moderation", __name__)


def _reader() -> Person:
    """Somebody of the council, or the coordinator."""
    person = gate.signed_in()
    require(policy.can_look, person)
    return person


@bp.get("/moderation")
def index() -> ResponseReturnValue:
    """The queue, oldest first."""
    person, db = _reader(), get_db()
    after = request.args.get("apres", default=0, type=int)
    if not 0 <= after <= BIGGEST:
        raise NotFound
    lines, next_id = queries.queue(db, person, after_id=after)
    return form_page(
        "moderation/index.html",
        EmptyForm(),
        figures=queries.figures(db, _delay_hours()),
        lines=lines,
        next_id=next_id,
        after=after,
        can_take=policy.can_moderate(person),
        free=next_id is not None or any(line.is_free for line in lines),
    )


def _delay_hours() -> int | None:
    """At most a minute old: it is the mean of the last 200 decisions."""
    return services().cache.get("moderation.delay", lambda: queries.mean_delay(get_db()))


@bp.get("/moderation/<ref:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    person, found = _reader(), queries.item(get_db(), item_id)
    if found is None:
        raise NotFound
    return _item_page(person, found, RefusalForm())


def _item_page(person: Person, item: ModerationItem, form: RefusalForm) -> ResponseReturnValue:
    db = get_db()
    revision = of_ideas.revision_of(db, item)
    lines, _next = queries.queue(db, person)
    if not form.is_submitted():
        form.version.data = item.version
    form.offer(queries.reasons(db))
    held = policy.is_held_by(item, person)
    return form_page(
        "moderation/item.html",
        form,
        item=item,
        lines=lines,
        revision=revision,
        author=shown_name(revision.proposal.author, revision.proposal.neighbourhood),
        title=marked(revision.title),
        body=marked(revision.body),
        flagged="<mark>" in marked(f"{revision.title}\n{revision.body}"),
        pictures=[Picture.large(kept.photo) for kept in revision.photos],
        first=item.decisions[0] if item.decisions else None,
        own=item.author_id == person.id,
        open=policy.is_open(item),
        judge=policy.is_open(item) and policy.can_judge(person, item),
        held=held,
        elsewhere=policy.is_held_by_another(item, person),
        until=_until(item),
        can_read=held or not policy.can_moderate(person) or not policy.is_open(item),
        can_propose=policy.can_propose_refusal(person, item),
    )


def _until(item: ModerationItem) -> str:
    """When its reader gives it back: minutes away, so that a date would only be in the way."""
    if item.taken_until is None:
        return ""
    day, today = clock.local(item.taken_until).date(), clock.today()
    near = {today: _("aujourd’hui"), today + timedelta(days=1): _("demain")}
    date = i18n.date_short(day)
    return i18n.moment(item.taken_until).replace(date, near.get(day, date), 1)


def _to_decide(item_id: int) -> tuple[Person, ModerationItem]:
    """The member and the item, before anything of the form is looked at."""
    person = _reader()
    require(policy.can_moderate, person)
    found = queries.item_to_decide(get_db(), item_id)
    if found is None:
        raise NotFound
    return person, found


@bp.post("/moderation/suivant")
def take_next() -> ResponseReturnValue:
    return _next(_reader())


def _next(person: Person) -> ResponseReturnValue:
    """The next item comes by itself, already held."""
    following = commands.take_next(get_db(), moderator=person)
    if following is None:
        return see_other("/moderation")
    return see_other(f"/moderation/{following.id}")


@bp.post("/moderation/<ref:item_id>/lire")
def take(item_id: int) -> ResponseReturnValue:
    person, found = _to_decide(item_id)
    commands.take(get_db(), found, moderator=person)
    return see_other(f"/moderation/{found.id}")


@bp.post("/moderation/<ref:item_id>/publier")
def publish(item_id: int) -> ResponseReturnValue:
    person, found = _to_decide(item_id)
    commands.publish(get_db(), found, moderator=person, version=_version())
    flash(_("C’est publié. L’auteur est prévenu."), "ok")
    return _next(person)


@bp.post("/moderation/<ref:item_id>/refus")
def propose_refusal(item_id: int) -> ResponseReturnValue:
    person, found = _to_decide(item_id)
    form = RefusalForm()
    form.offer(queries.reasons(get_db()))
    if form.validate_on_submit():
        with form.refusals():
            commands.propose_refusal(
                get_db(),
                found,
                moderator=person,
                version=form.shown_version,
                grounds=form.to_input(),
            )
            flash(_("Le refus est proposé. Un deuxième membre doit être d’accord."), "ok")
            return _next(person)
    return _item_page(person, found, form)


@bp.post("/moderation/<ref:item_id>/confirmer")
def confirm_refusal(item_id: int) -> ResponseReturnValue:
    person, found = _to_decide(item_id)
    commands.confirm_refusal(get_db(), found, moderator=person, version=_version())
    flash(_("Le refus est confirmé. L’auteur reçoit l’explication."), "ok")
    return _next(person)


def _version() -> int:
    """Which state of the item was on the page."""
    form = DecisionForm()
    if not form.validate_on_submit():
        raise InvalidInput("version", _("Rechargez la page et recommencez."))
    return form.shown_version


@bp.errorhandler(Conflict)
@bp.errorhandler(StaleDataError)
@bp.errorhandler(IntegrityError)
def meanwhile(error: Exception) -> ResponseReturnValue:
    """Somebody was faster: say what happened, so that the member can go on."""
    db, item_id = get_db(), (request.view_args or {}).get("item_id", 0)
    db.rollback()
    person, found = gate.signed_in(), queries.item(db, item_id)
    if found is None:
        raise error
    return page(
        "moderation/meanwhile.html",
        409,
        item=found,
        elsewhere=policy.is_held_by_another(found, person),
        until=_until(found),
        own=any(d.moderator_id == person.id for d in found.decisions),
    )
