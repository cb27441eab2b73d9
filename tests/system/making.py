"""What the phones of the system tests report and vote on, made in a running town."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from engage.consultations.commands import make_codes
from engage.consultations.models import Electorate
from engage.core import clock
from engage.core.config import Config
from engage.core.db import Database
from engage.core.secrets import load_key
from engage.incidents.models import IncidentKind
from engage.territory.models import Place
from tests.consultations.factories import make_consultation, make_question


def a_report(database: Database) -> tuple[str, str]:
    """A kind that is not urgent, and a place."""
    with database.reading() as db:
        kind = db.scalar(
            select(IncidentKind.code)
            .where(IncidentKind.circuit == "open", ~IncidentKind.urgent)
            .where(IncidentKind.tile_id.is_not(None), ~IncidentKind.is_thanks)
            .order_by(IncidentKind.id)
        )
        place = db.scalar(select(Place.code).order_by(Place.id))
    assert kind
    assert place
    return kind, place


@dataclass(frozen=True)
class Poll:
    """An open vote by letter: its page, the options of each question, the codes of the letters."""

    path: str
    options: dict[int, list[int]]
    codes: list[str]


def a_poll(settings: dict[str, str], database: Database, *, letters: int) -> Poll:
    """A vote of two questions with one answer each, open today by the clock of the program."""
    key = load_key(Config.from_environ(settings).secrets, "app.key")
    with clock.at(datetime.now(UTC)), database.transaction() as db:
        made = make_consultation(
            db,
            make_question("Samedi", "Dimanche", title="Quel jour ?"),
            make_question("Matin", "Soir", "Nuit", position=2, title="Quelle heure ?"),
            electorate=Electorate.DWELLING_CODE,
        )
        codes = make_codes(db, made, key, letters)
        options = {q.id: [o.id for o in q.options] for q in made.questions}
    return Poll(f"/concertations/{made.id}/voter", options, codes)
