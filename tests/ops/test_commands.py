"""The commands as they are typed."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from engage.accounts.models import ContactPoint, Mandate, Person
from engage.cli import main
from engage.core.services import Services
from tests.factories import make_person
from tests.ops.instances import environment


@pytest.fixture
def typed(town: Services, tmp_path: Path) -> object:
    """Type a command on this test's town."""
    settings = environment(town.config) | {"ENGAGE_INSTANCE": str(tmp_path)}

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=settings)

    return run


def test_the_first_coordinator_is_invited_and_told_where_to_go(town: Services, typed) -> None:
    done = typed("invite", " Nina@Example.org", "--role", "coordinator", "--name", "Nina")
    assert done.exit_code == 0, done.output
    assert "http://127.0.0.1:8000/compte/invitation/" in done.output
    again = typed("invite", "nina@example.org", "--role", "coordinator")
    assert "has this role already" in again.output
    assert "/compte/invitation/" in again.output
    with town.database.reading() as db:
        mandate = db.scalars(select(Mandate)).one()
        assert mandate.role == "coordinator"
        assert db.scalars(select(ContactPoint.value)).one() == "nina@example.org"


def test_inviting_twice_gives_one_mandate(town: Services, typed) -> None:
    for _ in range(2):
        done = typed("invite", "06 39 98 00 01", "--role", "council")
        assert done.exit_code == 0
        assert "mediator prints" in done.output
        assert "/compte/invitation/" not in done.output
    with town.database.reading() as db:
        assert len(db.scalars(select(Mandate)).all()) == 1


def test_an_agent_works_for_somebody(town: Services, typed) -> None:
    refused = typed("invite", "agent@example.org", "--role", "agent")
    assert refused.exit_code == 1
    assert "--organisation" in refused.output
    assert (
        "mairie-cahors"
        in typed(
            "invite", "agent@example.org", "--role", "agent", "--organisation", "cirque"
        ).output
    )
    done = typed(
        "invite", "agent@example.org", "--role", "agent", "--organisation", "mairie-cahors"
    )
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("address", ["", "nina", "nina@", "12", "<b>@example.org", "é" * 500])
def test_an_address_that_cannot_be_is_refused_in_one_line(
    town: Services, typed, address: str
) -> None:
    done = typed("invite", address, "--role", "admin")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1


def test_a_town_without_database_says_what_to_type(town: Services, typed, tmp_path: Path) -> None:
    settings = {"ENGAGE_INSTANCE": str(tmp_path / "none"), "ENGAGE_DATABASE_URL": ""}
    done = CliRunner().invoke(main, ["verify"], env=settings)
    assert done.exit_code == 1
    assert "engage init" in done.output


def test_verify_ends_with_one_when_there_is_a_fault(town: Services, typed) -> None:
    assert typed("verify").exit_code == 0
    assert typed("verify", "--json").output.startswith("{")
    town.storage.put("e" * 32, b"fresh: not an orphan yet")
    assert typed("verify").exit_code == 0


def test_purging_says_what_it_removed(town: Services, typed) -> None:
    assert "drafts: 0" in typed("purge", "--dry-run").output
    assert "files: 0" in typed("purge").output


def test_a_purge_is_rehearsed_and_reported_for_the_archives(
    town: Services, typed, tmp_path: Path
) -> None:
    with town.database.transaction() as db:
        made = make_person(db, last_seen_on=date(2023, 1, 1))
    report = tmp_path / "visa.csv"
    said = typed("purge", "--dry-run", "--report", str(report)).output
    assert "accounts: 1" in said
    with town.database.reading() as db:
        assert db.get_one(Person, made.id).closed_at is None
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("date;état;règle")
    assert ";prévu;accounts;" in lines[1]
    assert "accounts: 1" in typed("purge").output
    assert "accounts: 0" in typed("purge").output


def test_an_identity_is_said_only_where_identities_are_kept(town: Services, typed) -> None:
    refused = typed("identity", "1", "--reason", "Réquisition 12/2026")
    assert refused.exit_code == 1
    assert "ENGAGE_KEEP_IDENTITIES is off" in refused.output
