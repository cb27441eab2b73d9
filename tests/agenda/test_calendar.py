"""The agenda as calendars read it, taken apart by a strict reader of RFC 5545 of our own."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from engage.agenda import calendar
from engage.agenda.models import Event
from engage.core import clock
from engage.core.forms import clean_text
from engage.core.services import Services
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.factories import neighbourhood

LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:,]+)*):(.*)", re.DOTALL)
MOMENT = re.compile(r"\d{8}T\d{6}Z")
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "LOCATION", "URL"}


def unfolded(text: str) -> list[str]:
    """The content lines (3.1): ended by CRLF, 75 bytes at most, folded by a blank."""
    assert text.endswith("\r\n")
    raw = text.encode().split(b"\r\n")[:-1]
    assert all(0 < len(line) <= calendar.LINE_BYTES for line in raw)
    assert not any(sign in line for line in raw for sign in (b"\r", b"\n"))
    lines: list[bytes] = []
    for line in raw:
        line.decode()  # no letter is cut
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode() for line in lines]


def plain(value: str) -> str:
    """A TEXT (3.3.11) as it was before; nothing unescaped is left in it."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    pairs = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    return re.sub(r"\\(?:.|$)", lambda m: pairs[m[0]], value)


def events(text: str) -> list[dict[str, str]]:
    """The VEVENTs of a calendar, each with what it must have once (3.6.1)."""
    lines = unfolded(text)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert {"VERSION:2.0", "PRODID:-//Engage//Agenda//FR"} <= set(lines[1:4])
    found: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-1]:
        match = LINE.fullmatch(line)
        assert match, line
        name, value = match[1], match[3]
        if line == "BEGIN:VEVENT":
            assert not inside
            found.append({})
        inside = inside and line != "END:VEVENT"
        if inside:
            assert name not in found[-1]
            found[-1][name] = value
        inside = inside or line == "BEGIN:VEVENT"
    for event in found:
        assert set(event) >= ONCE
        assert all(MOMENT.fullmatch(event[n]) for n in ("DTSTAMP", "DTSTART", "DTEND"))
        assert event["DTSTART"] < event["DTEND"]
        assert event["STATUS"] in {"CONFIRMED", "CANCELLED"}
    return found


def made(town: Services, **values: Any) -> Event:
    with town.database.transaction() as db:
        return make_event(db, **values)


def test_a_date_is_the_same_in_a_calendar(client: Browser, town: Services) -> None:
    event = made(
        town,
        title="Marché ; \\ , du soir",
        words={"fr": "Une ligne,\nune autre : " + "très longue " * 20},
        place_words="Devant l’Accueil",
        starts_at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC),
    )
    answer = client.get("/agenda.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (found,) = events(answer.get_data(as_text=True))
    assert found["UID"] == event.uid
    assert (found["DTSTART"], found["DTEND"]) == ("20261024T223000Z", "20261025T003000Z")
    assert plain(found["SUMMARY"]) == "Marché ; \\ , du soir"
    assert plain(found["LOCATION"]) == "Devant l’Accueil"
    assert plain(found["DESCRIPTION"]).startswith("Une ligne,\nune autre : très longue")
    assert found["URL"].endswith(f"/agenda/{event.id}-marche-du-soir")


def test_a_change_is_told_by_the_sequence_and_a_cancelled_date_stays(
    client: Browser, town: Services
) -> None:
    event = made(town)
    path = f"/agenda/{event.id}.ics"
    (before,) = events(client.get(path).get_data(as_text=True))
    later = clock.now() + timedelta(minutes=5)
    with town.database.transaction() as db:
        values = {"cancelled_at": later, "cancel_reason": "Panne.", "sequence": 1}
        db.execute(update(Event).values(changed_at=later, **values))
    town.pages.clear()
    (after,) = events(client.get(path).get_data(as_text=True))
    assert (before["STATUS"], before["SEQUENCE"]) == ("CONFIRMED", "0")
    assert (after["STATUS"], after["SEQUENCE"]) == ("CANCELLED", "1")
    assert after["UID"] == before["UID"]
    assert after["DTSTAMP"] > before["DTSTAMP"]
    assert plain(after["SUMMARY"]) == "Annulé : Stand du bus"


def test_a_calendar_of_one_neighbourhood_has_what_is_for_all(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        hoods = {code: neighbourhood(db, code).id for code in ("terre-rouge", "escales")}
    made(town, title="Ici", neighbourhood_id=hoods["terre-rouge"])
    made(town, title="Ailleurs", neighbourhood_id=hoods["escales"])
    made(town, title="Partout")
    made(town, title="Vieux", starts_at=clock.now() - timedelta(days=31))
    text = client.get("/agenda.ics?quartier=terre-rouge").get_data(as_text=True)
    assert [plain(event["SUMMARY"]) for event in events(text)] == ["Ici", "Partout"]
    assert "Terre-Rouge" in text


def test_a_phone_that_has_it_already_gets_no_second_copy(client: Browser, town: Services) -> None:
    made(town)
    tag = client.get("/agenda.ics").headers["ETag"]
    client.get("/agenda.ics", expects=304, headers={"If-None-Match": tag})


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=300))
def test_any_text_survives_escaping_and_folding(text: str) -> None:
    kept = clean_text(text)
    line = calendar.folded(f"SUMMARY;LANGUAGE=fr:{calendar.escaped(kept)}")
    (read,) = unfolded(f"{line}\r\n")
    assert plain(read.partition(":")[2]) == kept


@pytest.mark.parametrize("letters", ["é" * 200, "😀" * 100, "x" * 75, "x" * 76, ""])
def test_lines_are_folded_between_letters(letters: str) -> None:
    assert "".join(unfolded(calendar.folded(f"X:{letters}") + "\r\n")) == f"X:{letters}"
