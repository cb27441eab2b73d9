"""Runs the parts: web workers (gunicorn), the clock, or both under one small supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from engage.core.config import Config

RESTART_PAUSE_S = 1.0


def serve_web(config: Config) -> None:
    """Serve with gunicorn gthread workers that share the loaded application; blocks."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": config.bind,
                "workers": config.web_workers,
                "threads": config.web_threads,
                "worker_class": "gthread",
                "preload_app": True,
                "timeout": 60,
                "graceful_timeout": 20,
                "keepalive": 5,
                "loglevel": "warning",
                "proc_name": "engage-web",
                "control_socket_disable": True,
                "post_fork": _after_fork,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            import gc

            from engage.wsgi import app

            gc.freeze()  # what the workers share is not touched by their collectors
            return app

    Server().run()


def _after_fork(server: Any, worker: Any) -> None:
    """A worker opens its own connections."""
    from engage.wsgi import app

    app.services.database.engine.dispose(close=False)


def serve_clock(config: Config) -> None:
    """Run the clock and the sender until told to stop; blocks."""
    from engage import wiring
    from engage.core import clock, scheduler
    from engage.core.services import Services

    clock.use_zone(config.timezone)
    town = Services.of(config)
    clockwork = scheduler.scheduler(town.database, wiring.jobs(town))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: clockwork.shutdown(wait=False))
    for job in wiring.jobs(town):
        scheduler.run_once(town.database, job)
    clockwork.start()


def supervise(announce: Callable[[], None]) -> int:
    """Run web and clock as two processes; one that dies is started again; returns an exit code."""
    commands = {name: [sys.executable, "-m", "engage", name] for name in ("web", "clock")}
    running = {name: subprocess.Popen(command) for name, command in commands.items()}
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    announce()
    while not stopping:
        time.sleep(0.2)
        for name, process in running.items():
            if process.poll() is not None and not stopping:
                print(
                    f"engage: {name} ended ({process.returncode}), starting it again",
                    file=sys.stderr,
                )
                time.sleep(RESTART_PAUSE_S)
                running[name] = subprocess.Popen(commands[name])
    return _end(running)


def _end(running: dict[str, "subprocess.Popen[bytes]"]) -> int:
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 25
    for process in running.values():
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
    return 0
