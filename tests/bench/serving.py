"""The whole program as it runs: throughput beside a bare Flask, memory, how soon it answers."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.error import HTTPError

from engage.core.config import ROOT, Config
from tests.bench import load
from tests.bench.figures import Figure

AFRESH, CACHED, NOT_MODIFIED = 0.12, 0.6, 0.35
MOST_MEMORY_MB = 250
WEB_START_S, RUN_START_S = 1.5, 3.0
LIST = "/propositions"
TWO_BY_FOUR = {"ENGAGE_WEB_WORKERS": "2", "ENGAGE_WEB_THREADS": "4"}
"""As the bare hello runs; the settings' own default has more threads, for slow visitors."""

WARM_UP_S = 1.0
"""Not counted: each worker compiles its templates at the first request."""

READ = ("/", "/propositions", "/signalements", "/concertations", "/contrat", "/aide")
HELLO = (
    "from gunicorn.app.wsgiapp import run; import sys;"
    "sys.argv = ['gunicorn', '-k', 'gthread', '-w', '2', '--threads', '4', '--preload',"
    " '--no-control-socket', '--log-level', 'warning', '-b', '127.0.0.1:' + sys.argv[1],"
    " 'tests.bench.inprocess:hello()']; run()"
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(words: list[str], environ: dict[str, str], port: int) -> Iterator[tuple[int, float]]:
    """Start a server; yields its process id and the seconds until it answered."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield process.pid, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(15)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except HTTPError:
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("a server ended before it answered")


def environ_of(config: Config, port: int) -> dict[str, str]:
    return {
        "ENGAGE_INSTANCE": str(config.instance),
        "ENGAGE_DEMO": "1",
        "ENGAGE_LOG_LEVEL": "WARNING",
        "ENGAGE_BIND": f"127.0.0.1:{port}",
    }


def throughput(config: Config, *, rounds: int, seconds: float) -> Iterator[Figure]:
    """Requests a second of a visitor's list, each beside a bare hello of the same seconds."""
    bare, ours = free_port(), free_port()
    environ = environ_of(config, ours) | TWO_BY_FOUR
    with (
        running(["-c", HELLO, str(bare)], {}, bare),
        running(["-m", "engage", "web"], environ, ours),
    ):
        for port, path in ((bare, "/"), (ours, f"{LIST}?essai={{n}}"), (ours, LIST)):
            load.run(port, WARM_UP_S, path)
        cases = {
            f"{LIST} afresh": (AFRESH, 200, f"{LIST}?essai={{n}}"),
            f"{LIST} from the cache": (CACHED, 200, LIST),
            f"{LIST} unchanged (304)": (NOT_MODIFIED, 304, LIST),
        }
        for name, (bar, status, path) in cases.items():
            pairs = [_beside(bare, ours, seconds, path, status) for _ in range(rounds)]
            ratios = [found / hello for found, hello in pairs]
            found, hello = pairs[-1]
            said = f"{name}, {found:.0f} beside {hello:.0f} ({min(ratios):.2f}–{max(ratios):.2f})"
            yield Figure(said, median(ratios), bar, least=True)


def _beside(bare: int, ours: int, seconds: float, path: str, status: int) -> tuple[float, float]:
    """Our rate, and that of a hello half before and half after it.

    Whatever else the machine does slows both.
    """
    before = load.run(bare, seconds / 2, "/")["rate"]
    known = []
    if status == 304:
        _await_room_in_minute(seconds + 1.0)
        known.append(f"If-None-Match: {_etag(ours)}")
    found = load.run(ours, seconds, path, *known)
    after = load.run(bare, seconds / 2, "/")["rate"]
    if set(found["statuses"]) != {str(status)}:
        raise SystemExit(f"{path} answered {found['statuses']}, not {status} alone")
    return found["rate"], (before + after) / 2


def _await_room_in_minute(seconds: float) -> None:
    """The tag of a page lives until the minute ends: begin early enough in one."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


def _etag(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{LIST}") as answer:
        return str(answer.headers["ETag"])


def whole_program(config: Config) -> Iterator[Figure]:
    """Memory of `engage run` after a reading load; how soon web alone and everything answers."""
    starts = []
    for _ in range(3):
        port = free_port()
        with running(["-m", "engage", "web"], environ_of(config, port), port) as (_, took):
            starts.append(took)
    yield Figure("engage web, first answer", min(starts), WEB_START_S, "s")
    port = free_port()
    with running(["-m", "engage", "run"], environ_of(config, port), port) as (pid, took):
        yield Figure("engage run, first answer", took, RUN_START_S, "s")
        for path in READ:
            load.run(port, 1.0, f"{path}?essai={{n}}")
        yield Figure(
            "memory of engage run after reading (PSS)", memory_mb(pid), MOST_MEMORY_MB, "MB"
        )


def memory_mb(pid: int) -> float:
    """Proportional memory of a process and all below it."""
    total = 0.0
    for each in family(pid):
        with open(f"/proc/{each}/smaps_rollup") as lines:
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        children = [int(word) for word in file.read().split()]
    return [pid, *(each for child in children for each in family(child))]
