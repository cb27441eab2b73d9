"""One answer for each way a request can fail; the 500 page uses neither database nor session."""

import logging

from flask import Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from engage.core.errors import Conflict, DomainError, TooMany
from engage.core.web import Engage

log = logging.getLogger(__name__)

WITH_PAGE = frozenset({400, 403, 404, 409, 413, 422, 429})


def setup(app: Engage) -> None:
    """Register the handlers, once for the whole application."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(CSRFError, _http)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _overloaded)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: Exception) -> Response:
    assert isinstance(error, DomainError)
    response = _error_page(error.status, error.message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _stale(error: Exception) -> Response:
    """Somebody else changed the same row meanwhile, or a unique constraint decided."""
    log.info("conflict: %s", type(error).__name__)
    return _domain(Conflict())


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
    response = make_response(render_template(f"errors/{name}.html", message=message), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(status: int) -> Response:
    g.bare = True
    name = 503 if status == 503 else 500
    response = make_response(render_template(f"errors/{name}.html"), status)
    response.headers["Cache-Control"] = "no-store"
    return response
