"""Tables of identity: a person holds no address and no role; those have tables of their own."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core import clock
from engage.core.db import Base


class Role(StrEnum):
    """What somebody may be in the platform; everybody signed in is a resident."""

    RESIDENT = "resident"
    COUNCIL = "council"
    AGENT = "agent"
    COORDINATOR = "coordinator"
    MEDIATOR = "mediator"
    ADMIN = "admin"


class ContactKind(StrEnum):
    """How a person can be reached or recognised; a card is a printed code, kept as a hash."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"


class Person(Base):
    """Somebody, known by a public name at most."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_name: Mapped[str] = mapped_column(String(60), default="")
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    mandates: Mapped[list["Mandate"]] = relationship(
        back_populates="person", lazy="raise_on_sql", order_by="Mandate.id"
    )
    contact_points: Mapped[list["ContactPoint"]] = relationship(
        back_populates="person", lazy="raise_on_sql", order_by="ContactPoint.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of today's mandates."""
        today = clock.today()
        return frozenset(Role(m.role) for m in self.mandates if m.is_current(today))

    def holds(self, *roles: Role) -> bool:
        """Whether the person has one of `roles` today."""
        return not self.roles.isdisjoint(roles)

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations the person acts for today."""
        today = clock.today()
        return frozenset(
            m.organisation_id for m in self.mandates if m.organisation_id and m.is_current(today)
        )


class ContactPoint(Base):
    """An address of a person; verified ones are unique in the town."""

    __tablename__ = "contact_points"
    __table_args__ = (
        Index(
            "uq_contact_points_verified",
            "kind",
            "value",
            unique=True,
            sqlite_where=text("verified_at IS NOT NULL"),
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(254))
    verified_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="contact_points", lazy="raise_on_sql")


class Mandate(Base):
    """A role with its scope and its days, both included; an ended one stops at midnight."""

    __tablename__ = "mandates"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="mandates", lazy="raise_on_sql")

    def is_current(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class SignIn(Base):
    """One device where a person is signed in; the cookie holds the token, the row its hash."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SignInCode(Base):
    """A six-digit code on its way to an address: ten minutes, five tries, once."""

    __tablename__ = "sign_in_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class Draft(Base):
    """Something done before its author is known: waits up to seven days for the code."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    payload: Mapped[dict[str, Any]]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
