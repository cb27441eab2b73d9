"""The fictive reports of the demo, made by the real commands on the days they happened."""

import io
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import clock, outbox, photos
from engage.core.images import prepare
from engage.core.photos import Photo
from engage.core.storage import Storage
from engage.incidents import commands
from engage.incidents.models import Circuit, FollowLink, Incident, IncidentFollower, IncidentKind
from engage.incidents.workflow import Status
from engage.territory.models import Organisation, Place

WITH_PICTURES = {"I1", "I2", "I4", "I16", "I18", "I20", "I28", "I34"}
"""Whose reporters sent a photo; repairs have one wherever the kind asks."""


class Demo:
    """Where the loader stands."""

    def __init__(self, db: Session, storage: Storage, people: Mapping[str, Person]) -> None:
        self.db = db
        self._storage = storage
        self.people = people
        self.kinds = {k.code: k for k in db.scalars(select(IncidentKind))}
        self.places = {p.code: p for p in db.scalars(select(Place))}
        self.organisations = {o.code: o for o in db.scalars(select(Organisation))}
        self.now = clock.now()

    def moment(self, days_ago: int, hour: int) -> datetime:
        """That day at `hour` on the town's clocks, never in the future."""
        day = clock.local(self.now).date() - timedelta(days=days_ago)
        found = datetime.combine(day, time(hour, 20), clock.zone())
        return min(found, self.now - timedelta(minutes=1))

    def picture(self, code: str, *, repaired: bool) -> Photo:
        """A drawn photo that says it is one of the demo."""
        return photos.keep(
            self.db, photos.store(self._storage, prepare(_drawing(code, repaired=repaired)))
        )


def load(db: Session, data: dict[str, Any], people: Mapping[str, Person], storage: Storage) -> None:
    """Make the reports of the demo file; nobody is written to about the past."""
    demo = Demo(db, storage, people)
    rows = sorted(data["incidents"], key=lambda row: -int(row["days_ago"]))
    for row in rows:
        incident, link = _report(demo, row)
        _assign(demo, row, incident)
        _work(demo, row, incident, link)
        _followers(demo, row, incident)
    outbox.cancel(db, "incident:")


def _report(demo: Demo, row: dict[str, Any]) -> tuple[Incident, FollowLink]:
    words = ". ".join(part.rstrip(".") for part in (row["detail"], row["text"]) if part)
    kind = demo.kinds[row["kind"]]
    report = commands.Report(
        kind=kind,
        place=demo.places[row["place"]],
        description=f"{words}." if words else "",
        language=row["lang"],
        channel=row["channel"],
    )
    wants_photo = row["code"] in WITH_PICTURES and kind.circuit is Circuit.OPEN
    with clock.at(demo.moment(row["days_ago"], 8)):
        incident, _token = commands.submit(
            demo.db,
            report,
            reporter=demo.people.get(row["reporter"] or ""),
            captured_by=demo.people.get(row["captured_by"] or ""),
            photo=demo.picture(row["code"], repaired=False) if wants_photo else None,
        )
    link = demo.db.scalars(select(FollowLink).where(FollowLink.incident_id == incident.id)).one()
    return incident, link


def _assign(demo: Demo, row: dict[str, Any], incident: Incident) -> None:
    """The coordinator of the demo gives it to whom the file says."""
    organisation = demo.organisations.get(row["organisation"] or "")
    if organisation is None or incident.organisation_id == organisation.id:
        return
    with clock.at(demo.moment(row["days_ago"], 9)):
        commands.assign(
            demo.db,
            incident,
            organisation=organisation,
            actor=demo.people["coordinatrice"],
        )


def _work(demo: Demo, row: dict[str, Any], incident: Incident, link: FollowLink) -> None:
    """What the organisation and the resident did, up to the state in the file."""
    status, note = row["status"], row["note"] or ""
    actor = demo.people["coordinatrice"]
    if incident.kind.is_thanks:
        with clock.at(demo.moment(row["days_ago"] - 1, 10)):
            commands.thank(demo.db, incident, actor=actor, word=note)
        return
    if row["acknowledged_days_ago"] is not None:
        word = note if status == "acknowledged" else ""
        with clock.at(demo.moment(row["acknowledged_days_ago"], 10)):
            commands.acknowledge(demo.db, incident, actor=actor, word=word)
            if status == "scheduled":
                day = clock.local(demo.now).date() + timedelta(days=row["scheduled_in_days"])
                commands.schedule(demo.db, incident, actor=actor, day=day, word=note)
            elif status == "in_progress":
                commands.start(demo.db, incident, actor=actor, word=note)
    if row["resolved_days_ago"] is not None:
        _repair(demo, row, incident, link)


def _repair(demo: Demo, row: dict[str, Any], incident: Incident, link: FollowLink) -> None:
    status, days_ago = row["status"], int(row["resolved_days_ago"])
    with clock.at(demo.moment(days_ago, 11)):
        commands.resolve(
            demo.db,
            incident,
            actor=demo.people["coordinatrice"],
            word=row["note"] or "",
            photo=demo.picture(row["code"], repaired=True)
            if incident.kind.photo_on_close
            else None,
        )
    with clock.at(demo.moment(max(days_ago - 1, 0), 12)):
        if status == Status.CONFIRMED:
            commands.confirm(demo.db, incident, link=link)
        elif status == Status.REOPENED:
            commands.reopen(demo.db, incident, link=link, word=row["resident_word"] or "")
    if status == Status.CLOSED:
        with clock.at(demo.moment(max(days_ago - 15, 0), 7)):
            commands.close(demo.db, incident)


def _followers(demo: Demo, row: dict[str, Any], incident: Incident) -> None:
    """Neighbours who asked to be told, with fictive addresses; they hear of what comes next."""
    if incident.kind.circuit is not Circuit.OPEN or incident.kind.is_thanks:
        return
    for number in range(1, row["followers"] + 1):
        demo.db.add(
            IncidentFollower(
                incident_id=incident.id,
                channel="email",
                address=f"{row['code'].lower()}-voisin{number:02d}@example.org",
                language="fr",
            )
        )
    demo.db.flush()


def _drawing(code: str, *, repaired: bool) -> io.BytesIO:
    """A wall, the ground and a mark, red before and green after."""
    from PIL import Image, ImageDraw

    seed = sum(code.encode())
    image = Image.new("RGB", (960, 720), (205 - seed % 40, 190, 165 + seed % 40))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 500, 960, 720), fill=(120, 112, 104))
    draw.rectangle((120 + seed % 90, 170, 420 + seed % 90, 500), fill=(150, 96, 78))
    for x in range(150 + seed % 90, 400 + seed % 90, 90):
        draw.rectangle((x, 220, x + 50, 300), fill=(228, 220, 200))
    x = 620 - seed % 60
    if repaired:
        draw.ellipse((x, 380, x + 150, 530), fill=(64, 130, 84))
        draw.line((x + 38, 458, x + 68, 490, x + 115, 420), fill="white", width=16)
    else:
        draw.polygon((x + 75, 370, x + 165, 530, x - 15, 530), fill=(178, 58, 40))
        draw.rectangle((x + 67, 420, x + 83, 480), fill="white")
        draw.rectangle((x + 67, 494, x + 83, 510), fill="white")
    draw.text((24, 24), "Image de démonstration", fill=(40, 34, 30), font_size=34)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    out.seek(0)
    return out
