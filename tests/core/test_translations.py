"""The Arabic catalogue keeps up with the French texts, and loses nothing of them on the way."""

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from gettext import c2py  # type: ignore[attr-defined]
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from engage.core import clock, i18n
from engage.core.config import ROOT

FOR_RESIDENTS = (
    "templates/base.html",
    *(
        f"templates/{folder}/"
        for folder in ("components", "errors", "accounts", "proposals", "consultations")
    ),
    "templates/incidents/",
    "templates/tickets/",
    "templates/demo/",
    "templates/pages/",
    "templates/privacy/",
    *(
        f"templates/emails/{folder}/"
        for folder in ("accounts", "fieldwork", "incidents", "moderation", "proposals")
    ),
    *(f"engage/{feature}/" for feature in ("accounts", "consultations", "proposals", "core")),
    *(f"engage/incidents/{module}.py" for module in ("display", "views")),
    "engage/territory/places.py",
    "engage/agenda/words.py",
    *(
        f"templates/agenda/{page}.html"
        for page in ("_card", "_filters", "index", "reminder", "show")
    ),
    *(f"templates/calls/{page}.html" for page in ("_parts", "index", "show")),
    "templates/appeals/",
    "templates/discussions/",
    "templates/notices/",
    "templates/moderation/register.html",
    *(
        f"engage/moderation/{module}.py"
        for module in (
            "author_forms",
            "author_views",
            "comment_forms",
            "concern_views",
            "notices_forms",
        )
    ),
    "templates/emails/agenda/",
    "engage/incidents/follow_views.py",
    "engage/privacy/",
    "engage/fieldwork/conversion_forms.py",
    "templates/fieldwork/own_words.html",
    "engage/fieldwork/follow_forms.py",
    "engage/fieldwork/follow_views.py",
    "engage/wiring.py",
)
"""Files whose texts a resident reads; screens of staff and partners may stay in French."""

FOR_STAFF = (
    *(
        f"engage/consultations/codes/{module}.py"
        for module in ("addresses", "commands", "forms", "views")
    ),
    *(
        f"engage/consultations/paper/{module}.py"
        for module in ("commands", "entry", "forms", "sheet_views", "stand", "stand_views", "views")
    ),
    "engage/consultations/sealing/commands.py",
    "engage/consultations/sealing/views.py",
    "templates/consultations/sealing/seal.html",
    "templates/consultations/codes/",
    *(f"templates/consultations/paper/{page}.html" for page in ("close", "sheet", "show", "stand")),
    *(
        f"engage/consultations/kits/{module}.py"
        for module in (
            "drafts",
            "needs_views",
            "party_desk_views",
            "party_forms",
            "works_desk_views",
            "works_forms",
        )
    ),
    *(
        f"templates/consultations/kits/{page}.html"
        for page in (
            "accompany",
            "answer",
            "day",
            "minutes",
            "need",
            "organise",
            "task",
            "unprepared",
        )
    ),
)
"""Files in those folders that no resident reads: who organises does, in French."""

ZERO, ONE, TWO = 0, 1, 2
COUNTS = {"%(num)s", "%(n)s", "{n}"}
REFRESH = "run `make texts`, then translate what is new in engage/translations/ar.po"

Key = str | tuple[str, ...]


@cache
def catalogue() -> Catalog:
    with (i18n.FOLDER / "ar.po").open("rb") as file:
        return read_po(file, locale="ar", abort_invalid=True)


def entries() -> list[Message]:
    return [message for message in catalogue() if message.id]


def forms(message: Message) -> tuple[str, ...]:
    """The Arabic texts of an entry: one, or six where there is a plural."""
    return message.string if message.pluralizable else (message.string,)


def translated() -> list[Message]:
    return [message for message in entries() if all(forms(message))]


@cache
def texts_of_the_code() -> dict[Key, set[str]]:
    """Each French text with the files that say it, as `make texts` collects them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    options = {}
    for mapping in mappings:
        given = {name: value for name, value in mapping.items() if name != "method"}
        given["keywords"] = parse_keywords(given.get("keywords", ()))
        options[given.pop("pattern")] = given
    found: dict[Key, set[str]] = {}
    for file, _line, text, _comments, _context in extract_from_dir(
        ROOT,
        [(mapping["pattern"], mapping["method"]) for mapping in mappings],
        options,
        directory_filter=lambda folder: (
            Path(folder).relative_to(ROOT).parts[0] in ("engage", "templates")
        ),
    ):
        found.setdefault(text, set()).add(file)
    return found


def first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def marks(text: str) -> Counter[str]:
    """What is filled in or shown by the browser: `%(num)s`, `{n}`, `<b>`."""
    return Counter(re.findall(r"%\(\w+\)s|\{\w+\}|</?\w[^>]*>", text))


def _for_residents(file: str) -> bool:
    return file.startswith(FOR_RESIDENTS) and not file.startswith(FOR_STAFF)


def test_every_text_that_a_resident_reads_is_in_arabic() -> None:
    spoken = {first(message.id) for message in translated()}
    missing = sorted(
        f"{first(text)!r} ({', '.join(sorted(files))})"
        for text, files in texts_of_the_code().items()
        if first(text) not in spoken and any(_for_residents(file) for file in files)
    )
    assert not missing, f"{REFRESH}. Residents cannot read in Arabic: {'; '.join(missing)}"


def test_the_files_for_residents_are_there_and_say_something() -> None:
    files = set(chain.from_iterable(texts_of_the_code().values()))
    silent = [name for name in FOR_RESIDENTS if not any(file.startswith(name) for file in files)]
    assert not silent, f"no French text found in: {', '.join(silent)}"


def test_no_text_hides_in_an_f_string_where_only_some_pythons_collect_it() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "engage").rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "now_", "ngettext"}
        and isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden, f"babel reads f-strings from Python 3.12 on only: {hidden}"


def test_the_catalogue_holds_the_texts_of_the_code_and_no_others() -> None:
    known = {first(message.id) for message in entries()}
    said = {first(text) for text in texts_of_the_code()}
    assert not known - said, f"{REFRESH}. Nothing says any more: {sorted(known - said)}"
    assert not said - known, f"{REFRESH}. Not collected yet: {sorted(said - known)}"


def test_a_translation_keeps_what_is_filled_in() -> None:
    wrong = [form for message in translated() for form in spoiled(message)]
    assert not wrong, f"these lose or add something to fill in: {wrong}"


def spoiled(message: Message) -> list[str]:
    """The forms that lost or invented a placeholder or a tag."""
    if not message.pluralizable:
        return [form for form in forms(message) if marks(form) != marks(message.id)]
    wanted = marks(message.id[1])
    wrong = []
    for place, form in enumerate(forms(message)):
        lost = (wanted - marks(form)).keys()
        # « one » and « two » are words of their own in Arabic: the number may go, nothing else.
        forgiven = COUNTS if place in (ONE, TWO) else set()
        forgiven |= (wanted - marks(message.id[0])).keys() if place == ONE else set()
        if lost - forgiven or marks(form) - wanted:
            wrong.append(form)
    return wrong


def test_plural_entries_have_six_forms() -> None:
    assert {len(forms(message)) for message in entries() if message.pluralizable} == {6}


def test_a_percent_sign_stands_only_before_something_to_fill_in() -> None:
    """Where texts are filled in by `%`; those filled in by braces may speak of per cent."""
    named = [m for m in translated() if "python-brace-format" not in m.flags]
    said = chain.from_iterable(forms(message) for message in named)
    assert not [form for form in said if "%" in re.sub(r"%\(\w+\)s|%%", "", form)]


def test_what_keeps_its_own_direction_is_opened_and_closed() -> None:
    opening = re.compile("[\N{LEFT-TO-RIGHT ISOLATE}\N{FIRST STRONG ISOLATE}]")
    for form in chain.from_iterable(forms(message) for message in translated()):
        assert len(opening.findall(form)) == form.count("\N{POP DIRECTIONAL ISOLATE}"), form


def test_arabic_has_six_plurals_and_the_catalogue_knows_which() -> None:
    assert catalogue().num_plurals == 6
    form = c2py(catalogue().plural_expr)
    assert [form(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)] == [
        *(ZERO, ONE, TWO),
        *(3, 3, 4, 4),
        *(5, 5, 3, 4),
    ]


def test_no_translation_is_a_guess_and_nobody_is_named() -> None:
    assert not [message.id for message in entries() if message.fuzzy]
    head = (i18n.FOLDER / "ar.po").read_text().split("\n\n")[0]
    for left_over in ("FULL NAME", "FIRST AUTHOR", "EMAIL@ADDRESS", "YEAR", "PROJECT", "@li.org"):
        assert left_over not in head


def test_a_page_says_numbers_and_times_in_arabic() -> None:
    i18n.speak("ar")
    said = [
        i18n.ngettext("{n} personne a voté", "{n} personnes ont voté", n).format(n=n)
        for n in (1, 2, 5, 41)
    ]
    assert said == ["صوّت شخص واحد", "صوّت شخصان", "صوّت 5 أشخاص", "صوّت 41 شخصا"]
    assert i18n.moment(clock.now()) == "الثلاثاء 2 يونيو، الساعة 10"
