"""SMS through an HTTP provider: what each one wants, as data, and how long a message is."""

import hashlib
import json
import math
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engage.core import clock
from engage.core.config import Config
from engage.core.gateways import TIMEOUT_S, Refused, Unreachable
from engage.core.outbox import Rendered

REFUSED = frozenset({400, 410, 422})
"""Answers that mean: not this number, not today, not tomorrow."""

CLOSED = frozenset({301, 302, 303, 307, 308, 401, 402, 403, 404})
"""Answers that are about us, not about one number: a wrong key, no credit, a wrong address."""


@dataclass(frozen=True)
class Account:
    """What the operator has at the provider: `ENGAGE_SMS_URL`, `_KEY` and `_SENDER`."""

    url: str
    key: str = field(default="", repr=False)
    sender: str = ""


@dataclass(frozen=True)
class Provider:
    """How one provider is spoken to."""

    body: Callable[[Account, str, str], dict[str, Any]]
    headers: Callable[[Account, bytes], dict[str, str]]


def _digits(number: str) -> str:
    return number.removeprefix("+")


def _named(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _signed_for_ovh(account: Account, body: bytes) -> dict[str, str]:
    """Application key, secret and consumer key, joined by colons, sign each request."""
    application, secret, consumer = account.key.split(":")
    moment = str(int(clock.now().timestamp()))
    parts = (secret, consumer, "POST", account.url, body.decode(), moment)
    digest = hashlib.sha1("+".join(parts).encode()).hexdigest()  # noqa: S324  OVH's own scheme
    return {
        "X-Ovh-Application": application,
        "X-Ovh-Consumer": consumer,
        "X-Ovh-Timestamp": moment,
        "X-Ovh-Signature": f"$1${digest}",
    }


PROVIDERS: Mapping[str, Provider] = {
    "plain": Provider(
        body=lambda account, to, text: {"to": to, "text": text, **_named("from", account.sender)},
        headers=lambda account, _body: _named(
            "Authorization", f"Bearer {account.key}" if account.key else ""
        ),
    ),
    "ovh": Provider(
        body=lambda account, to, text: {
            "receivers": [to],
            "message": text,
            "noStopClause": True,
            "priority": "high",
            "charset": "UTF-8",
            "coding": "7bit" if is_gsm(text) else "8bit",
            **({"sender": account.sender} if account.sender else {"senderForResponse": True}),
        },
        headers=_signed_for_ovh,
    ),
    "smsmode": Provider(
        body=lambda account, to, text: {
            "recipient": {"to": _digits(to)},
            "body": {"text": text},
            **_named("from", account.sender),
        },
        headers=lambda account, _body: {"X-Api-Key": account.key, "Accept": "application/json"},
    ),
    "brevo": Provider(
        body=lambda account, to, text: {
            "sender": account.sender,
            "recipient": _digits(to),
            "content": text,
            "type": "transactional",
            "unicodeEnabled": not is_gsm(text),
        },
        headers=lambda account, _body: {"api-key": account.key, "Accept": "application/json"},
    ),
}
"""`ENGAGE_SMS_FORMAT` → how it is spoken to. All are French companies but `plain`, for any other:
a small gateway that takes `{"to", "text"}` as JSON and answers 2xx."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key and the number to wherever it points."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


class SmsGateway:
    """SMS through one provider, one request for each message; nothing said is ever logged."""

    def __init__(self, provider: str, account: Account) -> None:
        self._provider = PROVIDERS[provider]
        self._account = account
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, recipient: str, rendered: Rendered, *, message_key: str) -> None:
        try:
            with self._opener.open(
                self._request(recipient, rendered, message_key), None, TIMEOUT_S
            ):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in REFUSED:
                raise Refused(f"HTTP {error.code}") from None
            if error.code in CLOSED:
                raise Unreachable(f"HTTP {error.code}") from None
            raise OSError(f"HTTP {error.code}") from None
        except urllib.error.URLError as error:
            raise Unreachable(type(error.reason).__name__) from None

    def _request(self, recipient: str, rendered: Rendered, key: str) -> urllib.request.Request:
        body = self._provider.body(self._account, recipient, plainer(rendered.text))
        data = json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()[:32],
            **self._provider.headers(self._account, data),
        }
        return urllib.request.Request(self._account.url, data, headers)  # noqa: S310  http(s) only

    def close(self) -> None:
        """Nothing is kept open."""


def gateway(config: Config) -> SmsGateway:
    """The gateway that the settings name."""
    account = Account(config.sms_url, config.sms_key, config.sms_sender)
    return SmsGateway(config.sms_format, account)


_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€")
"""The alphabet of GSM (3GPP TS 23.038); the second line takes the room of two."""

_SIMPLER = str.maketrans(
    {
        **dict.fromkeys("’‘", "'"),
        **dict.fromkeys("«»“”", '"'),
        **dict.fromkeys("–—‑", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009", " "),
        **dict(zip("çêëâîïôûÿÀÂÈÊËÎÏÔÙÛ", "ceeaiiouyAAEEEIIOUU", strict=True)),
        "…": "...",
        "•": "*",
        "·": "-",
        "œ": "oe",
        "Œ": "OE",
    }
)


def is_gsm(text: str) -> bool:
    """Whether `text` can travel in seven bits a letter."""
    return set(text) <= _BASIC | _DOUBLE


def plainer(text: str) -> str:
    """French in the letters of GSM, where one message holds 160; other languages as they are.

    One curly apostrophe would leave room for 70 letters and double the price.
    """
    simple = text.translate(_SIMPLER)
    return simple if is_gsm(simple) else text


def parts(text: str) -> int:
    """How many messages the operators count for `text`."""
    if is_gsm(text):
        size, alone, joined = len(text) + sum(c in _DOUBLE for c in text), 160, 153
    else:
        size, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= alone else math.ceil(size / joined)
