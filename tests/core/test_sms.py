"""SMS through real HTTP servers that answer as providers do: what is sent, what a refusal means."""

import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from engage.core import outbox
from engage.core.config import BadSetting, Config
from engage.core.db import Database
from engage.core.gateways import Gateway, Refused, Unreachable
from engage.core.outbox import Delivery, OutboxMessage, Rendered
from engage.core.sender import Sender
from engage.core.sms import Account, SmsGateway, gateway, is_gsm, parts, plainer
from tests.conftest import Moment

TO, CODE = "+33639980001", Rendered("", "Mon quartier : l’idée est « reçue ». 123456")
OVH_KEY = "application:secret:consumer"


@dataclass
class Provider:
    """What a provider was asked, and what it answers."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def body(self) -> Any:
        return json.loads(self.asked[-1][2])

    def header(self, name: str) -> str | None:
        return {k.lower(): v for k, v in self.asked[-1][1].items()}.get(name.lower())


@contextmanager
def provider() -> Iterator[Provider]:
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.asked.append((self.path, dict(self.headers), body))
            self.send_response(known.status)
            for name, value in known.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/1.0/sms/sms-xx1-1/jobs"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as made:
        yield made


def send(there: Provider, name: str, key: str = "", sender: str = "Quartier") -> None:
    account = Account(there.url, key, sender)
    SmsGateway(name, account).send(TO, CODE, message_key="code:1")


def test_any_small_gateway_gets_number_and_words(there: Provider) -> None:
    send(there, "plain", "k-1")
    said = 'Mon quartier : l\'idée est " recue ". 123456'
    assert there.body == {"to": TO, "text": said, "from": "Quartier"}
    assert there.header("Authorization") == "Bearer k-1"
    assert there.header("Idempotency-Key") == hashlib.sha256(b"code:1").hexdigest()[:32]


def test_ovhcloud_gets_a_signed_job_without_the_stop_clause(
    there: Provider, moment: Moment
) -> None:
    send(there, "ovh", OVH_KEY)
    path, _headers, body = there.asked[0]
    assert path == "/1.0/sms/sms-xx1-1/jobs"
    assert there.body["receivers"] == [TO]
    assert (there.body["noStopClause"], there.body["coding"]) == (True, "7bit")
    assert (there.body["sender"], there.body["priority"]) == ("Quartier", "high")
    when = str(int(moment.now.timestamp()))
    signed = f"secret+consumer+POST+{there.url}+{body.decode()}+{when}"
    digest = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324  OVH's own scheme
    assert there.header("X-Ovh-Signature") == f"$1${digest}"
    assert there.header("X-Ovh-Timestamp") == when
    assert there.header("X-Ovh-Application") == "application"
    assert there.header("X-Ovh-Consumer") == "consumer"
    assert "secret" not in str(there.asked)


def test_without_a_name_ovhcloud_answers_through_its_short_number(there: Provider) -> None:
    send(there, "ovh", OVH_KEY, sender="")
    assert there.body["senderForResponse"] is True
    assert "sender" not in there.body


def test_smsmode_gets_its_own_shape(there: Provider) -> None:
    there.status = 201
    send(there, "smsmode", "k-2")
    assert there.body["recipient"] == {"to": TO[1:]}
    assert there.body["body"]["text"].endswith("123456")
    assert there.body["from"] == "Quartier"
    assert there.header("X-Api-Key") == "k-2"


def test_brevo_gets_its_own_shape(there: Provider) -> None:
    there.status = 201
    send(there, "brevo", "k-3")
    assert there.body["recipient"] == TO[1:]
    assert (there.body["type"], there.body["unicodeEnabled"]) == ("transactional", False)
    assert there.header("api-key") == "k-3"


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(400, Refused), (422, Refused), (401, Unreachable), (402, Unreachable), (500, OSError)],
)
def test_a_refusal_of_the_number_is_final_one_of_the_account_is_not(
    there: Provider, status: int, meaning: type[Exception]
) -> None:
    there.status = status
    with pytest.raises(meaning) as refusal:
        send(there, "smsmode", "key-that-nobody-reads")
    assert type(refusal.value) is meaning
    assert "key-that" not in repr(refusal.value)
    assert TO not in repr(refusal.value)


def test_a_redirect_is_not_followed_with_the_key(there: Provider) -> None:
    with provider() as elsewhere:
        there.status, there.headers = 302, {"Location": elsewhere.url}
        with pytest.raises(Unreachable):
            send(there, "smsmode", "k-2")
        assert elsewhere.asked == []


def test_nobody_at_the_address_means_wait(there: Provider) -> None:
    with pytest.raises(Unreachable):
        SmsGateway("plain", Account("http://127.0.0.1:9/")).send(TO, CODE, message_key="x")


def test_neither_key_nor_number_nor_digits_reach_the_log(
    there: Provider, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    there.status = 500
    caplog.set_level(logging.DEBUG)
    with database.transaction() as db:
        outbox.post(db, "word", channel="sms", recipient=TO, dedupe_key="x", secret="123456")
    gateways: dict[str, Gateway] = {
        "sms": SmsGateway("smsmode", Account(there.url, "key-that-nobody-reads"))
    }
    renderers = {"word": lambda db, message, base: Rendered("", f"Code {message.secret}")}
    sender = Sender(database, renderers, gateways, keep_bodies=False, base_url="https://t.example")
    assert sender.deliver_all() == 0
    with database.reading() as db:
        message = db.get_one(OutboxMessage, 1)
    assert message.delivery == Delivery.QUEUED
    for secret in ("key-that-nobody-reads", TO, "123456"):
        assert secret not in caplog.text + message.last_error


def test_french_travels_in_the_letters_of_gsm() -> None:
    assert plainer("L’idée « reçue » à 18 h…") == 'L\'idée " recue " à 18 h...'
    arabic = "رمزك هو 123456"
    assert plainer(arabic) == arabic
    assert not is_gsm(arabic)


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("ر" * 70, 1), ("ر" * 71, 2), ("😀" * 36, 2)],
)
def test_parts_are_counted_as_operators_do(text: str, count: int) -> None:
    assert parts(text) == count


def test_the_settings_choose_the_provider(there: Provider) -> None:
    settings = {"ENGAGE_SMS_FORMAT": "ovh", "ENGAGE_SMS_KEY": OVH_KEY, "ENGAGE_SMS_URL": there.url}
    config = Config.from_environ(settings)
    gateway(config).send(TO, CODE, message_key="x")
    assert there.header("X-Ovh-Application") == "application"
    assert OVH_KEY not in repr(config)
    smsmode = Config.from_environ({"ENGAGE_SMS_FORMAT": "smsmode", "ENGAGE_SMS_KEY": "k"})
    assert smsmode.sms_url == "https://rest.smsmode.com/sms/v1/messages"


@pytest.mark.parametrize(
    "settings",
    [
        {"ENGAGE_SMS_FORMAT": "pigeon"},
        {"ENGAGE_SMS_FORMAT": "smsmode"},
        {"ENGAGE_SMS_FORMAT": "brevo", "ENGAGE_SMS_KEY": "very-secret"},
        {"ENGAGE_SMS_FORMAT": "ovh", "ENGAGE_SMS_KEY": "very-secret"},
        {
            "ENGAGE_SMS_FORMAT": "ovh",
            "ENGAGE_SMS_KEY": "very-secret",
            "ENGAGE_SMS_URL": "https://eu.api.ovh.com/1.0/sms/sms-xx1-1/jobs",
        },
        {"ENGAGE_SMS_URL": "sms://very-secret@example.org"},
        {"ENGAGE_SMS_PREFIXES": "33"},
    ],
)
def test_half_a_provider_stops_the_start_and_shows_no_key(settings: dict[str, str]) -> None:
    with pytest.raises(BadSetting) as refusal:
        Config.from_environ(settings)
    assert "ENGAGE_SMS_" in str(refusal.value)
    assert "very-secret" not in str(refusal.value)
