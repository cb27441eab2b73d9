"""One answer for each way a request can fail; the 500 page uses neither database nor session."""

import logging

from flask import Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from engage.core.errors import Conflict, DomainError, TooMany
from engage.core.forms import clean_text
from engage.core.web import Engage

log = logging.getLogger(__name__)

WITH_PAGE = frozenset({400, 403, 404, 409, 410, 413, 422, 429})

SHOWS_WORDS = frozenset({400, 409, 429})
NO_WORDS = frozenset(
    {
        *("csrf_token", "idem", "version", "contact", "code", "brouillon", "suite"),
        *("password", "again", "current", "sealed"),
    }
)
FEWEST_LETTERS, MOST_LETTERS, MOST_TEXTS = 20, 10_000, 5


def setup(app: Engage) -> None:
    """Register the handlers, once for the whole application."""
    app.register_error_handler(DomainError, of_domain)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(CSRFError, _http)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _overloaded)
    app.register_error_handler(Exception, _unexpected)


def of_domain(error: Exception) -> Response:
    """The page of a `DomainError`."""
    assert isinstance(error, DomainError)
    response = _error_page(error.status, error.message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _stale(error: Exception) -> Response:
    """Somebody else changed the same row meanwhile, or a unique constraint decided."""
    log.info("conflict: %s", type(error).__name__)
    return of_domain(Conflict())


def _http(error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.code is not None and error.code < 400:
        return make_response(error.get_response())
    if error.code == 413:
        _hear_out()
    response = _error_page(error.code or 500, "")
    if error.code == 405 and (allow := dict(error.get_headers(request.environ)).get("Allow")):
        response.headers["Allow"] = allow
    return response


def _hear_out() -> None:
    """Read on, 64 MB at most: a browser that is cut off while it sends shows no answer at all."""
    for _block in range(1024):
        if not request.environ["wsgi.input"].read(65_536):
            return


def _overloaded(error: Exception) -> Response:
    log.error("database did not answer", exc_info=error)
    return _plain(503)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _plain(500)


def _error_page(status: int, message: str) -> Response:
    if status >= 500:
        return _plain(status)
    name = status if status in WITH_PAGE else 400
    words = _typed_words() if name in SHOWS_WORDS else ""
    try:
        html = render_template(f"errors/{name}.html", message=message, words=words)
    except OperationalError as error:  # no handler looks after what fails in a handler
        return _overloaded(error)
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _typed_words() -> str:
    """The free texts that were sent, for the person to copy; never addresses, codes and keys."""
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:
        return ""
    texts = [clean_text(text[:MOST_LETTERS]) for name, text in sent if _is_free(name)]
    free = [text for text in texts if len(text) >= FEWEST_LETTERS and len(text.split()) > 1]
    return "\n\n".join(free[:MOST_TEXTS])


def _is_free(name: str) -> bool:
    """Several forms of one page put something before the name of a field: `fait-12-note`."""
    return name.rpartition("-")[2] not in NO_WORDS


def _plain(status: int) -> Response:
    g.bare = True
    name = 503 if status == 503 else 500
    response = make_response(render_template(f"errors/{name}.html"), status)
    response.headers["Cache-Control"] = "no-store"
    return response
