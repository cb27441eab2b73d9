"""Says before anybody votes how a question is counted, and what parts equal ones."""

from collections.abc import Callable

from engage.consultations.counting.answers import AnyQuestion, named, none_of
from engage.consultations.counting.shares import STEP_PERCENT
from engage.consultations.models import BudgetCount, QuestionKind
from engage.core.i18n import _


def rule(question: AnyQuestion) -> list[str]:
    """How this question is counted and what happens on a tie, to be read before one votes."""
    return _RULES[question.kind](question)


def _rule_of_yes_no(question: AnyQuestion) -> list[str]:
    apart = named(question, none_of(question)) if none_of(question) else _("Sans avis")
    return [
        _("La réponse qui a le plus de voix l’emporte."),
        _("{answer} est compté à part.").format(answer=apart),
        _tie(),
    ]


def _rule_of_single(_question: AnyQuestion) -> list[str]:
    return [_("La réponse qui a le plus de voix arrive en tête."), _tie()]


def _rule_of_approval(_question: AnyQuestion) -> list[str]:
    return [
        _("Chaque réponse cochée vaut une voix. Celle qui a le plus de voix arrive en tête."),
        _tie(),
    ]


def _rule_of_favourites(_question: AnyQuestion) -> list[str]:
    return [
        _("Votre premier choix reçoit 3 points, le deuxième 2 points, le troisième 1 point."),
        _("La réponse qui a le plus de points arrive en tête."),
        _("À égalité de points, on compare les premiers choix, puis les deuxièmes."),
        _refusal(),
    ]


def _rule_of_judgment(_question: AnyQuestion) -> list[str]:
    return [
        _("Pour chaque réponse, on range toutes les mentions, de la pire à la meilleure."),
        _("Celle du milieu est sa mention. La réponse qui a la meilleure mention arrive en tête."),
        _("Sans mention de votre part, une réponse compte «\xa0À rejeter\xa0»."),
        _(
            "À mention égale, on retire à chacune la mention du milieu, autant de fois qu’il faut "
            "pour les départager."
        ),
    ]


def _rule_of_budget(question: AnyQuestion) -> list[str]:
    shared = question.counting is BudgetCount.EQUAL_SHARES
    return [
        *(_equal_shares() if shared else _greedy()),
        _("À égalité de voix, le moins cher passe d’abord, puis l’ordre de la liste."),
        _refusal(),
    ]


def _greedy() -> list[str]:
    return [
        _("Chaque projet coché reçoit une voix. Le projet qui a le plus de voix est retenu."),
        _("Puis le suivant, tant que l’argent suffit. Un projet trop cher est sauté."),
    ]


def _equal_shares() -> list[str]:
    return [
        _("L’argent est partagé en parts égales entre les votants qui choisissent un projet."),
        _("Votre part ne paie que les projets que vous avez choisis."),
        _("On retient d’abord le projet que le plus de votants peuvent payer ensemble."),
        _(
            "S’il reste de l’argent, les parts grandissent de {step}\xa0% à la fois, jusqu’au "
            "double au plus. Ensuite, les projets qui ont le plus de voix complètent."
        ).format(step=STEP_PERCENT),
    ]


def _rule_of_scale(_question: AnyQuestion) -> list[str]:
    return [
        _("Pour chaque ligne, on publie la moyenne et le nombre de réponses par note."),
        _("Ce questionnaire ne décide de rien."),
    ]


def _rule_of_text(_question: AnyQuestion) -> list[str]:
    return [_("Les textes ne sont pas comptés. Ils sont relus avant d’être publiés.")]


def _tie() -> str:
    return _("À égalité, elles ont le même rang. Qui décide choisit entre elles et dit pourquoi.")


def _refusal() -> str:
    return _("Si plus de la moitié des votants n’en veulent aucun, rien n’est retenu.")


_RULES: dict[QuestionKind, Callable[[AnyQuestion], list[str]]] = {
    QuestionKind.YES_NO: _rule_of_yes_no,
    QuestionKind.SINGLE: _rule_of_single,
    QuestionKind.APPROVAL: _rule_of_approval,
    QuestionKind.FAVOURITES: _rule_of_favourites,
    QuestionKind.JUDGMENT: _rule_of_judgment,
    QuestionKind.BUDGET: _rule_of_budget,
    QuestionKind.SCALE: _rule_of_scale,
    QuestionKind.TEXT: _rule_of_text,
}
