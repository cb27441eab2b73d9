"""The whole program as its own processes, with a real SMTP server, for browser and system tests."""

import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from engage.core.config import ROOT

CONTRACT = ROOT / "engage" / "contracts" / "grand-cahors.json"
START_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Mailbox:
    """What a real SMTP server received, oldest first."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(
            email.message_from_bytes(envelope.content, policy=email.policy.default)  # type: ignore[arg-type]
        )
        return "250 OK"

    def wait_for(self, address: str, words: str = "", *, seconds: float = 20) -> EmailMessage:
        """The newest letter to `address` whose subject or text has `words`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for letter in reversed(self.letters):
                if letter["To"] == address and words in f"{letter['Subject']}\n{text_of(letter)}":
                    return letter
            time.sleep(0.1)
        raise AssertionError(f"no letter to {address} with {words!r}: {self.letters}")


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@contextmanager
def mail_server() -> Iterator[tuple[str, Mailbox]]:
    """A real SMTP server on loopback; its address as a setting, and what it received."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", box
    finally:
        controller.stop()


@dataclass
class Program:
    """`engage run` (or another command) on a fresh instance."""

    base: str
    environ: dict[str, str]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)


def environment(instance: Path, **settings: str) -> dict[str, str]:
    """The settings of a scratch demo town on a free port."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ENGAGE_")}
    return {
        **inherited,
        "ENGAGE_INSTANCE": str(instance),
        "ENGAGE_DEMO": "1",
        "ENGAGE_BIND": f"127.0.0.1:{free_port()}",
        **settings,
    }


def command(environ: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one `engage` command to its end; it must succeed."""
    return subprocess.run(
        [sys.executable, "-m", "engage", *words],
        env=environ,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )


def start(environ: dict[str, str], *words: str) -> Program:
    """Start an `engage` command that serves, and wait until it answers."""
    return _answering(environ, "engage", *words)


def start_hurried(environ: dict[str, str]) -> Program:
    """`engage run` whose letters leave almost at once."""
    return _answering(environ, "tests.hurried")


def _answering(environ: dict[str, str], *words: str) -> Program:
    base = f"http://{environ['ENGAGE_BIND']}"
    process = subprocess.Popen([sys.executable, "-m", *words], env=environ, cwd=ROOT)
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2):
                return Program(base, environ, process)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the program did not answer within {START_S} s")
