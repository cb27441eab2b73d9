"""The whole program as its own processes: starts, ends, and is killed without losing anything."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.ticks import Tick
from engage.incidents.models import Incident
from engage.server import NOT_READY
from tests import live
from tests.mailserver import PostOffice, post_office
from tests.system.making import a_report
from tests.system.processes import family, is_alive, killed_now_and_then, part, until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system

SECONDS_TO_END = 5


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Settings of a machine without a database."""
    return live.environment(tmp_path)


def ended(environ: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """A command that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "engage", *words],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


def test_everything_starts_serves_ticks_and_ends(program: live.Program, database: Database) -> None:
    visitor = Visitor(program.base)
    assert visitor.ask("GET", "/")[0] == 200

    def is_ready() -> int:
        return visitor.ask("GET", "/readyz")[0] == 200

    until(is_ready)
    processes = [program.process.pid, *family(program.process.pid)]
    assert len(processes) == 5  # the supervisor, the web and its two workers, the clock
    started = time.monotonic()
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(timeout=10) == 0
    assert time.monotonic() - started < SECONDS_TO_END
    assert not any(is_alive(pid) for pid in processes)
    with database.reading() as db:
        assert db.get(Tick, "sender")


def test_a_killed_supervisor_takes_its_parts_along(program: live.Program) -> None:
    part(program, "clock")
    processes = family(program.process.pid)
    program.process.kill()
    program.process.wait()
    until(lambda: not any(is_alive(pid) for pid in processes), seconds=SECONDS_TO_END)


def test_a_taken_port_is_one_line_and_no_loop(bare: dict[str, str]) -> None:
    host, port = bare["ENGAGE_BIND"].split(":")
    with socket.create_server((host, int(port))):
        done = ended(bare, "run")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "ENGAGE_BIND" in done.stderr


@pytest.mark.parametrize("words", ["run", "web", "clock"])
def test_a_missing_database_is_one_line_that_says_what_to_type(
    bare: dict[str, str], words: str
) -> None:
    done = ended(bare, words)
    assert done.returncode == NOT_READY
    assert (
        done.stderr.strip() == "engage: there is no database yet; type: engage init --contract FILE"
    )
    assert not list(Path(bare["ENGAGE_INSTANCE"]).glob("engage.db*"))


def test_a_bad_setting_is_one_line(bare: dict[str, str]) -> None:
    done = ended({**bare, "ENGAGE_COLOUR": "red"}, "run")
    assert done.returncode == 1
    assert done.stderr.strip() == "engage: unknown setting ENGAGE_COLOUR"


def test_reports_survive_kills_of_web_and_clock(program: live.Program, database: Database) -> None:
    """Eight phones report while processes die; each sends its form again until it is answered."""
    kind, place = a_report(database)
    with database.reading() as db:
        before = db.scalar(select(func.count(Incident.id))) or 0

    def phone(_: int) -> list[str]:
        visitor = Visitor(program.base)
        return [visitor.report(kind, place) for _ in range(10)]

    with killed_now_and_then(program), ThreadPoolExecutor(8) as pool:
        phones = list(pool.map(phone, range(8)))
    follow_pages = [path for paths in phones for path in paths]
    assert len(set(follow_pages)) == 80
    with database.reading() as db:
        assert db.scalar(select(func.count(Incident.id))) == before + 80
    visitor = Visitor(program.base)
    assert {visitor.insist("GET", path)[0] for path in follow_pages} == {200}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def test_two_clocks_send_each_message_once(
    settings: dict[str, str], database: Database, office: PostOffice
) -> None:
    settings = {**settings, "ENGAGE_SMTP_URL": office.url}
    program = live.start(settings, "run")
    clock = subprocess.Popen([sys.executable, "-m", "engage", "clock"], env=settings, cwd=ROOT)
    addresses = [f"voisin{n}@example.org" for n in range(40)]
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda address: Visitor(program.base).ask_code(address), addresses))
        until(lambda: _unsent(database) == 0, seconds=30)
    finally:
        program.stop()
        clock.terminate()
        assert clock.wait(timeout=SECONDS_TO_END) == 0
    assert sorted(m["To"] for m in office.received if m["To"] in addresses) == sorted(addresses)


def _unsent(database: Database) -> int:
    waiting = (Delivery.QUEUED.value, Delivery.CLAIMED.value)
    with database.reading() as db:
        return db.scalar(select(func.count()).where(OutboxMessage.delivery.in_(waiting))) or 0
