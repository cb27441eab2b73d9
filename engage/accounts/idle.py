"""Signing out by itself after some idle minutes, on a device that others use too.

The minutes and the last use stand in the signed cookie of the device, so an old copy of the
cookie is refused as well. A sleeping page leaves by itself through the `Refresh` header.
"""

from flask import Flask, Response, g, request, session
from werkzeug.wrappers import Response as BaseResponse

from engage.core import clock
from engage.core.web import see_other

KEY = "idle"
GRACE = 5
"""Seconds that a page waits longer than the server: when it leaves, the time is surely over."""


def watch(minutes: int, *, then: str) -> None:
    """From now on this device is signed out `minutes` after its last page, and shows `then`."""
    session[KEY] = {"minutes": minutes, "then": then, "seen": _seconds()}


def is_watched() -> bool:
    """Whether this device is signed out by itself."""
    return KEY in session


def setup(app: Flask) -> None:
    """Look at every request; call it before the door that asks who is signed in."""
    app.before_request(_end_when_idle)
    app.after_request(_let_the_page_leave)


def clear() -> None:
    """Leave nothing of who was signed in on this device; the sign-in itself is not revoked."""
    session.clear()
    g.actor = None


def _seconds() -> int:
    return int(clock.now().timestamp())


def _end_when_idle() -> BaseResponse | None:
    state = session.get(KEY)
    if state is None:
        return None
    if _seconds() - state["seen"] < state["minutes"] * 60:
        session[KEY] = {**state, "seen": _seconds()}
        return None
    clear()
    return None if request.path == state["then"] else see_other(state["then"])


def _let_the_page_leave(response: Response) -> Response:
    state = session.get(KEY)
    if state is not None and response.mimetype == "text/html":
        response.headers["Refresh"] = f"{state['minutes'] * 60 + GRACE}; url={state['then']}"
    return response
