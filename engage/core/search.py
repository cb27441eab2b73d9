"""Finding by words, the same on both databases: without accents, by stems, in spite of typos.

`index` and `forget` are called in the transaction that makes words public or takes them back.
Work is bounded: of a word that stands nearly everywhere only the newest things are looked at.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, select, union, union_all
from sqlalchemy.orm import Session

from engage.core import stems
from engage.core.search_index import EVERYWHERE, IN_TITLE, MOST_IN_BODY, Entry, forget, index
from engage.core.search_models import Indexed, Posting, Spelling, Term

__all__ = ["Entry", "Found", "Hit", "find", "forget", "index", "similar"]

TABLES = tuple(table.__tablename__ for table in (Term, Posting, Spelling, Indexed))

MOST_WORDS = 12
"""Of a question; the rest of a longer one is not looked for."""

MOST_ROWS = 2000
"""How many places of words are read for one question before only the best are looked at."""

MOST_CANDIDATES = 600
MOST_FOUND = 200
ALIKE = 0.3
"""From which share of its words on a thing is called similar."""

MISSPELT, FAR_MISSPELT = 0.8, 0.6
"""What a word counts that only sounds the same, or is one slip away."""

MOST_VARIANTS = 3
BODY_ONLY = 0.55
"""What a word counts that stands in the text and not in the title."""


class Hit(NamedTuple):
    """A thing that was found: which share of the question it answers (0 to 1)."""

    id: int
    score: float


@dataclass(frozen=True)
class Found:
    """What a question found, the best first; `exact` when all its words stand in each thing."""

    hits: Sequence[Hit]
    exact: bool

    @property
    def ids(self) -> list[int]:
        return [hit.id for hit in self.hits]


@dataclass
class _Wanted:
    """One word of the question: the known words that answer it, each with what it counts."""

    word: str
    terms: dict[int, float] = field(default_factory=dict)
    documents: int = 0
    worth: float = 0.0


def find(db: Session, kind: str, words: str, *, most: int = MOST_FOUND) -> Found:
    """Things with all these words; where there are none, those with most of them."""
    wanted = _resolve(db, kind, words)
    if not wanted:
        return Found((), exact=True)
    ranked = _ranked(db, wanted)
    whole = [hit for hit, matched in ranked if matched == len(wanted)]
    if whole:
        return Found(whole[:most], exact=True)
    near = [hit for hit, matched in ranked if 2 * matched >= len(wanted)]
    return Found(near[:most], exact=False)


def similar(db: Session, kind: str, title: str, n: int = 3) -> list[Hit]:
    """The `n` things whose words come closest to a title that is being written."""
    wanted = _resolve(db, kind, title)
    if not wanted:
        return []
    return [hit for hit, _matched in _ranked(db, wanted) if hit.score >= ALIKE][:n]


def _resolve(db: Session, kind: str, text: str) -> list[_Wanted]:
    """The words of a question with what the index knows of them, in one statement."""
    asked = list(dict.fromkeys(stems.words(text)))[:MOST_WORDS]
    if not asked:
        return []
    known = _known(db, kind, asked)
    everything = next((n for _id, word, n in known if word == EVERYWHERE), 0)
    wanted = [_answering(word, known) for word in asked]
    for one in wanted:
        rarity = (everything - one.documents + 0.5) / (one.documents + 0.5)
        one.worth = math.log(1 + max(rarity, 0.0)) if one.documents else 1.0
    return wanted


def _known(db: Session, kind: str, asked: Sequence[str]) -> Sequence[Any]:
    """Known words that are, or could be meant by, those asked for: (id, word, documents)."""
    keys = set().union(*(stems.spellings(word) for word in asked))
    columns = (Term.id, Term.word, Term.documents)
    same = select(*columns).where(Term.kind == kind, Term.word.in_([EVERYWHERE, *asked]))
    close = (
        select(*columns)
        .join(Spelling, Spelling.term_id == Term.id)
        .where(Term.kind == kind, Spelling.key.in_(sorted(keys)))
    )
    return db.execute(union(same, close)).all()


def _answering(word: str, known: Iterable[Any]) -> _Wanted:
    """The known words that answer `word`: itself, else those it may be a misspelling of."""
    wanted = _Wanted(word)
    variants = []
    for id_, term, documents in known:
        if term == word:
            wanted.terms[id_] = 1.0
            wanted.documents = documents
        elif term != EVERYWHERE and (count := _likeness(word, term)):
            variants.append((-count, -documents, term, id_))
    for count, documents, _term, id_ in sorted(variants)[:MOST_VARIANTS]:
        if not wanted.documents or -documents >= 10 * wanted.documents:
            wanted.terms[id_] = -count
    wanted.documents += sum(-d for _c, d, _t, i in variants if wanted.terms.get(i, 1.0) < 1.0)
    return wanted


def _likeness(word: str, term: str) -> float:
    """What `term` counts where `word` was written; 0 when that is no slip of the finger."""
    here, there = stems.sound(word), stems.sound(term)
    if here == there:
        return MISSPELT
    slips = stems.distance(here, there)
    if here[0] != there[0] or slips > (1 if len(here) < 7 else 2):
        return 0.0
    return FAR_MISSPELT if min(len(here), len(there)) >= stems.SHORTEST_MISSPELT else 0.0


def _ranked(db: Session, wanted: Sequence[_Wanted]) -> list[tuple[Hit, int]]:
    """Things with the words that tell most, best first, and how many of the words each has."""
    rows, rest = _first_places(db, wanted)
    best = _scores(wanted, rows)
    if rest and best:
        chosen = [hit.id for hit, _matched in best[:MOST_CANDIDATES]]
        terms = [id_ for one in rest for id_ in one.terms]
        more = select(*_PLACE).where(Posting.term_id.in_(terms), Posting.subject_id.in_(chosen))
        among = set(chosen)
        rows = [row for row in rows if row.subject_id in among]
        best = _scores(wanted, [*rows, *db.execute(more)])
    return best


_PLACE = (Posting.term_id, Posting.subject_id, Posting.weight)


def _first_places(
    db: Session, wanted: Sequence[_Wanted]
) -> tuple[Sequence[Any], Sequence[_Wanted]]:
    """Where the rarest words stand, and the words that were not looked up yet."""
    by_rarity = sorted((one for one in wanted if one.terms), key=lambda one: one.documents)
    if not by_rarity:
        return [], []
    few, total = [], 0
    for one in by_rarity:
        total += one.documents
        if total > MOST_ROWS:
            break
        few.append(one)
    if few:
        terms = [id_ for one in few for id_ in one.terms]
        return db.execute(select(*_PLACE).where(Posting.term_id.in_(terms))).all(), by_rarity[
            len(few) :
        ]
    return _newest_places(db, by_rarity[0]), by_rarity[1:]


def _newest_places(db: Session, one: _Wanted) -> Sequence[Any]:
    """The newest things with a word that stands in very many."""

    def newest(term_id: int) -> Select[Any]:
        some = (
            select(*_PLACE)
            .where(Posting.term_id == term_id)
            .order_by(Posting.subject_id.desc())
            .limit(MOST_ROWS // len(one.terms))
            .subquery()
        )
        return select(some)

    return db.execute(union_all(*(newest(id_) for id_ in sorted(one.terms)))).all()


def _scores(wanted: Sequence[_Wanted], rows: Iterable[Any]) -> list[tuple[Hit, int]]:
    """Each thing with the share of the question it answers; the newest first among equals."""
    answers = {
        id_: (number, count)
        for number, one in enumerate(wanted)
        for id_, count in one.terms.items()
    }
    counted: dict[int, dict[int, float]] = {}
    for term_id, subject_id, weight in rows:
        number, count = answers[term_id]
        count *= _of_place(weight)
        mine = counted.setdefault(subject_id, {})
        mine[number] = max(mine.get(number, 0.0), count)
    whole = sum(one.worth for one in wanted) or 1.0
    found = [
        (
            Hit(id_, sum(wanted[number].worth * count for number, count in mine.items()) / whole),
            len(mine),
        )
        for id_, mine in counted.items()
    ]
    return sorted(found, key=lambda one: (-round(one[0].score, 9), -one[0].id))


def _of_place(weight: int) -> float:
    """What a word counts by where it stands: the title most, then how often in the text."""
    if weight >= IN_TITLE:
        return 1.0
    return BODY_ONLY + (1 - BODY_ONLY) * 0.2 * (weight - 1) / MOST_IN_BODY
