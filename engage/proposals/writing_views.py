"""The page where an idea is written."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts import gate, sent_here
from engage.accounts import queries as accounts_queries
from engage.accounts.views import finishers
from engage.core import i18n, throttle, warnings
from engage.core.errors import NotFound
from engage.core.forms import send_once
from engage.core.pagination import BIGGEST_ID
from engage.core.photos import MOST_PHOTOS
from engage.core.warnings import Warnings
from engage.core.web import (
    accepts_photos,
    apart,
    form_page,
    get_db,
    see_other,
    services,
    visitor_address,
)
from engage.proposals import album, call_queries, policy, queries
from engage.proposals.cards import Card
from engage.proposals.forms import IdeaForm
from engage.proposals.kept import choices
from engage.proposals.models import Proposal
from engage.proposals.similar import WORTH_A_STOP, alike
from engage.proposals.voices import speakers
from engage.territory import places

bp = Blueprint("writing", __name__)

IDEAS_AN_HOUR = 60
"""From one network address: a whole social centre may stand behind it."""


def spots() -> dict[str, queries.Spot]:
    """The places that ideas can be about; a minute old at most."""
    return services().cache.get("proposals.spots", lambda: queries.spots(get_db()))


def place_groups() -> Sequence[places.Group]:
    """The same as the form lists them, in the page's language."""
    return services().cache.get(
        f"proposals.places:{i18n.current().code}",
        lambda: places.grouped(queries.named_places(get_db())),
    )


@bp.get("/propositions/nouvelle")
def new() -> ResponseReturnValue:
    return _page(IdeaForm(appel=request.args.get("appel", ""), **_first_words()))


def _first_words() -> dict[str, str]:
    """What the form starts with: one's neighbourhood, or the words of one's refused idea."""
    person = gate.actor()
    if person is None:
        return {}
    codes = {n.id: n.code for n in choices().quarters}
    again = request.args.get("reprendre", type=int) or 0
    if not 0 < again <= BIGGEST_ID:
        return {"neighbourhood": codes.get(person.neighbourhood_id or 0, "")}
    proposal = queries.proposal(get_db(), again, person)
    if proposal is None or not policy.can_rewrite(person, proposal):
        raise NotFound
    return words_of(proposal)


def words_of(proposal: Proposal) -> dict[str, str]:
    """The words of an idea as its author wrote them last, as fields of a form."""
    revision = queries.newest_revision(get_db(), proposal)
    codes = {n.id: n.code for n in choices().quarters}
    spot_codes = {spot.id: spot.code for spot in spots().values()}
    return {
        "title": revision.title,
        "text": revision.body,
        "neighbourhood": codes[proposal.neighbourhood_id],
        "lieu": spot_codes.get(proposal.place_id or 0, ""),
        "langue": revision.language,
        "action": str(proposal.action.number) if proposal.action else "",
    }


def _offer(form: IdeaForm) -> IdeaForm:
    offered = choices()
    db = get_db()
    voices, calls = speakers(db, gate.actor()), call_queries.open_now(db)
    form.offer(offered.quarters, offered.subjects, spots(), voices, calls)
    return form


def _page(form: IdeaForm, told: Warnings = warnings.NONE, **context: Any) -> ResponseReturnValue:
    return form_page(
        "proposals/new.html",
        _offer(form),
        told=told,
        kept=album.shown(get_db(), form),
        most=MOST_PHOTOS,
        groups=place_groups(),
        again=request.args.get("reprendre", type=int),
        **context,
    )


@bp.post("/propositions/nouvelle")
@sent_here.remembered
@accepts_photos("photo", most=MOST_PHOTOS)
@send_once
def create() -> ResponseReturnValue:
    """Keep the idea until its author is known; somebody signed in is done here."""
    form, db, told = _offer(IdeaForm()), get_db(), warnings.NONE
    if form.validate_on_submit():
        throttle.hit_hourly(apart(), f"idea:{visitor_address()}", limit=IDEAS_AN_HOUR)
        with form.refusals():
            photo_ids = album.gather(db, form)
            told = warnings.news(form.words, form.vu)
            similar = unseen_similar(db, form.title.data or "")
            if not told and not similar and not form.errors:
                payload = form.to_input().payload()
                return leave(accounts.keep_draft(db, "proposal", payload, photo_ids=photo_ids))
            return _again(form, photo_ids, told, similar=similar)
    return _again(form, album.gather(db, form), told)


def unseen_similar(db: Session, title: str) -> Sequence[Card]:
    """Ideas that say the same, unless the page that was sent showed some already."""
    return () if request.form.get("semblables") else alike(db, title, least=WORTH_A_STOP)


def _again(
    form: IdeaForm, photo_ids: Sequence[int], told: Warnings, similar: Sequence[Card] = ()
) -> ResponseReturnValue:
    """The form once more, with all that was typed and every photo that could be read."""
    album.hold(get_db(), form, photo_ids)
    return _page(form, told, status=422, similar=similar)


def leave(token: str) -> ResponseReturnValue:
    """Do what the draft says for somebody signed in; ask others who they are."""
    db, person = get_db(), gate.actor()
    if person is None:
        return see_other(f"/compte/connexion?brouillon={token}")
    draft = accounts_queries.waiting_draft(db, token)
    assert draft is not None
    target = finishers()[draft.kind](db, draft, person)
    db.delete(draft)
    return see_other(target)


@bp.get("/propositions/photos/<token>/<int:number>")
def kept_photo(token: str, number: int) -> Response:
    """A photo that waits for its form, small, to who holds the form's token."""
    db = get_db()
    kept = accounts_queries.waiting_album(db, token)
    found = accounts_queries.draft_photos(db, kept) if kept else ()
    if number >= len(found):
        raise NotFound
    response = make_response(services().storage.open(found[number].small_key))
    response.mimetype = "image/webp"
    response.headers["Cache-Control"] = "private, no-store"
    return response
