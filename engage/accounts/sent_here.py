"""What was sent from this device without account: the device remembers, the server does not.

Each thing is one small cookie, which travels to the page that lists them and nowhere else (its
`Path`): kept pages stay the same for all. It holds the secret of a link or the number of an idea
and no word that anybody wrote. It is not signed: whoever can plant one can plant a signed one
too, and all it does is what the link in it does. Short as they are, as many as a browser keeps for
one site fit in one request.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response as BaseResponse

from engage.accounts import gate
from engage.accounts.models import Draft
from engage.core.secrets import token_hash
from engage.core.web import services

P = ParamSpec("P")
R = TypeVar("R", bound=BaseResponse)

PATH = "/compte/ce-telephone"
PREFIX = "envoi-"
YEAR_S = 365 * 24 * 3600
LINK, DRAFT, IDEA = "r", "d", "p"

_WHERE_IT_LED = (
    (LINK, re.compile(r"/suivi/([\w-]{10,60})")),
    (DRAFT, re.compile(r"/compte/connexion\?brouillon=([\w-]{10,60})")),
)
_IDEA_PAGE = re.compile(r"/propositions/(\d{1,9})(?:-[^/]*)?")
_VALUE = re.compile(r"([rdp])\.([\w-]{1,60})")


@dataclass(frozen=True)
class Sent:
    """One cookie: its name, what kind of thing it is, and what opens it."""

    name: str
    kind: str
    key: str


def remembered(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let the device of a visitor remember what `view` has just received (put it above others)."""

    @wraps(view)
    def noted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = make_response(view(*args, **kwargs))
        if response.status_code == 303 and gate.actor() is None:
            for kind, address in _WHERE_IT_LED:
                found = address.fullmatch(response.headers["Location"])
                if found:
                    _set(response, _name(token_hash(found[1])), f"{kind}.{found[1]}")
        return response

    return noted


def finished(response: BaseResponse, draft: Draft | None) -> BaseResponse:
    """A draft has an author now: the device remembers the idea instead, unless others use it."""
    idea = _IDEA_PAGE.fullmatch(response.headers["Location"])
    if draft is not None and idea and not gate.is_shared():
        _set(response, _name(draft.token_hash), f"{IDEA}.{idea[1]}")
    return response


def here() -> list[Sent]:
    """What the cookies of this request remember."""
    found = []
    for name, value in request.cookies.items():
        read = _VALUE.fullmatch(value)
        if name.startswith(PREFIX) and read:
            found.append(Sent(name, read[1], read[2]))
    return found


def forget(response: R, names: Iterable[str]) -> R:
    """Have the device forget `names`; thirty fit in the headers that a proxy takes (4 kB)."""
    secure = services().config.secure
    for name in names:
        gone = dump_cookie(name, max_age=0, path=PATH, secure=secure, sync_expires=False)
        response.headers.add("Set-Cookie", gone)
    return response


def _name(hashed: str) -> str:
    return PREFIX + hashed[:8]


def _set(response: BaseResponse, name: str, value: str) -> None:
    secure = services().config.secure
    response.set_cookie(
        name, value, YEAR_S, path=PATH, secure=secure, httponly=True, samesite="Lax"
    )
