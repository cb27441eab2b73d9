"""Tables of the contract; rows that come from its file have an immutable unique code."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core.db import Base


class LandOwnership(StrEnum):
    """Whose ground it is: routing depends on it before anything else."""

    LANDLORD = "landlord"
    CITY = "city"
    AGGLOMERATION = "agglomeration"
    DEPARTMENT = "department"
    UNKNOWN = "unknown"


class Organisation(Base):
    """A signatory or another body that things are owed by."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(48), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    short_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(24))
    is_signatory: Mapped[bool]
    signed_on: Mapped[date | None]
    role_note: Mapped[str] = mapped_column(Text, default="")
    on_call_phone: Mapped[str] = mapped_column(String(24), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    contacts: Mapped[list["ContactPerson"]] = relationship(
        back_populates="organisation", lazy="raise_on_sql", order_by="ContactPerson.id"
    )


class ContactPerson(Base):
    """Somebody of an organisation who receives reminders; has no account."""

    __tablename__ = "contact_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(24), default="")
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(
        back_populates="contacts", lazy="raise_on_sql"
    )


class Neighbourhood(Base):
    """A priority neighbourhood (`qpv`) or a poverty pocket (`pocket`)."""

    __tablename__ = "neighbourhoods"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(48), unique=True)
    name: Mapped[dict[str, str]]
    commune: Mapped[str] = mapped_column(String(80))
    commune_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(12))
    priority: Mapped[int | None]
    aliases: Mapped[list[str]]
    position: Mapped[int]


class Place(Base):
    """A named place: a residence and its halls, an equipment, a street; tree by `parent_id`."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    neighbourhood_id: Mapped[int] = mapped_column(ForeignKey("neighbourhoods.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    name: Mapped[dict[str, str]]
    kind: Mapped[str] = mapped_column(String(16))
    land_ownership: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    position: Mapped[int]
    is_demo: Mapped[bool] = mapped_column(default=False)

    neighbourhood: Mapped[Neighbourhood] = relationship(lazy="raise_on_sql")


class Axis(Base):
    """One of the strategic axes (orientations) of the contract."""

    __tablename__ = "axes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[dict[str, str]]
    short_title: Mapped[dict[str, str]]
    position: Mapped[int]


class Action(Base):
    """One of the numbered actions of the contract; `keywords` are folded words of its theme."""

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    axis_id: Mapped[int] = mapped_column(ForeignKey("axes.id"))
    label: Mapped[dict[str, str]]
    short_label: Mapped[dict[str, str]]
    theme: Mapped[str] = mapped_column(String(80))
    keywords: Mapped[list[str]]

    axis: Mapped[Axis] = relationship(lazy="raise_on_sql")


class Town(Base):
    """The one row that says which contract this is; legal facts nobody gave stay empty."""

    __tablename__ = "town"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(48), unique=True)
    name: Mapped[dict[str, str]]
    tagline: Mapped[dict[str, str]]
    contract_title: Mapped[str] = mapped_column(String(160))
    phone_region: Mapped[str] = mapped_column(String(2))
    legal: Mapped[dict[str, Any]]
    charter: Mapped[list[Any]]
    """The rules in order, each a text per language."""
    contacts_to_call: Mapped[list[Any]]
    """Phone numbers and doors of the contract file, in order."""
