"""Words of the printed ballot and of the tally report, as their templates read them."""

from collections.abc import Sequence
from typing import Any

from engage.consultations.codes.printing import in_both
from engage.consultations.counting import answers
from engage.consultations.counting.explaining import grade
from engage.consultations.models import Consultation, Question, QuestionKind
from engage.consultations.paper import queries, reading
from engage.consultations.paper.models import PaperReport
from engage.consultations.paper.queries import Counted
from engage.core import pdf
from engage.core.i18n import _, date_long, label

BALLOT, REPORT = "ballot.typ", "report.typ"


def ballot_pdf(consultation: Consultation, batch: int, *, town: str) -> bytes:
    """One ballot of this batch, to be printed as often as there are ballots."""
    data = ballot(consultation, batch, town=town)
    return pdf.render(BALLOT, **data)


def ballot(consultation: Consultation, batch: int, *, town: str) -> dict[str, Any]:
    """What `templates/print/ballot.typ` shows: each text in French and in Arabic."""
    questions = reading.on_paper(consultation.questions)
    return {
        "town": town,
        "title": label(consultation.title),
        "titles": in_both(lambda: label(consultation.title)),
        "batch": _("Lot {n}").format(n=batch),
        "words": in_both(_ballot_words),
        "notice": in_both(lambda: label(consultation.notice)),
        "questions": [_question(question) for question in questions],
        "spoken": [label(q.title) for q in consultation.questions if q.kind is QuestionKind.TEXT],
    }


def _ballot_words() -> dict[str, str]:
    return {
        "ballot": _("Bulletin de vote"),
        "secret": _("N’écrivez pas votre nom. Pliez la feuille et mettez-la dans l’urne."),
        "question": _("Question"),
        "spoken": _("À dire au médiateur, pas sur ce bulletin :"),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "kind": question.kind.value,
        "title": in_both(lambda: label(question.title)),
        "how": in_both(lambda: how(question)),
        "options": [
            {
                "label": in_both(lambda option=option: label(option.label)),  # type: ignore[misc]
                "cost": answers.euros(option.cost) if option.cost else "",
                "none": option.is_none,
            }
            for option in question.options
        ],
        "grades": in_both(lambda: grades(question)),
        "ends": in_both(lambda: [label(question.low), label(question.high)]),
    }


def how(question: Question) -> str:
    """What to do with the pen."""
    return {
        QuestionKind.YES_NO: _("Cochez une case."),
        QuestionKind.SINGLE: _("Cochez une case."),
        QuestionKind.APPROVAL: _("Cochez {n} cases au plus.").format(n=question.max_choices),
        QuestionKind.FAVOURITES: _("Écrivez 1 pour votre préféré, puis 2 et 3."),
        QuestionKind.JUDGMENT: _("Cochez une case par ligne."),
        QuestionKind.SCALE: _("Entourez un chiffre par ligne."),
        QuestionKind.BUDGET: _("Cochez des projets, jusqu’à {sum} en tout.").format(
            sum=answers.euros(question.budget or 0)
        ),
    }[question.kind]


def grades(question: Question) -> list[str]:
    """The heads of the columns, the best first; a scale has figures."""
    if question.kind is QuestionKind.JUDGMENT:
        return [grade(number) for number in reversed(answers.GRADED[question.kind])]
    return ["1", "2", "3", "4", "5"] if question.kind is QuestionKind.SCALE else []


def report(
    consultation: Consultation,
    found: PaperReport,
    batches: Sequence[queries.Batch],
    readers: int,
    *,
    town: str,
) -> dict[str, Any]:
    """What `templates/print/report.typ` shows."""
    rows = [Counted.from_row(row) for row in found.rows]
    titles = {question.id: label(question.title) for question in consultation.questions}
    return {
        "town": town,
        "title": _("Procès-verbal de dépouillement"),
        "about": label(consultation.title),
        "facts": [
            [
                _("Vote"),
                _("du {first} au {last}").format(
                    first=date_long(consultation.opens_at), last=date_long(consultation.closes_at)
                ),
            ],
            [_("Bulletins imprimés"), str(sum(batch.printed for batch in batches))],
            [_("Bulletins trouvés dans l’urne"), str(sum(batch.found or 0 for batch in batches))],
            [_("Lus par"), _("{n} personnes, chaque feuille par deux").format(n=readers)],
        ],
        "heads": [
            _("Question"),
            _("Remis"),
            _("Valables"),
            _("Blancs"),
            _("Nuls"),
            _("Barrés"),
            _("Écart"),
        ],
        "rows": [
            [
                titles[c.question_id],
                *map(str, (c.handed, c.valid, c.blank, c.void, c.struck)),
                str(c.missing),
            ]
            for c in rows
        ],
        "reasons": [
            [titles[c.question_id], found.reasons[str(c.question_id)]] for c in rows if c.missing
        ],
        "words": {
            "rule": _(
                "Remis = valables + blancs + nuls. Barré : la personne avait déjà répondu en ligne."
            ),
            "match": _("Tout ce qui a été remis a été trouvé."),
            "differences": _("Écarts et leur raison"),
            "notice": label(consultation.notice),
            "signed": _("Signatures des personnes qui ont dépouillé"),
        },
    }
