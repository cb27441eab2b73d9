"""What the search knows: written in the transaction that publishes, hides or takes words back.

All who write about one kind take the row of its empty word first, so they follow each other and
never lock each other out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from engage.core import search_statements, stems
from engage.core.db import Database
from engage.core.search_models import Indexed, Posting, Spelling, Term
from engage.core.search_statements import WEIGHTS

EVERYWHERE = ""
"""The word that stands in everything."""

IN_TITLE, MOST_IN_BODY = 4, 3
"""How much a word counts: once for the title, once for each time in the text up to three."""


class Entry(NamedTuple):
    """One thing to be found: its number, and its public words."""

    id: int
    title: str
    body: str


Entries = Callable[[Session, Sequence[int] | None], Iterable[Entry]]
"""What belongs into the index: all of it (None), or what there is of it under these ids."""


def index(db: Session, kind: str, id: int, *, title: str, body: str = "") -> None:  # noqa: A002
    """Let the thing be found by these words alone, whatever stood in the index before."""
    forget(db, kind, id)
    add(db, kind, [Entry(id, title, body)])


def forget(db: Session, kind: str, *ids: int) -> None:
    """Take all words of the things out of the index; words that nothing else has go as well."""
    everywhere = (Term.kind == kind, Term.word == EVERYWHERE)
    db.execute(select(Term.id).where(*everywhere).with_for_update())
    mine = (Indexed.kind == kind, Indexed.subject_id.in_(ids))
    gone = delete(Indexed).where(*mine).returning(Indexed.subject_id, Indexed.terms)
    for id_, terms in db.execute(gone).all():
        db.execute(delete(Posting).where(Posting.term_id.in_(terms), Posting.subject_id == id_))
        lessened = update(Term).where(Term.id.in_(terms)).values(documents=Term.documents - 1)
        db.execute(lessened, execution_options={"synchronize_session": False})
        _drop_unused(db, terms)


def _drop_unused(db: Session, ids: Sequence[int]) -> None:
    unused = db.scalars(select(Term.id).where(Term.id.in_(ids), Term.documents <= 0)).all()
    if unused:
        db.execute(delete(Spelling).where(Spelling.term_id.in_(unused)))
        db.execute(delete(Term).where(Term.id.in_(unused)))


def add(db: Session, kind: str, entries: Sequence[Entry]) -> None:
    """Put things that are not there yet into the index, many at once where there are many."""
    if not entries:
        return
    found = {entry.id: weights(entry.title, entry.body) for entry in entries}
    ids = _terms(db, kind, Counter(word for weighed in found.values() for word in weighed))
    places: dict[int, list[int]] = {}
    for id_, weighed in found.items():
        for word, weight in weighed.items():
            if word != EVERYWHERE:
                places.setdefault(ids[word], []).append(id_ * WEIGHTS + weight)
    search_statements.stand(db, places)
    documents = [
        {
            "kind": kind,
            "subject_id": entry.id,
            "digest": digest(entry.title, entry.body),
            "terms": [ids[word] for word in found[entry.id]],
        }
        for entry in entries
    ]
    db.execute(insert(Indexed), documents)


T = TypeVar("T")


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def weights(title: str, body: str) -> dict[str, int]:
    """The words of a thing and how much each counts there; the empty word is one of them."""
    found = {EVERYWHERE: 0}
    for word, times in Counter(stems.words(body)).items():
        found[word] = min(times, MOST_IN_BODY)
    for word in set(stems.words(title)):
        found[word] = found.get(word, 0) + IN_TITLE
    return found


def digest(title: str, body: str) -> str:
    """A mark that changes with the words and with the rules by which they are compared."""
    read = "\n".join((str(stems.RULES_VERSION), title, body))
    return sha256(read.encode()).hexdigest()[:32]


def _terms(db: Session, kind: str, counted: Counter[str]) -> dict[str, int]:
    """The ids of these words, made where they are new; each stands in so many more things."""
    rows = search_statements.count(db, kind, counted)
    new = {id_: stems.spellings(word) for id_, word, now in rows if now == counted[word]}
    search_statements.spell(db, new)
    return {word: id_ for id_, word, _now in rows}


def mend(database: Database, kind: str, entries: Entries, *, size: int = 1000) -> int:
    """Bring the index of one kind to what `entries` say, as after new rules; returns how many.

    In short transactions, so that others go on writing; what is right already is left alone.
    """
    with database.reading() as db:
        missing, changed, gone = _differences(db, kind, entries(db, None))
    number = 0
    for ids in _batches(missing + changed + gone, size):
        with database.transaction() as db:
            forget(db, kind, *ids)
            add(db, kind, list(entries(db, ids)))
        number += len(ids)
    return number


def faults(db: Session, kind: str, entries: Entries) -> list[str]:
    """What differs between the index and the `entries` that belong into it, a line each."""
    missing, changed, gone = _differences(db, kind, entries(db, None))
    return [
        *(f"{kind} {id_} is not in the index; type: engage upgrade" for id_ in missing),
        *(
            f"{kind} {id_} is in the index with other words; type: engage upgrade"
            for id_ in changed
        ),
        *(f"{kind} {id_} is in the index and not public; type: engage upgrade" for id_ in gone),
        *_miscounted(db, kind),
    ]


def _differences(
    db: Session, kind: str, entries: Iterable[Entry]
) -> tuple[list[int], list[int], list[int]]:
    """What the index lacks, what it has with other words or by older rules, what it has no more."""
    rows = db.execute(select(Indexed.subject_id, Indexed.digest).where(Indexed.kind == kind))
    known = {row.subject_id: row.digest for row in rows}
    missing, changed = [], []
    for entry in entries:
        mark = known.pop(entry.id, None)
        if mark is None:
            missing.append(entry.id)
        elif mark != digest(entry.title, entry.body):
            changed.append(entry.id)
    return missing, changed, sorted(known)


def _miscounted(db: Session, kind: str) -> list[str]:
    """Words that stand in more or fewer things than they say; words that stand in none."""
    standing = select(Posting.term_id, func.count().label("n")).group_by(Posting.term_id).subquery()
    things = select(func.count()).where(Indexed.kind == kind).scalar_subquery()
    counted = case((Term.word == EVERYWHERE, things), else_=func.coalesce(standing.c.n, 0))
    wrong = (
        select(Term.id)
        .outerjoin(standing, standing.c.term_id == Term.id)
        .where(Term.kind == kind, Term.documents != counted)
        .order_by(Term.id)
    )
    return [f"word {id_} of {kind} is counted wrong" for id_ in db.scalars(wrong)]
