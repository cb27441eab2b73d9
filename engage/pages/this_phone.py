"""What was sent from this phone without account, and the page after a shared one is left."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue

from engage.accounts import commands, gate, idle, sent_here
from engage.accounts import queries as accounts
from engage.accounts.forms import EmptyForm
from engage.accounts.sent_here import PATH, Sent
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.web import form_page, get_db, page, see_other
from engage.incidents import queries as incidents
from engage.incidents.models import Incident
from engage.proposals import queries as proposals
from engage.proposals.addresses import path_of
from engage.proposals.models import Proposal

bp = Blueprint("this_phone", __name__)

KEPT = 30
"""Things on the page; older ones are forgotten when it is opened."""


@dataclass(frozen=True)
class Shown:
    """One line of the page; `title` are words that were written, shown to who holds the phone."""

    name: str
    kind: str
    at: datetime
    href: str
    title: str = ""
    incident: Incident | None = None
    proposal: Proposal | None = None


@bp.get(PATH)
def show() -> ResponseReturnValue:
    remembered = sent_here.here()
    found = sorted(filter(None, map(_shown, remembered)), key=lambda s: s.at, reverse=True)
    shown = found[:KEPT]
    response = form_page("pages/this_phone.html", EmptyForm(), shown=shown, shared=gate.is_shared())
    kept = {one.name for one in shown}
    gone = [sent.name for sent in remembered if sent.name not in kept]
    return sent_here.forget(response, gone[:KEPT])


def _shown(sent: Sent) -> Shown | None:
    """What is known of it today; None when its time is over."""
    if sent.kind == sent_here.LINK:
        return _report(sent)
    if sent.kind == sent_here.DRAFT:
        return _draft(sent)
    return _idea(sent)


def _report(sent: Sent) -> Shown | None:
    found = incidents.followed(get_db(), sent.key)
    if found is None:
        return None
    at = found.link.created_at
    return Shown(sent.name, "report", at, f"/suivi/{sent.key}", incident=found.incident)


def _draft(sent: Sent) -> Shown | None:
    draft = accounts.waiting_draft(get_db(), sent.key)
    if draft is None:
        return None
    href = f"/compte/connexion?brouillon={sent.key}"
    title = str(draft.payload.get("title", ""))
    if draft.kind in ("endorsement", "comment", "idea_follow"):
        idea = proposals.proposal(get_db(), draft.payload["proposal_id"], gate.actor())
        title = proposals.shown_revision(get_db(), idea).title if idea else ""
    return Shown(sent.name, draft.kind, draft.created_at, href, title)


def _idea(sent: Sent) -> Shown | None:
    """An idea that is public; others are on the account of their author."""
    if not re.fullmatch(r"[0-9]{1,9}", sent.key):
        return None
    idea = proposals.proposal(get_db(), int(sent.key), gate.actor())
    if idea is None:
        return None
    title = proposals.shown_revision(get_db(), idea).title
    return Shown(sent.name, "idea", idea.created_at, path_of(idea.id, title), title, proposal=idea)


@bp.post(f"{PATH}/effacer")
def erase() -> ResponseReturnValue:
    """Forget one thing, or all, on this device; a draft is not kept here either."""
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    wanted = request.form.get("nom", "")
    gone = [sent for sent in sent_here.here() if wanted in (sent.name, "")][:KEPT]
    for sent in gone:
        if sent.kind == sent_here.DRAFT:
            commands.drop_draft(get_db(), sent.key)
    flash(_("C’est effacé de ce téléphone."), "ok")
    return sent_here.forget(see_other(PATH), [sent.name for sent in gone])


@bp.get(f"{PATH}/fini")
def ended() -> ResponseReturnValue:
    """What a device of several people shows once it is left: nothing of the person stays on it.

    The mark in the cookie says that somebody was just signed out; a link from elsewhere wipes
    nothing. `Clear-Site-Data` takes "storage" alone: "cookies" would sign people out of all the
    town's other sites, and "cache" stops slow phones for seconds. Some browsers ignore it, so
    the page's script clears too.
    """
    left = session.pop(idle.LEFT, False)
    response = page("pages/this_phone_left.html", left=left)
    if not left:
        return response
    response.headers["Clear-Site-Data"] = '"storage"'
    return sent_here.forget(response, [sent.name for sent in sent_here.here()][:KEPT])
