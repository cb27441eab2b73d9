"""Home, language, legal and help pages."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts.forms import EmptyForm
from engage.accounts.views import safe_next
from engage.core.i18n import LANGUAGES
from engage.core.pagecache import public_page
from engage.core.web import LANGUAGE_COOKIE, form_page, page, see_other, services

bp = Blueprint("pages", __name__)

YEAR_S = 365 * 24 * 3600


@bp.get("/")
@public_page
def home() -> ResponseReturnValue:
    return page("pages/home.html")


@bp.get("/langue")
def language() -> ResponseReturnValue:
    return form_page(
        "pages/language.html", EmptyForm(), languages=LANGUAGES, suite=request.referrer or "/"
    )


@bp.post("/langue")
def choose_language() -> ResponseReturnValue:
    form = EmptyForm()
    chosen = request.form.get("langue", "")
    if not form.validate_on_submit() or chosen not in LANGUAGES:
        return form_page("pages/language.html", form, 422, languages=LANGUAGES, suite="/")
    response = see_other(safe_next(request.form.get("suite") or "/"))
    response.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        max_age=YEAR_S,
        samesite="Lax",
        httponly=True,
        secure=services().config.secure,
    )
    return response
