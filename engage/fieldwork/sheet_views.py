"""Typing a pile of paper sheets: ten rows a page, each good row saved exactly once."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.core.errors import NotFound
from engage.core.web import see_other
from engage.fieldwork import counter, sheets
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.entry_views import kind_groups, quarter_choices
from engage.fieldwork.forms import VisitForm
from engage.incidents import kept

bp = Blueprint("counter_sheets", __name__)


@bp.get("/guichet/feuilles")
@at_counter
def index(visit: Visit) -> ResponseReturnValue:
    if visit.how != "sheets":
        return see_other(counter.HOME)
    return counter_page("sheets", VisitForm(formdata=None), visit)


@bp.get("/guichet/feuilles/<kind>")
@at_counter
def blank(visit: Visit, kind: str) -> ResponseReturnValue:
    """Ten empty rows."""
    if visit.how != "sheets":
        return see_other(counter.HOME)
    return _page(visit, _known(kind), VisitForm(formdata=None), sheets.blank(), [])


def _known(kind: str) -> sheets.Kind:
    if kind not in sheets.KINDS:
        raise NotFound
    return sheets.KINDS[kind]


def _page(
    visit: Visit, kind: sheets.Kind, form: VisitForm, rows: list[sheets.Row], saved: list[str]
) -> ResponseReturnValue:
    form.visite.data = visit.token
    return counter_page(
        "sheet",
        form,
        visit,
        status=422 if any(row.errors for row in rows) else None,
        kind=kind,
        rows=rows,
        saved=saved,
        kinds=kind_groups(),
        groups=kept.place_groups(first=None),
        quarters=quarter_choices(),
    )


@bp.post("/guichet/feuilles/<kind>")
@at_counter
def save(visit: Visit, kind: str) -> ResponseReturnValue:
    """Save the good rows; the others come back with what was typed.

    Each row has a key of its own: sent again, it is not saved again.
    """
    form, wanted = VisitForm(), _known(kind)
    rows = sheets.typed(request.form)
    earlier = sheets.references(request.form.getlist("fait"))
    if not form.validate_on_submit():
        return _page(visit, wanted, form, rows, earlier)
    saved = [*earlier, *sheets.save(visit, wanted, rows)]
    refused = [row for row in rows if row.errors]
    if refused or not saved:
        return _page(visit, wanted, form, refused or sheets.blank(), saved)
    return see_other(f"/guichet/feuilles/{kind}/fin?" + "&".join(f"n={one}" for one in saved))


@bp.get("/guichet/feuilles/<kind>/fin")
@at_counter
def saved(visit: Visit, kind: str) -> ResponseReturnValue:
    """How many are saved, and their tickets for who wants them."""
    return counter_page(
        "sheet_saved",
        VisitForm(formdata=None),
        visit,
        kind=_known(kind),
        references=sheets.references(request.args.getlist("n")),
    )
