"""Pages kept for visitors: nobody can have others served what was made for himself."""

import re

import pytest

from engage.core.web import Engage
from tests.browsing import Browser


@pytest.mark.parametrize(
    "cookie",
    [
        'langue="ar"',
        "langue =ar",
        "langue\t=ar",
        "langue=ar; langue=fr",
        "langue=fr; langue=ar",
        "langue=ar1",
        "langue=arx",
        'langue="\\141r"',
        "x=1;langue=ar",
        "xlangue=ar",
        "langue=AR",
    ],
)
def test_no_cookie_has_others_read_another_language(app: Engage, cookie: str) -> None:
    http = app.test_client(use_cookies=False)
    for path in ("/", "/aide", "/propositions"):
        http.get(path, headers={"Cookie": cookie, "Accept-Language": "fr"})
        for headers, language in (
            ({"Accept-Language": "fr"}, "fr"),
            ({"Accept-Language": "ar"}, "ar"),
            ({"Cookie": "langue=ar"}, "ar"),
        ):
            page = http.get(path, headers=headers).get_data(as_text=True)
            found = re.search(r'<html lang="(..)"', page)
            assert found is not None
            assert found[1] == language


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"X-Forwarded-Prefix": "/evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-URL": "/evil.example", "X-Rewrite-URL": "/evil.example"},
        {"X-HTTP-Method-Override": "POST"},
        {"Referer": "https://evil.example/"},
        {"User-Agent": "evil.example"},
    ],
)
def test_no_header_gets_into_a_page_that_is_kept(app: Engage, headers: dict[str, str]) -> None:
    for path in ("/", "/propositions", "/concertations", "/signalements", "/agenda"):
        Browser(app).get(path, headers=headers)
        later = Browser(app).get(path)
        assert "evil" not in later.get_data(as_text=True)
        assert "evil" not in str(later.headers)
        assert "Set-Cookie" not in later.headers


def test_asking_for_the_head_keeps_no_empty_page(app: Engage) -> None:
    visitor = Browser(app)
    assert visitor.http.head("/aide").status_code == 200
    assert "<h1" in visitor.get("/aide").get_data(as_text=True)


def test_what_a_session_sees_is_not_kept_for_visitors(app: Engage) -> None:
    known = Browser(app)
    known.submit("/langue", {"langue": "fr"})
    with known.http.session_transaction() as session:
        session["_flashes"] = [("ok", "Seulement pour vous")]
    assert "Seulement pour vous" in known.get("/propositions").get_data(as_text=True)
    later = Browser(app).get("/propositions").get_data(as_text=True)
    assert "Seulement pour vous" not in later


def test_endless_query_strings_do_not_fill_the_memory(app: Engage) -> None:
    visitor = Browser(app)
    for number in range(600):
        visitor.http.get(f"/aide?x={number}")
    assert len(app.services.pages) <= 512
