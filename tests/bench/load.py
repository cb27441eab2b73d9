"""A load client of its own process: `python -m tests.bench.load PORT SECONDS PATH [HEADER…]`.

Eight kept-alive connections over one selector; `{n}` in PATH becomes a new number each time.
Prints `{"requests", "seconds", "statuses"}`.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from engage.core.config import ROOT

CONNECTIONS = 8
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


def run(port: int, seconds: float, path: str, *headers: str) -> dict[str, Any]:
    """The same from another process; returns what it printed, and `rate` (requests a second)."""
    words = [str(port), str(seconds), path, *headers]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"rate": found["requests"] / found["seconds"]}


class Connection:
    """One kept-alive connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._content = b""

    def receive(self) -> int:
        """Read what came; returns the status of a whole answer, else 0."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise SystemExit("the server closed a connection")
        self._content += piece
        end = self._content.find(b"\r\n\r\n")
        if end < 0:
            return 0
        status = int(self._content[9:12])
        length = LENGTH.search(self._content, 0, end)
        if len(self._content) < end + 4 + (int(length[1]) if length and status != 304 else 0):
            return 0
        self._content = b""
        return status


def main(port: int, seconds: float, path: str, headers: list[str]) -> dict[str, Any]:
    tail = "".join(f"{header}\r\n" for header in ["Host: 127.0.0.1", *headers]) + "\r\n"
    number = 0

    def request() -> bytes:
        nonlocal number
        number += 1
        return f"GET {path.replace('{n}', str(number))} HTTP/1.1\r\n{tail}".encode()

    statuses: Counter[int] = Counter()
    with selectors.DefaultSelector() as waiting:
        for _ in range(CONNECTIONS):
            connection = Connection(port)
            waiting.register(connection.socket, selectors.EVENT_READ, connection)
            connection.socket.sendall(request())
        started = time.perf_counter()
        while time.perf_counter() < started + seconds:
            for key, _ in waiting.select(1.0):
                if status := key.data.receive():
                    statuses[status] += 1
                    key.data.socket.sendall(request())
        took = time.perf_counter() - started
    return {"requests": sum(statuses.values()), "seconds": took, "statuses": statuses}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4:])))
