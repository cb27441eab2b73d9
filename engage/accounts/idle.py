"""Signing out by itself after some idle minutes, on a device that others use too.

The minutes and the last use stand in the signed cookie of the device, so an old copy of the
cookie is refused as well. A sleeping page leaves by itself through the `Refresh` header.
"""

from typing import Any

from flask import Flask, Response, g, request, session
from werkzeug.wrappers import Response as BaseResponse

from engage.core import clock
from engage.core.web import see_other

KEY = "idle"
LEFT = "left"
"""In the cookie: somebody has just been signed out; the next page wipes what they typed."""

GRACE = 5
"""Seconds that a page waits longer than the server: when it leaves, the time is surely over."""


def watch(minutes: int, *, then: str, most: int | None = None) -> None:
    """From now on this device is signed out `minutes` after its last page, and shows `then`.

    It is after `most` minutes, used or not.
    """
    session[KEY] = {"minutes": minutes, "then": then, "seen": _seconds()}
    if most is not None:
        session[KEY] |= {"until": _seconds() + most * 60}


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
    session[LEFT] = True
    g.actor = None


def _seconds() -> int:
    return int(clock.now().timestamp())


def _end_when_idle() -> BaseResponse | None:
    state = session.get(KEY)
    if state is None:
        return None
    if _seconds() < _end(state):
        session[KEY] = {**state, "seen": _seconds()}
        return None
    clear()
    return None if request.path == state["then"] else see_other(state["then"])


def _end(state: dict[str, Any]) -> int:
    """When the time is over unless another page is asked for."""
    end: int = state["seen"] + state["minutes"] * 60
    latest: int = state.get("until", end)
    return min(end, latest)


def _let_the_page_leave(response: Response) -> Response:
    state = session.get(KEY)
    if state is not None and response.mimetype == "text/html":
        wait = _end(state) - _seconds() + GRACE
        response.headers["Refresh"] = f"{wait}; url={state['then']}"
    return response
