"""Pages of the journal: read it, look at one entry, take a copy away."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.admin_policy import can_read_journal
from engage.accounts.models import Person
from engage.core import clock, throttle
from engage.core.errors import NotFound
from engage.core.i18n import moment_long
from engage.core.policy import require
from engage.core.web import apart, asked_key, form_page, get_db, page, services
from engage.pages import audit_export, audit_queries, audit_words
from engage.pages.audit_forms import ExportForm, FilterForm

bp = Blueprint("journal", __name__, url_prefix="/admin/journal")


def _reader() -> Person:
    person = gate.signed_in()
    require(can_read_journal, person)
    return person


@bp.get("")
def index() -> ResponseReturnValue:
    _reader()
    return _page(FilterForm(request.args))


def _page(form: FilterForm) -> ResponseReturnValue:
    """The entries that were asked for; a filter that can not be shows none and says why."""
    asked, found = form.asked(), None
    if not form.errors and form.validate():
        found = audit_queries.journal(get_db(), form.to_input(), after=asked_key("suite"))
    return form_page(
        "admin/journal.html",
        form,
        found=found,
        asked=asked,
        query=urlencode(asked),
        first=asked_key("suite") is None,
        most=f"{audit_export.MOST:_}".replace("_", "\xa0"),
        words=audit_words,
        moment_long=moment_long,
    )


@bp.get("/<int(max=2147483647):entry_id>")
def entry(entry_id: int) -> ResponseReturnValue:
    _reader()
    found = audit_queries.entry(get_db(), entry_id)
    if found is None:
        raise NotFound
    return page("admin/entry.html", entry=found, words=audit_words, moment_long=moment_long)


@bp.post("/export")
def export() -> ResponseReturnValue:
    by = _reader()
    form = ExportForm()
    if not form.validate_on_submit():
        return _page(form)
    throttle.hit_hourly(apart(), f"journal-export:{by.id}", limit=20)
    audit_export.begin(get_db(), by=by)
    name = f"journal-{clock.today().isoformat()}.csv"
    return Response(
        audit_export.lines(services().database, form.to_input()),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
