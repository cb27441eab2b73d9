"""How messages leave this machine: one interface, and e-mail through SMTP (SMS: `core.sms`)."""

import hashlib
import html
import re
import smtplib
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from engage.core.outbox import Rendered

TIMEOUT_S = 20


class Unreachable(OSError):
    """The gateway itself does not answer: no use in trying other messages now."""


class Refused(Exception):
    """This message will never be taken: a dead address, an unusable one."""


class Gateway(Protocol):
    """Takes one message to where it goes.

    Raises `Refused` when trying again is useless, `Unreachable` when the gateway is down and any
    other `OSError` (SMTP's exceptions are such) when this message may go later.
    """

    def send(self, recipient: str, rendered: Rendered, *, message_key: str) -> None: ...

    def close(self) -> None: ...


class SmtpGateway:
    """E-mail through `smtp://user:pass@host:port` (STARTTLS when offered) or `smtps://`."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._connection: smtplib.SMTP | None = None

    def send(self, recipient: str, rendered: Rendered, *, message_key: str) -> None:
        try:
            message = compose(self._sender, recipient, rendered, message_key=message_key)
        except ValueError as error:
            raise Refused(f"unusable address: {error}") from error
        try:
            self._open().send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            if all(code >= 500 for code, _ in error.recipients.values()):
                raise Refused(repr(error)) from error
            raise
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= 500:
                raise Refused(repr(error)) from error
            raise
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(repr(error)) from error

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.quit()
            self._connection = None

    def _open(self) -> smtplib.SMTP:
        """The connection of this round; servers drop those that were long idle or much used."""
        if self._connection is not None and not _is_alive(self._connection):
            self.close()
        if self._connection is None:
            try:
                self._connection = self._connect()
            except OSError as error:
                raise Unreachable(repr(error)) from error
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        secure = self._url.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        host = self._url.hostname or "localhost"
        connection = kind(host, self._url.port or (465 if secure else 25), timeout=TIMEOUT_S)
        if not secure and "starttls" in _offered(connection):
            connection.starttls()
        if self._url.username:
            connection.login(unquote(self._url.username), unquote(self._url.password or ""))
        return connection


def _is_alive(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except OSError:
        return False


def _offered(connection: smtplib.SMTP) -> dict[str, str]:
    connection.ehlo()
    return connection.esmtp_features


def compose(sender: str, recipient: str, rendered: Rendered, *, message_key: str) -> EmailMessage:
    """One e-mail: plain text, the same words as HTML, a Message-ID that never changes."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["To"] = recipient
    message["Subject"] = re.sub(r"\s+", " ", rendered.subject)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{hashlib.sha256(message_key.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    for header, value in rendered.headers:
        message[header] = value
    message.set_content(rendered.text)
    message.add_alternative(as_html(rendered.text), subtype="html")
    return message


def as_html(text: str) -> str:
    """The same words as HTML: paragraphs, line breaks, and addresses that can be followed."""
    paragraphs = "".join(f"<p>{_lines(block)}</p>" for block in re.split(r"\n{2,}", text.strip()))
    return (
        '<!doctype html><html lang="fr"><body style="font:18px/1.5 sans-serif;color:#1f1a15;'
        f'max-width:36em">{paragraphs}</body></html>'
    )


def _lines(block: str) -> str:
    escaped = html.escape(block).replace("\n", "<br>")
    return re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', escaped)
