"""What an answer may be, kind by kind: kept in one form, refused with a sentence otherwise."""

from typing import Any

import pytest

from engage.consultations.counting.answers import checked, is_countable
from engage.consultations.models import QuestionKind
from engage.core.errors import InvalidInput
from tests.consultations.elections import question
from tests.consultations.independent import NONE

COSTS = {1: 400, 2: 300, 3: 500, 4: 200}

K = QuestionKind


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        (K.YES_NO, [2], [2]),
        (K.SINGLE, (3,), [3]),
        (K.APPROVAL, [3, 1, 3], [1, 3]),
        (K.APPROVAL, {4}, [4]),
        (K.FAVOURITES, [3, 1, 2], [3, 1, 2]),
        (K.FAVOURITES, [3, None, None], [3]),
        (K.JUDGMENT, [[3, 0], (1, 5)], [[1, 5], [3, 0]]),
        (K.SCALE, [[2, 1]], [[2, 1]]),
        (K.BUDGET, [2, 1], [1, 2]),
        *((kind, [NONE], [NONE]) for kind in K if kind is not K.TEXT),
    ],
)
def test_an_answer_is_kept_in_one_form(kind: QuestionKind, sent: Any, kept: list[Any]) -> None:
    asked = question(kind, costs=COSTS, budget=1_000)
    assert checked(asked, sent) == kept
    assert checked(asked, kept) == kept
    assert is_countable(asked, kept)


UNKNOWN = "pas dans la liste"


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        *((kind, [], "Choisissez une réponse") for kind in K),
        *((kind, [7], UNKNOWN) for kind in K),
        *((kind, [[[1]]], UNKNOWN) for kind in K),
        *((kind, ["1"], UNKNOWN) for kind in K),
        *((kind, [None, None], "Choisissez") for kind in K),
        (K.TEXT, [1], UNKNOWN),
        (K.YES_NO, [1, 2], "une seule réponse"),
        (K.SINGLE, [1, NONE], "tout seul"),
        (K.APPROVAL, [1, 2, 3, 4], "3 au plus. Vous en avez coché 4"),
        (K.APPROVAL, [1, NONE], "«\xa0Aucune\xa0» tout seul"),
        (K.FAVOURITES, [1, 2, 1], "«\xa0Option 1\xa0» plusieurs fois"),
        (K.FAVOURITES, [None, 1], "votre choix n°\xa01"),
        (K.FAVOURITES, [1, None, 2], "votre choix n°\xa02"),
        (K.FAVOURITES, [1, 2, 3, 4], "3 au plus"),
        (K.FAVOURITES, [NONE, 1], "tout seul"),
        (K.JUDGMENT, [[1, 6]], UNKNOWN),
        (K.JUDGMENT, [[1, -1]], UNKNOWN),
        (K.JUDGMENT, [[1, 2], [1, 3]], UNKNOWN),
        (K.JUDGMENT, [1], UNKNOWN),
        (K.JUDGMENT, [[1, True]], UNKNOWN),
        (K.JUDGMENT, [[1, 2], NONE], "tout seul"),
        (K.SCALE, [[1, 0]], UNKNOWN),
        (K.SCALE, [[1, 1], [2, 6]], UNKNOWN),
        (K.BUDGET, [1, 2, 3], "1\xa0200\xa0€. Il y a 1\xa0000\xa0€"),
        (K.BUDGET, [1, NONE], "tout seul"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    kind: QuestionKind, sent: list[Any], sentence: str
) -> None:
    asked = question(kind, costs=COSTS, budget=1_000)
    with pytest.raises(InvalidInput, match=sentence) as refused:
        checked(asked, sent)
    assert refused.value.field == "choix"
    assert refused.value.message
    assert not is_countable(asked, sent)
