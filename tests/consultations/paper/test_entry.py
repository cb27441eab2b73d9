"""What is ticked while a sheet is read becomes the same answer as on a phone, of every kind."""

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engage.consultations.counting.answers import checked
from engage.consultations.models import QuestionKind
from engage.consultations.paper import entry
from tests.consultations.factories import make_consultation
from tests.consultations.paper.test_paper import _of_kind


@pytest.mark.parametrize(
    ("kind", "fields", "given"),
    [
        (QuestionKind.YES_NO, {"choix": [0]}, [0]),
        (QuestionKind.SINGLE, {"choix": [1]}, [1]),
        (QuestionKind.APPROVAL, {"choix": [0]}, [0]),
        (QuestionKind.BUDGET, {"choix": [1, 0]}, [0, 1]),
        (QuestionKind.FAVOURITES, {"rang1": [1], "rang2": [0]}, [1, 0]),
        (QuestionKind.FAVOURITES, {"choix": [2]}, [2]),
        (QuestionKind.JUDGMENT, {"note0": "5", "note1": "0"}, [[0, 5], [1, 0]]),
        (QuestionKind.SCALE, {"note1": "3"}, [[1, 3]]),
        (QuestionKind.JUDGMENT, {"choix": [2]}, [2]),
    ],
)
def test_each_kind_is_copied_as_it_would_be_answered(
    db: Session, kind: QuestionKind, fields: dict[str, object], given: list[object]
) -> None:
    question = _of_kind(kind, 1)
    make_consultation(db, question)
    ids, base = [option.id for option in question.options], entry.name(question)
    sent: MultiDict[str, str] = MultiDict()
    for field, value in fields.items():
        if isinstance(value, list):
            for place in value:
                sent.add(f"{base}-{field}", str(ids[place]))
        else:
            sent.add(f"{base}-note{ids[int(field[-1])]}", str(value))
    wanted = [[ids[g[0]], g[1]] if isinstance(g, list) else ids[g] for g in given]  # type: ignore[call-overload]
    (mark,), wrong = entry.marks([question], sent)
    assert wrong == {}
    assert mark == [question.id, "valid", checked(question, wanted)]
    assert entry.written(question, mark[1], mark[2])


@pytest.mark.parametrize("mark", ["blank", "void", "struck"])
def test_what_can_not_be_copied_is_marked(db: Session, mark: str) -> None:
    question = _of_kind(QuestionKind.SINGLE, 1)
    make_consultation(db, question)
    sent = MultiDict({entry.name(question): mark})
    assert entry.marks([question], sent) == ([[question.id, mark, []]], {})
