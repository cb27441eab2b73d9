"""Each count is explained step by step, and each rule is said before, in French and in Arabic."""

import re
from fractions import Fraction

import pytest

from engage.consultations.counting import explaining, words
from engage.consultations.models import BudgetCount, QuestionKind
from engage.core import i18n
from tests.consultations.elections import by_chance, counted, question
from tests.consultations.independent import NONE, Ballot

KINDS = [kind for kind in QuestionKind if kind is not QuestionKind.TEXT]


def said(kind: QuestionKind, *ballots: Ballot, **values: object) -> str:
    asked = question(kind, **values)  # type: ignore[arg-type]
    return " ".join(words.steps(asked, counted(asked, ballots))).replace("\xa0", " ")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_step_of_every_count_has_its_words(language: str) -> None:
    i18n.speak(language)
    told: set[str] = set()
    for kind in KINDS:
        for seed in range(120):
            for rule in BudgetCount if kind is QuestionKind.BUDGET else (None,):
                asked, ballots = by_chance(kind, seed, counting=rule)
                outcome = counted(asked, ballots)
                texts = [*words.steps(asked, outcome), words.why(asked, outcome)]
                texts += [words.score(asked, line) for line in outcome.lines]
                assert all(text and "{" not in text for text in texts)
                assert language == "fr" or all(re.search("[\u0621-\u064a]", t) for t in texts)
                told |= {step.key for step in outcome.steps}
    assert told >= explaining.STEPS.keys() - {"first_choices", "second_choices"}
    i18n.speak("fr")


@pytest.mark.parametrize("kind", list(QuestionKind))
@pytest.mark.parametrize("rule", list(BudgetCount))
def test_the_rule_and_what_parts_equal_ones_is_said_before_the_vote(
    kind: QuestionKind, rule: BudgetCount
) -> None:
    sentences = words.rule(question(kind, counting=rule))
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in sentences)
    if kind not in (QuestionKind.SCALE, QuestionKind.TEXT):
        assert any("égal" in sentence for sentence in sentences)


def test_points_are_told_with_what_they_are_made_of() -> None:
    text = said(QuestionKind.FAVOURITES, [1, 2], [2, 1], [1], [NONE])
    assert "« Option 1 » : 8 points. 2 × 3, 1 × 2, 0 × 1." in text
    assert "« Aucune » : 1 votant sur 4, compté à part." in text
    assert text.endswith("« Option 1 » arrive en tête.")


def test_equal_points_are_told_with_the_choices_that_part_them() -> None:
    ballots: list[Ballot] = [[1], [1], [2], [4, 2], [3, 4, 2]]
    text = said(QuestionKind.FAVOURITES, *ballots)
    assert "« Option 1 » et « Option 2 » ont le même nombre de points : 6." in text
    assert "« Option 1 » a plus de premiers choix : 2 contre 1." in text
    more: list[Ballot] = [[1], [5, 1], [2], [6, 7, 2], [8, 4, 2]]
    text = said(QuestionKind.FAVOURITES, *more, options=range(1, 9))
    assert "« Option 1 » et « Option 2 » ont autant de points (5) et de premiers choix." in text
    assert "« Option 1 » a plus de deuxièmes choix : 1 contre 0." in text


def test_equal_grades_are_told_with_the_medians_taken_away() -> None:
    text = said(QuestionKind.JUDGMENT, [[1, 3], [2, 3]], [[1, 3], [2, 3]], [[1, 4], [2, 1]])
    assert "ont la même mention, « Bien ». On retire à chacune 1 mention" in text
    assert "« Bien » pour « Option 1 » et « Passable » pour « Option 2 »" in text
    assert (
        "« Option 1 » : mention « Bien ». 3 votants sur 3 disent cette mention, ou mieux." in text
    )


def test_a_budget_is_told_project_by_project() -> None:
    costs = {1: 700, 2: 600, 3: 300, 4: 100}
    text = said(QuestionKind.BUDGET, [1], [1], [2], [2], [3], costs=costs, budget=1_000)
    assert "« Option 2 », 2 voix, coûte 600 €. Il reste 1 000 € : le projet est retenu." in text
    assert "« Option 1 », 2 voix, coûte 700 €. Il reste 400 € : c’est trop cher, on passe." in text
    assert text.endswith("Il reste 100 €.")


def test_where_most_want_none_of_these_it_is_said_so() -> None:
    assert "plus de la moitié : 2 sur 3" in said(QuestionKind.FAVOURITES, [NONE], [NONE], [1])
    text = said(QuestionKind.SINGLE, [NONE], [NONE], [1])
    assert "« Aucune » arrive en tête : rien de la liste n’est retenu." in text


@pytest.mark.parametrize(
    ("value", "text"),
    [((7, 2), "3,5"), ((4, 1), "4"), ((10, 3), "3,33"), ((1, 200), "0,01"), ((201, 2), "100,5")],
)
def test_numbers_have_a_comma_and_at_most_two_decimals(value: tuple[int, int], text: str) -> None:
    assert words.decimal(Fraction(*value)) == text
