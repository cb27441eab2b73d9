"""`engage remind`: says what would leave without changing anything, or sends it through SMTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from engage import schema
from engage.cli import main
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


def settings(town: Services, smtp: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    return known | {
        "ENGAGE_INSTANCE": str(town.config.instance),
        "ENGAGE_DATABASE_URL": town.database.url.render_as_string(hide_password=False),
        "ENGAGE_STORAGE_URL": str(town.config.uploads),
        "ENGAGE_SMTP_URL": smtp,
    }


def remind(town: Services, *options: str, smtp: str = "", expects: int = 0) -> list[str]:
    """Type the command; returns its lines."""
    ended = CliRunner().invoke(main, ["remind", *options], env=settings(town, smtp))
    assert ended.exit_code == expects, ended.output
    return ended.output.splitlines()


def start(town: Services, *options: str, smtp: str) -> "subprocess.Popen[bytes]":
    """The command as a process of its own."""
    command = [sys.executable, "-m", "engage", "remind", *options]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, env=settings(town, smtp), cwd=root, stdout=subprocess.DEVNULL)


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


def test_killed_in_the_middle_of_a_mailing_nothing_is_lost(
    town: Services, office: PostOffice
) -> None:
    with town.database.transaction() as db:
        for _ in range(10):
            make_owed_incident(db, make_organisation(db, contacts=2))
    office.delay_s = 0.1
    process = start(town, "--now", AT, smtp=office.url)
    give_up = time.monotonic() + 60
    while len(office.received) < 5 and time.monotonic() < give_up:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert 5 <= len(office.received) < 20
    office.delay_s = 0.0
    remind(town, "--now", "2026-06-02T10:06", smtp=office.url)
    assert len(set(office.message_ids)) == len(set(office.recipients)) == 20
    # At most the one that was between the server's 250 and the mark came twice.
    assert len(office.received) <= 21
