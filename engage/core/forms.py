"""Forms: one base with CSRF and a resend key, fields that clean what is typed."""

import unicodedata
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from operator import itemgetter
from types import TracebackType
from typing import Any, ParamSpec, Self

from flask import make_response, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import DateField, HiddenField, StringField, TextAreaField

from engage.core import i18n, idempotency
from engage.core.errors import Conflict, InvalidInput
from engage.core.secrets import new_token
from engage.core.web import get_db, see_other

P = ParamSpec("P")


class Form(FlaskForm):
    """Base of all forms; error texts of the library come in the page's language."""

    class Meta(FlaskForm.Meta):
        @property
        def locales(self) -> list[str]:
            return [i18n.current().code]

    def refusals(self) -> "Refusals":
        """`with form.refusals():` puts an `InvalidInput` of the block beside its field."""
        return Refusals(self)


class SendOnceForm(Form):
    """A form that creates something: sent twice, done once."""

    idem = HiddenField(default=new_token)


class SeenForm(Form):
    """Something to do with a thing as it was shown."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version that the page showed; 0, which is none, where something else came back."""
        given = self.version.data or ""
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


YEARS = range(1900, 2201)
"""What is counted from a day of these never leaves the calendar of Python or of a database."""


class Day(DateField):
    """A day as browsers send it; an impossible one, or one of another age, gets our sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
            if self.data is not None and self.data.year not in YEARS:
                self.data = None
                raise ValueError
        except ValueError:
            raise ValueError(
                i18n._("Écrivez un jour qui existe, par exemple 04/06/2026.")
            ) from None


class Refusals:
    """Turns an `InvalidInput` into an error of the form, undoing what the block wrote."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, InvalidInput):
            return False
        get_db().rollback()
        field = self._form._fields.get(error.field)
        if field is None:
            self._form.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]
        return True


MOST_MARKS = 30
"""Combining marks in a row, as in Unicode's stream-safe format (UAX 15, section 13)."""

HIDDEN_MARKS = frozenset("\u0f73\u0f75\u0f81")
"""Tibetan signs of class 0 that normalisation takes apart into marks."""


def few_marks(text: str) -> str:
    """`text` without endless piles of marks: to sort n of them takes Unicode n² steps."""
    if text.isascii():
        return text
    kept, pile = [], 0
    for c in text:
        pile = pile + 1 if unicodedata.combining(c) or c in HIDDEN_MARKS else 0
        if pile <= MOST_MARKS:
            kept.append(c)
    return "".join(kept)


def clean_text(value: str | None) -> str:
    """What was typed: NFC, Unix line ends, no control characters, no blanks around."""
    text = unicodedata.normalize("NFC", few_marks(value or ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


class Line(StringField):
    """One line of text."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = " ".join(clean_text(valuelist[0]).split()) if valuelist else ""


class Words(TextAreaField):
    """Several lines of text."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean_text(valuelist[0]) if valuelist else ""


def send_once(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Make a POST view idempotent: a resend with the same `idem` key gets the first answer.

    Only what led somewhere (a redirect) is remembered; a refused form may be sent again.
    """

    @wraps(view)
    def once(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        key = request.form.get("idem", "")
        if request.method != "POST" or not key:
            return view(*args, **kwargs)
        db = get_db()
        id_ = idempotency.record_id(_owner(), request.endpoint or "", key)
        body = _body_hash()
        earlier = idempotency.earlier_location(db, id_, body_hash=body, key=key)
        if earlier is not None:
            return see_other(earlier)
        try:
            response = make_response(view(*args, **kwargs))
            if response.status_code == 303:
                idempotency.remember(
                    db, id_, body_hash=body, key=key, location=response.headers["Location"]
                )
        except IntegrityError:
            db.rollback()
            earlier = idempotency.earlier_location(db, id_, body_hash=body, key=key)
            if earlier is None:
                raise
            return see_other(earlier)
        return response

    return once


def taken_once(form: SendOnceForm) -> None:
    """Mark a form that answers with a file, which is not kept; raises `Conflict` for a resend."""
    key, db, said = form.idem.data or "", get_db(), i18n._("C’est déjà fait. Rechargez la page.")
    id_, body = idempotency.record_id(_owner(), request.endpoint or "", key), _body_hash()
    if idempotency.earlier_location(db, id_, body_hash=body, key=key) is not None:
        raise Conflict(said)
    try:
        idempotency.remember(db, id_, body_hash=body, key=key, location="")
    except IntegrityError:
        raise Conflict(said) from None


def _owner() -> str:
    """Whose form this is: the CSRF secret of the browser's signed cookie."""
    return str(session.get("csrf_token", ""))


def _body_hash() -> str:
    digest = sha256()
    for name, values in sorted(request.form.lists()):
        if name not in ("csrf_token", "idem"):
            digest.update(f"{name}={values!r}\n".encode())
    for name, file in sorted(request.files.items(multi=True), key=itemgetter(0)):
        file.stream.seek(0)
        digest.update(f"{name}:{sha256(file.stream.read()).hexdigest()}".encode())
        file.stream.seek(0)
    return digest.hexdigest()
