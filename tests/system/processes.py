"""Looks at the processes of a running program, and kills them now and then."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests import live

PAUSE_S = 0.7
LEAST_KILLS, MOST_KILLS = 3, 6
"""The web master, the clock and a worker, once each; twice each leaves time to work between."""


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


def part(program: live.Program, name: str) -> int:
    """The process of the web part or of the clock, once it is there."""
    return until(lambda: next(iter(_parts(program, name)), 0))


def until(found: Callable[[], int], *, seconds: float = 15) -> int:
    """Wait for something that is not zero."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


@contextmanager
def killed_now_and_then(program: live.Program) -> Iterator[None]:
    """While the block runs: kill -9 for the web master, the clock and a worker in turn."""
    over, killed = threading.Event(), list[int]()
    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(_kill_until, program, over, killed)
        try:
            yield
            until(lambda: len(killed) >= LEAST_KILLS)
        finally:
            over.set()
        killing.result()


def _kill_until(program: live.Program, over: threading.Event, killed: list[int]) -> None:
    while len(killed) < MOST_KILLS and not over.wait(PAUSE_S):
        name = ("web", "clock", "worker")[len(killed) % 3]
        found = _parts(program, "web" if name == "worker" else name)
        if name == "worker":
            found = [worker for web in found for worker in children(web)]
        for pid in found[:1]:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)


def _parts(program: live.Program, name: str) -> list[int]:
    return [p for p in children(program.process.pid) if _name_of(p) == f"engage {name}"]


def _name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
