"""Figures of results: each bar as shares of a thousand, beside the numbers that it draws.

Templates draw them (`consultations/outcome/_figures.html`); nothing here knows SVG.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from engage.consultations.counting import words
from engage.consultations.counting.answers import AnyQuestion, euros, none_of
from engage.consultations.counting.outcome import Line, Outcome, percent
from engage.consultations.models import QuestionKind
from engage.core.i18n import _, label, ngettext

GRADES = range(5, -1, -1)
"""Of a judgment as they are shown, the best first."""

FULL = 1000


@dataclass(frozen=True)
class Part:
    """A piece of a bar, in thousandths of its length; `tone` names its colour."""

    start: int
    length: int
    tone: str


@dataclass(frozen=True)
class Bar:
    """One line of a figure: what it is, what its bar says in words, and the table's cells."""

    label: str
    told: str
    aside: str
    parts: tuple[Part, ...]
    cells: tuple[str, ...] = ()
    in_front: bool = False
    columns: tuple[int, ...] = ()
    """Heights of a histogram, in thousandths of the tallest column."""


@dataclass(frozen=True)
class Figure:
    """The results of one question. `headings` name the cells; none where the bars say it all."""

    kind: str
    bars: tuple[Bar, ...]
    headings: tuple[str, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    """(tone, words) of each colour."""
    notes: tuple[str, ...] = ()


def figure(question: AnyQuestion, outcome: Outcome) -> Figure:
    """What is drawn and tabled of one question; nothing of what is written freely."""
    return _FIGURES[question.kind](question, outcome)


def key(question: AnyQuestion) -> tuple[object, ...]:
    """What the words of a figure depend on beside the counts: masked words change them."""
    return (question.id, label(question.title), *(label(o.label) for o in question.options))


def thousandths(part: int, whole: int) -> int:
    """`part` of `whole`, halves up; 0 of nothing."""
    return (2 * FULL * part + whole) // (2 * whole) if whole else 0


def _plain(question: AnyQuestion, option_id: int) -> str:
    """The words of an option, without quotes."""
    return label(next(o.label for o in question.options if o.id == option_id))


def _share(voices: int, voters: int) -> str:
    return f"{percent(voices, voters)}\xa0%"


def _voices(n: int) -> str:
    return ngettext("{n} voix", "{n} voix", n).format(n=n)


def _by_voices(question: AnyQuestion, outcome: Outcome) -> Figure:
    bars = [
        Bar(
            label=_plain(question, line.option_id),
            told=_voices(line.voices),
            aside=_share(line.voices, outcome.voters),
            parts=(Part(0, thousandths(line.voices, outcome.voters), _tone(question, line)),),
            in_front=line.option_id in outcome.winners,
        )
        for line in outcome.lines
    ]
    notes = []
    if question.max_choices > 1 and question.kind is QuestionKind.APPROVAL:
        text = _("On pouvait cocher {n} réponses au plus. Le total peut dépasser 100\xa0%.")
        notes.append(text.format(n=question.max_choices))
    return Figure("bars", tuple(bars), notes=tuple(notes))


def _tone(question: AnyQuestion, line: Line) -> str:
    return "apart" if line.option_id == none_of(question) else "fg"


def _favourites(question: AnyQuestion, outcome: Outcome) -> Figure:
    """Points out of those that one option could get: three of every voter."""
    bars = []
    for line in outcome.lines:
        if line.option_id == none_of(question):
            bars.append(_none_bar(question, outcome, line, cells=("", "", "", "")))
            continue
        first, second, third = line.parts
        most = 3 * outcome.voters
        starts = (0, 3 * first, 3 * first + 2 * second)
        sizes = (3 * first, 2 * second, third)
        parts = tuple(
            Part(thousandths(start, most), thousandths(size, most), f"f{place}")
            for place, (start, size) in enumerate(zip(starts, sizes, strict=True), 1)
        )
        cells = (str(line.score), str(first), str(second), str(third))
        told = words.score(question, line)
        front = line.option_id in outcome.winners
        bars.append(Bar(_plain(question, line.option_id), told, "", parts, cells, in_front=front))
    columns = (_("Points"), _("1er choix"), _("2e choix"), _("3e choix"))
    legend = (
        ("f1", _("1er choix, 3 points")),
        ("f2", _("2e choix, 2 points")),
        ("f3", _("3e choix, 1 point")),
    )
    return Figure("bars", tuple(bars), (_("Réponse"), *columns), legend)


def _none_bar(question: AnyQuestion, outcome: Outcome, line: Line, cells: tuple[str, ...]) -> Bar:
    """Who chose none of these, counted apart: in voices, never in points or grades."""
    told = _("{n} votants sur {total}").format(n=line.voices, total=outcome.voters)
    part = Part(0, thousandths(line.voices, outcome.voters), "apart")
    return Bar(_plain(question, line.option_id), told, "", (part,), cells)


def _judgment(question: AnyQuestion, outcome: Outcome) -> Figure:
    """Grades stacked, the best first, so that what is liked is long at the beginning."""
    bars = []
    for line in outcome.lines:
        if line.option_id == none_of(question):
            bars.append(_none_bar(question, outcome, line, cells=("",) * 7))
            continue
        parts, upto = [], 0
        for grade in GRADES:
            number = line.parts[grade]
            start, end = (thousandths(n, outcome.voters) for n in (upto, upto + number))
            parts.append(Part(start, end - start, f"g{grade}"))
            upto += number
        cells = (words.grade(line.score), *(str(line.parts[grade]) for grade in GRADES))
        front = line.option_id in outcome.winners
        name, told = _plain(question, line.option_id), words.grade(line.score)
        bars.append(Bar(name, told, "", tuple(parts), cells, in_front=front))
    names = tuple(words.grade(grade) for grade in GRADES)
    legend = tuple(zip((f"g{grade}" for grade in GRADES), names, strict=True))
    note = _("Le trait au milieu marque la moitié des votants\xa0: la mention est celle du milieu.")
    return Figure("stacked", tuple(bars), (_("Réponse"), _("Mention"), *names), legend, (note,))


def _budget(question: AnyQuestion, outcome: Outcome) -> Figure:
    costs = {option.id: option.cost or 0 for option in question.options}
    bars = []
    for line in outcome.lines:
        kept, is_none = line.option_id in outcome.winners, line.option_id == none_of(question)
        cost = "" if is_none else euros(costs[line.option_id])
        yes = "" if is_none else _("oui") if kept else _("non")
        bars.append(
            Bar(
                label=_plain(question, line.option_id),
                told=_voices(line.voices),
                aside=cost,
                parts=(Part(0, thousandths(line.voices, outcome.voters), _tone(question, line)),),
                cells=(str(line.voices), cost, yes),
                in_front=kept,
            )
        )
    headings = (_("Projet"), _("Voix"), _("Coût"), _("Retenu"))
    return Figure("bars", tuple(bars), headings, notes=(left_over(question, outcome),))


def left_over(question: AnyQuestion, outcome: Outcome) -> str:
    """`Somme : 10 000 €. Retenu : 8 500 €. Reste : 1 500 €.`."""
    costs = {option.id: option.cost or 0 for option in question.options}
    total = question.budget or 0
    spent = sum(costs[id_] for id_ in outcome.winners)
    text = _("Somme à partager\xa0: {total}. Projets retenus\xa0: {spent}. Reste\xa0: {left}.")
    return text.format(total=euros(total), spent=euros(spent), left=euros(total - spent))


def _scale(question: AnyQuestion, outcome: Outcome) -> Figure:
    bars = []
    for line in outcome.lines:
        if line.option_id == none_of(question):
            bars.append(_none_bar(question, outcome, line, cells=("",) * 6))
            continue
        tallest = max(line.parts, default=0)
        mean = words.decimal(Fraction(line.score, line.voices)) if line.voices else ""
        text = ngettext("{n} réponse", "{n} réponses", line.voices).format(n=line.voices)
        bars.append(
            Bar(
                label=_plain(question, line.option_id),
                told=_("moyenne {mean} sur 5").format(mean=mean) if mean else "",
                aside=text,
                parts=(),
                cells=(mean, *(str(n) for n in line.parts)),
                columns=tuple(thousandths(n, tallest) for n in line.parts),
            )
        )
    headings = (_("Ligne"), _("Moyenne"), "1", "2", "3", "4", "5")
    return Figure("histogram", tuple(bars), headings)


def _none(_question: AnyQuestion, _outcome: Outcome) -> Figure:
    return Figure("text", ())


_FIGURES: dict[QuestionKind, Callable[[AnyQuestion, Outcome], Figure]] = {
    QuestionKind.YES_NO: _by_voices,
    QuestionKind.SINGLE: _by_voices,
    QuestionKind.APPROVAL: _by_voices,
    QuestionKind.FAVOURITES: _favourites,
    QuestionKind.JUDGMENT: _judgment,
    QuestionKind.BUDGET: _budget,
    QuestionKind.SCALE: _scale,
    QuestionKind.TEXT: _none,
}
