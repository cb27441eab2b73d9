"""Requests as no browser sends them: raw bytes in paths, queries and forms."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote_from_bytes

from werkzeug.test import TestResponse

from tests.browsing import Browser

FORM_TYPE = "application/x-www-form-urlencoded"
Fields = Sequence[tuple[str, bytes]]
READ = re.compile(r'(?:args\.get|_chosen|asked_key)\(\s*"(\w+)"')


def ask(
    browser: Browser, method: str, path: bytes, query: bytes = b"", **options: Any
) -> TestResponse:
    """Send `path` and `query` byte for byte, as gunicorn would hand them over."""
    raw = {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
    return browser.http.open("/", method=method, environ_overrides=raw, **options)


def send(browser: Browser, path: str, fields: Fields) -> TestResponse:
    """Send a form whose values are bytes."""
    route, _mark, query = path.partition("?")
    body = b"&".join(name.encode() + b"=" + quoted(value) for name, value in fields)
    return ask(browser, "POST", route.encode(), query.encode(), data=body, content_type=FORM_TYPE)


def quoted(value: bytes) -> bytes:
    return quote_from_bytes(value, safe="").encode()


def query_names(view: Callable[..., Any]) -> set[str]:
    """The query parameters that a view reads, itself or in functions of its module."""
    return {name for part in _parts(inspect.unwrap(view), set()) for name in READ.findall(part)}


def _parts(function: Any, seen: set[str]) -> Iterator[str]:
    """The source of a function and of those of its module that it calls."""
    seen.add(function.__name__)
    yield inspect.getsource(function)
    module = sys.modules[function.__module__]
    for name in function.__code__.co_names:
        called = getattr(module, name, None)
        if inspect.isfunction(called) and called.__module__ == module.__name__ and name not in seen:
            yield from _parts(inspect.unwrap(called), seen)
