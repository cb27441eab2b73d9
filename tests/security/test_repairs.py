"""What an attack has opened once stays shut: one test for each repair."""

import http.client
import io
import time
import unicodedata

import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from werkzeug.test import EnvironBuilder

from engage.accounts.views import safe_next
from engage.core import masking
from engage.core.config import BadSetting, Config
from engage.core.db import Database
from engage.core.errors import InvalidInput
from engage.core.forms import MOST_MARKS, clean_text
from engage.core.gateways import as_html
from engage.core.images import prepare
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.throttle import ThrottleCounter
from engage.core.web import Engage, visitor_address
from tests import live
from tests.browsing import Browser
from tests.incidents.making import make_estate, make_followed
from tests.security.raw import ask

UPSIDE_DOWN = "\u0315\u0316"
"""Two marks that normalisation puts into the other order."""


@pytest.mark.parametrize(
    "target",
    [
        "//example.org",
        "/\\example.org",
        "/\t/example.org",
        "/\n/example.org",
        "/\r\\example.org",
        "/a\\..\\..//example.org",
        "https://example.org",
        "javascript:alert(1)",
        "example.org",
        "",
        None,
    ],
)
def test_signing_in_leads_to_no_other_site(shared_app: Engage, target: str | None) -> None:
    with shared_app.test_request_context("/"):
        assert safe_next(target) == "/compte"


def test_signing_in_leads_back_to_where_one_was(shared_app: Engage) -> None:
    with shared_app.test_request_context("/"):
        for path in ("/", "/gup?etat=retard&suite=1.2", "/propositions/3-été à l’école"):
            assert safe_next(path) == path


def test_a_pile_of_marks_is_cut_before_it_costs_time() -> None:
    started = time.perf_counter()
    piles = [clean_text("e" + marks * 120_000) for marks in (UPSIDE_DOWN, "\u0f73", "\u0f73\u0316")]
    assert time.perf_counter() - started < 5  # it took a minute
    assert all(len(pile) <= 1 + 2 * MOST_MARKS for pile in piles)


def test_marks_as_languages_use_them_stay() -> None:
    for words in ("e\u0301te\u0301", "مُسْتَشْفَى", "Tiếng Việt", "हिन्दी"):
        assert clean_text(words) == unicodedata.normalize("NFC", words)


@pytest.mark.parametrize("unit", ["0", "a.", "AA-123-", "a@", "a@a-", "01 ", "x@y.", "0 1-"])
def test_looking_for_addresses_takes_no_longer_than_reading(unit: str) -> None:
    words = unit * (40_000 // len(unit))
    started = time.perf_counter()
    masking.masked(words)
    assert time.perf_counter() - started < 1  # with the square of the length it took 20


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("WEBP", "RGB"), ("PNG", "L")])
def test_a_small_file_that_unfolds_to_a_wall_is_refused(kind: str, mode: str) -> None:
    with io.BytesIO() as bomb:
        Image.new(mode, (7000, 7000)).save(bomb, kind)
        bomb.seek(0)
        with pytest.raises(InvalidInput):
            prepare(bomb)


def test_errors_of_the_database_do_not_tell_what_people_wrote(database: Database) -> None:
    with database.reading() as db, pytest.raises(StatementError) as caught:
        db.execute(text("SELECT :secret FROM no_such_table"), {"secret": "0612345678"})
    assert "0612345678" not in str(caught.value)


def test_counters_keep_no_address(client: Browser, town: Services) -> None:
    client.submit("/compte/connexion", {"contact": "voisine@example.org"})
    with town.database.reading() as db:
        buckets = db.scalars(select(ThrottleCounter.bucket)).all()
    assert buckets
    assert not [b for b in buckets if "voisine" in b or "127.0.0.1" in b]


def test_a_very_long_address_gets_a_code_or_a_sentence(client: Browser) -> None:
    domain = ".".join(["a" * 50] * 3)
    client.submit("/compte/connexion", {"contact": f"{'b' * 60}@{domain}.example.org"})
    client.submit("/compte/connexion", {"contact": f"{'b' * 90}@{domain}.example.org"}, 422)


def test_a_link_in_a_mail_can_not_leave_its_attribute() -> None:
    html = as_html('Voir https://example.org/"onmouseover="alert(1) et <b>')
    assert 'onmouseover="' not in html
    assert "<b>" not in html


def test_an_address_of_ipv6_counts_with_its_whole_network(shared_app: Engage) -> None:
    seen = set()
    for address in (
        "2001:db8:1:2::1",
        "2001:db8:1:2:ffff::9",
        "2001:db8:1:3::1",
        "::ffff:10.0.0.1",
    ):
        with shared_app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
            seen.add(visitor_address())
    assert seen == {"2001:db8:1:2::/64", "2001:db8:1:3::/64", "10.0.0.1"}


def test_a_forged_forwarding_header_does_not_change_who_asks(shared_app: Engage) -> None:
    builder = EnvironBuilder(
        headers=[("X-Forwarded-For", "10.9.8.7"), ("Forwarded", "for=10.9.8.7")]
    )
    builder.environ_base = {"REMOTE_ADDR": "192.0.2.1"}
    with shared_app.request_context(builder.get_environ()):
        assert visitor_address() == "192.0.2.1"


def test_nobody_is_written_to_more_than_twenty_times_a_day(client: Browser, town: Services) -> None:
    victim = {"contact": "victime@example.org"}
    with town.database.transaction() as db:
        estate = make_estate(db)
        tokens = [make_followed(db, estate)[1] for _ in range(21)]
    for token in tokens[:20]:
        client.submit(f"/suivi/{token}", victim, action="prevenir")
    answer = client.submit(f"/suivi/{tokens[20]}", victim, 429, action="prevenir")
    assert int(answer.headers["Retry-After"]) > 0
    client.submit(f"/suivi/{tokens[20]}", {"contact": "voisine@example.org"}, action="prevenir")
    with town.database.reading() as db:
        mails = db.scalars(
            select(OutboxMessage.id).where(OutboxMessage.recipient == victim["contact"])
        ).all()
    assert len(mails) == 20


def test_a_bare_byte_in_the_query_is_a_bad_request(client: Browser) -> None:
    for path in (b"/", b"/propositions", b"/compte", b"/compte/connexion"):
        assert ask(client, "GET", path, b"\xff=\xe9").status_code == 400


def test_a_referrer_that_is_no_address_does_no_harm(client: Browser) -> None:
    client.get("/langue", headers={"Referer": "http://["})


def test_the_demo_is_for_this_machine_behind_a_proxy_too() -> None:
    public = {"ENGAGE_DEMO": "1", "ENGAGE_BASE_URL": "https://demo.example.org"}
    with pytest.raises(BadSetting):
        Config.from_environ(public)
    assert Config.from_environ(public | {"ENGAGE_DEMO_ANYWHERE": "1"}).demo


def test_a_form_without_photo_is_half_a_megabyte_at_most(client: Browser) -> None:
    for path in ("/compte/connexion", "/propositions/nouvelle"):
        for size, status in ((499_000, 400), (600_000, 413)):
            answer = client.http.post(path, data={"contact": "a" * size})
            assert answer.status_code == status
    parts = {"data": b"--x\r\n" + b"a" * 600_000, "content_type": "multipart/form-data; boundary=x"}
    assert client.http.post("/compte/connexion", **parts).status_code == 413


def test_a_server_hears_too_much_out_and_is_not_moved_by_headers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    environ = live.environment(tmp_path_factory.mktemp("moved"))
    live.command(environ, "init", "--contract", str(live.CONTRACT))
    program = live.start(environ, "web")
    try:
        connection = http.client.HTTPConnection(environ["ENGAGE_BIND"], timeout=10)
        connection.request("POST", "/compte/connexion", b"contact=" + b"a" * 30_000_000)
        answer = connection.getresponse()
        assert (answer.status, "<h1" in answer.read().decode()) == (413, True)
        headers = {"SCRIPT_NAME": "//evil.example", "X-Forwarded-Host": "evil.example"}
        connection.request("GET", "//evil.example/compte", headers=headers)
        assert "evil" not in (connection.getresponse().headers["Location"] or "")
        connection.close()
    finally:
        program.stop()
