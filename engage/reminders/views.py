"""Pages of reminders: the partner's reply without account, the coordinator's two lists."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from engage.accounts import gate
from engage.core import clock, i18n
from engage.core.audit import AuditEntry
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import get_db, page, secret_page, see_other, services
from engage.deadlines.models import Deadline
from engage.reminders import commands, desk, directory, queries
from engage.reminders import reply as replies
from engage.reminders.forms import FORMS, AnswerForm
from engage.reminders.items import items
from engage.reminders.models import ReplyLink
from engage.reminders.policy import can_follow_partners, is_usable
from engage.reminders.reply import Link

bp = Blueprint("reminders", __name__)

NEWEST_ACT = select(func.max(AuditEntry.id))


@bp.get("/r/<token>")
def reply(token: str) -> ResponseReturnValue:
    link = replies.link(get_db(), token)
    if link is None or not is_usable(link, clock.now()):
        return _closed(link)
    return _reply_page(link, token)


@bp.post("/r/<token>/<int(max=2147483647):deadline_id>/<any(fait, prevu, 'pas-chez-nous'):kind>")
def answer(token: str, deadline_id: int, kind: str) -> ResponseReturnValue:
    db = get_db()
    link = queries.reply_link(db, token)
    if link is None or not is_usable(link, clock.now()):
        return _closed(link)
    deadline = db.get(Deadline, deadline_id)
    if deadline is None:
        raise NotFound
    form = FORMS[kind](prefix=_prefix(kind, deadline_id))
    if form.validate_on_submit():
        with form.refusals():
            commands.answer(db, link, deadline, form.to_input())
            flash(_("C’est noté. Merci de votre réponse."), "ok")
            return see_other(f"/r/{token}")
    read = replies.link(db, token)
    assert read is not None
    return _reply_page(read, token, refused=(deadline_id, kind, form))


def _prefix(kind: str, deadline_id: int) -> str:
    return f"{kind}-{deadline_id}-"


def _reply_page(
    link: Link, token: str, refused: tuple[int, str, AnswerForm] | None = None
) -> Response:
    db = get_db()
    found = items(db, replies.owed(db, link.digest_id))
    answers = queries.answers_about(db, [item.key for item in found])
    found.sort(key=lambda item: item.key in answers)  # what still waits for an answer first
    response = page(
        "reminders/reply.html",
        422 if refused else 200,
        link=link,
        token=token,
        items=found,
        answers=answers,
        blank=_blank,
        refused=refused,
        now=clock.now(),
        today=clock.today(),
        signature=queries.signature(db),
    )
    return secret_page(response)


def _blank(kind: str, deadline_id: int) -> AnswerForm:
    """The form of one answer to one thing, nothing typed yet."""
    return FORMS[kind](None, prefix=_prefix(kind, deadline_id))


def _closed(link: ReplyLink | Link | None) -> Response:
    """An unknown link (404), or one that was right and is too old or was closed (410)."""
    status = 404 if link is None else 410
    signature = queries.signature(get_db())
    return secret_page(page("reminders/link_closed.html", status, link=link, signature=signature))


@bp.get("/relances")
def reminders() -> ResponseReturnValue:
    require(can_follow_partners, gate.actor())
    return page("reminders/desk.html", desk=_desk())


@dataclass
class KeptDesk:
    """The desk as it was at a revision of the audit trail, which has every digest and answer."""

    revision: int = -1
    read: desk.Desk | None = None


def _desk() -> desk.Desk:
    """At most a minute old, and never older than the last audited act."""
    kept = services().cache.get(f"reminders.desk:{i18n.current().code}", KeptDesk)
    db = get_db()
    revision = db.scalar(NEWEST_ACT) or 0  # asked in this session: the desk knows as much or more
    if kept.read is None or kept.revision != revision:
        kept.read, kept.revision = desk.desk(db), revision
    return kept.read


@bp.get("/partenaires")
def partners() -> ResponseReturnValue:
    require(can_follow_partners, gate.actor())
    return page("reminders/partners.html", partners=directory.partners(get_db()))
