"""Pages of visitors, kept until something audited happens or the minute ends.

`public_page` marks the views; `FrontDoor` answers with a kept page before Flask wakes up, which
is five times as fast.
"""

import gzip
import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import brotli
from flask import Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from engage.core import audit, clock, i18n, logs
from engage.core.web import LANGUAGE_COOKIE, Engage

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

P = ParamSpec("P")
Headers = list[tuple[str, str]]

log = logging.getLogger(__name__)

MAX_PAGES = 200
KEEP = "engage.keep"
"""In the environ of a request: the age of its page, when it may be kept."""

ASSUMED = "engage.assumed"
"""The language under which the front door looked: a page in another one is not kept for all."""

CHOSEN_LANGUAGE = re.compile(rf"(?:^|;\s*){LANGUAGE_COOKIE}=([a-z]+)")
OF_ONE_ANSWER = frozenset({"content-length", "x-request-id"})


@dataclass(frozen=True)
class Age:
    """What a page may know: everything up to a revision (the newest audit entry), in one minute."""

    revision: int
    minute: str

    @classmethod
    def now(cls, app: Engage) -> "Age":
        revision = audit.revision(app.services.database)
        return cls(revision, clock.now().strftime("%d%H%M"))


@dataclass(frozen=True)
class KeptPage:
    """A whole answer, as it travels."""

    age: Age
    rule: str
    headers: Headers
    body: bytes


def public_page(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let visitors have `view` from memory, and as 304 when they have it already.

    The tag has the address, the language, the revision and the minute, because some things change
    with time alone. Any session cookie bypasses it. Such a page holds no form, token or cookie.
    """

    @wraps(view)
    def cached(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return view(*args, **kwargs)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        age = Age.now(app)  # asked before the page is made: it may know more, never less
        tag = _tag(age, app)
        if request.if_none_match.contains_weak(tag):
            return _public(Response(status=304), tag)
        response = make_response(view(*args, **kwargs))
        if response.status_code != 200:
            return response
        if request.environ.get(ASSUMED) == i18n.current().code and not g.get("not_kept"):
            request.environ[KEEP] = (age, request.url_rule.rule if request.url_rule else "")
        return _public(response, tag)

    return cached


def not_kept() -> None:
    """Leave this page out of memory: endless ones would push out those that many read."""
    g.not_kept = True


def _tag(age: Age, app: Engage) -> str:
    parts = (
        request.full_path,
        i18n.current().code,
        str(age.revision),
        age.minute,
        app.config["BUILD"],
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _public(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)  # the same words, however they travel
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
    return response


class FrontDoor:
    """Answers visitors with the kept page while it is of this moment; keeps what views allow."""

    def __init__(self, app: Engage, inner: "WSGIApplication") -> None:
        self._app = app
        self._inner = inner
        self._session_cookie = f"{app.config['SESSION_COOKIE_NAME']}="

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        cookies = environ.get("HTTP_COOKIE", "")
        if environ["REQUEST_METHOD"] != "GET" or self._session_cookie in cookies:
            return self._inner(environ, start_response)
        started = time.perf_counter()
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        key = (environ["PATH_INFO"], environ["QUERY_STRING"], _language(environ), encoding)
        kept = self._app.services.pages.get(key)
        if kept is not None and self._is_of_now(kept):
            return _answer(kept, environ, start_response, started)
        environ[ASSUMED] = key[2]
        return self._make(key, encoding, environ, start_response)

    def _is_of_now(self, kept: KeptPage) -> bool:
        try:
            return Age.now(self._app) == kept.age
        except Exception:  # whatever the driver raises: the page itself will say it to the visitor
            log.warning("the age of a page is unknown", exc_info=True)
            return False

    def _make(
        self,
        key: tuple[str, ...],
        encoding: str,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """Have the page made; keep it when its view allows."""
        begun: list[tuple[str, Headers, Any]] = []

        def hold(status: str, headers: Headers, fault: Any = None) -> Callable[[bytes], object]:
            begun[:] = [(status, headers, fault)]
            return lambda _: None

        content = self._inner(environ, hold)
        status, headers, fault = begun[0]
        if KEEP not in environ:
            start_response(status, headers, fault)
            return content
        body = _encoded(b"".join(content), encoding)
        getattr(content, "close", lambda: None)()
        age, rule = environ[KEEP]
        lasting = [(name, value) for name, value in headers if name.lower() not in OF_ONE_ANSWER]
        if encoding:
            lasting.append(("Content-Encoding", encoding))
        lasting.append(("Content-Length", str(len(body))))
        pages = self._app.services.pages
        if len(pages) >= MAX_PAGES:
            pages.clear()
        pages[key] = KeptPage(age, rule, lasting, body)
        same = [(name, value) for name, value in headers if name.lower() == "x-request-id"]
        start_response(status, [*lasting, *same])
        return [body]


def _answer(
    kept: KeptPage,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    started: float,
) -> Iterable[bytes]:
    request_id = os.urandom(8).hex()
    tag = next(value for name, value in kept.headers if name == "ETag")
    known = tag.removeprefix("W/") in environ.get("HTTP_IF_NONE_MATCH", "")
    headers = [h for h in kept.headers if h[0] != "Content-Length"] if known else kept.headers
    status = "304 NOT MODIFIED" if known else "200 OK"
    start_response(status, [*headers, ("X-Request-Id", request_id)])
    logs.log_kept(kept.rule, int(status[:3]), time.perf_counter() - started, request_id)
    return [] if known else [kept.body]


def _language(environ: "WSGIEnvironment") -> str:
    """What `core.web` will choose for this request."""
    chosen = CHOSEN_LANGUAGE.search(environ.get("HTTP_COOKIE", ""))
    if chosen:
        return chosen[1]
    return i18n.best_language(environ.get("HTTP_ACCEPT_LANGUAGE"))


def _encoding(accepted: str) -> str:
    """How a page travels: those kept hold no secret that its length could give away."""
    return next((name for name in ("br", "gzip") if name in accepted), "")


def _encoded(body: bytes, encoding: str) -> bytes:
    """The fast levels: a third of the bytes for a tenth of the page's own time."""
    if encoding == "br":
        return brotli.compress(body, quality=4)  # type: ignore[no-any-return]
    return gzip.compress(body, compresslevel=4, mtime=0) if encoding else body
