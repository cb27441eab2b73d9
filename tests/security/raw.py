"""Requests as no browser sends them: raw bytes in paths, queries, forms and headers."""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any
from urllib.parse import quote_from_bytes

from werkzeug.test import TestResponse

from tests.browsing import Browser

FORM_TYPE = "application/x-www-form-urlencoded"
Fields = Sequence[tuple[str, bytes]]


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


def query_names(view: ModuleType) -> set[str]:
    """The query parameters that a module of views reads, by its source."""
    named = re.findall(r'request\.args\.get\(\s*"(\w+)"', inspect.getsource(view))
    return {*named, *_strings_after(view, "_chosen"), *_strings_after(view, "asked_key")}


def _strings_after(view: ModuleType, function: str) -> Iterator[str]:
    """The first argument of each call of `function`, where it is a plain string."""
    for node in ast.walk(ast.parse(inspect.getsource(view))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == function
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)
