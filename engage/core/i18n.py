"""Words and dates in the page's language; French is the source."""

import gettext as gettext_module
import io
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from engage.core import clock

LANGUAGES = {"fr": "Français", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})
FOLDER = Path(__file__).resolve().parents[1] / "translations"


@dataclass(frozen=True)
class Speech:
    """One language with its catalogue, ready to speak."""

    code: str
    catalogue: gettext_module.NullTranslations

    @property
    def direction(self) -> str:
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"


@lru_cache
def speech(code: str) -> Speech:
    """The language `code`, or French where there is none such."""
    if code not in LANGUAGES:
        code = "fr"
    return Speech(code, _catalogue(FOLDER / f"{code}.po"))


def _catalogue(path: Path) -> gettext_module.NullTranslations:
    """The translations of a .po file, read as they are: nothing to compile, nothing to forget."""
    if not path.exists():
        return gettext_module.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


_current: ContextVar[Speech | None] = ContextVar("engage_speech", default=None)


def current() -> Speech:
    """The language of what is being written now."""
    return _current.get() or speech("fr")


def speak(code: str) -> Speech:
    """Use `code` from now on in this context (a request, a message)."""
    chosen = speech(code)
    _current.set(chosen)
    return chosen


def _(message: str) -> str:
    """`message` (French) in the current language."""
    return current().catalogue.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The right form for `n`; in French 0 and 1 are singular."""
    spoken = current()
    if spoken.code == "fr":
        return singular if n < 2 else plural
    return spoken.catalogue.ngettext(singular, plural, n)


@lru_cache(maxsize=8192)
def _shown(code: str, message: str) -> Markup:
    return Markup(speech(code).catalogue.gettext(message))  # noqa: S704 - our own texts


def shown(message: str, /, **values: object) -> Markup:
    """`message` as templates show it: the text is ours, `values` are escaped.

    Does what Jinja's own does, which takes three calls and a formatting for each of the fifty
    texts of a page: a fifth of its time.
    """
    text = _shown(current().code, message)
    return text % values if values or "%" in text else text


class Lazy:
    """A text said in the language of the moment it is shown, for labels of forms."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __str__(self) -> str:
        return _(self._message)

    def __mod__(self, values: object) -> str:
        return str(self) % values


def lazy(message: str) -> str:
    """`message` to be translated when it is shown."""
    return Lazy(message)  # type: ignore[return-value]


def label(texts: dict[str, str] | None) -> str:
    """A text kept per language: the current one, French where it is missing."""
    if not texts:
        return ""
    return texts.get(current().code) or texts.get("fr", "")


def best_language(accepted: str | None) -> str:
    """The language to start with, from an Accept-Language header."""
    for part in (accepted or "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return "fr"


def date_long(day: date) -> str:
    """`mardi 4 juin 2026`."""
    return _format_day(_as_day(day), "EEEE d MMMM y", current().code)


def date_per_language(day: date) -> dict[str, str]:
    """`mardi 4 juin 2026` in each language of the site, for texts that are kept."""
    return {code: _format_day(_as_day(day), "EEEE d MMMM y", code) for code in LANGUAGES}


def date_short(day: date) -> str:
    """`mardi 4 juin`."""
    return _format_day(_as_day(day), "EEEE d MMMM", current().code)


def month_name(day: date) -> str:
    """`juin 2026`."""
    return _format_day(_as_day(day), "LLLL y", current().code)


def moment(when: datetime) -> str:
    """`mardi 4 juin, 18 h` on the town's clocks."""
    return _with_time(date_short(when), when)


def moment_long(when: datetime) -> str:
    """`mardi 4 juin 2026, 18 h` on the town's clocks."""
    return _with_time(date_long(when), when)


def _with_time(day: str, when: datetime) -> str:
    there = clock.local(when)
    text = _("{day}, {hour}\xa0h {minute}") if there.minute else _("{day}, {hour}\xa0h")
    return text.format(day=day, hour=there.hour, minute=f"{there.minute:02d}")


def ago(when: datetime) -> str:
    """`il y a 2 h`: for staff screens only (public pages show days)."""
    passed = clock.now() - when
    if passed < timedelta(hours=1):
        return _("il y a {n} min").format(n=max(1, int(passed.total_seconds() // 60)))
    if passed < timedelta(days=1):
        return _("il y a {n} h").format(n=int(passed.total_seconds() // 3600))
    return ngettext("il y a {n} jour", "il y a {n} jours", passed.days).format(n=passed.days)


def _as_day(day: date) -> date:
    return clock.local(day).date() if isinstance(day, datetime) else day


@lru_cache(maxsize=4096)
def _format_day(day: date, pattern: str, language: str) -> str:
    from babel.dates import format_date

    words = format_date(day, pattern, locale=language)
    return words.replace(" 1 ", " 1er ") if language == "fr" else words
