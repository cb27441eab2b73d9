"""What pages say of results, decisions and thresholds, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from engage.consultations.models import Purpose
from engage.consultations.outcome.reading import Cell, Names, Rest
from engage.consultations.outcome.simulator import Case, Simulation, Verdict
from engage.consultations.queries import Turnout
from engage.consultations.sheets import Sheet
from engage.consultations.words import decision_awaited as decision_awaited
from engage.consultations.words import is_late as is_late
from engage.core.i18n import _, date_long, label, lazy


def has_decision(purpose: Purpose) -> bool:
    """Whether one is to come: a survey asks without anything to be decided."""
    return purpose is not Purpose.SURVEY


@dataclass(frozen=True)
class Step:
    """One step between the closing and the decision, for the list of steps."""

    label: str
    detail: str
    state: str


def counting_steps(sheet: Sheet) -> list[Step]:
    """Who does what, until when, once the vote is over and not yet sealed."""
    due = _("Au plus tard le {day}").format(day=date_long(sheet.decision_due_at))
    ended = _("Le {day}").format(day=date_long(sheet.closes_at))
    steps = [Step(_("Le vote est fini"), ended, "done")]
    if sheet.takes_paper:
        who = _("L’équipe du quartier\xa0: deux saisies, par deux personnes")
        steps += [
            Step(_("Les bulletins papier sont comptés"), who, "now"),
            Step(_("Les bulletins sont mélangés et scellés"), _("La coordination"), "todo"),
            Step(_("Les résultats paraissent ici"), _("Avant la décision"), "todo"),
        ]
    else:
        alone = _("Sans personne, dix minutes après la fin")
        steps += [
            Step(_("Les bulletins sont mélangés et scellés"), alone, "now"),
            Step(_("Les résultats paraissent ici"), _("Tout de suite après"), "todo"),
        ]
    if has_decision(sheet.purpose):
        steps.append(Step(_("La décision, avec ses raisons"), due, "todo"))
    return steps


def quorum(rest: Rest, turnout: Turnout) -> str:
    """`Quorum annoncé : 30. Atteint, pour information.`; empty where none was announced."""
    if rest.quorum is None:
        return ""
    if turnout.total >= rest.quorum:
        text = _("Quorum annoncé\xa0: {n}. Il est atteint, pour information.")
    else:
        text = _("Quorum annoncé\xa0: {n}. Il n’est pas atteint, pour information.")
    return text.format(n=rest.quorum)


def expected(rest: Rest, turnout: Turnout) -> str:
    """`41 % de ceux qui pouvaient voter (100)`; empty where nobody knows how many could."""
    if not rest.expected:
        return ""
    share = (200 * turnout.total + rest.expected) // (2 * rest.expected)
    text = _("C’est {percent}\xa0% de ceux qui pouvaient voter\xa0: {n}.")
    return text.format(percent=share, n=rest.expected)


def cell(of: Cell, names: Names) -> str:
    """`Terre-Rouge`, `Sainte-Valérie et autres quartiers`."""
    told = [label(names[id_]) for id_ in of.hoods if id_ is not None and id_ in names]
    if None in of.hoods:
        told.append(_("quartier non dit"))
    return _(" et ").join([", ".join(told[:-1]), told[-1]] if told[1:] else told)


VERDICTS: Mapping[Verdict, str] = {
    Verdict.APPROVED: lazy("La proposition s’appliquerait."),
    Verdict.TOO_FEW: lazy("La proposition ne s’appliquerait pas\xa0: trop peu de réponses."),
    Verdict.NO_MAJORITY: lazy("La proposition ne s’appliquerait pas\xa0: pas de majorité de oui."),
    Verdict.BINDING: lazy("L’accord s’imposerait\xa0: les refus n’atteignent pas la moitié."),
    Verdict.REJECTED: lazy("L’accord ne s’imposerait pas\xa0: plus de la moitié le refuse."),
    Verdict.UNSURE: lazy("On ne sait pas\xa0: les refus sont exactement la moitié."),
}


def thresholds(found: Simulation) -> list[tuple[str, str, bool | None]]:
    """(rule, what is counted, whether it holds; None where the law is not clear)."""
    given = found.given
    if given.case is Case.AGREEMENT:
        half = _("Refus écrits de la moitié des locataires concernés (50\xa0%)")
        unsure = 2 * given.no == given.concerned
        told = _of(given.no, found.half)
        return [(half, told, None if unsure else 2 * given.no > given.concerned)]
    quarter = _("Réponses d’un quart des locataires concernés (25\xa0%)")
    majority = _("Plus de la moitié de oui parmi les réponses")
    return [
        (quarter, _of(given.expressed, found.quarter), 4 * given.expressed >= given.concerned),
        (majority, _of(given.yes, found.majority), 2 * given.yes > given.expressed),
    ]


def _of(number: int, needed: int) -> str:
    return _("{n}, il en faut {needed}").format(n=number, needed=needed)
