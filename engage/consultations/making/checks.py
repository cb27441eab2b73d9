"""What a concertation must be before it is announced: dates in order, countable questions."""

from datetime import datetime, timedelta

from engage.accounts.residence import ResidenceLevel
from engage.consultations.making.drafts import DECISION_DAYS
from engage.consultations.models import Consultation, Purpose, Question, QuestionKind
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _, lazy

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
        raise InvalidInput("min_residence", _("Cette preuve n’existe pas."))
    if not consultation.questions:
        raise InvalidInput("questions", _("Il manque une question."))
    for question in consultation.questions:
        check_question(question)


def check_dates(announced: datetime, opens: datetime, closes: datetime, decision: datetime) -> None:
    """Raise `InvalidInput` on the first date that does not follow the one before."""
    if opens < announced:
        raise InvalidInput("opens_at", _("Le vote ouvre après l’annonce, ou au même moment."))
    if closes <= opens:
        raise InvalidInput("closes_at", _("Le vote se termine après son ouverture."))
    if decision < closes:
        raise InvalidInput("decision_due_at", _("La décision vient après la fin du vote."))
    if wall_time(decision) - wall_time(closes) > timedelta(days=DECISION_DAYS):
        raise InvalidInput(
            "decision_due_at", _("La décision vient 30 jours après le vote au plus.")
        )


TOLD = {
    "title": lazy("Il manque le titre."),
    "summary": lazy("Il manque le résumé."),
    "asked_by": lazy("Il manque qui demande."),
    "decided_by": lazy("Il manque qui décide."),
    "notice": lazy("Il manque la phrase qui dit que c’est un avis."),
}
"""What everybody is told of a concertation, in French at least."""


def check_texts(consultation: Consultation) -> None:
    """Raise `InvalidInput` on the first text that lacks, and where nobody owes the decision."""
    for name, sentence in TOLD.items():
        if not getattr(consultation, name).get("fr"):
            raise InvalidInput(name, str(sentence))
    decides = consultation.purpose is not Purpose.SURVEY
    if decides and consultation.organisation_id is None:
        raise InvalidInput("organisation_id", _("Dites quel organisme doit la décision."))


def check_years(opens: datetime, now: datetime) -> None:
    """Raise `InvalidInput` where the vote would open in years: the year is mistyped."""
    if opens > now + AHEAD:
        raise InvalidInput("opens_at", _("Cette date est trop loin. Vérifiez l’année."))


def wall_time(moment: datetime) -> datetime:
    """The same moment on the town's clocks, naive: thirty days are counted on the calendar."""
    return clock.local(moment).replace(tzinfo=None)


def check_question(question: Question) -> None:
    """Raise `InvalidInput` unless it can be answered and counted."""
    real = [option for option in question.options if not option.is_none]
    if len(question.options) - len(real) != 1:
        raise InvalidInput("options", _("Il manque une réponse «\xa0Aucune\xa0»."))
    least = FEWEST.get(question.kind, 1)
    if len(real) < least:
        raise InvalidInput("options", _too_few(least))
    most = len(real) if question.kind is QuestionKind.APPROVAL else 1
    if question.kind in BOUND and not 1 <= question.max_choices <= most:
        raise InvalidInput("max_choices", _("Ce nombre de réponses n’est pas possible."))
    if question.kind is QuestionKind.BUDGET:
        _check_budget(question.budget, [option.cost for option in real])


BOUND = frozenset({QuestionKind.SINGLE, QuestionKind.APPROVAL})
"""Where `max_choices` says something."""

FEWEST = {QuestionKind.TEXT: 0, QuestionKind.YES_NO: 2}
"""Answers beside "none of these"; one where nothing is said."""


def _too_few(least: int) -> str:
    return (
        _("Il faut au moins {n} réponses.").format(n=least)
        if least > 1
        else _("Il faut au moins une réponse.")
    )


def _check_budget(budget: int | None, costs: list[int | None]) -> None:
    if budget is None or not SMALLEST_SUM <= budget <= LARGEST_SUM:
        raise InvalidInput("budget", _("Écrivez la somme à partager, en euros."))
    for cost in costs:
        if cost is None or not SMALLEST_SUM <= cost <= LARGEST_SUM:
            raise InvalidInput("options", _("Chaque projet a un prix, en euros."))
        if cost > budget:
            raise InvalidInput("options", _("Un projet coûte plus que la somme à partager."))
