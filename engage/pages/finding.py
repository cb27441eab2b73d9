"""What can be found by words beside ideas: concertations, calls for participation, the agenda.

They are few, and time alone makes some of them public: they are read as a visitor may see them,
kept for a minute and compared in memory, by the same stems as ideas. Problems of the
neighbourhood are never among them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.agenda import queries as agenda
from engage.consultations.models import Consultation
from engage.core import clock, stems, synonyms
from engage.core.i18n import label, lazy
from engage.proposals import call_queries as calls

SHOWN = 10
"""Of one kind."""

MOST = 200
"""Concertations looked at, the newest."""

KINDS = {
    "consultation": lazy("Concertations et votes"),
    "call": lazy("Appels à participation"),
    "event": lazy("Agenda"),
}


@dataclass(frozen=True)
class Thing:
    """Something public with words: where it is, and the stems of what it says in all languages."""

    kind: str
    titles: dict[str, str]
    path: str
    stems: frozenset[str]

    @property
    def title(self) -> str:
        return label(self.titles)

    def has(self, word: str) -> bool:
        """Whether a stem stands in it, or one that sounds like it or is said for it."""
        if word in self.stems or not self.stems.isdisjoint(synonyms.others(word)):
            return True
        return len(word) >= stems.SHORTEST_MISSPELT and any(
            stems.sound(word) == stems.sound(mine) for mine in self.stems
        )


def things(db: Session) -> Sequence[Thing]:
    """All of them; worth keeping for a minute."""
    return [*_consultations(db), *_calls(db), *_events(db)]


def _consultations(db: Session) -> Iterator[Thing]:
    rows = db.scalars(
        select(Consultation)
        .where(Consultation.announced_at <= clock.now(), Consultation.is_draft.is_(False))
        .order_by(Consultation.id.desc())
        .limit(MOST)
    )
    for row in rows:
        path = f"/concertations/{row.id}"
        yield _thing("consultation", row.title, path, row.summary, row.notice)


def _calls(db: Session) -> Iterator[Thing]:
    for call in (*calls.open_now(db), *calls.over(db).items):
        yield _thing("call", call.title, call.href, call.theme, call.question)


def _events(db: Session) -> Iterator[Thing]:
    for event in agenda.of_calendar(db):
        if event.cancelled_at is None:
            where = {"fr": event.where}
            yield _thing("event", event.title, event.href, event.words, where)


def _thing(kind: str, titles: dict[str, str], path: str, *more: Mapping[str, str]) -> Thing:
    texts = [text for group in (titles, *more) for text in group.values()]
    return Thing(kind, titles, path, frozenset(stems.words("\n".join(texts))))


def found(known: Sequence[Thing], words: str) -> dict[str, list[Thing]]:
    """By kind, those that have all the words; nothing for no words."""
    asked = list(dict.fromkeys(stems.words(words)))
    if not asked:
        return {}
    matching = [thing for thing in known if all(thing.has(word) for word in asked)]
    by_kind = {kind: [t for t in matching if t.kind == kind][:SHOWN] for kind in KINDS}
    return {kind: some for kind, some in by_kind.items() if some}
