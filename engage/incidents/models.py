"""Tables of problems: what can be reported, who gets it, the life of each report."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.clock import NEVER
from engage.core.db import Base
from engage.core.photos import Photo
from engage.core.words import CHANNEL_CHECK, enum_column
from engage.incidents.workflow import ENDED, FINISHED, OPEN, Status
from engage.territory.models import Neighbourhood, Organisation, Place


def is_one_of(statuses: tuple[Status, ...]) -> str:
    """SQL that says so in words: databases use a partial index for exactly its condition only."""
    return f"incidents.status IN ({', '.join(repr(status.value) for status in statuses)})"


def _desk_index(name: str, *columns: str, statuses: tuple[Status, ...]) -> Index:
    """For an order within `statuses`; the desk's have what it is filtered by: no row is read."""
    where = text(is_one_of(statuses).removeprefix("incidents."))
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


ORDERED = ("urgent", "next_due_at", "id", "neighbourhood_id", "status")


class Circuit(StrEnum):
    """What becomes of a kind: public follow-up, those in charge only, or sent elsewhere."""

    OPEN = "open"
    CLOSED = "closed"
    REDIRECT = "redirect"


class RoutingTarget(StrEnum):
    """Who gets a report: the owner of the place, its town hall, or a named organisation."""

    PLACE_OWNER = "place_owner"
    COMMUNE = "commune"
    ORGANISATION = "organisation"


class Moment(StrEnum):
    """Whether a photo shows the problem or its repair."""

    BEFORE = "before"
    AFTER = "after"


class Tile(Base):
    """One picture of the first question, e.g. "Lumière"."""

    __tablename__ = "incident_tiles"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    label: Mapped[dict[str, str]]
    icon: Mapped[str] = mapped_column(String(24))
    position: Mapped[int]


class IncidentCategory(Base):
    """First level of the staff's nomenclature, e.g. ECL."""

    __tablename__ = "incident_categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    label: Mapped[dict[str, str]]
    position: Mapped[int]


class IncidentKind(Base):
    """Second level, e.g. ECL01: words for residents, circuit, delays.

    Delays are working days (`*_days`) or clock hours (`*_hours`); `no_target` promises none.
    """

    __tablename__ = "incident_kinds"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("incident_categories.id"))
    tile_id: Mapped[int | None] = mapped_column(ForeignKey("incident_tiles.id"), index=True)
    tile_position: Mapped[int | None]
    label: Mapped[dict[str, str]]
    resident_label: Mapped[dict[str, str]]
    advice: Mapped[dict[str, str]]
    circuit: Mapped[Circuit] = mapped_column(enum_column(Circuit))
    redirect_to: Mapped[list[str]]
    """Codes of the town's numbers and doors to show instead of a form, the main one first."""
    ack_days: Mapped[int | None]
    ack_hours: Mapped[int | None]
    resolve_days: Mapped[int | None]
    resolve_hours: Mapped[int | None]
    no_target: Mapped[bool]
    urgent: Mapped[bool]
    photo_on_close: Mapped[bool]
    is_thanks: Mapped[bool]

    category: Mapped[IncidentCategory] = relationship(lazy="raise_on_sql")
    tile: Mapped[Tile | None] = relationship(lazy="raise_on_sql")


class RoutingRule(Base):
    """(kind × land ownership) → who gets it; no rule means "to qualify"."""

    __tablename__ = "routing_rules"
    __table_args__ = (UniqueConstraint("kind_id", "land_ownership"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("incident_kinds.id"))
    land_ownership: Mapped[str] = mapped_column(String(16))
    target: Mapped[RoutingTarget] = mapped_column(enum_column(RoutingTarget))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))


class Incident(Base):
    """One report. `description` is masked on arrival; the original is not kept.

    The public sees kind, coarse place (`neighbourhood` and the residence), state and day only.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint(CHANNEL_CHECK, name="channel"),
        Index("ix_incidents_public", "listed", "id"),
        Index("ix_incidents_neighbourhood", "neighbourhood_id", "listed", "id"),
        _desk_index("ix_incidents_public_open", "listed", "id", statuses=OPEN),
        _desk_index("ix_incidents_repaired", "listed", "id", statuses=FINISHED),
        _desk_index(
            "ix_incidents_neighbourhood_open", "neighbourhood_id", "listed", "id", statuses=OPEN
        ),
        Index("ix_incidents_status", "status", "id"),
        Index("ix_incidents_organisation", "organisation_id", "status", "id"),
        _desk_index("ix_incidents_open", *ORDERED, "organisation_id", statuses=OPEN),
        _desk_index("ix_incidents_open_of", "organisation_id", *ORDERED, statuses=OPEN),
        _desk_index("ix_incidents_ended", *ORDERED, "organisation_id", statuses=ENDED),
        _desk_index("ix_incidents_ended_of", "organisation_id", *ORDERED, statuses=ENDED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("incident_kinds.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    coarse_place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    """What the public sees of the place; None says no more than the neighbourhood."""
    neighbourhood_id: Mapped[int] = mapped_column(ForeignKey("neighbourhoods.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.TO_QUALIFY)
    listed: Mapped[bool]
    """False for the closed circuit and for thanks: on no public page, list, count or export."""
    urgent: Mapped[bool]
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="fr")
    channel: Mapped[str] = mapped_column(String(12), default="web")
    captured_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    scheduled_on: Mapped[date | None]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    anonymised_on: Mapped[date | None]
    """When its words, people and photos were removed; what is left is statistics."""
    next_due_at: Mapped[datetime] = mapped_column(default=NEVER)
    """The soonest of its open deadlines; `deadlines.commands` keeps it, for the desk's order."""
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[IncidentKind] = relationship(lazy="raise_on_sql")
    place: Mapped[Place] = relationship(foreign_keys=[place_id], lazy="raise_on_sql")
    coarse_place: Mapped[Place | None] = relationship(
        foreign_keys=[coarse_place_id], lazy="raise_on_sql"
    )
    neighbourhood: Mapped[Neighbourhood] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    photos: Mapped[list["IncidentPhoto"]] = relationship(
        lazy="raise_on_sql", order_by="IncidentPhoto.photo_id"
    )
    events: Mapped[list["IncidentEvent"]] = relationship(
        lazy="raise_on_sql", order_by="IncidentEvent.id"
    )
    __mapper_args__ = {"version_id_col": version}


class IncidentEvent(Base):
    """History, append-only: a change of state with the word that goes to the reporter."""

    __tablename__ = "incident_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    at: Mapped[datetime]
    status: Mapped[Status] = mapped_column(enum_column(Status))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    scheduled_on: Mapped[date | None]
    word: Mapped[str] = mapped_column(Text, default="")

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class IncidentPhoto(Base):
    """A photo of a report, seen by the reporter and those in charge only."""

    __tablename__ = "incident_photos"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id"), primary_key=True)
    moment: Mapped[Moment] = mapped_column(enum_column(Moment))

    photo: Mapped[Photo] = relationship(lazy="raise_on_sql")


class IncidentFollower(Base):
    """Where to tell somebody what becomes of a report; the address is all we know of them."""

    __tablename__ = "incident_followers"
    __table_args__ = (UniqueConstraint("incident_id", "channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8), default="fr")


class FollowLink(Base):
    """One secret address `/suivi/<token>`, kept as a hash: each message carries its own.

    Without `follower_id` it is the reporter's own and opens words and photos too. One that is
    revoked belongs to nobody any more: it only knows that it was right once.
    """

    __tablename__ = "incident_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    follower_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident_followers.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
