"""Runs things at once, in threads that share the test's fake clock."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(act: Callable[[T], R], items: Iterable[T], *, threads: int = 8) -> list[R]:
    """`act` on each item, `threads` at a time; results in the order of the items."""
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(copy_context().run, act, item) for item in items]
        return [job.result() for job in jobs]
