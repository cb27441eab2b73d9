"""What a concertation must be before it is announced: dates in order, countable questions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from engage.accounts.residence import ResidenceLevel
from engage.consultations.making.drafts import DECISION_DAYS
from engage.consultations.models import Consultation, Purpose, Question, QuestionKind
from engage.core import clock
from engage.core.errors import InvalidInput

AHEAD = timedelta(days=550)
"""Nothing is planned later than this: a mistyped year is told."""

LONGEST_EXTENSION = timedelta(days=92)

MOST_OPTIONS = 20
MOST_QUESTIONS = 12

SMALLEST_SUM, LARGEST_SUM = 1, 100_000_000
"""Whole euros."""


def check(consultation: Consultation) -> None:
    """Raise `InvalidInput` (with the field that is wrong) unless it may be announced."""
    check_dates(
        consultation.announced_at,
        consultation.opens_at,
        consultation.closes_at,
        consultation.decision_due_at,
    )
    if consultation.min_residence not in (None, *ResidenceLevel):
        raise InvalidInput("min_residence", "Cette preuve n’existe pas.")
    check_asked(consultation)
    for question in consultation.questions:
        _check_named(question)


def check_asked(consultation: Consultation) -> None:
    """Raise `InvalidInput` where nothing is asked."""
    if not consultation.questions:
        raise InvalidInput("questions", "Il manque une question.")


def check_dates(announced: datetime, opens: datetime, closes: datetime, decision: datetime) -> None:
    """Raise `InvalidInput` on the first date that does not follow the one before."""
    if opens < announced:
        raise InvalidInput("opens_at", "Le vote ouvre après l’annonce, ou au même moment.")
    if closes <= opens:
        raise InvalidInput("closes_at", "Le vote se termine après son ouverture.")
    if decision < closes:
        raise InvalidInput("decision_due_at", "La décision vient après la fin du vote.")
    if wall_time(decision) - wall_time(closes) > timedelta(days=DECISION_DAYS):
        raise InvalidInput("decision_due_at", "La décision vient 30 jours après le vote au plus.")


TOLD = {
    "title": "Il manque le titre.",
    "summary": "Il manque le résumé.",
    "asked_by": "Il manque qui demande.",
    "decided_by": "Il manque qui décide.",
    "notice": "Il manque la phrase qui dit que c’est un avis.",
}
"""What everybody is told of a concertation, in French at least."""

OWES = "organisation_id"
"""Who owes the decision; a survey has none."""


def check_texts(consultation: Consultation) -> None:
    """Raise `InvalidInput` on the first text that lacks, and where nobody owes the decision."""
    for name in (*TOLD, OWES):
        check_text(consultation, name)


def check_text(consultation: Consultation, name: str) -> None:
    """Raise `InvalidInput` where this text, or the organisation that decides, is not given."""
    if name == OWES:
        decides = consultation.purpose is not Purpose.SURVEY
        if decides and consultation.organisation_id is None:
            raise InvalidInput(OWES, "Dites quel organisme doit la décision.")
    elif not getattr(consultation, name).get("fr"):
        raise InvalidInput(name, TOLD[name])


STEP_OF = {
    **dict.fromkeys((*TOLD, OWES), "essentiel"),
    **dict.fromkeys(("questions", "options", "max_choices", "budget"), "questions"),
    **dict.fromkeys(("min_residence",), "votants"),
    **dict.fromkeys(("announced_at", "opens_at", "closes_at", "decision_due_at"), "calendrier"),
}
"""On which page of making a concertation each field is filled in."""


def missing(draft: Consultation) -> dict[str, list[str]]:
    """What still keeps a draft from being announced, as sentences by step."""
    now = clock.now()
    dates = (draft.announced_at, draft.opens_at, draft.closes_at, draft.decision_due_at)
    rules: list[Callable[[], None]] = [
        *(partial(check_text, draft, name) for name in (*TOLD, OWES)),
        partial(check_asked, draft),
        *(partial(_check_named, question) for question in draft.questions),
        partial(check_dates, *dates),
        partial(check_opening, draft, now),
    ]
    found: dict[str, list[str]] = {}
    for rule in rules:
        try:
            rule()
        except InvalidInput as refusal:
            found.setdefault(STEP_OF[refusal.field], []).append(refusal.message)
    return found


def _check_named(question: Question) -> None:
    """Say which question it is that cannot be counted."""
    try:
        check_question(question)
    except InvalidInput as refusal:
        named = f"«\xa0{question.title.get('fr', '')}\xa0»\xa0: {refusal.message}"
        raise InvalidInput(refusal.field, named) from None


def check_opening(draft: Consultation, now: datetime) -> None:
    """Raise `InvalidInput` where the vote would have opened before it is announced."""
    if draft.opens_at < now:
        raise InvalidInput("opens_at", "L’ouverture est passée. Changez le calendrier.")


def check_years(opens: datetime, now: datetime) -> None:
    """Raise `InvalidInput` where the vote would open in years: the year is mistyped."""
    if opens > now + AHEAD:
        raise InvalidInput("opens_at", "Cette date est trop loin. Vérifiez l’année.")


def wall_time(moment: datetime) -> datetime:
    """The same moment on the town's clocks, naive: thirty days are counted on the calendar."""
    return clock.local(moment).replace(tzinfo=None)


def check_question(question: Question) -> None:
    """Raise `InvalidInput` unless it can be answered and counted."""
    real = [option for option in question.options if not option.is_none]
    if len(question.options) - len(real) != 1:
        raise InvalidInput("options", "Il manque une réponse «\xa0Aucune\xa0».")
    least = FEWEST.get(question.kind, 1)
    if len(real) < least:
        raise InvalidInput("options", _too_few(least))
    most = len(real) if question.kind is QuestionKind.APPROVAL else 1
    if question.kind in BOUND and not 1 <= question.max_choices <= most:
        raise InvalidInput("max_choices", "Ce nombre de réponses n’est pas possible.")
    if question.kind is QuestionKind.BUDGET:
        _check_budget(question.budget, [option.cost for option in real])


BOUND = frozenset({QuestionKind.SINGLE, QuestionKind.APPROVAL})
"""Where `max_choices` says something."""

FEWEST = {QuestionKind.TEXT: 0, QuestionKind.YES_NO: 2}
"""Answers beside "none of these"; one where nothing is said."""


def _too_few(least: int) -> str:
    return f"Il faut au moins {least} réponses." if least > 1 else "Il faut au moins une réponse."


def _check_budget(budget: int | None, costs: list[int | None]) -> None:
    if budget is None or not SMALLEST_SUM <= budget <= LARGEST_SUM:
        raise InvalidInput("budget", "Écrivez la somme à partager, en euros.")
    for cost in costs:
        if cost is None or not SMALLEST_SUM <= cost <= LARGEST_SUM:
            raise InvalidInput("options", "Chaque projet a un prix, en euros.")
        if cost > budget:
            raise InvalidInput("options", "Un projet coûte plus que la somme à partager.")
