"""Rows of a paper sheet: reading what was typed, saving each good row exactly once."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask import session
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from engage.core import i18n, idempotency
from engage.core.errors import Conflict, InvalidInput
from engage.core.forms import clean_text
from engage.core.i18n import _
from engage.core.language import language_of
from engage.core.secrets import new_token
from engage.core.web import get_db, services
from engage.core.words import ContributionChannel
from engage.fieldwork import commands, counter, tickets
from engage.fieldwork.counter import Visit
from engage.fieldwork.entry_views import known_kind, quarter_choices, report_of
from engage.fieldwork.forms import MAX_TEXT, MAX_TITLE
from engage.incidents.commands import MAX_WORDS
from engage.incidents.models import Circuit
from engage.proposals.commands import Idea

ROWS = 10
MOST_SAVED = 50
FIELDS = ("a", "b", "c")
"""Of a problem: kind, place, word. Of an idea: title, text, neighbourhood."""


@dataclass
class Row:
    """One line of the sheet as it was typed; `key` makes it a row of its own for ever."""

    key: str
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.values.values())


def blank() -> list[Row]:
    """A sheet that nobody has typed on."""
    return [Row(new_token(), dict.fromkeys(FIELDS, "")) for _row in range(ROWS)]


def typed(sent: MultiDict[str, str]) -> list[Row]:
    """The rows that were filled in, in their order."""
    rows = []
    for number in range(ROWS):
        key = sent.get(f"cle-{number}", "")[:60]
        values = {name: clean_text(sent.get(f"{name}-{number}")) for name in FIELDS}
        rows.append(Row(key or new_token(), values))
    return [row for row in rows if not row.is_empty]


def references(sent: Iterable[str]) -> list[str]:
    """Numbers of what is saved already, as the page carries them along."""
    cleaned = (tickets.clean_number(one[:20]) for one in sent)
    return list(dict.fromkeys(one for one in cleaned if one))[:MOST_SAVED]


@dataclass(frozen=True)
class Kind:
    """What a sheet holds, and how one of its rows is saved; returns what was made."""

    name: str
    title: str
    take: Callable[[Row], tickets.Subject]


def save(visit: Visit, kind: Kind, rows: list[Row]) -> list[str]:
    """Save each good row; returns the numbers. A refused row says why in `errors`."""
    saved = []
    for row in rows:
        try:
            saved.append(_once(visit, kind, row))
        except InvalidInput as refusal:
            row.errors[refusal.field or "a"] = refusal.message
        except Conflict:
            row.errors["a"] = _("Cette ligne est déjà enregistrée. Effacez-la.")
    return saved


def _once(visit: Visit, kind: Kind, row: Row) -> str:
    """Save one row, or find what it became when it was sent before."""
    db = get_db()
    owner = str(session.get("csrf_token", ""))
    id_ = idempotency.record_id(owner, f"sheet:{kind.name}", row.key)
    body = hashlib.sha256(repr(sorted(row.values.items())).encode()).hexdigest()
    earlier = idempotency.earlier_location(db, id_, body_hash=body, key=row.key)
    if earlier is not None:
        return earlier
    try:
        with db.begin_nested():
            reference = _take(visit, kind, row)
            idempotency.remember(db, id_, body_hash=body, key=row.key, location=reference)
    except IntegrityError:
        earlier = idempotency.earlier_location(db, id_, body_hash=body, key=row.key)
        if earlier is None:
            raise
        return earlier
    return reference


def _take(visit: Visit, kind: Kind, row: Row) -> str:
    subject = kind.take(row)
    tickets.issue(
        get_db(), subject, services().secret_key, visit=visit.token, actor=counter.actor()
    )
    return tickets.reference_of(subject)


def _capture() -> commands.Capture:
    return commands.Capture(counter.actor(), ContributionChannel.PAPER)


def _problem(row: Row) -> tickets.Subject:
    kind = known_kind(row.values["a"], "a")
    if kind.circuit is Circuit.REDIRECT:
        raise InvalidInput("a", _("Cela ne se signale pas ici : appelez le bon numéro."))
    _check_length(row, "c", MAX_WORDS)
    report = report_of(kind, row.values["b"], row.values["c"], ContributionChannel.PAPER, "b")
    return commands.take_report(get_db(), _capture(), report)


def _idea(row: Row) -> tickets.Subject:
    title, text, code = (row.values[name] for name in FIELDS)
    hoods = {q.code: q.id for q in quarter_choices()}
    if not title:
        raise InvalidInput("a", _("Écrivez l’idée en une phrase."))
    _check_length(row, "a", MAX_TITLE)
    if not text:
        raise InvalidInput("b", _("Expliquez l’idée en quelques mots."))
    _check_length(row, "b", MAX_TEXT)
    if code not in hoods:
        raise InvalidInput("c", _("Choisissez un quartier de la liste."))
    language = language_of(f"{title}\n{text}", page=i18n.current().code)
    return commands.take_idea(
        get_db(), _capture(), Idea(title, text, hoods[code], language=language)
    )


def _check_length(row: Row, name: str, most: int) -> None:
    if len(row.values[name]) > most:
        raise InvalidInput(name, _("C’est trop long."))


KINDS = {
    "problemes": Kind("problemes", "Des problèmes", _problem),
    "idees": Kind("idees", "Des idées", _idea),
}
