"""Results as a table to download: a line for each answer of each question."""

from collections.abc import Iterator, Sequence

from engage.consultations.counting.outcome import Line, Outcome
from engage.consultations.models import QuestionKind
from engage.consultations.sheets import AskedQuestion
from engage.core import spreadsheet

MOST_PARTS = 6

HEAD = (
    "question",
    "texte",
    "sorte",
    "votants",
    "reponse",
    "rang",
    "voix",
    "points_mention_ou_somme",
    "retenu",
    *(f"detail_{n}" for n in range(1, MOST_PARTS + 1)),
)
"""`detail_…`: first, second and third choices; ballots for each grade, the lowest first."""


def table(questions: Sequence[AskedQuestion], outcomes: dict[int, Outcome]) -> str:
    """The file, French as the file of the contract; free texts are not in it."""
    rows = [HEAD]
    for number, question in enumerate(questions, 1):
        if question.kind is not QuestionKind.TEXT:
            rows.extend(_rows(number, question, outcomes[question.id]))
    return spreadsheet.BYTE_ORDER_MARK + spreadsheet.written(rows)


def _rows(number: int, question: AskedQuestion, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    texts = {option.id: option.label["fr"] for option in question.options}
    for line in outcome.lines:
        yield (
            str(number),
            question.title["fr"],
            question.kind.value,
            str(outcome.voters),
            texts[line.option_id],
            str(line.rank or ""),
            str(line.voices),
            str(line.score),
            "oui" if line.option_id in outcome.winners else "non",
            *_parts(line),
        )


def _parts(line: Line) -> tuple[str, ...]:
    told = [str(n) for n in line.parts]
    return (*told, *[""] * (MOST_PARTS - len(told)))
