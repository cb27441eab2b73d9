"""Every door that somebody could try again and again: past the limit a 429 says until when."""

import dataclasses
import hashlib
from datetime import timedelta

import pytest

from engage import create_app
from engage.accounts.addresses import parse
from engage.accounts.commands import send_code
from engage.core import clock
from engage.core.config import Config
from engage.core.services import Services
from engage.core.throttle import ThrottleCounter
from tests.browsing import Browser
from tests.factories import photo_bytes
from tests.proposals.ideas import make_public

HERE = "127.0.0.1"
IDEA = {"title": "Des bancs", "text": "Pour souffler.", "neighbourhood": "terre-rouge"}


def used_up(town: Services, *buckets: str) -> None:
    """As after very many tries in the last ten minutes."""
    with town.database.transaction() as db:
        for bucket in buckets:
            id_ = hashlib.sha256(bucket.encode()).hexdigest()
            until = clock.now() + timedelta(minutes=50)
            db.add(ThrottleCounter(bucket=id_, until=until, hits=10_000))


@pytest.mark.parametrize(
    ("bucket", "path", "fields"),
    [
        ("code:voisine@example.org", "/compte/connexion", {"contact": " Voisine@Example.org "}),
        ("code:+33612345678", "/compte/connexion", {"contact": "06 12 34 56 78"}),
        (f"code-net:{HERE}", "/compte/connexion", {"contact": "voisine@example.org"}),
        (f"card:{HERE}", "/compte/carte", {"code": "AAAA-BBBB-CCCC"}),
        (f"voting-code:{HERE}", "/code", {"code": "AAAA-BBBB-CCCC"}),
        (f"report:{HERE}", "/signalements/nouveau?choix=COM01", {"lieu": "nulle-part"}),
        (f"idea:{HERE}", "/propositions/nouvelle", IDEA),
        (f"support:{HERE}", "/propositions/1/soutenir", {}),
    ],
)
def test_what_is_used_up_says_until_when(
    client: Browser, town: Services, bucket: str, path: str, fields: dict[str, str]
) -> None:
    if "support" in bucket:
        with town.database.transaction() as db:
            make_public(db)
    used_up(town, bucket)
    action = path.partition("?")[0] if path.startswith(("/code", "/prop")) else ""
    answer = client.submit(path, fields, 429, action=action)
    assert 0 < int(answer.headers["Retry-After"]) <= 3_000


def test_trying_codes_is_limited_for_a_network_too(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        address = parse("voisine@example.org")
        challenge = send_code(db, town.secret_key, address, draft=None, language="fr")
    used_up(town, f"try-net:{HERE}")
    answer = client.submit(f"/compte/code/{challenge}", {"code": "000000"}, 429)
    assert "Retry-After" in answer.headers


def test_photos_are_limited_before_they_are_opened(client: Browser, town: Services) -> None:
    used_up(town, f"photo:{HERE}")
    photo = ("photo", photo_bytes(64, 48), "banc.jpg")
    answer = client.submit("/propositions/nouvelle", IDEA, 429, photo=photo)
    assert "Retry-After" in answer.headers
    assert not list(town.storage.keys())


def test_cookies_belong_to_https_where_the_address_does(base_config: Config) -> None:
    secure = dataclasses.replace(base_config, base_url="https://mon-quartier.example.org")
    http = create_app(secure).test_client()
    page = http.get("/compte/connexion", base_url="https://mon-quartier.example.org")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-engage=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    assert "max-age" in page.headers["Strict-Transport-Security"]


def test_a_form_of_a_page_that_sends_no_referrer_works_over_https(town: Services) -> None:
    there = "https://mon-quartier.example.org"
    app = create_app(dataclasses.replace(town.config, base_url=there))
    app.services = town
    browser = Browser(app)
    browser.get("/compte/carte", base_url=there)
    assert browser.page is not None
    fields = browser.page.forms[0].fields | {"code": ["AAAA"]}
    browser.post("/compte/carte", fields, 422, base_url=there)
