"""Home, language, the contract, legal and help pages, photos."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.forms import EmptyForm
from engage.accounts.views import safe_next
from engage.consultations.queries import Turnout, turnouts
from engage.consultations.words import decision_awaited
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.i18n import LANGUAGES
from engage.core.pagecache import public_page
from engage.core.web import LANGUAGE_COOKIE, form_page, get_db, page, see_other, services
from engage.pages import queries
from engage.privacy import retention
from engage.privacy.rule import BASES

bp = Blueprint("pages", __name__)

YEAR_S = 365 * 24 * 3600

TEXT_PAGES = {
    "aide": "/aide",
    "charte": "/charte",
    "accessibilite": "/accessibilite",
    "donnees-personnelles": "/donnees-personnelles",
    "mentions-legales": "/mentions-legales",
}
"""Pages that only say something: name of the template → address."""


@bp.get("/")
@public_page
def home() -> ResponseReturnValue:
    return page(
        "pages/home.html",
        home=queries.home(get_db(), _turnouts),
        decision_awaited=decision_awaited,
        now=clock.now(),
    )


def _turnouts(ids: Sequence[int]) -> Mapping[int, Turnout]:
    """Participation, a minute old at most: counting a large roll takes longer than the page."""
    key = ",".join(map(str, ids))
    return services().cache.get(f"home:{key}", lambda: turnouts(get_db(), ids))


@bp.get("/contrat")
@public_page
def contract() -> ResponseReturnValue:
    return page("pages/contract.html", contract=queries.contract(get_db()))


@bp.get("/contrat/actions/<int(max=999):number>")
@public_page
def action(number: int) -> ResponseReturnValue:
    found = queries.action(get_db(), number)
    if found is None:
        raise NotFound
    return page("pages/action.html", action=found.action, ideas=found.ideas)


@public_page
def text_page() -> ResponseReturnValue:
    return page(f"pages/{request.path.strip('/')}.html")


@public_page
def personal_data() -> ResponseReturnValue:
    """The durations are those that the purge applies."""
    config = services().config
    return page(
        "pages/donnees-personnelles.html",
        rules=retention.standing(config),
        bases=BASES,
        backup_days=config.backup_days,
        keeps_identities=config.keep_identities,
    )


for _name, _address in TEXT_PAGES.items():
    _view = personal_data if _name == "donnees-personnelles" else text_page
    bp.add_url_rule(_address, f"text_{_name.replace('-', '_')}", _view, methods=["GET"])


@bp.get("/photos/<key>")
def photo(key: str) -> ResponseReturnValue:
    """A photo, to those who may see it now; kept by browsers only while everybody may."""
    found = queries.photo(get_db(), key.removesuffix("-small"), gate.actor())
    if found is None:
        raise NotFound
    response = Response(services().storage.open(key), mimetype="image/webp")
    public = found is queries.Audience.EVERYBODY
    response.headers["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    closed = "\n".join(f"Disallow: {path}" for path in ("/compte", "/suivi/", "/r/", "/demo"))
    return Response(f"User-agent: *\n{closed}\n", mimetype="text/plain")


@bp.get("/langue")
def language() -> ResponseReturnValue:
    return form_page(
        "pages/language.html",
        EmptyForm(),
        languages=LANGUAGES,
        suite=queries.path_of(request.referrer),
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
