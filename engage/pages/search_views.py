"""One box for all that is public: ideas, concertations, calls, the agenda."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.core import search
from engage.core.pagecache import not_kept, public_page
from engage.core.web import get_db, page, services
from engage.pages import finding
from engage.proposals import asking, ranked
from engage.proposals import finding as ideas
from engage.proposals.cards import EVERYTHING

bp = Blueprint("searching", __name__)

IDEAS_SHOWN = 8


@bp.get("/recherche")
@public_page
def everything() -> ResponseReturnValue:
    """What stands in all words; of ideas the best, and where the others are."""
    asked, db = asking.read({"q": request.args.get("q", "")}), get_db()
    not_kept()
    hits = search.find(db, ideas.KIND, asked.q)
    known = services().cache.get("search.things", lambda: finding.things(db))
    return page(
        "pages/search.html",
        asked=asked,
        ideas=ranked.best(db, EVERYTHING, hits.ids, size=IDEAS_SHOWN) if hits.ids else None,
        number=len(hits.ids),
        most=search.MOST_FOUND,
        exact=hits.exact,
        others=finding.found(known, asked.q),
        kinds=finding.KINDS,
    )
