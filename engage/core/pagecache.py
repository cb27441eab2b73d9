"""Pages of visitors, kept until something audited happens or the minute ends."""

import gzip
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import brotli
from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from engage.core import audit, clock, i18n
from engage.core.web import services

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
        if request.if_none_match.contains_weak(tag):
            return _public(Response(status=304), tag)
        pages = services().pages
        encoding = _encoding()
        kept = pages.get((tag, encoding))
        if kept is None:
            response = make_response(view(*args, **kwargs))
            if response.status_code != 200:
                return response
            kept = _encoded(response.get_data(), encoding)
            if len(pages) >= MAX_PAGES:
                pages.clear()
            pages[tag, encoding] = kept
        response = Response(kept, mimetype="text/html")
        if encoding:
            response.headers["Content-Encoding"] = encoding
        return _public(response, tag)

    return cached


def _tag() -> str:
    parts = (
        request.full_path,
        i18n.current().code,
        str(audit.revision(services().database)),
        clock.now().strftime("%d%H%M"),
        current_app.config["BUILD"],
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _encoding() -> str:
    """How this page travels: such pages hold no secret that its length could give away."""
    accepted = request.headers.get("Accept-Encoding", "")
    return next((name for name in ("br", "gzip") if name in accepted), "")


def _encoded(body: bytes, encoding: str) -> bytes:
    """The fast levels: a third of the bytes for a tenth of the page's own time."""
    if encoding == "br":
        return brotli.compress(body, quality=4)  # type: ignore[no-any-return]
    return gzip.compress(body, compresslevel=4, mtime=0) if encoding else body


def _public(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)  # the same words, however they travel
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
    return response
