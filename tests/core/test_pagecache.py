"""Visitors get a kept page only while it is of this moment, of their language and of nobody."""

import gzip
import logging

import brotli
import pytest
from werkzeug.test import TestResponse

from engage.accounts.models import Role
from engage.core import audit
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person

LIST = "/propositions"


@pytest.fixture(autouse=True)
def empty_shelf(client: Browser) -> None:
    client.app.services.pages.clear()


def something_happens(town: Services) -> None:
    with town.database.transaction() as db:
        audit.record(db, "person.test", make_person(db))


def is_kept(client: Browser, town: Services, path: str = LIST, **options: object) -> bool:
    """Whether the next answer comes without the view, which asks the database for much."""
    with count_statements(town.database) as statements:
        client.get(path, **options)  # type: ignore[arg-type]
    return not statements


def test_the_second_visitor_gets_the_kept_page(client: Browser, town: Services) -> None:
    first = client.get(LIST)
    with count_statements(town.database) as statements:
        second = client.get(LIST)
    assert not statements
    assert second.data == first.data
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert len(second.headers.getlist("Content-Length")) == 1


def test_a_change_is_seen_at_once(client: Browser, town: Services) -> None:
    client.get(LIST)
    something_happens(town)
    assert not is_kept(client, town)
    assert is_kept(client, town)


def test_a_page_is_made_again_each_minute(client: Browser, town: Services, moment: Moment) -> None:
    client.get(LIST)
    moment.forward(minutes=1)
    assert not is_kept(client, town)


def test_who_has_the_page_gets_304_kept_or_not(client: Browser, town: Services) -> None:
    tag = client.get(LIST).headers["ETag"]

    def again() -> TestResponse:
        return client.get(LIST, expects=304, headers={"If-None-Match": tag})

    assert not again().data
    client.app.services.pages.clear()
    assert "Content-Length" not in again().headers
    something_happens(town)
    client.get(LIST, expects=200, headers={"If-None-Match": tag})


def test_a_signed_in_person_never_gets_nor_leaves_a_kept_page(
    client: Browser, town: Services
) -> None:
    client.get(LIST)
    with town.database.transaction() as db:
        person = make_person(db, Role.COUNCIL, public_name="Nadia du 3")
    client.get(LIST)
    neighbour = Browser(client.app).sign_in(person)
    neighbour.get(LIST)
    assert "Nadia du 3" in neighbour.text
    client.app.services.pages.clear()
    neighbour.get(LIST)
    assert not client.app.services.pages


def test_languages_do_not_mix(client: Browser, town: Services) -> None:
    client.get(LIST)
    arabic = {"headers": {"Accept-Language": "ar"}}
    assert not is_kept(client, town, **arabic)
    assert 'dir="rtl"' in client.get(LIST, **arabic).get_data(as_text=True)  # type: ignore[arg-type]
    assert 'dir="ltr"' in client.get(LIST).get_data(as_text=True)
    client.http.set_cookie("langue", "ar")
    assert 'dir="rtl"' in client.get(LIST).get_data(as_text=True)


def test_addresses_do_not_mix(client: Browser, town: Services) -> None:
    client.get(LIST)
    assert not is_kept(client, town, f"{LIST}?quartier=terre-rouge")
    assert is_kept(client, town, f"{LIST}?quartier=terre-rouge")


def test_a_page_travels_as_the_browser_accepts_it(client: Browser) -> None:
    plain = client.get(LIST).data
    opening = {"br": brotli.decompress, "gzip": gzip.decompress}
    for encoding, unpack in opening.items():
        for _ in ("made", "kept"):
            answer = client.http.get(LIST, headers={"Accept-Encoding": f"{encoding}, deflate"})
            assert answer.headers["Content-Encoding"] == encoding
            assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain)
            assert unpack(answer.data) == plain
    assert "Accept-Encoding" in client.get(LIST).headers["Vary"]


def test_only_get_is_answered_from_the_shelf(client: Browser, town: Services) -> None:
    client.get(LIST)
    assert client.http.head(LIST).status_code == 200
    assert client.http.post(LIST).status_code in (400, 405)


def test_pages_that_are_not_marked_are_never_kept(client: Browser) -> None:
    for path in ("/healthz", "/compte/connexion", "/propositions/nouvelle"):
        client.get(path)
    client.get("/propositions/999999", expects=404)
    assert not client.app.services.pages


def test_an_unknown_age_asks_the_page_itself(client: Browser, town: Services) -> None:
    client.get(LIST)
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entries RENAME TO hidden")
    assert client.http.get(LIST).status_code in (500, 503)


def test_a_kept_answer_is_logged_with_its_route(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(LIST)
    with caplog.at_level(logging.INFO, logger="engage.requests"):
        answer = client.get(LIST)
    [record] = [r for r in caplog.records if r.name == "engage.requests"]
    assert record.route == LIST  # type: ignore[attr-defined]
    assert record.request == answer.headers["X-Request-Id"]  # type: ignore[attr-defined]
    assert record.kept  # type: ignore[attr-defined]
