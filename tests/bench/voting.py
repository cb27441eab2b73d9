"""Ballots over HTTP: `engage web` with two workers of four threads, eight kept-alive phones.

As a program of its own (`python -m tests.bench.voting PORT`) it is those phones: it sends the
requests that it reads as JSON, each a vote, and prints `{"seconds", "statuses"}`.
"""

import json
import selectors
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from engage.consultations.commands import make_codes
from engage.consultations.models import Ballot, Electorate, VotingCode
from engage.core.config import ROOT
from tests.bench import serving
from tests.bench.figures import Figure
from tests.bench.load import CONNECTIONS, Connection
from tests.bench.towns import Measured
from tests.browsing import Page
from tests.consultations.factories import make_consultation, make_question

LEAST_A_SECOND = 100


def over_http(town: Measured, letters: int) -> Iterator[Figure]:
    """Every letter votes once; codes are entered and forms opened before the clock starts."""
    question_id, votes = _prepare(town, letters)
    port = serving.free_port()
    environ = serving.environ_of(town.config, port) | serving.TWO_BY_FOUR
    with serving.running(["-m", "engage", "web"], environ, port):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.voting", str(port)],
            cwd=ROOT,
            input=json.dumps(votes),
            capture_output=True,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    with town.services.database.reading() as db:
        counted = db.scalar(select(func.count()).where(Ballot.question_id == question_id)) or 0
    name = f"ballots over HTTP a second {found['statuses']}"
    yield Figure(name, letters / found["seconds"], LEAST_A_SECOND, least=True)
    yield Figure("ballots over HTTP lost", letters - counted, 0)


def _prepare(town: Measured, letters: int) -> tuple[int, list[str]]:
    """A vote, and for each letter the request that a phone sends after choosing an answer."""
    with town.services.database.transaction() as db:
        made = make_consultation(
            db, make_question("Samedi", "Dimanche"), electorate=Electorate.DWELLING_CODE
        )
        make_codes(db, made, town.services.secret_key, letters)
        codes = db.scalars(select(VotingCode.id).where(VotingCode.consultation_id == made.id)).all()
        question = made.questions[0]
    path = f"/concertations/{made.id}/voter?question=1"
    return question.id, [_request(town, path, code, question.options[0].id) for code in codes]


def _request(town: Measured, path: str, code_id: int, option_id: int) -> str:
    client = town.app.test_client()
    with client.session_transaction() as session:
        session["voting_code"] = code_id
    text = client.get(path).get_data(as_text=True)
    form = next(form for form in Page(text).forms if "choix" in form.names)
    values = {name: found[0] for name, found in form.fields.items()} | {"choix": str(option_id)}
    name = town.app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    body = urllib.parse.urlencode(values)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {name}={cookie.value}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"\r\n{body}"
    )


def main(port: int, votes: list[str]) -> dict[str, Any]:
    """Send them all, eight at a time."""
    statuses: Counter[int] = Counter()
    total = len(votes)
    with selectors.DefaultSelector() as waiting:
        started = time.perf_counter()
        for _ in range(CONNECTIONS):
            connection = Connection(port)
            waiting.register(connection.socket, selectors.EVENT_READ, connection)
            connection.socket.sendall(votes.pop().encode())
        while statuses.total() < total:
            for key, _ in waiting.select(1.0):
                if status := key.data.receive():
                    statuses[status] += 1
                    if votes:
                        key.data.socket.sendall(votes.pop().encode())
        took = time.perf_counter() - started
    return {"seconds": took, "statuses": statuses}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), json.load(sys.stdin))))
