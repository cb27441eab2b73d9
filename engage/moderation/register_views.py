"""The public register of moderation, as a page and as a file."""

from dataclasses import dataclass

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from engage.core.i18n import label
from engage.core.pagecache import public_page
from engage.core.web import get_db, page
from engage.moderation import queries, register, register_export
from engage.moderation.register import FEWEST

bp = Blueprint("register", __name__)


@dataclass(frozen=True)
class Bar:
    """One reason in the table."""

    label: str
    count: int
    percent: float


@bp.get("/moderation/registre")
@public_page
def show() -> ResponseReturnValue:
    db = get_db()
    months = register.months(db)
    sums = register.together(months)
    reasons = queries.reasons(db) if sums.refused >= FEWEST else ()
    return page(
        "moderation/register.html",
        months=months,
        sums=sums,
        fewest=FEWEST,
        bars=[
            Bar(label(r.label), sums.reasons[r.code], 100 * sums.reasons[r.code] / sums.refused)
            for r in reasons
            if sums.reasons.get(r.code)
        ],
    )


@bp.get("/moderation/registre.csv")
def export() -> ResponseReturnValue:
    db = get_db()
    codes = [reason.code for reason in queries.reasons(db)]
    answer = make_response(register_export.written(register.months(db, most=None), codes))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = 'attachment; filename="registre-moderation.csv"'
    return answer
