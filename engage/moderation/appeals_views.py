"""Pages of appeals: the author asks and reads the answer; somebody else reads again."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core.errors import Denied, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, page, see_other
from engage.moderation import appeals, marks, queries
from engage.moderation.appeals_forms import PUBLISH, AppealForm, JudgeForm
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_policy import (
    ANSWERED_WITHIN,
    can_appeal,
    can_judge_appeal,
    can_read_appeals,
    last_day,
    was_involved,
)
from engage.moderation.kind import Reading
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action
from engage.proposals.queries import Picture

bp = Blueprint("appeals", __name__)

REFUSALS = frozenset({Action.CONFIRM_REFUSAL, Action.REFUSE, Action.REDIRECT})


def _own(item_id: int) -> tuple[ModerationItem, Appeal | None]:
    """An item of whoever asks; raises `NotFound` for another's: nobody learns that there is one."""
    found = appeals.appealed(get_db(), item_id)
    if found is None or found[0].author_id != gate.signed_in().id:
        raise NotFound
    return found


def _first(item: ModerationItem) -> Decision | None:
    return next((d for d in reversed(item.decisions) if d.action in REFUSALS), None)


@bp.get("/nouvelle-lecture/<ref:item_id>")
def show(item_id: int) -> ResponseReturnValue:
    item, appeal = _own(item_id)
    return _author_page(item, appeal, AppealForm())


def _author_page(
    item: ModerationItem, appeal: Appeal | None, form: AppealForm
) -> ResponseReturnValue:
    db, first = get_db(), _first(item)
    if first is None or item.decided_at is None:
        raise NotFound
    reading = KINDS[item.subject_type].read(db, item)
    return form_page(
        "appeals/ask.html",
        form,
        item=item,
        appeal=appeal,
        words=reading.title or reading.body,
        link=reading.link,
        refusal=queries.statement(db, first),
        until=last_day(item.decided_at),
        days=ANSWERED_WITHIN.days,
        may=appeal is None and can_appeal(gate.actor(), item),
    )


@bp.post("/nouvelle-lecture/<ref:item_id>")
@send_once
def ask(item_id: int) -> ResponseReturnValue:
    item, appeal = _own(item_id)
    form = AppealForm()
    if not form.validate_on_submit():
        return _author_page(item, appeal, form)
    appeals.ask(get_db(), item, form.word.data or "", author=gate.signed_in())
    flash(_("Votre demande est envoyée."), "ok")
    return see_other(f"/nouvelle-lecture/{item_id}")


@bp.get("/moderation/recours")
def index() -> ResponseReturnValue:
    person, db = _reader(), get_db()
    return page(
        "moderation/appeals.html",
        waiting=appeals.waiting(db, person),
        decided=appeals.decided(db),
        kinds=KINDS,
    )


def _reader() -> Person:
    person = gate.signed_in()
    require(can_read_appeals, person)
    return person


@bp.get("/moderation/recours/<int:appeal_id>")
def one(appeal_id: int) -> ResponseReturnValue:
    _reader()
    return _judge_page(_found(appeals.appeal(get_db(), appeal_id)), JudgeForm())


def _found(appeal: Appeal | None) -> Appeal:
    if appeal is None:
        raise NotFound
    return appeal


def _judge_page(appeal: Appeal, form: JudgeForm) -> ResponseReturnValue:
    db, person = get_db(), gate.signed_in()
    item = appeals.item_of(db, appeal)
    nobody = appeals.nobody_else(db, item)
    may = can_judge_appeal(person, appeal, item, nobody_else=nobody)
    first, reading = _first(item), KINDS[item.subject_type].read(db, item) if may else None
    if not form.is_submitted():
        form.version.data = appeal.version
    return form_page(
        "moderation/appeal.html",
        form,
        appeal=appeal,
        reading=reading,
        shown=reading and _shown(reading),
        photos=[Picture.large(photo) for photo in reading.photos] if reading else [],
        kind=KINDS[item.subject_type].label,
        refusal=queries.statement(db, first) if first else None,
        may=may,
        involved=was_involved(person, item),
    )


def _shown(reading: Reading) -> tuple[Markup, Markup]:
    """Title and text as they would be public: numbers and addresses are blocks."""
    title = marks.shown(reading.title, lifted=True, official=reading.official)
    return title, marks.shown(reading.body, lifted=True, official=reading.official)


@bp.post("/moderation/recours/<int:appeal_id>")
def judge(appeal_id: int) -> ResponseReturnValue:
    person, form = _reader(), JudgeForm()
    appeal = _found(appeals.appeal_to_judge(get_db(), appeal_id))
    if was_involved(person, appeals.item_of(get_db(), appeal)):
        raise Denied
    if form.validate_on_submit():
        act = appeals.overturn if form.choice.data == PUBLISH else appeals.uphold
        answer = form.answer.data or ""
        act(get_db(), appeal, judge=person, version=form.shown_version, answer=answer)
        flash(_("C’est décidé. L’auteur reçoit votre mot."), "ok")
        return see_other("/moderation/recours")
    return _judge_page(appeal, form)
