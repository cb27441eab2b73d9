"""Pages where anybody reports a public text, without account."""

from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.core import throttle
from engage.core.errors import NotFound
from engage.core.forms import send_once
from engage.core.pagination import BIGGEST_ID
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, page, see_other, visitor_address
from engage.moderation import notices, queries
from engage.moderation.notices_forms import NoticeForm
from engage.moderation.notices_policy import can_report
from engage.moderation.notices_targets import BY_PATH, Target

bp = Blueprint("notices", __name__)

AN_HOUR = 10
"""Reports from one network: a hall with several neighbours is one."""

TO_ONE_ADDRESS = 3
"""Receipts a day that anybody may have sent to one typed address."""


def _target(what: str, subject_id: int) -> Target:
    kind = BY_PATH.get(what)
    found = kind.find(get_db(), subject_id) if kind else None
    if found is None:
        raise NotFound
    return found


def _form() -> NoticeForm:
    form = NoticeForm()
    form.offer(queries.reasons(get_db()), known=gate.actor() is not None)
    return form


@bp.get("/signaler-ce-texte/<what>/<int:subject_id>")
def ask(what: str, subject_id: int) -> ResponseReturnValue:
    return _page(_target(what, subject_id), _form())


def _page(target: Target, form: NoticeForm) -> ResponseReturnValue:
    own = not can_report(gate.actor(), target)
    return form_page("notices/report.html", form, target=target, own=own)


@bp.post("/signaler-ce-texte/<what>/<int:subject_id>")
@send_once
def send(what: str, subject_id: int) -> ResponseReturnValue:
    target, form = _target(what, subject_id), _form()
    require(can_report, gate.actor(), target)
    if not form.validate_on_submit():
        return _page(target, form)
    complaint = form.to_input()
    database = apart()
    throttle.hit_hourly(database, f"notice:{visitor_address()}", limit=AN_HOUR)
    if complaint.email:
        day = timedelta(days=1)
        throttle.hit(database, f"notice-to:{complaint.email}", limit=TO_ONE_ADDRESS, window=day)
    notice = notices.send(get_db(), target, complaint, reporter=gate.actor())
    told = notice.email or notice.reporter_id
    return see_other(f"/signaler-ce-texte/merci?numero={notice.id}{'&reponse=1' if told else ''}")


@bp.get("/signaler-ce-texte/merci")
def thanks() -> ResponseReturnValue:
    number = request.args.get("numero", type=int)
    if number is None or not 0 < number <= BIGGEST_ID:
        raise NotFound
    response = page("notices/thanks.html", number=number, told="reponse" in request.args)
    response.headers["Cache-Control"] = "no-store"
    return response
