"""Pages where the author of an idea sends other words for it, or adds something to it."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.core import throttle, warnings
from engage.core.errors import Conflict, NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.photos import MOST_PHOTOS
from engage.core.warnings import Warnings
from engage.core.web import accepts_photos, apart, form_page, get_db, see_other
from engage.moderation import authoring
from engage.moderation.author_forms import AdditionForm, EditForm, TakeBackForm
from engage.moderation.authoring import ADDITION, IDEA
from engage.proposals import additions, album, policy, queries
from engage.proposals.addresses import path_of
from engage.proposals.kept import choices
from engage.proposals.models import Proposal, ProposalAddition
from engage.proposals.writing_views import place_groups, spots, words_of

bp = Blueprint("authors", __name__)

SENT_AN_HOUR = 12
"""Of one person: other words and additions together."""


def _own(proposal_id: int) -> Proposal:
    """One's own idea; everybody else's is not found here."""
    person = gate.signed_in()
    found = queries.proposal(get_db(), proposal_id, person)
    if found is None or not policy.is_author(person, found):
        raise NotFound
    return found


def _editable(proposal_id: int) -> Proposal:
    found = _own(proposal_id)
    if not policy.can_edit(gate.signed_in(), found):
        raise Conflict(_("Votre idée ne change plus. Vous pouvez ajouter une précision."))
    return found


@bp.get("/propositions/<ref:proposal_id>/modifier")
def edit(proposal_id: int) -> ResponseReturnValue:
    idea = _editable(proposal_id)
    return _edit_page(idea, _edit_form(idea, EditForm(formdata=None, **words_of(idea))))


def _edit_form(idea: Proposal, form: EditForm) -> EditForm:
    offered = choices().quarters
    if idea.published_at is not None:
        form.keep_where({q.id: q.code for q in offered}[idea.neighbourhood_id])
    form.offer_places(offered, spots())
    return form


def _edit_page(
    idea: Proposal, form: EditForm, told: Warnings = warnings.NONE, status: int | None = None
) -> ResponseReturnValue:
    db = get_db()
    newest = queries.newest_revision(db, idea)
    item = authoring.newest_item(db, IDEA, idea.id)
    return form_page(
        "proposals/edit.html",
        form,
        status,
        proposal=idea,
        revision=newest,
        told=told,
        kept=album.shown(db, form, [row.photo for row in newest.photos]),
        most=MOST_PHOTOS,
        groups=place_groups(),
        asked=authoring.asked(item),
        refused=authoring.refused(item),
        waits=item is not None and newest.id == item.revision_id and item.decided_at is None,
    )


@bp.post("/propositions/<ref:proposal_id>/modifier")
@accepts_photos("photo", most=MOST_PHOTOS)
@send_once
def send_edit(proposal_id: int) -> ResponseReturnValue:
    """Send other words; those that are public stay until these are read."""
    idea, db, told = _editable(proposal_id), get_db(), warnings.NONE
    form = _edit_form(idea, EditForm())
    own = [row.photo_id for row in queries.newest_revision(db, idea).photos]
    valid = form.validate_on_submit()
    if valid:
        throttle.hit_hourly(apart(), f"author:{gate.signed_in().id}", limit=SENT_AN_HOUR)
    photo_ids = album.gather(db, form, own)
    if valid and not form.errors:
        told = warnings.news(form.words, form.vu)
        if not told:
            return _sent(idea, form, photo_ids)
    album.hold(db, form, photo_ids, own)
    return _edit_page(idea, form, told, 422)


def _sent(idea: Proposal, form: EditForm, photo_ids: list[int]) -> ResponseReturnValue:
    wanted = form.to_rewording(photo_ids, moves=idea.published_at is None)
    authoring.edit(get_db(), idea, wanted, author=gate.signed_in())
    flash(_("C’est envoyé. Le conseil citoyen lit votre nouvelle version."), "ok")
    return see_other(path_of(idea.id))


@bp.get("/propositions/<ref:proposal_id>/precision")
def ask_addition(proposal_id: int) -> ResponseReturnValue:
    return _addition_page(_open_to_additions(proposal_id), AdditionForm(formdata=None))


def _open_to_additions(proposal_id: int) -> Proposal:
    found = _own(proposal_id)
    if not policy.can_add(gate.signed_in(), found):
        raise Conflict(_("On ajoute une précision à une idée publiée."))
    return found


def _addition_page(
    idea: Proposal, form: AdditionForm, told: Warnings = warnings.NONE
) -> ResponseReturnValue:
    return form_page(
        "proposals/addition.html",
        form,
        422 if told else None,
        proposal=idea,
        revision=queries.shown_revision(get_db(), idea),
        address=f"/propositions/{idea.id}/precision",
        told=told,
        asked=None,
    )


@bp.post("/propositions/<ref:proposal_id>/precision")
@send_once
def add(proposal_id: int) -> ResponseReturnValue:
    idea, form, person = _open_to_additions(proposal_id), AdditionForm(), gate.signed_in()
    if not form.validate_on_submit():
        return _addition_page(idea, form)
    told = warnings.news(form.text.data or "", form.vu)
    if told:
        return _addition_page(idea, form, told)
    throttle.hit_hourly(apart(), f"author:{person.id}", limit=SENT_AN_HOUR)
    authoring.add(get_db(), idea, form.text.data or "", language=form.language, author=person)
    flash(_("Merci. Votre précision paraît après lecture par le conseil citoyen."), "ok")
    return see_other(path_of(idea.id))


@bp.get("/precisions/<int:addition_id>/corriger")
def correct(addition_id: int) -> ResponseReturnValue:
    addition, idea = _own_addition(addition_id)
    return _correct_page(addition, idea, AdditionForm(formdata=None, text=addition.body))


def _own_addition(addition_id: int) -> tuple[ProposalAddition, Proposal]:
    found = additions.own(get_db(), addition_id, gate.signed_in())
    if found is None:
        raise NotFound
    return found, _own(found.proposal_id)


def _correct_page(
    addition: ProposalAddition,
    idea: Proposal,
    form: AdditionForm,
    told: Warnings = warnings.NONE,
) -> ResponseReturnValue:
    item = authoring.newest_item(get_db(), ADDITION, addition.id)
    return form_page(
        "proposals/addition.html",
        form,
        422 if told else None,
        proposal=idea,
        revision=queries.shown_revision(get_db(), idea),
        address=f"/precisions/{addition.id}/corriger",
        told=told,
        asked=authoring.asked(item),
    )


@bp.post("/precisions/<int:addition_id>/corriger")
@send_once
def send_correction(addition_id: int) -> ResponseReturnValue:
    (addition, idea), form, person = _own_addition(addition_id), AdditionForm(), gate.signed_in()
    if not form.validate_on_submit():
        return _correct_page(addition, idea, form)
    told = warnings.news(form.text.data or "", form.vu)
    if told:
        return _correct_page(addition, idea, form, told)
    throttle.hit_hourly(apart(), f"author:{person.id}", limit=SENT_AN_HOUR)
    authoring.correct(get_db(), addition, form.text.data or "", author=person)
    flash(_("Merci. Le conseil citoyen lit votre précision encore une fois."), "ok")
    return see_other(path_of(idea.id))


@bp.get("/precisions/<int:addition_id>/retirer")
def ask_back(addition_id: int) -> ResponseReturnValue:
    addition, idea = _own_addition(addition_id)
    return form_page(
        "proposals/addition_back.html", TakeBackForm(), addition=addition, proposal=idea
    )


@bp.post("/precisions/<int:addition_id>/retirer")
def take_back(addition_id: int) -> ResponseReturnValue:
    addition, idea = _own_addition(addition_id)
    authoring.take_back(get_db(), addition, idea, author=gate.signed_in())
    flash(_("Votre précision est retirée."), "ok")
    return see_other(path_of(idea.id))
