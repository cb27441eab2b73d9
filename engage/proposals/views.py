"""Pages of ideas: the list, one idea, writing one, supporting one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts import gate, sent_here
from engage.core import throttle
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.pagecache import public_page
from engage.core.web import (
    apart,
    asked_key,
    form_page,
    get_db,
    page,
    see_other,
    visitor_address,
)
from engage.discussions.models import Comment
from engage.proposals import additions, commands, follows, life, policy, queries, talk, voices
from engage.proposals.addresses import path_of
from engage.proposals.forms import ActionForm, SupportForm
from engage.proposals.kept import choices
from engage.proposals.models import Proposal
from engage.proposals.steps import CHANNELS
from engage.proposals.workflow import READ_WITHIN, Status
from engage.proposals.writing_views import leave

bp = Blueprint("proposals", __name__)

SUPPORTS_AN_HOUR = 600
"""From one network address: a whole social centre may stand behind it."""

BIGGEST_ID = 2**31 - 1


@bp.get("/propositions/<ref:proposal_id>")
@public_page
def detail(proposal_id: int) -> ResponseReturnValue:
    """One idea; the address of one that joined another leads there, for good."""
    found = queries.proposal(get_db(), proposal_id, gate.actor())
    if found is None or found.status in (Status.MERGED, Status.CONVERTED):
        target = life.leads_on(get_db(), proposal_id)
        if target is None:
            raise NotFound
        return redirect(target, 301 if "?depuis=" in target else 302)
    return _detail_page(found, None)


def _visible(proposal_id: int) -> Proposal:
    found = queries.proposal(get_db(), proposal_id, gate.actor())
    if found is None:
        raise NotFound
    return found


def _detail_page(proposal: Proposal, form: ActionForm | None) -> ResponseReturnValue:
    db, person = get_db(), gate.actor()
    revision = queries.shown_revision(db, proposal)
    own = policy.is_author(person, proposal)
    if form is None and policy.can_change_action(person, proposal):
        form = _action_form(proposal)
    refused = own and proposal.status is Status.REFUSED
    standing = follows.standing(db, proposal, person)
    return page(
        "proposals/detail.html",
        422 if form and form.errors else 200,
        form=form,
        proposal=proposal,
        author=voices.author_of(proposal),
        revision=revision,
        additions=additions.of_idea(db, proposal, person) if proposal.published_at else (),
        mine_to_change=_mine_to_change(proposal),
        pictures=[queries.Picture.large(kept.photo) for kept in revision.photos],
        life=life.life_of(db, proposal, person),
        joined=_joined(proposal),
        read_by=proposal.created_at + READ_WITHIN,
        supporters=[(CHANNELS[channel], n) for channel, n in standing.supporters.items()],
        total=standing.total,
        open_to_support=policy.is_open_to_support(proposal),
        mine=standing.supports,
        following=standing.follows,
        own=own,
        refusal=refusal_of()(db, proposal) if refused else None,
        talk=talk.on(db, proposal, person) if proposal.published_at else None,
    )


def _mine_to_change(proposal: Proposal) -> dict[str, Any] | None:
    """What its author can still do with the words of an idea; None for everybody else."""
    person = gate.actor()
    if not policy.is_author(person, proposal):
        return None
    newest = queries.newest_revision(get_db(), proposal) if proposal.published_at else None
    waits = newest is not None and newest.id > (proposal.published_revision_id or 0)
    return {
        "edit": policy.can_edit(person, proposal),
        "add": policy.can_add(person, proposal),
        "sent_again": newest if waits else None,
    }


def _joined(proposal: Proposal) -> int | None:
    """The number of the idea whose address led here."""
    number = asked_key("depuis")
    return number if number and life.joined_by(get_db(), proposal, number) else None


def refusal_of() -> Callable[[Session, Proposal | Comment], queries.Refusal | None]:
    """How to learn why an idea was refused: moderation knows; named once, in `create_app`."""
    return current_app.extensions["engage_refusal_of"]  # type: ignore[no-any-return]


def _action_form(proposal: Proposal) -> ActionForm:
    form = ActionForm(action=str(proposal.action.number) if proposal.action else "")
    form.action.offer(choices().subjects, _("Aucun sujet"))
    return form


@bp.post("/propositions/<ref:proposal_id>/action")
def change_action(proposal_id: int) -> ResponseReturnValue:
    """The suggestion is shown after sending: a step to confirm it would be a fifth screen."""
    person, proposal = gate.signed_in(), _visible(proposal_id)
    form = ActionForm()
    form.action.offer(choices().subjects, _("Aucun sujet"))
    if form.validate_on_submit():
        commands.change_action(get_db(), proposal, action_id=form.action.action_id, person=person)
        flash(_("C’est changé."), "ok")
        return see_other(path_of(proposal.id))
    return _detail_page(proposal, form)


@bp.get("/propositions/<ref:proposal_id>/soutenir")
def support(proposal_id: int) -> ResponseReturnValue:
    proposal, person = _visible(proposal_id), gate.actor()
    if proposal.published_at is None:
        raise NotFound
    return form_page(
        "proposals/support.html",
        SupportForm(),
        proposal=proposal,
        revision=queries.shown_revision(get_db(), proposal),
        total=sum(queries.supporters_by_channel(get_db(), proposal).values()),
        mine=queries.endorsement_of(get_db(), proposal, person) if person else None,
        own=policy.is_author(person, proposal),
        open_to_support=policy.is_open_to_support(proposal),
    )


@bp.post("/propositions/<ref:proposal_id>/soutenir")
@sent_here.remembered
@send_once
def add_support(proposal_id: int) -> ResponseReturnValue:
    form, proposal, person = SupportForm(), _visible(proposal_id), gate.actor()
    if not form.validate_on_submit() or not policy.is_open_to_support(proposal):
        raise Conflict(_("Cette idée ne reçoit pas de soutiens maintenant."))
    throttle.hit_hourly(apart(), f"support:{visitor_address()}", limit=SUPPORTS_AN_HOUR)
    if person is None:
        wanted = {"proposal_id": proposal.id, "follow": form.follow.data}
        return leave(accounts.keep_draft(get_db(), "endorsement", wanted))
    if form.follow.data:
        follows.follow(get_db(), proposal, person=person)
    if commands.endorse(get_db(), proposal, person=person):
        flash(_("Merci. Votre soutien est compté."), "ok")
    else:
        flash(_("Vous souteniez déjà cette idée. Chaque personne compte une fois."), "info")
    return see_other(path_of(proposal.id))


@bp.post("/propositions/<ref:proposal_id>/soutien/retirer")
def withdraw_support(proposal_id: int) -> ResponseReturnValue:
    proposal, person = _visible(proposal_id), gate.signed_in()
    commands.withdraw_endorsement(get_db(), proposal, person=person)
    flash(_("Votre soutien est retiré."), "ok")
    return see_other(path_of(proposal.id))
