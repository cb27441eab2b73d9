"""A browser for view tests: follows forms as a person would and checks every page it is given."""

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from engage.accounts import commands
from engage.accounts.models import Opening, Person
from engage.core.web import Engage

VOID = {"input", "br", "img", "meta", "link", "hr", "source", "use", "path", "rect"}
CONTROLS = {"input", "select", "textarea", "button"}
UNLABELLED = {"hidden", "submit", "button"}
CHOSEN = {"radio", "checkbox"}


@dataclass
class FormFound:
    """One form of a page: where it goes, what it holds and what it lets one choose from."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What the tests look at in a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.h1 = 0
        self.title = ""
        self.forms: list[FormFound] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self._stack: list[str] = []
        self._form: FormFound | None = None
        self._select: str = ""
        self._textarea: str = ""
        self.feed(html)

    @property
    def text(self) -> str:
        """All words a person can read, blanks folded."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._stack.append(tag)
        self.h1 += tag == "h1"
        self._note_faults(tag, values)
        self.ids.extend(values[name] for name in ["id"] if name in values)
        self.links.extend(values[name] for name in ["href"] if tag == "a" and name in values)
        self.labels.update(values[name] for name in ["for"] if name in values)
        if tag == "form":
            self._form = FormFound(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        if tag in CONTROLS:
            self._note_control(tag, values)
        if tag == "option" and self._form:
            self._note_offer(self._select, values, chosen="selected" in values)

    def _note_faults(self, tag: str, values: dict[str, str]) -> None:
        if "style" in values or tag == "style":
            self.faults.append(f"inline style on <{tag}>")
        if tag == "script" and "src" not in values:
            self.faults.append("inline script")
        self.faults.extend(f"{name} on <{tag}>" for name in values if name.startswith("on"))

    def _note_control(self, tag: str, values: dict[str, str]) -> None:
        kind = values.get("type", "text") if tag == "input" else tag
        name = values.get("name", "")
        if kind not in UNLABELLED:
            self.controls.append(values | {"_in_label": str("label" in self._stack)})
        self._select = name if tag == "select" else self._select
        self._textarea = name if tag == "textarea" else self._textarea
        if self._form is None or not name:
            return
        self._form.names.add(name)
        if tag == "button":
            self._form.buttons.append((name, values.get("value", "")))
        elif tag == "textarea":
            self._form.fields[name] = [""]
        elif kind in CHOSEN:
            self._note_offer(name, values, chosen="checked" in values)
        elif kind not in {"file", "select"}:
            self._form.fields.setdefault(name, []).append(values.get("value", ""))

    def _note_offer(self, name: str, values: dict[str, str], *, chosen: bool) -> None:
        assert self._form is not None
        for kept in [self._form.offered] + [self._form.fields] * chosen:
            kept.setdefault(name, []).append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            while self._stack and self._stack.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if "title" in self._stack and "head" in self._stack and "svg" not in self._stack:
            self.title += data
        if self._textarea and self._form:
            self._form.fields[self._textarea][0] += data
        if not {"script", "style", "head"} & set(self._stack):
            self.words.append(data)

    def check(self) -> None:
        """What every page promises."""
        faults = list(self.faults)
        if self.h1 != 1:
            faults.append(f"{self.h1} h1")
        if not self.title.strip():
            faults.append("no title")
        faults.extend(f"id {i} twice" for i in {i for i in self.ids if self.ids.count(i) > 1})
        faults.extend(
            f"field {c.get('name')} has no label"
            for c in self.controls
            if c["_in_label"] != "True"
            and c.get("id") not in self.labels
            and "aria-label" not in c
            and "aria-labelledby" not in c
        )
        faults.extend(
            f"form to {form.action or 'itself'} has no CSRF token"
            for form in self.forms
            if form.method == "post" and "csrf_token" not in form.fields
        )
        assert not faults, faults


class Browser:
    """A person's browser over the WSGI application, cookies kept, redirects not followed."""

    def __init__(self, app: Engage) -> None:
        self.app = app
        self.http = app.test_client()
        self.page: Page | None = None

    def sign_in(self, person: Person) -> "Browser":
        """Be `person` on this device."""
        with self.app.services.database.transaction() as db:
            token = commands.sign_in_fully(db, person, Opening.DEMO)
        with self.http.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return self

    def csrf_token(self) -> str:
        """What a form of this browser holds, without fetching a page first."""
        with self.http.session_transaction() as session:
            secret = session.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(secret))

    def get(self, path: str, expects: int = 200, **options: Any) -> TestResponse:
        """Fetch a page; its status must be `expects`, and HTML is checked."""
        return self._seen(self.http.get(path, **options), expects)

    def post(
        self, path: str, data: dict[str, Any] | None = None, expects: int = 303, **options: Any
    ) -> TestResponse:
        """Send `data` to `path` as it is: no token is added."""
        return self._seen(self.http.post(path, data=data or {}, **options), expects)

    def submit(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        expects: int = 303,
        *,
        action: str = "",
        photo: tuple[str, bytes, str] | None = None,
    ) -> TestResponse:
        """Open `path`, fill in its form and send it as a browser does.

        `action` chooses the form by a part of its address; else the first form that has all
        fields of `data`. `photo` is (field, bytes, file name).
        """
        self.get(path)
        assert self.page is not None
        form = self._form(set(data or {}), action)
        sent: dict[str, Any] = {name: list(values) for name, values in form.fields.items()}
        sent.update(data or {})
        if photo is not None:
            sent[photo[0]] = (io.BytesIO(photo[1]), photo[2])
        return self.post(form.action or path, sent, expects)

    def _form(self, names: set[str], action: str) -> FormFound:
        assert self.page is not None
        for form in self.page.forms:
            buttons = {name for name, _ in form.buttons}
            if action in form.action and names <= form.names | buttons:
                return form
        raise AssertionError(f"no form with {names} to {action!r}: {self.page.forms}")

    def _seen(self, response: TestResponse, expects: int) -> TestResponse:
        text = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        assert response.status_code == expects, (response.status_code, text[:3000])
        self.page = None
        if text and response.status_code not in (301, 302, 303, 304):
            self.page = Page(text)
            self.page.check()
        return response

    @property
    def text(self) -> str:
        """The words of the last page."""
        assert self.page is not None
        return self.page.text
