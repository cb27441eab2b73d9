"""Pages that list ideas: narrowed, sorted, searched, near a place, on a map, and as a feed."""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import gate
from engage.core import search
from engage.core.pagecache import not_kept, public_page
from engage.core.web import get_db, page, services, visitor_address
from engage.proposals import asking, cards, feed, finding, kept, near, queries, ranked, sketch
from engage.proposals.asking import SUPPORTED, Asked
from engage.proposals.cards import Listing, Wanted
from engage.proposals.near import Spot
from engage.proposals.similar import alike

bp = Blueprint("ideas", __name__)

TITLES_AN_HOUR = 2000
"""Titles compared for one network address: a pause in typing is one, a class types at once.

Each process counts for itself: a row written at every pause would wait for the disk.
"""

LONGEST_TITLE = 120


@bp.get("/propositions")
@public_page
def index() -> ResponseReturnValue:
    """The ideas that the address asks for, in its order."""
    asked, after = asking.read(request.args), cards.key_asked(request.args)
    wanted, person = _wanted(asked), gate.actor()
    exact, ideas = _listing(get_db(), asked, wanted, after)
    whole = not asked.narrows and not after
    if asked.q:
        not_kept()
    return page(
        "proposals/index.html",
        asked=asked,
        ideas=ideas,
        exact=exact,
        own=queries.own_waiting(get_db(), person) if person and whole else [],
        spots=kept.spots() if asked.lieu or asked.pres else {},
        after=after,
        choices=kept.choices(),
        calls=kept.calls(),
        states=asking.STATES,
    )


def _wanted(asked: Asked) -> Wanted:
    spots = kept.spots() if asked.lieu or asked.pres else {}
    calls = {str(call.id): call.id for call in kept.calls()} if asked.appel else {}
    return asking.wanted(asked, kept.choices(), spots, calls)


def _listing(db: Session, asked: Asked, wanted: Wanted, after: str) -> tuple[bool, Listing]:
    """The page of the list, and whether all words of a question stand in what was found."""
    if asked.q:
        found = search.find(db, finding.KIND, asked.q)
        listed = ranked.best_supported if asked.tri == SUPPORTED else ranked.best
        return found.exact, listed(db, wanted, found.ids, after=after)
    if asked.tri == SUPPORTED:
        return True, cards.most_supported(db, wanted, after=after)
    if asked.pres:
        spots = kept.spots()
        return True, near.nearest(db, wanted, spots[asked.pres], [*spots.values()], after=after)
    return True, cards.newest(db, wanted, after=after)


@bp.get("/propositions/pres")
@public_page
def choose_place() -> ResponseReturnValue:
    """Near which place? The phone may pick it; where the phone is stays on the phone."""
    asked = asking.read(request.args)
    _wanted(asked)
    return page("proposals/near.html", asked=asked, groups=kept.grouped_spots())


@bp.get("/propositions/carte")
@public_page
def on_map() -> ResponseReturnValue:
    """How many ideas at each place, drawn and listed: both say the same."""
    asked = asking.read(request.args)
    wanted = _wanted(asked)
    spots: Mapping[str, Spot] = kept.spots()
    drawn = sketch.draw([*spots.values()], wanted)
    return page(
        "proposals/map.html", asked=asked, drawn=drawn, choices=kept.choices(), states=asking.STATES
    )


@bp.get("/propositions.atom")
@public_page
def atom() -> ResponseReturnValue:
    """The newest ideas for readers of feeds, of one neighbourhood or subject when asked."""
    asked = asking.read(request.args)
    entries = feed.entries(get_db(), _wanted(asked))
    base = services().config.base_url
    body = render_template("proposals/feed.xml", entries=entries, base=base, asked=asked)
    response = make_response(feed.clean(body))
    response.mimetype = "application/atom+xml"
    return response


@bp.get("/propositions/semblables")
def similar() -> Response:
    """A piece of a page: ideas that say what a title begins to say, or nothing."""
    title = request.args.get("titre", "")[:LONGEST_TITLE]
    services().pace.hit(f"similar:{visitor_address()}", limit=TITLES_AN_HOUR)
    answer = page("proposals/similar.html", similar=alike(get_db(), title))
    answer.headers["Cache-Control"] = "private, max-age=60"
    answer.headers["Vary"] = "Cookie, Accept-Language"
    return answer
