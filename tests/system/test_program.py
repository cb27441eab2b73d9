"""The whole program as its own processes: starts, ends, and is killed without losing anything."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select

from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.ticks import Tick
from engage.incidents.models import Incident, IncidentKind
from engage.server import NOT_READY
from engage.territory.models import Place
from tests import live
from tests.conftest import BACKENDS
from tests.mailserver import PostOffice, post_office
from tests.ops.instances import empty_database
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system

SECONDS_TO_END = 5


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A prepared town on each database, not started yet."""
    with empty_database(request, request.param, tmp_path) as url:
        environ = live.environment(tmp_path, ENGAGE_DATABASE_URL=url)
        live.command(environ, "init", "--contract", str(live.CONTRACT))
        yield environ


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Settings of a machine without a database."""
    return live.environment(tmp_path)


@pytest.fixture
def program(settings: dict[str, str]) -> Iterator[live.Program]:
    started = live.start(settings, "run")
    yield started
    started.stop()


@pytest.fixture
def database(settings: dict[str, str]) -> Iterator[Database]:
    opened = Database(settings["ENGAGE_DATABASE_URL"])
    yield opened
    opened.close()


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def family(pid: int) -> list[int]:
    """All processes below `pid`."""
    return [each for child in children(pid) for each in (child, *family(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def words_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def part(program: live.Program, name: str) -> int:
    """The process of the web part or of the clock, once it is there."""
    return until(
        lambda: next(
            (p for p in children(program.process.pid) if f"engage {name}" in words_of(p)), 0
        )
    )


def until(found: Callable[[], int], *, seconds: float = 15) -> int:
    """Wait for something that is not zero."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


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
    over = threading.Event()

    def kill_now_and_then() -> int:
        kills = 0
        while not over.wait(0.7):
            name = ("web", "clock", "worker")[kills % 3]
            found = [p for p in children(program.process.pid) if f"engage {name}" in words_of(p)]
            if name == "worker":
                found = [w for p in children(program.process.pid) for w in children(p)][:1]
            for pid in found:
                os.kill(pid, signal.SIGKILL)
            kills += bool(found)
        return kills

    def phone(_: int) -> list[str]:
        visitor = Visitor(program.base)
        return [visitor.report(kind, place) for _ in range(10)]

    with ThreadPoolExecutor(9) as pool:
        killing = pool.submit(kill_now_and_then)
        phones = list(pool.map(phone, range(8)))
        over.set()
    assert killing.result() >= 3
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


def test_a_slow_upload_keeps_nobody_waiting(program: live.Program, database: Database) -> None:
    host, port = program.base.removeprefix("http://").split(":")
    kind, place = a_report(database)
    visitor = Visitor(program.base)
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(
            b"POST /signalements/nouveau HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000"
            b"\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        )
        took = []
        for _ in range(20):
            slow.sendall(b"x" * 500)
            started = time.monotonic()
            assert visitor.report(kind, place)
            took.append((time.monotonic() - started) / 2)
            time.sleep(0.05)
    assert median(took) < 0.3
