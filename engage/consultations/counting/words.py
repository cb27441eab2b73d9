"""Says in plain words what a count came to, and why."""

from fractions import Fraction

from engage.consultations.counting.answers import AnyQuestion, named, none_of
from engage.consultations.counting.explaining import STEPS
from engage.consultations.counting.explaining import decimal as decimal
from engage.consultations.counting.explaining import grade as grade
from engage.consultations.counting.explaining import listed as listed
from engage.consultations.counting.parts import Line, Outcome
from engage.consultations.counting.rules import rule as rule
from engage.consultations.models import QuestionKind
from engage.core.i18n import _, ngettext


def why(question: AnyQuestion, outcome: Outcome) -> str:
    """The outcome in one sentence; equal ones are said to be equal."""
    if not outcome.voters:
        return _("Personne n’a répondu à cette question.")
    if question.kind is QuestionKind.TEXT:
        return ngettext("{n} réponse écrite.", "{n} réponses écrites.", outcome.voters).format(
            n=outcome.voters
        )
    if question.kind is QuestionKind.SCALE:
        return _("Chaque ligne a sa note moyenne. Rien n’est décidé ici.")
    if not outcome.winners:
        return _("Rien n’est retenu\xa0: les votants n’ont choisi aucune réponse de la liste.")
    names = listed([named(question, id_) for id_ in outcome.winners])
    if question.kind is QuestionKind.BUDGET:
        return ngettext(
            "Projet retenu\xa0: {names}.", "Projets retenus\xa0: {names}.", len(outcome.winners)
        ).format(names=names)
    return _in_front(question, outcome, names)


def _in_front(question: AnyQuestion, outcome: Outcome, names: str) -> str:
    best = outcome.line(outcome.winners[0])
    if len(outcome.winners) > 1:
        text = _("{names} sont à égalité. L’ordre de la liste ne compte pas.")
        return text.format(names=names)
    if question.kind is QuestionKind.FAVOURITES:
        text = ngettext(
            "{name} arrive en tête, avec {n} point.",
            "{name} arrive en tête, avec {n} points.",
            best.score,
        )
        return text.format(name=names, n=best.score)
    if question.kind is QuestionKind.JUDGMENT:
        text = _("{name} arrive en tête, avec la mention «\xa0{grade}\xa0».")
        return text.format(name=names, grade=grade(best.score))
    if outcome.voters == 1:
        return _("{name} arrive en tête\xa0: la seule réponse reçue.").format(name=names)
    text = ngettext(
        "{name} arrive en tête\xa0: {n} votant sur {total} l’a choisi.",
        "{name} arrive en tête\xa0: {n} votants sur {total} l’ont choisi.",
        best.voices,
    )
    return text.format(name=names, n=best.voices, total=outcome.voters)


def steps(question: AnyQuestion, outcome: Outcome) -> list[str]:
    """The explanation, a sentence or two a step."""
    return [STEPS[step.key](question, step) for step in outcome.steps]


def score(question: AnyQuestion, line: Line) -> str:
    """What a table says of one line: `12 voix`, `49 points`, `Bien`, `4,2 sur 5`."""
    if question.kind is QuestionKind.SCALE and line.voices and line.option_id != none_of(question):
        return _("{mean} sur 5").format(mean=decimal(Fraction(line.score, line.voices)))
    if line.rank and question.kind is QuestionKind.JUDGMENT:
        return grade(line.score)
    if line.rank and question.kind is QuestionKind.FAVOURITES:
        return ngettext("{n} point", "{n} points", line.score).format(n=line.score)
    return ngettext("{n} voix", "{n} voix", line.voices).format(n=line.voices)
