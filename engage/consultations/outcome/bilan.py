"""The bilan of a concertation: what was said before, who took part, what came of it.

`SECTIONS` names what each feature adds; the page and the PDF show the same sections.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from engage.consultations.counting import words as counting
from engage.consultations.kits import works_queries
from engage.consultations.making import documents
from engage.consultations.models import Electorate, Purpose, QuestionKind
from engage.consultations.outcome import charts, reading, words
from engage.consultations.outcome.reading import Counts, Rest
from engage.consultations.sheets import AskedQuestion, Sheet
from engage.consultations.words import channel, electorate, took_part
from engage.core import clock
from engage.core.i18n import _, date_long, label, ngettext


@dataclass(frozen=True)
class Entry:
    """One thing of a section: what it is, more about it, and the answer that was given."""

    head: str
    text: str = ""
    answer: str = ""
    language: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the bilan with its title."""

    title: str
    intro: str = ""
    entries: tuple[Entry, ...] = ()


Made = Callable[[Session, Sheet], Section | None]


def _documents(db: Session, sheet: Sheet) -> Section | None:
    """What could be read before the vote."""
    found = documents.of(db, sheet.id)
    text = ngettext("{n} document était à lire.", "{n} documents étaient à lire.", len(found))
    entries = tuple(
        Entry(label(one.title), _("Publié le {day}").format(day=date_long(one.added_on)))
        for one in found
    )
    return Section(_("Les documents"), text.format(n=len(found)), entries) if found else None


def _meetings(db: Session, sheet: Sheet) -> Section | None:
    """Those that took place, with their minutes; of works to homes."""
    if sheet.purpose is not Purpose.REHABILITATION:
        return None
    now = clock.now()
    met = [
        one
        for one in works_queries.meetings(db, sheet.id)
        if one.cancelled_at is None and one.starts_at <= now
    ]
    entries = tuple(
        Entry(f"{label(one.title)}, {date_long(one.starts_at)}", label(one.minutes)) for one in met
    )
    return Section(_("Les réunions"), entries=entries) if met else None


def _worries(db: Session, sheet: Sheet) -> Section | None:
    """What residents asked in public about works to homes, by theme, with the answers."""
    if sheet.purpose is not Purpose.REHABILITATION:
        return None
    entries = tuple(
        Entry(label(theme.title), one.body, label(one.answer), one.language)
        for theme in works_queries.themes(db, sheet.id)
        for one in theme.voiced
    )
    n, given = len(entries), sum(bool(entry.answer) for entry in entries)
    asked = ngettext("{n} question ou inquiétude.", "{n} questions ou inquiétudes.", n).format(n=n)
    answered = ngettext("{n} réponse.", "{n} réponses.", given).format(n=given)
    title = _("Questions et inquiétudes")
    return Section(title, f"{asked} {answered}", entries) if entries else None


SECTIONS: Mapping[str, Sequence[Made]] = {
    "before": (_meetings, _documents),
    "answers": (_worries,),
}
"""Where in the bilan → who writes something there; None is left out."""


def sections(db: Session, sheet: Sheet, place: str) -> list[Section]:
    """What stands in one place of the bilan, in the language of who reads."""
    made = (make(db, sheet) for make in SECTIONS[place])
    return [section for section in made if section is not None]


def facts(sheet: Sheet, rest: Rest) -> list[tuple[str, str]]:
    """Who asked whom, when, and what stood already."""
    local = clock.local
    told = [
        (_("Qui a demandé"), label(sheet.asked_by)),
        (_("Qui décide"), label(sheet.decided_by)),
        (_("Déjà décidé avant le vote"), label(sheet.already_decided)),
        (_("Qui pouvait voter"), electorate(sheet)),
        (_("Annoncé"), _("le {day}").format(day=date_long(local(sheet.announced_at)))),
        (
            _("Le vote"),
            _("du {first} au {last}").format(
                first=date_long(sheet.opens_at), last=date_long(sheet.closes_at)
            ),
        ),
    ]
    return [(name, text) for name, text in told if text]


def document(
    db: Session,
    sheet: Sheet,
    questions: Sequence[AskedQuestion],
    *,
    town: str,
    demo: bool,
    address: str,
) -> dict[str, Any]:
    """All that `templates/print/bilan.typ` shows, as plain values in the current language."""
    found, rest = reading.counts(sheet), reading.rest(db, sheet.id)
    return {
        "town": town,
        "demo": _("Démonstration\xa0: tout est fictif.") if demo else "",
        "title": _("Bilan de la concertation"),
        "subject": label(sheet.title),
        "summary": label(sheet.summary),
        "notice": label(sheet.notice),
        "address": address,
        "made": _("Fait le {day}").format(day=date_long(clock.today())),
        "facts": facts(sheet, rest),
        "before": [asdict(section) for section in sections(db, sheet, "before")],
        "participation": participation(db, sheet, rest, found),
        "results": [result(q, found) for q in questions if q.kind is not QuestionKind.TEXT],
        "answers": [asdict(section) for section in sections(db, sheet, "answers")],
        "decision": decision(db, sheet, rest),
        "words": _headings(),
    }


def _headings() -> dict[str, str]:
    return {
        "facts": _("L’essentiel"),
        "participation": _("Qui a participé"),
        "results": _("Les résultats"),
        "answers": _("Les réponses données"),
        "decision": _("La décision"),
        "changes": _("Ce que le vote a changé"),
        "additions": _("Compléments"),
        "why": _("Pourquoi, étape par étape"),
        "read": _("À lire en ligne"),
        "answer": _("Réponse\xa0: "),
    }


def participation(db: Session, sheet: Sheet, rest: Rest, found: Counts) -> dict[str, Any]:
    """Sentences, and (name, number) by channel and by neighbourhood; neither under ten."""
    names = reading.names(db, found)
    sentences = [
        f"{took_part(sheet, found.turnout)}.",
        words.expected(rest, found.turnout),
        words.quorum(rest, found.turnout),
    ]
    shown = found.turnout.shown_by_channel
    return {
        "sentences": [sentence for sentence in sentences if sentence],
        "channels": [(channel(name), n) for name, n in found.turnout.by_channel if shown],
        "hoods": [(words.cell(one, names), one.number) for one in found.neighbourhoods],
        "unit": _("Logements") if sheet.electorate is Electorate.DWELLING_CODE else _("Personnes"),
    }


def result(question: AskedQuestion, found: Counts) -> dict[str, Any]:
    """One question with its figure and the explanation."""
    outcome = found.outcomes[question.id]
    return {
        "title": label(question.title),
        "why": counting.why(question, outcome),
        "figure": asdict(charts.figure(question, outcome)),
        "steps": counting.steps(question, outcome),
    }


def decision(db: Session, sheet: Sheet, rest: Rest) -> dict[str, Any]:
    """What was decided, or since when it is awaited; empty of a survey."""
    if not words.has_decision(sheet.purpose):
        return {}
    if sheet.decided_on is None:
        return {"awaited": words.decision_awaited(sheet, clock.now())}
    added = reading.additions(db, sheet.id)
    return {
        "statement": label(sheet.decision_statement),
        "by": label(rest.decision_by) or label(sheet.decided_by),
        "day": date_long(sheet.decided_on),
        "changes": label(rest.decision_changes),
        "additions": [(date_long(one.added_on), label(one.words)) for one in added],
    }
