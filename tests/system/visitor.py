"""Somebody on a phone: asks the running program over HTTP, sends a form again when it broke."""

import http.client
import io
import time
import urllib.parse
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.browsing import Page

Answer = tuple[int, dict[str, str], str]


@dataclass
class Visitor:
    """One browser with its cookies; redirects are not followed."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: dict[str, str] | None = None, *, photo: bytes = b""
    ) -> Answer:
        """One request on a connection of its own; raises OSError or HTTPException when it broke."""
        host = self.address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=20)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        sent = b""
        if body is not None:
            headers["Content-Type"], sent = _encoded(body, photo)
        try:
            connection.request(method, path, body=sent, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, dict(answer.headers), text
        finally:
            connection.close()

    def insist(
        self, method: str, path: str, body: dict[str, str] | None = None, *, photo: bytes = b""
    ) -> Answer:
        """Ask until there is an answer, as a phone does when the network comes back."""
        until = time.monotonic() + 30
        while True:
            try:
                return self.ask(method, path, body, photo=photo)
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def fill_in(self, path: str, values: dict[str, str]) -> dict[str, str]:
        """Open the page of a form; returns what sending it would send."""
        status, _, text = self.insist("GET", path)
        assert status == 200, text
        form = next(f for f in Page(text).forms if set(values) <= f.names)
        return {name: found[0] for name, found in form.fields.items()} | values

    def report(self, kind: str, place: str, *, photo: bytes = b"") -> str:
        """Report a problem, sending the same form again when it broke; returns the follow page."""
        path = f"/signalements/nouveau?choix={kind}&lieu={place}"
        form = self.fill_in(path, {"choix": kind, "lieu": place})
        status, headers, text = self.insist("POST", "/signalements/nouveau", form, photo=photo)
        assert status == 303, text
        return headers["Location"]

    def enter_letter(self, code: str) -> None:
        """Type the code of a letter."""
        form = self.fill_in("/code", {"code": code})
        status, _, text = self.insist("POST", "/code", form)
        assert status == 303, text

    def ask_code(self, email: str) -> None:
        """Ask for a sign-in code."""
        form = self.fill_in("/compte/connexion", {"contact": email})
        status, _, text = self.insist("POST", "/compte/connexion", form)
        assert status == 303, text


def _encoded(body: dict[str, str], photo: bytes) -> tuple[str, bytes]:
    """The media type and the content of a sent form."""
    if not photo:
        return "application/x-www-form-urlencoded", urllib.parse.urlencode(body).encode()
    file = FileStorage(io.BytesIO(photo), filename="banc.jpg", content_type="image/jpeg")
    boundary, content = encode_multipart(body | {"photo": file})
    return f"multipart/form-data; boundary={boundary}", content
