"""The reads of a search: what the index knows of words, and where they stand.

Lists travel as JSON and places come back packed into one text a word: one prepared statement serves
any number of words, and a place costs no row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

WEIGHTS = 8
"""Of a place: a packed one is `subject_id * WEIGHTS + weight`."""

Places = Mapping[int, Sequence[int]]
"""Term → where it stands, packed."""

_EACH = {
    "sqlite": "json_each({})",
    "postgresql": "jsonb_array_elements_text(CAST({} AS jsonb))",
}
_PACKED = {
    "sqlite": "group_concat(place)",
    "postgresql": "string_agg(CAST(place AS text), ',')",
}
"""How each database reads a list, and joins numbers into one text."""


def _for_both(statement: str, *lists: str) -> Mapping[str, Any]:
    """The statement by dialect: its lists and what packs its places in the words of each."""
    return {
        dialect: text(
            statement.format(
                weights=WEIGHTS,
                packed=_PACKED[dialect],
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
    """,
    "words",
    "keys",
)
_NEWEST = _for_both(
    """
    SELECT CAST(t.value AS integer), (
        SELECT {packed} FROM (
            SELECT subject_id * {weights} + weight AS place FROM search_postings
            WHERE term_id = CAST(t.value AS integer) ORDER BY subject_id DESC LIMIT :most
        ) AS places
    ) FROM {terms} AS t
    """,
    "terms",
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
    """,
    "terms",
    "things",
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


def _read(db: Session, statement: Mapping[str, Any], **values: Any) -> Sequence[Any]:
    return db.connection().execute(statement[db.get_bind().dialect.name], values).all()


def _places(rows: Sequence[Any]) -> Places:
    return {term_id: json.loads(f"[{packed}]") for term_id, packed in rows if packed}
