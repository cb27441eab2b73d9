"""Invented load has the numbers that were asked for and holds together."""

from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import func, select

from engage.cli import main
from engage.consultations.models import RollEntry
from engage.consultations.sealing.models import SealedBallot
from engage.core.services import Services
from engage.incidents.models import Incident
from engage.ops.seed import Load, seed
from engage.ops.verify import verify
from engage.proposals.models import Endorsement, Proposal
from tests.factories import make_person
from tests.ops.instances import environment

LOAD = Load(proposals=60, endorsements=300, incidents=80, ballots=25)


def numbers(town: Services) -> list[int | None]:
    with town.database.reading() as db:
        return [
            db.scalar(select(func.count()).select_from(model))
            for model in (Proposal, Endorsement, Incident, SealedBallot, RollEntry)
        ]


def test_a_seeded_town_holds_together(town: Services) -> None:
    seen: list[int] = []
    seed(town.database, LOAD, seen.append)
    assert numbers(town) == [60, 300, 80, 25, 25]
    assert sum(seen) == LOAD.total
    assert not any(verify(town).values())


def test_seeding_twice_adds_and_life_goes_on(town: Services) -> None:
    for _ in range(2):
        seed(town.database, LOAD)
    assert numbers(town) == [120, 600, 160, 50, 50]
    with town.database.transaction() as db:
        make_person(db, email="apres@example.org")


def test_nothing_is_invented_outside_a_demo(town: Services, tmp_path: Path) -> None:
    settings = environment(town.config) | {"ENGAGE_DEMO": "0", "ENGAGE_INSTANCE": str(tmp_path)}
    done = CliRunner().invoke(main, ["seed", "--proposals", "5"], env=settings)
    assert done.exit_code == 1
    assert "ENGAGE_DEMO=1" in done.output
    assert numbers(town)[0] == 0
