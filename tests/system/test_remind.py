"""`engage remind`: says what would leave without changing anything, or sends it through SMTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engage import schema
from engage.core.services import Services
from tests.factories import make_organisation
from tests.mailserver import PostOffice, post_office
from tests.reminders.making import make_owed_incident, make_owed_report

pytestmark = pytest.mark.system

AT = "2026-06-02T10:00"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def owing(town: Services) -> Services:
    """A town with a partner that owes two things to two contacts."""
    with town.database.transaction() as db:
        partner = make_organisation(db, contacts=2, name="Bailleur d’essai")
        make_owed_incident(db, partner, text="Marcel l’a cassée")
        make_owed_report(db, partner)
    return town


def remind(town: Services, *options: str, smtp: str = "", expects: int = 0) -> list[str]:
    """Run the command as its own process; returns its lines."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    environ = known | {
        "ENGAGE_INSTANCE": str(town.config.instance),
        "ENGAGE_DATABASE_URL": town.database.url.render_as_string(hide_password=False),
        "ENGAGE_STORAGE_URL": str(town.config.uploads),
        "ENGAGE_SMTP_URL": smtp,
    }
    command = [sys.executable, "-m", "engage", "remind", *options]
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        command, check=False, env=environ, cwd=root, capture_output=True, text=True
    )
    assert ended.returncode == expects, ended.stderr
    return (ended.stdout or ended.stderr).splitlines()


def everything(town: Services) -> dict[str, list[str]]:
    """Every row of every table."""
    with town.database.reading() as db:
        return {
            table.name: sorted(str(row) for row in db.execute(text(f"SELECT * FROM {table.name}")))  # noqa: S608
            for table in schema.metadata.sorted_tables
        }


def test_a_dry_run_says_what_would_leave_and_changes_nothing(owing: Services) -> None:
    before = everything(owing)
    lines = remind(owing, "--dry-run", "--now", AT)
    assert everything(owing) == before
    mails = [line.split("\t") for line in lines]
    assert len(mails) == 2
    for when, address, kind, subject in mails:
        assert when == "2026-06-02 10:00"
        assert address.endswith("@example.org")
        assert kind == "digest"
        assert subject.endswith("1 signalement et 1 bilan vous attendent")


def test_what_leaves_is_what_was_foreseen(owing: Services, office: PostOffice) -> None:
    foreseen = remind(owing, "--dry-run", "--now", AT)
    sent = remind(owing, "--now", AT, smtp=office.url)
    assert sent == foreseen
    assert [m["Subject"].strip() for m in office.received] == [line.split("\t")[3] for line in sent]
    assert remind(owing, "--now", AT, smtp=office.url) == []
    assert len(set(office.message_ids)) == len(office.received) == 2


def test_the_mail_has_one_link_that_opens_and_no_word_of_a_resident(
    owing: Services, office: PostOffice
) -> None:
    remind(owing, "--now", AT, smtp=office.url)
    plain, rich = office.received[0].iter_parts()
    assert plain.get_content().count("/r/") == 1
    assert rich.get_content().count('href="') == 1
    assert "Marcel" not in plain.get_content() + rich.get_content()
    with owing.database.reading() as db:
        kept = db.execute(text("SELECT body, secret FROM outbox_messages WHERE kind = 'digest'"))
        assert {tuple(row) for row in kept} == {("", "")}


def test_at_night_nothing_leaves(owing: Services) -> None:
    assert remind(owing, "--dry-run", "--now", "2026-06-02T21:00") == []
    assert remind(owing, "--now", "2026-06-06T10:00+02:00") == []


def test_a_moment_that_is_none_gets_one_line(owing: Services) -> None:
    lines = remind(owing, "--now", "demain", expects=2)
    assert "2026-06-02T10:00" in lines[-1]
