"""What pages of concertations keep for a minute: counts, and questions, which hardly change."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engage.consultations import final, queries, sheets
from engage.consultations.counting.outcome import Outcome
from engage.consultations.making import shown
from engage.consultations.policy import can_see_results
from engage.consultations.sheets import AskedQuestion, Listed, Sheet
from engage.core.web import get_db, services
from engage.territory import queries as territory


def turnouts(consultations: Sequence[Listed]) -> dict[int, queries.Turnout]:
    """How many took part, at most a minute old."""
    ids = [c.id for c in consultations]
    if not ids:
        return {}
    return services().cache.get(f"turnouts:{ids}", lambda: final.turnouts(get_db(), consultations))


def turnout(consultation: Listed) -> queries.Turnout:
    return turnouts([consultation]).get(consultation.id, queries.NOBODY)


def questions(consultations: Sequence[Listed]) -> dict[int, tuple[AskedQuestion, ...]]:
    """The questions of each, which do not change in the hour before the vote opens."""
    ids = [c.id for c in consultations]
    if not ids:
        return {}
    return services().cache.get(f"questions:{ids}", lambda: sheets.questions(get_db(), ids))


def more(consultation: Listed) -> shown.More:
    """Documents and public history of this version."""
    key = f"more:{consultation.id}:{consultation.version}"
    return services().cache.get(key, lambda: shown.read(get_db(), consultation.id))


def homes(consultation: Sheet) -> tuple[dict[str, str], ...]:
    """The names of the places whose residents vote alone; they are of the contract."""
    if not consultation.places:
        return ()
    names = services().cache.get("names of places", lambda: _names(get_db()))
    return tuple(names[id_] for id_ in consultation.places if id_ in names)


def _names(db: Session) -> dict[int, dict[str, str]]:
    return {place.id: place.name for place in territory.places(db)}


def outcomes(consultations: Sequence[Listed]) -> dict[int, Outcome]:
    """The counts of those that are sealed, by question; they do not change any more."""
    sealed = [c for c in consultations if can_see_results(c)]
    if not sealed:
        return {}
    return services().cache.get(f"outcomes:{[c.id for c in sealed]}", lambda: final.results(sealed))
