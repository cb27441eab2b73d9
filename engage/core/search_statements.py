"""The statements of the search: what the index knows of words, where they stand, and writing it.

Lists travel as JSON and places packed, so that one prepared statement serves any number of words,
thousands of places are one row of a question, and one parameter of an insertion.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, Text, bindparam, cast, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

WEIGHTS = 8
"""Of a place: a packed one is `subject_id * WEIGHTS + weight`."""

Places = Mapping[int, Sequence[int]]
"""Term → where it stands, packed."""

_EACH = {
    "sqlite": "json_each({})",
    "postgresql": "jsonb_array_elements_text(CAST({} AS jsonb))",
}
_PAIRS = {"sqlite": "json_each({})", "postgresql": "jsonb_each(CAST({} AS jsonb))"}
_PACKED = {
    "sqlite": "group_concat(place)",
    "postgresql": "string_agg(CAST(place AS text), ',')",
}
"""How each database reads a list and a mapping, and joins numbers into one text."""


def _for_both(statement: str) -> Mapping[str, Any]:
    """The statement by dialect: what it reads and packs in the words of each."""
    lists = ("words", "keys", "terms", "things")
    return {
        dialect: text(
            statement.format(
                weights=WEIGHTS,
                packed=_PACKED[dialect],
                pairs=_PAIRS[dialect].format(":pairs"),
                each_value=each.format("t.value"),
                **{name: each.format(f":{name}") for name in lists},
            )
        )
        for dialect, each in _EACH.items()
    }


_KNOWN = _for_both(
    """
    SELECT t.id, t.word, t.documents, '' FROM {words} AS w CROSS JOIN search_terms AS t
    WHERE t.kind = :kind AND t.word = w.value
    UNION ALL
    SELECT t.id, t.word, t.documents, s.key
    FROM {keys} AS k CROSS JOIN search_spellings AS s CROSS JOIN search_terms AS t
    WHERE s.key = k.value AND t.id = s.term_id AND t.kind = :kind
    """
)
_NEWEST = _for_both(
    """
    SELECT CAST(t.value AS integer), (
        SELECT {packed} FROM (
            SELECT subject_id * {weights} + weight AS place FROM search_postings
            WHERE term_id = CAST(t.value AS integer) ORDER BY subject_id DESC LIMIT :most
        ) AS places
    ) FROM {terms} AS t
    """
)
_AMONG = _for_both(
    """
    SELECT CAST(t.value AS integer), (
        SELECT {packed} FROM (
            SELECT subject_id * {weights} + weight AS place
            FROM {things} AS i CROSS JOIN search_postings AS p
            WHERE p.term_id = CAST(t.value AS integer) AND p.subject_id = CAST(i.value AS integer)
        ) AS places
    ) FROM {terms} AS t
    """
)
_COUNT = _for_both(
    """
    INSERT INTO search_terms (kind, word, documents)
    SELECT :kind, t.key, CAST(CAST(t.value AS text) AS integer) FROM {pairs} AS t WHERE true
    ON CONFLICT (kind, word) DO UPDATE SET documents = search_terms.documents + excluded.documents
    RETURNING id, word, documents
    """
)
_STAND = _for_both(
    """
    INSERT INTO search_postings (term_id, subject_id, weight)
    SELECT CAST(t.key AS integer), CAST(p.value AS integer) / {weights},
        CAST(p.value AS integer) % {weights}
    FROM {pairs} AS t CROSS JOIN {each_value} AS p
    """
)
_SPELL = _for_both(
    """
    INSERT INTO search_spellings (key, term_id)
    SELECT k.value, CAST(t.key AS integer) FROM {pairs} AS t CROSS JOIN {each_value} AS k
    """
)


class Known(NamedTuple):
    """A word of the index that was asked for, or that shares the misspelling `key`."""

    id: int
    word: str
    documents: int
    key: str


def known(db: Session, kind: str, words: Iterable[str], keys: Iterable[str]) -> list[Known]:
    """What the index has of these words and of those that can be misspelt as one of `keys`."""
    rows = _read(db, _KNOWN, kind=kind, words=json.dumps([*words]), keys=json.dumps([*keys]))
    return [Known._make(row) for row in rows]


def newest(db: Session, terms: Sequence[int], most: int) -> Places:
    """Where these words stand: of each the newest `most` things."""
    return _places(_read(db, _NEWEST, terms=json.dumps(terms), most=most))


def among(db: Session, terms: Sequence[int], things: Sequence[int]) -> Places:
    """In which of `things` these words stand."""
    return _places(_read(db, _AMONG, terms=json.dumps(terms), things=json.dumps(things)))


def count(db: Session, kind: str, counted: Mapping[str, int]) -> Sequence[Any]:
    """Let each word stand in so many more things: (id, word, in how many now), new ones made."""
    return _read(db, _COUNT, kind=kind, pairs=json.dumps(counted, sort_keys=True))


def stand(db: Session, places: Places) -> None:
    """Write where words stand that did not stand there before."""
    _execute(db, _STAND, pairs=json.dumps(places))


def spell(db: Session, keys: Mapping[int, Iterable[str]]) -> None:
    """Write how new words may be misspelt: the keys of each by its id."""
    if keys:
        _execute(db, _SPELL, pairs=json.dumps({id_: [*some] for id_, some in keys.items()}))


def listed(dialect: str, name: str) -> Select[int]:
    """The whole numbers of a JSON list bound as `name`: one statement for any number of them."""
    given = bindparam(name, type_=Text)
    if dialect == "sqlite":
        each = func.json_each(given)
    else:
        each = func.jsonb_array_elements_text(cast(given, JSONB))
    return select(cast(each.table_valued("value").c.value, Integer))


def _read(db: Session, statement: Mapping[str, Any], **values: Any) -> Sequence[Any]:
    return _execute(db, statement, **values).all()  # type: ignore[no-any-return]


def _execute(db: Session, statement: Mapping[str, Any], **values: Any) -> Any:
    return db.connection().execute(statement[db.get_bind().dialect.name], values)


def _places(rows: Sequence[Any]) -> Places:
    return {term_id: json.loads(f"[{packed}]") for term_id, packed in rows if packed}
