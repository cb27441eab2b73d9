"""Who is asking: Flask-Login over our revocable sign-ins, and the door that is shut by default."""

from urllib.parse import urlencode

from flask import current_app, g, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from engage.accounts import commands, devices, idle, queries, sign_ins
from engage.accounts.models import Person, SignIn
from engage.accounts.policy import is_half_signed_in
from engage.core import errorpages
from engage.core.errors import Denied
from engage.core.web import SAFE, Engage, get_db, see_other

SECOND_STEP = "/compte/deuxieme-etape"
SHARED, SHARED_END = "shared", "/compte/ce-telephone/fini"
IDLE_MINUTES, MOST_MINUTES = 10, 60
"""How long a sign-in holds on a device of several people: unused, and in all."""

WAITING = "waiting"
"""In the cookie: what waits here for its author, and under `for` the page that finishes it."""


class SignedIn(UserMixin):
    """A device where somebody is signed in; its id is the random token of the sign-in."""

    def __init__(self, person: Person, token: str, sign_in: SignIn | None = None) -> None:
        self.person = person
        self.token = token
        self.sign_in = sign_in

    def get_id(self) -> str:
        return self.token


def setup(app: Engage, *, public_endpoints: frozenset[str]) -> None:
    """Install Flask-Login and the default-deny check."""
    manager = LoginManager()
    manager.session_protection = None  # our tokens are random, revocable and on the server
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.extensions["engage_public"] = public_endpoints
    idle.setup(app)
    app.before_request(_shut_by_default)
    app.register_error_handler(Denied, _denied)


def _load(token: str) -> SignedIn | None:
    sign_in = queries.sign_in_of(get_db(), token)
    if sign_in is None:
        return None
    person = sign_in.person
    person.half_signed_in = is_half_signed_in(sign_in)
    return SignedIn(person, token, sign_in)


def _denied(error: Denied) -> Response:
    """Who has a mandate and has not passed the second step is led there, not refused."""
    person = actor()
    if person is not None and person.half_signed_in and request.method in SAFE:
        return see_other(f"{SECOND_STEP}?{urlencode({'suite': request.full_path.rstrip('?')})}")
    return errorpages.of_domain(error)


def _shut_by_default() -> Response | None:
    """Let visitors reach only what is on the short public list."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in current_app.extensions["engage_public"]:
        return None
    if actor() is not None:
        return None
    if request.method in SAFE:
        return see_other(url_for("accounts.sign_in", suite=request.full_path.rstrip("?")))
    raise Denied


def actor() -> Person | None:
    """The person who asks, or None for a visitor."""
    if "actor" not in g:
        has_cookie = "_user_id" in session
        user = current_user._get_current_object() if has_cookie else None
        g.actor = user.person if isinstance(user, SignedIn) else None
    return g.actor  # type: ignore[no-any-return]


def signed_in() -> Person:
    """The person who asks; raises `Denied` for a visitor."""
    person = actor()
    if person is None:
        raise Denied
    return person


def device() -> tuple[Person, SignIn, str]:
    """The person who asks, the sign-in of this device and its token; `Denied` for a visitor."""
    person = signed_in()
    user = current_user._get_current_object()
    if not isinstance(user, SignedIn) or user.sign_in is None:
        raise Denied
    return person, user.sign_in, user.token


def held_token() -> str:
    """The token that this device holds, whether or not it still signs anybody in."""
    return str(session.get("_user_id", ""))


def renew(token: str) -> None:
    """Hold `token` from now on, the new one of the same sign-in; the rest of the cookie stays."""
    session["_user_id"] = token


def remember(entered: commands.Entered, *, shared: bool = False, target: str | None = None) -> None:
    """Sign this device in: of the old session only the CSRF secret stays in the cookie.

    It opens nothing alone and only this browser's signed cookie holds it; a form that is open in
    another tab can still be sent. Signing out drops it. A `shared` device forgets by itself.
    What waits for the page `target` stays too: somebody signs in to finish it.
    """
    shared = shared or is_shared()
    kept = {name: session[name] for name in ("csrf_token", WAITING) if name in session}
    if WAITING in kept and kept[WAITING]["for"] != target:
        del kept[WAITING]
    session.clear()
    session.update(kept)
    session.permanent = not shared
    login_user(SignedIn(entered.person, entered.token))
    device = devices.described(request.headers.get("User-Agent", ""))
    sign_ins.name_device(get_db(), entered.token, device)
    if shared:
        session[SHARED] = True
        sign_ins.shorten(get_db(), entered.token, MOST_MINUTES)
        idle.watch(IDLE_MINUTES, then=SHARED_END, most=MOST_MINUTES)
    g.actor = entered.person


def is_shared() -> bool:
    """Whether others use this device too, as its holder said while signing in."""
    return SHARED in session


def expect(*, shared: bool) -> None:
    """Note what was said about this device, for the step that signs it in."""
    session.pop(SHARED, None)
    if shared:
        session[SHARED] = True


def forget() -> str:
    """Sign this device out, here and in the database; returns the page to show then."""
    was_shared = is_shared()
    user = current_user._get_current_object()
    if isinstance(user, SignedIn):
        commands.sign_out(get_db(), user.token)
    logout_user()
    session.clear()
    g.actor = None
    if not was_shared:
        return "/"
    session[idle.LEFT] = True
    return SHARED_END
