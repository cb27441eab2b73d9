"""Similar ideas: 50 titles that neighbours could type find the idea that they say again."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engage.core import search, search_index
from engage.core.config import ROOT

KIND = "alike"
ENOUGH = 0.9


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def ideas(db: Session) -> list[str]:
    """The published ideas of the demo and forty more, in the index; their codes by number."""
    demo = read(ROOT / "engage/contracts/demo.json")["proposals"]
    known = [i for i in demo if i["code"] in {f"P{n}" for n in range(1, 33)}]
    known += read(ROOT / "tests/proposals/alike.json")["ideas"]
    entries = [search.Entry(n, i["title"], i["text"]) for n, i in enumerate(known)]
    search_index.add(db, KIND, entries)
    return [idea["code"] for idea in known]


def recall(db: Session, ideas: list[str], pairs: list[dict[str, str]]) -> float:
    right = sum(
        pair["says"] in [ideas[hit.id] for hit in search.similar(db, KIND, pair["typed"], 3)]
        for pair in pairs
    )
    return right / len(pairs)


def test_nine_of_ten_new_titles_find_the_idea_that_is_there(db: Session, ideas: list[str]) -> None:
    pairs = read(ROOT / "tests/proposals/alike.json")["pairs"]
    assert len(ideas) >= 60
    assert len(pairs) == 50
    assert recall(db, ideas, pairs) >= ENOUGH


@pytest.mark.parametrize(("part", "number"), [("pairs", 30), ("later", 20)])
def test_so_do_titles_that_the_search_was_not_tuned_to(
    db: Session, ideas: list[str], part: str, number: int
) -> None:
    pairs = read(ROOT / "tests/proposals/held_out.json")[part]
    assert len(pairs) == number
    assert recall(db, ideas, pairs) >= ENOUGH


def test_what_is_new_is_not_called_similar(db: Session, ideas: list[str]) -> None:
    for title in ("Une ruche sur le toit", "Des feux d’artifice", "ا", "", "zzz"):
        assert search.similar(db, KIND, title, 3) == []
