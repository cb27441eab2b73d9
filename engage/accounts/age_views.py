"""`/compte/age`: asked on the way to a vote only; yes or no is enough."""

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue

from engage.accounts import age, gate
from engage.accounts.residence_forms import AgeForm, number
from engage.accounts.views import safe_next
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other

bp = Blueprint("age", __name__)

KEY = "age"
YES, NO = "oui", "non"
OLDEST_ASKED = 99


def stated_age() -> int:
    """The age that who is signed in said on this device to have reached; 0 when not asked yet.

    It stands in the signed cookie of the device and nowhere else.
    """
    person = gate.actor()
    whose, years = session.get(KEY, (0, 0))
    return int(years) if person is not None and whose == person.id else 0


@bp.get("/compte/age")
def ask() -> ResponseReturnValue:
    return _page(AgeForm(suite=request.args.get("suite", "")))


@bp.post("/compte/age")
def answer() -> ResponseReturnValue:
    form = AgeForm()
    if form.validate_on_submit():
        with form.refusals():
            _take(form)
            return see_other(safe_next(form.suite.data))
    return _page(form)


def _take(form: AgeForm) -> None:
    """Keep the year when one was typed, else remember a yes on this device only."""
    person, wanted = gate.signed_in(), _wanted()
    if form.birth_year.data:
        age.tell_birth_year(get_db(), person, number(form.birth_year.data))
    elif form.assez.data == YES:
        session[KEY] = (person.id, wanted)
    elif form.assez.data == NO:
        session.pop(KEY, None)
        flash(_("Ce vote est ouvert à partir de {n} ans.").format(n=wanted), "info")
    else:
        raise InvalidInput("assez", _("Choisissez une réponse."))


def _wanted() -> int:
    return min(number(request.args.get("ans")), OLDEST_ASKED)


def _page(form: AgeForm) -> ResponseReturnValue:
    form.assez.label.text = _("Avez-vous {n} ans ou plus\xa0?").format(n=_wanted())
    form.assez.choices = [(YES, _("Oui")), (NO, _("Non"))]
    return form_page("accounts/age.html", form, wanted=_wanted())
