"""Questions asked at the counter: the open ones, and answering one."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts.forms import EmptyForm
from engage.core.errors import NotFound
from engage.core.forms import send_once
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other
from engage.fieldwork import commands, counter, queries
from engage.fieldwork.forms import AnswerForm
from engage.fieldwork.models import Enquiry

bp = Blueprint("enquiries", __name__)


@bp.get("/guichet/questions")
def listing() -> ResponseReturnValue:
    """What waits for an answer, the oldest first."""
    counter.actor()
    enquiries = queries.open_enquiries(get_db())
    return form_page("fieldwork/enquiries.html", EmptyForm(), enquiries=enquiries)


@bp.get("/guichet/questions/<int:enquiry_id>")
def show(enquiry_id: int) -> ResponseReturnValue:
    counter.actor()
    enquiry = _known(enquiry_id)
    return _page(enquiry, AnswerForm(formdata=None, version=enquiry.version))


def _known(enquiry_id: int) -> Enquiry:
    found = queries.enquiry(get_db(), enquiry_id)
    if found is None:
        raise NotFound
    return found


def _page(enquiry: Enquiry, form: AnswerForm) -> ResponseReturnValue:
    return form_page("fieldwork/enquiry.html", form, enquiry=enquiry)


@bp.post("/guichet/questions/<int:enquiry_id>")
@send_once
def answer(enquiry_id: int) -> ResponseReturnValue:
    actor, enquiry, form = counter.actor(), _known(enquiry_id), AnswerForm()
    if form.validate_on_submit():
        typed = form.version.data or ""
        commands.answer(
            get_db(),
            enquiry,
            form.reponse.data or "",
            actor=actor,
            version=int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0,
        )
        flash(_("La réponse est là pour qui a le ticket."), "ok")
        return see_other("/guichet/questions")
    return _page(enquiry, form)
