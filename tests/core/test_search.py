"""Finding by words: the same on both databases, without accents, by stems, in spite of typos."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.core import search, search_index, stems
from engage.core.db import Base, Database
from engage.core.search_index import Entry
from engage.core.search_models import Indexed, Posting, Spelling, Term

KIND = "things"
THINGS = {
    1: ("Des bancs à l’ombre", "Près des jeux, pour les parents."),
    2: ("Réparer les vélos", "Un atelier de réparation chaque samedi."),
    3: ("Éclairage du passage", "Une lumière qui s’allume quand on passe."),
    4: ("Un marché du soir", "Des légumes, et un banc pour attendre."),
    5: ("دروس فرنسية في المساء", "أقترح دروسا في اللغة الفرنسية"),
    6: ("Une bibliothèque de rue", "Des livres à l’ombre du tilleul."),
}


@pytest.fixture
def things(db: Session) -> Session:
    for id_, (title, body) in THINGS.items():
        search.index(db, KIND, id_, title=title, body=body)
    return db


def found(db: Session, words: str) -> list[int]:
    return search.find(db, KIND, words).ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("banc", [1, 4]),  # the title counts more than the text
        ("BANCS", [1, 4]),
        ("reparation velo", [2]),
        ("réparer", [2]),
        ("eclairer", [3]),
        ("bnac", [1, 4]),
        ("eclerage", [3]),
        ("bibliotheke", [6]),
        ("vélos", [2]),
        ("velot", [2]),
        ("l’ombre", [6, 1]),
        ("lombre", [6, 1]),
        ("دروس", [5]),
        ("الدروس الفرنسية", [5]),
        ("les des à l’", []),
        ("", []),
        ("🙂 \x1f %_'\"; DROP", []),
        ("xyzzy", []),
    ],
)
def test_words_are_found_without_accents_by_stem_and_misspelt(
    things: Session, words: str, ids: list[int]
) -> None:
    assert sorted(found(things, words)) == sorted(ids)
    if ids == [1, 4]:
        assert found(things, words) == ids


def test_all_words_have_to_be_there_and_where_they_are_not_most_of_them(things: Session) -> None:
    both = search.find(things, KIND, "banc marché")
    assert (both.ids, both.exact) == ([4], True)
    near = search.find(things, KIND, "banc trottinette")
    assert (near.ids, near.exact) == ([1, 4], False)


def test_a_kind_is_searched_alone(things: Session) -> None:
    search.index(things, "others", 1, title="Des bancs", body="")
    assert found(things, "banc") == [1, 4]
    search.forget(things, KIND, 1)
    assert search.find(things, "others", "banc").ids == [1]


def rows(db: Session) -> dict[str, int | None]:
    tables: Sequence[type[Base]] = (Term, Posting, Spelling, Indexed)
    return {
        table.__tablename__: db.scalar(select(func.count()).select_from(table)) for table in tables
    }


def test_what_leaves_the_index_leaves_no_word_behind(things: Session) -> None:
    before = rows(things)
    search.index(things, KIND, 9, title="Karim", body="Appelez Karim le soir à l’ombre.")
    assert rows(things) != before
    search.forget(things, KIND, 9)
    search.forget(things, KIND, 9)  # nothing happens twice
    assert rows(things) == before
    for id_ in THINGS:
        search.forget(things, KIND, id_)
    assert set(rows(things).values()) == {0}


def test_other_words_replace_the_earlier_ones(things: Session) -> None:
    search.index(things, KIND, 1, title="Une fontaine", body="")
    assert found(things, "banc") == [4]
    assert found(things, "fontaine") == [1]


def entries(db: Session, ids: Sequence[int] | None) -> list[Entry]:
    wanted = THINGS if ids is None else {id_: THINGS[id_] for id_ in ids if id_ in THINGS}
    return [Entry(id_, *words) for id_, words in wanted.items()]


def test_what_differs_is_said_and_mended(database: Database) -> None:
    assert search_index.mend(database, KIND, entries) == len(THINGS)
    assert search_index.mend(database, KIND, entries) == 0
    with database.transaction() as db:
        search.forget(db, KIND, 1)
        search.index(db, KIND, 2, title="Autre chose", body="")
        search.index(db, KIND, 77, title="Rien", body="")
        db.get_one(Term, 1).documents += 1
    with database.reading() as db:
        assert len(search_index.faults(db, KIND, entries)) == 4
    assert search_index.mend(database, KIND, entries) == 3
    with database.transaction() as db:
        db.get_one(Term, 1).documents -= 1
        assert search_index.faults(db, KIND, entries) == []
        assert found(db, "banc") == [1, 4]


def test_new_rules_make_the_index_anew(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    search_index.mend(database, KIND, entries)
    monkeypatch.setattr(stems, "RULES_VERSION", stems.RULES_VERSION + 1)
    assert search_index.mend(database, KIND, entries, size=2) == len(THINGS)


def test_a_very_frequent_word_is_looked_up_among_the_newest(db: Session) -> None:
    many = [Entry(n, f"Fontaine {n}", "banc") for n in range(1, search.MOST_PLACES + 501)]
    search_index.add(db, KIND, many)
    hits = search.find(db, KIND, "fontaine")
    assert len(hits.ids) == search.MOST_FOUND
    assert hits.ids[0] == search.MOST_PLACES + 500
    assert search.find(db, KIND, "fontaine 7").ids == [7]
    assert search.similar(db, KIND, "fontaine banc")[0].id == search.MOST_PLACES + 500


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("banc", "banc", 0),
        ("banc", "bnac", 1),
        ("banc", "ban", 1),
        ("velo", "vola", 2),
        ("", "a", 1),
    ],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert stems.distance(one, other) == slips


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("réparer", "reparation", "réparateurs"), "repar"),
        (("jardin", "jardins", "jardinage", "jardiner"), "jardin"),
        (("cheval", "chevaux"), "chev"),
        (("bateau", "bateaux"), "bateau"),
        (("poser", "pose", "posez"), "pos"),
        (("prendre", "prend", "prends"), "prend"),
        (("partager", "partagé", "partage"), "part"),
        (("laver", "laverie", "lavez"), "lav"),
        (("collège", "collégiens", "colege"), "coleg"),
    ],
)
def test_a_family_of_words_has_one_stem(words: Sequence[str], stem: str) -> None:
    assert {found for word in words for found in stems.words(word)} == {stem}


@pytest.mark.parametrize(
    ("said", "written"), [("farmacie", "pharmacie"), ("eclerage", "éclairage"), ("velau", "vélo")]
)
def test_words_written_by_ear_sound_the_same(said: str, written: str) -> None:
    (one,), (other,) = stems.words(said), stems.words(written)
    assert stems.sound(one) == stems.sound(other)
