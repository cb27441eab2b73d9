"""Loads a contract file, and the fictive neighbourhood of the demo, into a database."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import StatementError

from engage.accounts import demo as people
from engage.agenda import demo as agenda
from engage.consultations import demo as votes
from engage.consultations.kits import demo as kits
from engage.consultations.making import demo as making
from engage.consultations.sealing import jobs as sealing
from engage.core import clock
from engage.core.contractrows import Difference, Loader
from engage.core.services import Services
from engage.incidents import contract as incidents
from engage.incidents import demo as problems
from engage.moderation import around_demo as around_ideas
from engage.moderation import contract as moderation
from engage.moderation import demo as ideas
from engage.moderation import written_demo as nameless
from engage.proposals import call_demo as calls
from engage.reminders import demo as partners
from engage.territory import contract as territory

DEMO_FILE = Path(__file__).parent / "contracts" / "demo.json"


def read(path: Path) -> dict[str, Any]:
    """The JSON of a contract file; raises SystemExit with one clear line."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"engage: there is no contract file {path}") from None
    except OSError as error:
        raise SystemExit(f"engage: {path} can not be read: {error.strerror}") from None
    except ValueError as error:
        raise SystemExit(f"engage: {path} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != 1:
        raise SystemExit(f"engage: {path} is not a contract file of schema 1")
    contract: dict[str, Any] = found
    return contract


def load(town: Services, path: Path) -> Difference:
    """Insert and update the rows of a contract in one transaction; returns what changed.

    Raises SystemExit with one clear line, and changes nothing, when the file lacks something.
    """
    data, difference = read(path), Difference()
    try:
        with town.database.transaction() as db:
            loader = Loader(db, difference)
            territory.load(loader, data)
            incidents.load(loader, data)
            moderation.load(loader, data)
    except KeyError as error:
        raise SystemExit(f"engage: {path} lacks or does not know {error}") from None
    except (TypeError, ValueError, AttributeError, StatementError) as error:
        raise SystemExit(f"engage: {path} has something of the wrong kind: {error}") from None
    return difference


def load_demo(town: Services) -> bool:
    """Fill an empty database with the fictive neighbourhood; returns whether it was done now."""
    data = read(DEMO_FILE)
    with town.database.transaction() as db:
        if people.is_loaded(db):
            return False
        loader = Loader(db, Difference())
        territory.load_demo(loader, data)
        incidents.load_routing(loader, data["routing"])
        everybody = people.load(loader, data, joined_at=clock.now() - timedelta(days=200))
        ideas.load(db, data, people=everybody)
        around_ideas.load(db, data, people=everybody)
        calls.load(db, data, everybody)
        agenda.load(db, data, everybody)
        made = votes.load(db, data, everybody, key=town.secret_key)
        making.furnish(db, made["C1"], town.storage)
        unread = kits.load(db, data, everybody, made)
        nameless.load(db, everybody, unread)
        problems.load(db, data, everybody, town.storage)
        partners.load(db, data)
    sealing.finish(town.database)
    return True
