"""Promises about every answer: its headers, what is said when all is broken, what logs hold."""

import dataclasses
import io
import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engage import create_app
from engage.core.config import Config
from engage.core.logs import JsonLines
from engage.core.services import Services
from engage.core.web import CSP, Engage
from tests.browsing import Browser
from tests.incidents.making import make_estate, make_followed


@pytest.fixture
def broken_town(base_config: Config, tmp_path: Path) -> Iterator[Engage]:
    """An application of its own whose database is in a folder that is gone."""
    folder = tmp_path / "gone"
    folder.mkdir()
    config = dataclasses.replace(
        base_config, database_url=f"sqlite:///{folder}/engage.db", uploads=tmp_path / "uploads"
    )
    app = create_app(config)
    shutil.rmtree(folder)
    yield app
    app.services.database.close()


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """All log lines of the test, as the program writes them."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_the_policy_of_pages_allows_nothing_unsafe() -> None:
    assert "unsafe" not in CSP
    assert "*" not in CSP
    assert CSP.startswith("default-src 'none';")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/aide", 200), ("/compte/connexion", 200), ("/nulle-part", 404), ("/suivi/x", 404)],
)
def test_every_page_has_exactly_that_policy(client: Browser, path: str, status: int) -> None:
    for _time in ("made", "kept"):
        response = client.get(path, expects=status)
        assert response.headers.getlist("Content-Security-Policy") == [CSP]


def test_the_page_that_is_checked_above_is_a_kept_one(client: Browser, app: Engage) -> None:
    client.get("/aide")
    assert "/aide" in {key[0] for key in app.services.pages}


def test_a_view_that_breaks_gives_the_plain_page_without_database_or_session(
    broken_town: Engage,
) -> None:
    def breaks() -> str:
        raise ZeroDivisionError("Mots privés")

    broken_town.add_url_rule("/casse", "breaks", breaks)
    broken_town.extensions["engage_public"] |= {"breaks"}
    visitor = Browser(broken_town)
    visitor.http.set_cookie("engage", "not a session")
    response = visitor.get("/casse", expects=500)
    assert "Quelque chose s’est cassé chez nous" in visitor.text
    assert "Mots privés" not in response.text
    assert response.headers["X-Request-Id"] in visitor.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == CSP
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/", "/compte/connexion?brouillon=x", "/suivi/x", "/nulle-part"])
def test_a_database_that_does_not_answer_gives_503(broken_town: Engage, path: str) -> None:
    response = Browser(broken_town).get(path, expects=503)
    assert response.headers["Cache-Control"] == "no-store"


def test_logs_hold_routes_and_request_ids_and_never_a_secret(
    client: Browser, town: Services, log_lines: io.StringIO
) -> None:
    with town.database.transaction() as db:
        _incident, followed = make_followed(db, make_estate(db))
    sent = client.submit("/compte/connexion", {"contact": "a@example.org"})
    challenge = sent.headers["Location"].partition("?")[0].rpartition("/")[2]
    reply = "r" * 43
    pages = [
        client.get(f"/suivi/{followed}"),
        client.get(f"/r/{reply}", expects=404),
        client.get(f"/compte/code/{challenge}"),
    ]
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    by_request = {line["request"]: line for line in lines if "route" in line}
    routes = [by_request[page.headers["X-Request-Id"]]["route"] for page in pages]
    assert routes == ["/suivi/<token>", "/r/<token>", "/compte/code/<challenge>"]
    for secret in (followed, reply, challenge, "a@example.org"):
        assert secret not in log_lines.getvalue()
