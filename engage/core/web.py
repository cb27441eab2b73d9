"""The Flask application class: a request is a transaction, every page gets the same guards."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import BaseConverter, IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from engage.core import clock, i18n, lean, throttle
from engage.core.db import Database
from engage.core.errors import InvalidInput
from engage.core.images import MAX_BYTES, prepare
from engage.core.pagination import BIGGEST_ID
from engage.core.photos import StoredPhoto, discard_unnamed, store
from engage.core.services import Services

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGE_COOKIE = "langue"
MAX_WORDS_BYTES = 500_000
"""Of a form without a photo; Werkzeug itself limits only each field of a multipart form."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

SAFE_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set on every answer, unless the view chose another value."""


class ReferenceConverter(BaseConverter):
    """A number in an address, which may end in readable words: `12-des-bancs-a-l-ombre`."""

    regex = r"\d{1,9}(?:-[^/]*)?"
    part_isolating = True

    def to_python(self, value: str) -> int:
        return int(value.partition("-")[0])


class NumberConverter(IntegerConverter):
    """A number of the database in an address: what is too big for one is not found."""

    def __init__(self, map: Map, max: int | None = BIGGEST_ID) -> None:  # noqa: A002
        super().__init__(map, max=max)


class Engage(Flask):
    """Returning from a view commits, raising rolls back: the only commit of a request.

    One that only reads has nothing to commit; its transaction ends with its session.
    """

    services: Services
    jinja_environment = lean.Templates

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.session_interface = lean.Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """All our functions are ordinary ones: Flask would inspect fourteen for each request."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        try:
            response = super().dispatch_request()
        except BaseException:
            if "db" in g:
                g.db.rollback()
            raise
        if "db" in g and request.method not in SAFE:
            g.db.commit()
        return response


def services() -> Services:
    """The town that answers this request."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(app, Engage)
    return app.services


def get_db() -> Session:
    """This request's session; on GET the database itself refuses to change anything."""
    if "db" not in g:
        g.db = services().database.session(writes=request.method not in SAFE)
    return g.db  # type: ignore[no-any-return]


def apart() -> Database:
    """The database for a short transaction of its own: counting an attempt, for instance.

    What this request has read so far is ended first (on SQLite it holds the only write lock), so
    call it before the request writes anything.
    """
    db = g.get("db")
    if db is not None and db.in_transaction():
        if db.new or db.dirty or db.deleted:
            raise RuntimeError("count attempts before writing anything")
        db.commit()
    return services().database


def accepts_photos(
    *fields: str, when: Callable[[Mapping[str, str]], bool] | None = None, most: int = 1
) -> Callable[[View], View]:
    """Mark a view whose `fields` are photos: they are re-encoded before its transaction begins.

    `when` gets the sent form and says whether its photos are wanted; else nothing touches the disk.
    Each field holds up to `most`; what comes after them is not read.
    """

    def mark(view: View) -> View:
        view.photo_fields = fields  # type: ignore[attr-defined]
        view.photos_wanted = when  # type: ignore[attr-defined]
        view.photos_most = most  # type: ignore[attr-defined]
        return view

    return mark


def sent_photo(field: str) -> StoredPhoto | None:
    """The photo sent in `field`, re-encoded and on the disk, or None; raises `InvalidInput`."""
    found = next(iter(sent_photos(field)), None)
    if isinstance(found, InvalidInput):
        raise found
    return found


def sent_photos(field: str) -> list[StoredPhoto | InvalidInput]:
    """The photos sent in `field`, in order: each re-encoded and on the disk, or why it was not."""
    return [found for place, found in g.get("photos", {}).items() if place[0] == field]


def too_many_photos(field: str) -> bool:
    """Whether more photos were sent in `field` than it takes."""
    view: Any = current_app.view_functions[request.endpoint or ""]
    return bool(len(_files(field)) > view.photos_most)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A rendered page."""
    return make_response(render_template(template, **context), status)


def form_page(template: str, form: Any, status: int | None = None, **context: Any) -> Response:
    """A page with a form: never kept by a cache, 422 when the form was refused."""
    refused = bool(form.errors)
    response = page(template, status or (422 if refused else 200), form=form, **context)
    response.headers["Cache-Control"] = "no-store"
    return response


def secret_page(response: Response) -> Response:
    """A page whose address is a secret: kept by no cache, listed nowhere, told to no other site."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def see_other(location: str) -> BaseResponse:
    """What follows every change: 303, so that a reload repeats nothing."""
    return redirect(location, 303)


def visitor_address() -> str:
    """The network of the visitor, for throttles only; never kept with what they do.

    One line has 2^64 addresses of IPv6: they count as one.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def setup(app: Engage) -> None:
    """Register what every request passes through."""
    app.url_map.converters["ref"] = ReferenceConverter
    app.url_map.converters["int"] = NumberConverter
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_close)


def _begin() -> None:
    g.started = time.perf_counter()
    clock.use_zone(services().config.timezone)
    g.request_id = os.urandom(8).hex()
    chosen = request.cookies.get(LANGUAGE_COOKIE) or i18n.best_language(
        request.headers.get("Accept-Language")
    )
    i18n.speak(chosen if chosen in i18n.LANGUAGES else "fr")
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        raise BadRequest from None
    if request.is_json:  # forms would take it, with values that are no text
        raise UnsupportedMediaType
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if request.mimetype != "multipart/form-data" or not hasattr(view, "photo_fields"):
        request.max_content_length = MAX_WORDS_BYTES
    elif view.photos_most > 1:
        request.max_content_length = view.photos_most * MAX_BYTES + MAX_WORDS_BYTES


def prepare_photos() -> None:
    """Re-encode the photos of this request with no transaction open; runs after the CSRF check."""
    if request.method in SAFE or request.endpoint is None:
        return
    view: Any = current_app.view_functions.get(request.endpoint)
    g.photos = {}
    fields = getattr(view, "photo_fields", ())
    sent = [(field, n) for field in fields for n in range(len(_files(field)[: view.photos_most]))]
    wanted = getattr(view, "photos_wanted", None)
    if not sent or (wanted is not None and not wanted(request.form)):
        return
    for field, n in sent:
        throttle.hit_hourly(apart(), f"photo:{visitor_address()}", limit=200)
        try:
            prepared = prepare(_files(field)[n].stream, field)
            g.photos[field, n] = store(services().storage, prepared)
        except InvalidInput as refusal:
            g.photos[field, n] = refusal


def _files(field: str) -> list[FileStorage]:
    """What was chosen in `field`; a form without a chosen photo sends it with an empty name."""
    return [file for file in request.files.getlist(field) if file.filename]


def _finish(response: Response) -> Response:
    headers = response.headers
    there = set(headers.keys(lower=True))
    for name, value in SAFE_HEADERS.items():
        if name.lower() not in there:
            headers.add(name, value)
    headers.add("X-Request-Id", g.get("request_id", "-"))
    if services().config.secure:
        headers.add("Strict-Transport-Security", "max-age=31536000")
    return response


def _close(error: BaseException | None) -> None:
    db = g.pop("db", None)
    if db is not None:
        db.close()
    _discard_photos()


def _discard_photos() -> None:
    """Leave no file behind that this request wrote and no row names."""
    stored = [found for found in g.pop("photos", {}).values() if isinstance(found, StoredPhoto)]
    if not stored:
        return
    try:
        discard_unnamed(services().database, services().storage, stored)
    except (SQLAlchemyError, OSError) as error:  # the answer is made; `engage purge` comes later
        log.warning("photos of a request left behind", exc_info=error)


def asked_key(name: str) -> int | None:
    """The key that `?name=` asks to continue from; None when it can not be one."""
    asked = request.args.get(name, type=int)
    return asked if asked is not None and 0 < asked <= BIGGEST_ID else None
