"""Pages whose address is a secret: told to no other site, listed nowhere, logged as a route."""

import logging

import pytest

from engage.accounts.addresses import parse
from engage.accounts.commands import send_code
from engage.core.services import Services
from tests.browsing import Browser
from tests.incidents.making import make_estate, make_followed


@pytest.fixture
def secrets(town: Services) -> dict[str, str]:
    """An address of each kind → the secret in it."""
    with town.database.transaction() as db:
        address = parse("amina@example.org")
        code = send_code(db, town.secret_key, address, draft=None, language="fr")
        _incident, follow = make_followed(db, make_estate(db))
    return {f"/compte/code/{code}": code, f"/suivi/{follow}": follow}


def test_they_are_told_to_nobody(client: Browser, secrets: dict[str, str]) -> None:
    for path in secrets:
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Cache-Control"] == "no-store"


def test_the_log_knows_their_route_only(
    client: Browser, secrets: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path in secrets:
        client.get(path)
    assert "/compte/code/<challenge>" in caplog.text
    for secret in secrets.values():
        assert secret not in caplog.text
