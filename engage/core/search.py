"""Finding by words, the same on both databases: without accents, by stems, in spite of typos.

`index` and `forget` are called in the transaction that makes words public or takes them back.
Work is bounded: of a word that stands nearly everywhere only the newest things are looked at.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from engage.core import search_statements, stems, synonyms
from engage.core.search_index import EVERYWHERE, IN_TITLE, Entry, forget, index
from engage.core.search_models import Indexed, Posting, Spelling, Term
from engage.core.search_statements import WEIGHTS, Known, Places

__all__ = ["Entry", "Found", "Hit", "find", "forget", "index", "similar"]

TABLES = tuple(table.__tablename__ for table in (Term, Posting, Spelling, Indexed))

MOST_WORDS = 12
"""Of a question; the rest of a longer one is not looked for."""

MOST_PLACES = 400
"""How many places of words are read for one question before only the best are looked at."""

MOST_FOUND = 200
MOST_LOOKED_UP, MOST_COMPARED = 100, 40
"""In how many things the more frequent words are looked up: of a question, of a title typed."""
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

    ids: Sequence[int]
    exact: bool


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
    ranked = _ranked(db, wanted, most=MOST_LOOKED_UP)
    whole = ranked.with_words(len(wanted))
    near = whole or ranked.with_words((len(wanted) + 1) // 2)
    return Found(near[:most], exact=bool(whole))


def similar(db: Session, kind: str, title: str, n: int = 3) -> list[Hit]:
    """The `n` things whose words come closest to a title that is being written."""
    wanted = _resolve(db, kind, title)
    if not wanted:
        return []
    ranked = _ranked(db, wanted, most=MOST_COMPARED)
    return [Hit(id_, score) for score, id_ in ranked.best[:n] if score >= ALIKE]


def _resolve(db: Session, kind: str, text: str) -> list[_Wanted]:
    """The words of a question with what the index knows of them, in one statement."""
    asked = list(dict.fromkeys(stems.words(text)))[:MOST_WORDS]
    if not asked:
        return []
    said = {EVERYWHERE, *asked}.union(*(synonyms.others(word) for word in asked))
    keys = set().union(*(stems.spellings(word) for word in asked))
    known = search_statements.known(db, kind, said, keys)
    everything = next((one.documents for one in known if one.word == EVERYWHERE), 0)
    wanted = [_answering(word, known) for word in asked]
    for one in wanted:
        rarity = (everything - one.documents + 0.5) / (one.documents + 0.5)
        one.worth = math.log(1 + max(rarity, 0.0)) if one.documents else 1.0
    return wanted


def _answering(word: str, known: Iterable[Known]) -> _Wanted:
    """The known words that answer `word`: itself, its like, or those it may be misspelt for."""
    wanted, others, keys = _Wanted(word), synonyms.others(word), stems.spellings(word)
    of: dict[int, int] = {}
    variants = set()
    for id_, term, documents, key in known:
        if term == word:
            wanted.terms[id_], of[id_] = 1.0, documents
            wanted.documents = documents
        elif term in others:
            wanted.terms[id_], of[id_] = synonyms.COUNTS, documents
        elif key in keys and (count := _likeness(word, term)):
            variants.add((-count, -documents, term, id_))
    own = wanted.documents
    for count, documents, _term, id_ in sorted(variants)[:MOST_VARIANTS]:
        if not own or -documents >= MISSPELT_BY_MANY * own:
            wanted.terms[id_], of[id_] = -count, -documents
            wanted.documents -= documents
    wanted.places = sum(of.values())
    return wanted


@lru_cache(maxsize=16_384)
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


@dataclass(frozen=True)
class _Ranked:
    """What was found: (share of the question it answers, id), the best and newest first."""

    best: Sequence[tuple[float, int]]
    matched: Mapping[int, int]
    """How many words of the question each has."""

    def with_words(self, least: int) -> list[int]:
        return [id_ for _score, id_ in self.best if self.matched[id_] >= least]


def _ranked(db: Session, wanted: Sequence[_Wanted], *, most: int) -> _Ranked:
    """Things with the words that tell most; frequent words are looked up in `most` of them."""
    by_rarity = sorted((one for one in wanted if one.terms), key=lambda one: one.places)
    if not by_rarity:
        return _Ranked((), {})
    few = _few(by_rarity) or by_rarity[:1]
    terms = [id_ for one in few for id_ in one.terms]
    enough = sum(one.places for one in few) <= MOST_PLACES
    places = search_statements.newest(db, terms, MOST_PLACES // (1 if enough else len(terms)))
    rest = [id_ for one in by_rarity[len(few) :] for id_ in one.terms]
    if not rest:
        return _scored(wanted, places)
    chosen = _likeliest(few, places)[:most]
    among = set(chosen)
    known = {term: [n for n in there if n // WEIGHTS in among] for term, there in places.items()}
    return _scored(wanted, {**search_statements.among(db, rest, chosen), **known})


def _likeliest(few: Sequence[_Wanted], places: Places) -> list[int]:
    """Things with these words, the most promising first; for a single word by a shorter way."""
    if len(few) > 1:
        return [id_ for _score, id_ in _scored(few, places).best]
    found = [place for term_id in few[0].terms for place in places.get(term_id, ())]
    titled = [place // WEIGHTS for place in found if place % WEIGHTS >= IN_TITLE]
    return list(dict.fromkeys(titled + [place // WEIGHTS for place in found]))


def _few(by_rarity: Sequence[_Wanted]) -> list[_Wanted]:
    """The rarest words, as many as stand in few enough places to read them all."""
    few, total = [], 0
    for one in by_rarity:
        total += one.places
        if total > MOST_PLACES:
            break
        few.append(one)
    return few


def _scored(wanted: Sequence[_Wanted], places: Places) -> _Ranked:
    """Word by word in the order of the question, so that both databases add the same numbers."""
    whole = sum(one.worth for one in wanted) or 1.0
    scores: dict[int, float] = {}
    matched: dict[int, int] = {}
    for one in wanted:
        share = one.worth / whole
        for id_, count in _best(one, places).items():
            scores[id_] = scores.get(id_, 0.0) + share * count
            matched[id_] = matched.get(id_, 0) + 1
    return _Ranked(sorted(zip(scores.values(), scores, strict=True), reverse=True), matched)


def _best(one: _Wanted, places: Places) -> dict[int, float]:
    """What one word of the question counts in each thing, by the best of its `terms`."""
    found: dict[int, float] = {}
    for term_id, count in one.terms.items():
        counts = [count * share for share in OF_WEIGHT]
        for place in places.get(term_id, ()):
            id_, counted = place // WEIGHTS, counts[place % WEIGHTS]
            if counted > found.get(id_, 0.0):
                found[id_] = counted
    return found


OF_WEIGHT = tuple(
    1.0 if weight >= IN_TITLE else BODY_ONLY * (1 + 0.1 * max(weight - 1, 0))
    for weight in range(WEIGHTS)
)
"""What a word counts by where it stands: the title most, then how often in the text."""
