"""Pages asked for in this process: CPU time, statements, and what grows with the rows."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from tests.bench.figures import Figure
from tests.bench.towns import MOST_STATEMENTS, Measured, Page, pages
from tests.counting import count_statements

VISITOR_MS, SIGNED_IN_MS, GROWTH = 3.0, 4.0, 1.3
REQUESTS = 15
SMALLEST_MS = 0.2
"""Below this a ratio of two times says nothing."""

Ask = Callable[[], int]


def hello() -> Flask:
    """The least a Flask application can do."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def asking(app: Any, path: str, cookie: str = "", *, before: Callable[[], None]) -> Ask:
    """A function that asks for a page through WSGI, nothing around it; returns the status."""
    environ = EnvironBuilder(path=path, base_url="http://127.0.0.1:8000").get_environ()
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    seen: list[int] = []

    def start(status: str, headers: object, exc_info: object = None) -> Callable[[bytes], object]:
        seen.append(int(status[:3]))
        return lambda content: None

    def ask() -> int:
        before()
        body: Iterable[bytes] = app.wsgi_app(dict(environ), start)
        b"".join(body)
        getattr(body, "close", lambda: None)()
        return seen.pop()

    return ask


def cpu_ms(ask: Ask, rounds: int) -> float:
    """Process CPU of one request in milliseconds: the best of many rounds."""
    ask()
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(REQUESTS):
            ask()
        best = min(best, (time.process_time() - started) / REQUESTS)
    return best * 1000


def asking_afresh(town: Measured, page: Page) -> Ask:
    """Ask with the cache of visitors' pages emptied each time."""
    cookie = town.cookies[page.persona] if page.persona else ""
    return asking(town.app, page.path, cookie, before=town.services.pages.clear)


def statuses(town: Measured) -> Iterator[Figure]:
    """Every page answers 200: a fast error is no figure."""
    for page in pages(town):
        status = asking_afresh(town, page)()
        if status != 200:
            yield Figure(f"{page.name} answers", status, 200)


def times(town: Measured, rounds: int) -> Iterator[Figure]:
    bare = hello()
    nothing = cpu_ms(asking(bare, "/", before=lambda: None), rounds)
    yield Figure("bare hello", nothing, 1.0, "ms")
    for page in pages(town):
        if page.kind != "page":
            yield Figure(page.name, cpu_ms(asking_afresh(town, page), rounds), _bar(page), "ms")


def _bar(page: Page) -> float:
    return SIGNED_IN_MS if page.persona else VISITOR_MS


def statements(town: Measured) -> Iterator[Figure]:
    for page in pages(town):
        ask = asking_afresh(town, page)
        ask()
        with count_statements(town.services.database) as seen:
            ask()
        yield Figure(page.name, len(seen), MOST_STATEMENTS[page.kind])


def growth(small: Measured, large: Measured, rounds: int) -> Iterator[Figure]:
    """How many times longer the same page takes with much than with little."""
    for one, many in zip(pages(small), pages(large), strict=True):
        little = cpu_ms(asking_afresh(small, one), rounds)
        much = cpu_ms(asking_afresh(large, many), rounds)
        if many.kind == "rare":
            yield Figure(many.name, much, VISITOR_MS, "ms")
            continue
        yield Figure(
            f"{many.name}, {little:.1f} → {much:.1f} ms", much / max(little, SMALLEST_MS), GROWTH
        )
