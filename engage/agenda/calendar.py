"""The agenda as calendars of phones read it: iCalendar, RFC 5545."""

from collections.abc import Iterable
from datetime import UTC, datetime

from engage.agenda.queries import Listed
from engage.agenda.words import KINDS
from engage.core.i18n import _, current, label

MIME = "text/calendar"
LINE_BYTES = 75
"""A content line is folded after so many bytes, its end not counted (3.1)."""


def calendar(events: Iterable[Listed], *, name: str, base_url: str) -> str:
    """All `events` as one calendar; `name` is what phones show it as."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Engage//Agenda//FR",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines.extend(_event(event, base_url))
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Listed, base_url: str) -> list[str]:
    """One VEVENT (3.6.1). Without METHOD, DTSTAMP is when it last changed (3.8.7.2)."""
    said, off = f"LANGUAGE={current().code}", event.cancelled_at is not None
    title = label(event.title)
    if off:
        title = _("Annulé : {title}").format(title=title)
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_utc(event.changed_at)}",
        f"CREATED:{_utc(event.created_at)}",
        f"LAST-MODIFIED:{_utc(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"DTSTART:{_utc(event.starts_at)}",
        f"DTEND:{_utc(event.ends_at)}",
        f"SUMMARY;{said}:{escaped(title)}",
        f"LOCATION;{said}:{escaped(event.where)}",
        f"DESCRIPTION;{said}:{escaped(_description(event))}",
        f"CATEGORIES;{said}:{escaped(str(KINDS[event.kind]))}",
        f"URL:{base_url}{event.href}",
        "END:VEVENT",
    ]


def _description(event: Listed) -> str:
    reason = event.cancel_reason if event.cancelled_at else ""
    parts = [reason, label(event.words), event.organisation]
    return "\n".join(part for part in parts if part)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """A value of type TEXT (3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in parts of 75 bytes at most, no letter cut (3.1)."""
    parts, part, size = [], "", 0
    for letter in line:
        wide = len(letter.encode())
        if size + wide > LINE_BYTES:
            parts.append(part)
            part, size = " ", 1
        part, size = part + letter, size + wide
    return "\r\n".join([*parts, part])
