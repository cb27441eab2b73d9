"""Runs the parts: web workers (gunicorn), the clock, or both under one small supervisor."""

import ctypes
import logging
import multiprocessing
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import click

from engage.core.config import Config

RESTART_PAUSE_S = 1.0
END_AFTER_S = 4.0
"""A part that was told to stop is killed when it still runs after this long."""

REQUESTS_END_S = 3
JOBS_END_S = 3.0
BACKLOG = 1024
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
M_ARENA_MAX, HEAPS = -8, 2
"""glibc gives each thread a heap of its own; two for all save 15 MB and cost nothing here."""

NOT_READY = 78
"""Exit code of a part that cannot start until somebody types another command: not started again."""

FORK = multiprocessing.get_context("fork")
_libc = ctypes.CDLL(None)


def listen(config: Config) -> socket.socket:
    """The socket that visitors reach; SystemExit with one clear line when it cannot be had."""
    family = socket.AF_INET6 if ":" in config.bind_host else socket.AF_INET
    address = (config.bind_host, config.bind_port)
    try:
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SystemExit(
            f"engage: cannot listen on {config.bind}: {reason}. Stop the other program,"
            " or choose another address: ENGAGE_BIND=127.0.0.1:8001"
        ) from None


def serve_web(config: Config, *, listener: int | None = None) -> None:
    """Serve with gunicorn gthread workers that share the loaded application; blocks.

    `listener` is the file descriptor of a listening socket; one is opened when there is none.
    """
    from gunicorn.app.base import BaseApplication

    click.echo(_check_database(config))
    _check_assets()
    options = _gunicorn_options(config, listener or listen(config).detach())

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from engage import wsgi

            return wsgi.warmed()

    Server().run()


def _gunicorn_options(config: Config, listener: int) -> dict[str, Any]:
    return {
        "bind": f"fd://{listener}",
        "workers": config.web_workers,
        "threads": config.web_threads,
        "worker_class": "gthread",
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": REQUESTS_END_S,
        "keepalive": 5,
        "loglevel": "warning",
        "proc_name": "engage-web",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # else a visitor's SCRIPT_NAME header passes through a proxy
        "post_fork": _after_fork,
    }


def _after_fork(server: Any, worker: Any) -> None:
    """A worker opens its own connections and ends with its master."""
    from engage.wsgi import app

    _end_with_parent()
    app.services.database.engine.dispose(close=False)


def _check_database(config: Config) -> str:
    """The name of the database; SystemExit with `NOT_READY` and one line when it is not ready."""
    from engage.core import migrate
    from engage.core.db import Database

    database = Database(config.database_url)
    try:
        fault = migrate.fault(database)
        if fault:
            click.echo(f"engage: {fault}", err=True)
            raise SystemExit(NOT_READY)
        return migrate.engine_name(database)
    finally:
        database.close()  # before any fork: a connection belongs to one process


def _check_assets() -> None:
    """SystemExit with `NOT_READY` and one line when a static file is missing."""
    from engage.core import assets
    from engage.core.config import ROOT

    try:
        assets.ensure(ROOT / "static", ROOT / "static" / "dist")
    except assets.AssetError as error:
        click.echo(f"engage: {error} Type: make setup", err=True)
        raise SystemExit(NOT_READY) from None


def serve_clock(config: Config, *, pace: float = 1) -> None:
    """Run the clock and the sender until told to stop; blocks. `pace` is the clock's.

    What still runs `JOBS_END_S` after the word to stop is cut: jobs may be killed at any moment,
    at worst one message leaves twice.
    """
    from engage.clockwork import jobs
    from engage.core import clock, scheduler
    from engage.core.services import Services

    stopping = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    _check_database(config)
    clock.use_zone(config.timezone)
    town = Services.of(config)
    clockwork = scheduler.scheduler(town.database, jobs(town), zone=config.timezone, pace=pace)
    clockwork.start()
    signal.sigwait(stopping)
    ending = threading.Thread(target=clockwork.shutdown, daemon=True)
    ending.start()
    ending.join(JOBS_END_S)
    logging.shutdown()
    os._exit(0)


class Part:
    """One process of `engage run`: forked, watched, forked again when it dies.

    What the parts are made of was loaded before: they share its memory.
    """

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self._run = run
        self.start()

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = FORK.Process(target=self._begin)
        self.process.start()

    def _begin(self) -> None:
        _end_with_parent()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)
        if _libc_has("prctl"):
            _libc.prctl(PR_SET_NAME, f"engage {self.name}".encode())
        self._run()

    def stop(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic seconds), then end it."""
        self.process.join(max(0.0, deadline - time.monotonic()))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _load_shared(config: Config) -> None:
    """Load what web and clock are made of, before they are forked; SystemExit when it can't be."""
    import gunicorn.arbiter
    import gunicorn.workers.gthread  # noqa: F401

    _check_database(config)
    _check_assets()
    from engage import clockwork, wsgi  # noqa: F401

    wsgi.warmed()


class Stopped(Exception):
    """Somebody told the supervisor to end."""


def supervise(config: Config, announce: Callable[[], None], *, pace: float = 1) -> int:
    """Run web and clock as two processes; one that dies is started again; returns an exit code.

    The supervisor holds the listening socket: while the web part starts again visitors wait a
    moment instead of being turned away.
    """
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _raise_stopped)
    parts: list[Part] = []
    _use_small_heap()
    try:
        with listen(config) as listener:
            _load_shared(config)
            descriptor = listener.fileno()
            parts.append(Part("web", lambda: serve_web(config, listener=descriptor)))
            code = _until_it_answers(parts[0], listener.getsockname()[:2])
            if code is None:
                announce()
                parts.append(Part("clock", lambda: _clock_without(listener, config, pace)))
                code = _watch(parts)
            return code
    except Stopped:
        return 0
    finally:
        _end(parts)


def _clock_without(listener: socket.socket, config: Config, pace: float) -> None:
    """A clock that outlives the rest for a moment must not keep the address taken."""
    listener.close()
    serve_clock(config, pace=pace)


def _raise_stopped(*_: object) -> None:
    raise Stopped


def _until_it_answers(web: Part, address: tuple[str, int]) -> int | None:
    """Wait for the first answer; returns an exit code when the web part ended instead."""
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        connection.setblocking(False)
        while web.process.exitcode is None:
            if select.select([connection], [], [], 0.1)[0]:
                return None
    return web.process.exitcode or 1


def _watch(parts: list[Part]) -> int:
    """Start again what dies; returns the exit code of a part that says it can not start."""
    while True:
        time.sleep(0.2)
        for part in parts:
            code = part.process.exitcode
            if code == NOT_READY:
                return code
            if code is not None and time.monotonic() > part.started_at + RESTART_PAUSE_S:
                click.echo(f"engage: {part.name} ended ({code}), starting it again", err=True)
                part.start()


def _end(parts: list[Part]) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    for part in parts:
        if part.process.is_alive():
            part.process.terminate()
    deadline = time.monotonic() + END_AFTER_S
    for part in parts:
        part.stop(deadline)


def _end_with_parent() -> None:
    """Have the kernel (Linux) send this process SIGTERM when its parent dies, even by kill -9."""
    if _libc_has("prctl"):
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _use_small_heap() -> None:
    if _libc_has("mallopt"):
        _libc.mallopt(M_ARENA_MAX, HEAPS)


def _libc_has(name: str) -> bool:
    return hasattr(_libc, name)
