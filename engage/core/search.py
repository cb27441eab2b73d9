"""Finding by words, the same on both databases: without accents, by stems, in spite of typos.

`index` and `forget` are called in the transaction that makes words public or takes them back.
Work is bounded: of a word that stands nearly everywhere only the newest things are looked at.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from engage.core import stems, synonyms
from engage.core.search_index import EVERYWHERE, IN_TITLE, MOST_IN_BODY, Entry, forget, index
from engage.core.search_models import Indexed, Posting, Spelling, Term

__all__ = ["Entry", "Found", "Hit", "find", "forget", "index", "similar"]

TABLES = tuple(table.__tablename__ for table in (Term, Posting, Spelling, Indexed))

MOST_WORDS = 12
"""Of a question; the rest of a longer one is not looked for."""

MOST_ROWS = 600
"""How many places of words are read for one question before only the best are looked at."""

MOST_CANDIDATES = 300
MOST_FOUND = 200
ALIKE = 0.3
"""From which share of its words on a thing is called similar."""

MISSPELT, FAR_MISSPELT = 0.8, 0.6
"""What a word counts that only sounds the same, or is one slip away."""

MOST_VARIANTS = 3
MISSPELT_BY_MANY = 10
"""A known word may still be a slip when another one stands in so many times more things."""

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
    """In how many things the word itself stands, misspelt perhaps: the fewer, the more it tells."""
    places: int = 0
    """In how many things any of `terms` stands, at most."""
    worth: float = 0.0


def find(db: Session, kind: str, words: str, *, most: int = MOST_FOUND) -> Found:
    """Things with all these words; where there are none, those with most of them."""
    wanted = _resolve(db, kind, words)
    if not wanted:
        return Found((), exact=True)
    ranked = _ranked(db, wanted)
    whole = [one for one in ranked if one.matched == len(wanted)]
    near = whole or [one for one in ranked if 2 * one.matched >= len(wanted)]
    return Found([Hit(one.id, one.score) for one in near[:most]], exact=bool(whole))


def similar(db: Session, kind: str, title: str, n: int = 3) -> list[Hit]:
    """The `n` things whose words come closest to a title that is being written."""
    wanted = _resolve(db, kind, title)
    if not wanted:
        return []
    return [Hit(one.id, one.score) for one in _ranked(db, wanted)[:n] if one.score >= ALIKE]


class _Known(NamedTuple):
    """A word of the index that was asked for, or that shares the misspelling `key`."""

    id: int
    word: str
    documents: int
    key: str


def _resolve(db: Session, kind: str, text: str) -> list[_Wanted]:
    """The words of a question with what the index knows of them, in one statement."""
    asked = list(dict.fromkeys(stems.words(text)))[:MOST_WORDS]
    if not asked:
        return []
    known = _known(db, kind, asked)
    everything = next((one.documents for one in known if one.word == EVERYWHERE), 0)
    wanted = [_answering(word, known) for word in asked]
    for one in wanted:
        rarity = (everything - one.documents + 0.5) / (one.documents + 0.5)
        one.worth = math.log(1 + max(rarity, 0.0)) if one.documents else 1.0
    return wanted


def _known(db: Session, kind: str, asked: Sequence[str]) -> list[_Known]:
    """Words of the index that are, or could be meant by, those asked for."""
    others = set().union(*(synonyms.others(word) for word in asked))
    keys = set().union(*(stems.spellings(word) for word in asked))
    columns = (Term.id, Term.word, Term.documents)
    said = sorted({EVERYWHERE, *asked, *others})
    same = select(*columns, literal(""), Term.kind).where(Term.kind == kind, Term.word.in_(said))
    close = (
        select(*columns, Spelling.key, Term.kind)
        .join(Spelling, Spelling.term_id == Term.id)
        .where(Spelling.key.in_(sorted(keys)))  # asked for the kind, SQLite would begin with it
    )
    rows = db.connection().execute(union_all(same, close))
    return sorted({_Known(*row[:4]) for row in rows if row[4] == kind})


def _answering(word: str, known: Iterable[_Known]) -> _Wanted:
    """The known words that answer `word`: itself, its like, or those it may be misspelt for."""
    wanted, others, keys = _Wanted(word), synonyms.others(word), stems.spellings(word)
    variants = set()
    for one in known:
        if one.word == word:
            wanted.terms[one.id] = 1.0
            wanted.documents = one.documents
        elif one.word in others:
            wanted.terms[one.id] = synonyms.COUNTS
        elif one.key in keys and (count := _likeness(word, one.word)):
            variants.add((-count, -one.documents, one.word, one.id))
    own = wanted.documents
    for count, documents, _word, id_ in sorted(variants)[:MOST_VARIANTS]:
        if not own or -documents >= MISSPELT_BY_MANY * own:
            wanted.terms[id_] = -count
            wanted.documents -= documents
    of = {one.id: one.documents for one in known}
    wanted.places = sum(of[id_] for id_ in wanted.terms)
    return wanted


def _likeness(word: str, term: str) -> float:
    """What `term` counts where `word` was written; 0 when that is no slip of the finger."""
    if min(len(word), len(term)) < stems.SHORTEST_MISSPELT:
        return 0.0
    if stems.sound(word) == stems.sound(term) or stems.is_elided(word, term):
        return MISSPELT
    if min(len(word), len(term)) <= stems.SHORTEST_MISSPELT and sorted(word) != sorted(term):
        return 0.0  # words this short have neighbours that mean something else
    slips = stems.distance(word, term)
    return FAR_MISSPELT if slips <= (1 if len(word) < 7 else 2) else 0.0


class _Candidate(NamedTuple):
    """A thing with the share of the question it answers, and how many of its words it has."""

    score: float
    id: int
    matched: int


def _ranked(db: Session, wanted: Sequence[_Wanted]) -> list[_Candidate]:
    """Things with the words that tell most, the best first; the newest first among equals."""
    by_rarity = sorted((one for one in wanted if one.terms), key=lambda one: one.places)
    if not by_rarity:
        return []
    few = _few(by_rarity)
    if few:
        terms = [id_ for one in few for id_ in one.terms]
        places = _places(db, select(*_PLACE).where(Posting.term_id.in_(terms)))
    else:
        few, places = by_rarity[:1], _newest_places(db, by_rarity[0])
    best = _scored(wanted, places)
    rest = [id_ for one in by_rarity[len(few) :] for id_ in one.terms]
    if not rest:
        return best
    chosen = [one.id for one in best[:MOST_CANDIDATES]]
    more = _places(
        db, select(*_PLACE).where(Posting.term_id.in_(rest), Posting.subject_id.in_(chosen))
    )
    among = set(chosen)
    for term_id, there in places.items():
        more.setdefault(term_id, {id_: w for id_, w in there.items() if id_ in among})
    return _scored(wanted, more)


def _few(by_rarity: Sequence[_Wanted]) -> list[_Wanted]:
    """The rarest words, as many as stand in few enough places to read them all."""
    few, total = [], 0
    for one in by_rarity:
        total += one.places
        if total > MOST_ROWS:
            break
        few.append(one)
    return few


Places = dict[int, dict[int, int]]
"""Term → thing → how much it counts there."""

_PLACE = (Posting.term_id, Posting.subject_id, Posting.weight)


def _places(db: Session, statement: Any) -> Places:
    found: Places = {}
    for term_id, subject_id, weight in db.connection().execute(statement):
        found.setdefault(term_id, {})[subject_id] = weight
    return found


def _newest_places(db: Session, one: _Wanted) -> Places:
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

    return _places(db, union_all(*(newest(id_) for id_ in sorted(one.terms))))


def _scored(wanted: Sequence[_Wanted], places: Places) -> list[_Candidate]:
    """Word by word in the order of the question, so that both databases add the same numbers."""
    whole = sum(one.worth for one in wanted) or 1.0
    scores: dict[int, float] = {}
    matched: dict[int, int] = {}
    for one in wanted:
        share, best = one.worth / whole, _best(one, places)
        for id_, count in best.items():
            scores[id_] = scores.get(id_, 0.0) + share * count
            matched[id_] = matched.get(id_, 0) + 1
    return sorted(
        (_Candidate(score, id_, matched[id_]) for id_, score in scores.items()), reverse=True
    )


def _best(one: _Wanted, places: Places) -> dict[int, float]:
    """What one word of the question counts in each thing, by the best of its `terms`."""
    found: dict[int, float] = {}
    for term_id, count in one.terms.items():
        counts = [count * share for share in OF_WEIGHT]
        for id_, weight in places.get(term_id, {}).items():
            found[id_] = max(found.get(id_, 0.0), counts[weight])
    return found


OF_WEIGHT = tuple(
    1.0 if weight >= IN_TITLE else BODY_ONLY * (1 + 0.1 * max(weight - 1, 0))
    for weight in range(IN_TITLE + MOST_IN_BODY + 1)
)
"""What a word counts by where it stands: the title most, then how often in the text."""
