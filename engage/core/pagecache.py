"""Pages of visitors, kept until something audited happens or the minute ends."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from engage.core import audit, clock, i18n
from engage.core.web import get_db, services

P = ParamSpec("P")

MAX_PAGES = 512


def public_page(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Serve `view` to visitors from memory, and as 304 to who has it already.

    The key has the address, the language, the revision (the newest audit entry) and the minute,
    because some things change with time alone. Any session cookie bypasses it. Such a page holds
    no form, token or cookie.
    """

    @wraps(view)
    def cached(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return view(*args, **kwargs)
        tag = _tag()
        if tag in request.if_none_match:
            return _public(Response(status=304), tag)
        pages = services().pages
        body = pages.get(tag)
        if body is None:
            response = make_response(view(*args, **kwargs))
            if response.status_code != 200:
                return response
            body = response.get_data()
            if len(pages) >= MAX_PAGES:
                pages.clear()
            pages[tag] = body
        return _public(Response(body, mimetype="text/html"), tag)

    return cached


def _tag() -> str:
    parts = (
        request.full_path,
        i18n.current().code,
        str(audit.revision(get_db())),
        clock.now().strftime("%d%H%M"),
        current_app.config["BUILD"],
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _public(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response
