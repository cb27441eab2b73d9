"""Tables of identity: a person holds no address and no role; those have tables of their own."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.core import clock
from engage.core.db import Base
from engage.core.photos import PHOTO_POSITION_CHECK


class Role(StrEnum):
    """What somebody may be in the platform; everybody signed in is a resident."""

    RESIDENT = "resident"
    COUNCIL = "council"
    AGENT = "agent"
    COORDINATOR = "coordinator"
    MEDIATOR = "mediator"
    ADMIN = "admin"


STAFF = frozenset({Role.AGENT, Role.COORDINATOR, Role.MEDIATOR, Role.ADMIN})
"""Roles that see contact data: a password or passkey and a second step are asked of them."""


class College(StrEnum):
    """The two colleges of the citizen council (law of 21 February 2014, art. 7)."""

    RESIDENTS = "residents"
    ASSOCIATIONS = "associations"


class Opening(StrEnum):
    """What a sign-in was opened with."""

    CODE = "code"
    CARD = "card"
    PASSWORD = "password"  # noqa: S105  a way in, not a secret
    PASSKEY = "passkey"
    INVITATION = "invitation"
    DEMO = "demo"


class Proof(StrEnum):
    """What passed the second step of a sign-in."""

    LIST = "list"
    APP = "app"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    DEMO = "demo"


class ContactKind(StrEnum):
    """How a person can be reached or recognised; a card is a printed code, kept as a hash."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"


class Person(Base):
    """Somebody, known by a public name at most.

    `half_signed_in` is no column: it is set on the person of a request whose sign-in has not
    passed the second step that the mandates ask for; such a person is a resident and no more.
    """

    __tablename__ = "people"

    half_signed_in = False

    id: Mapped[int] = mapped_column(primary_key=True)
    public_name: Mapped[str] = mapped_column(String(60), default="")
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    birth_year: Mapped[int | None]
    created_at: Mapped[datetime]
    last_seen_on: Mapped[date | None]
    """The day of the last sign-in: an account unseen for long is closed (retention).

    Acts do not move it: a ballot's transaction must not touch the row of who casts it.
    """
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)

    mandates: Mapped[list["Mandate"]] = relationship(
        back_populates="person", lazy="raise_on_sql", order_by="Mandate.id"
    )
    contact_points: Mapped[list["ContactPoint"]] = relationship(
        back_populates="person", lazy="raise_on_sql", order_by="ContactPoint.id"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def current_mandates(self) -> Sequence["Mandate"]:
        """Today's mandates; none before the second step is passed."""
        if self.half_signed_in:
            return ()
        return self.mandates_of_today

    @property
    def mandates_of_today(self) -> Sequence["Mandate"]:
        """Today's mandates, whether or not this sign-in may use them."""
        today = clock.today()
        return [m for m in self.mandates if m.is_current(today)]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of today's mandates."""
        return frozenset(Role(m.role) for m in self.current_mandates)

    def holds(self, *roles: Role) -> bool:
        """Whether the person has one of `roles` today."""
        return not self.roles.isdisjoint(roles)

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations the person acts for today."""
        return frozenset(m.organisation_id for m in self.current_mandates if m.organisation_id)


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
    seen_on: Mapped[date | None]
    """The day it last proved who somebody is: numbers are given to others after some months."""

    person: Mapped[Person] = relationship(back_populates="contact_points", lazy="raise_on_sql")

    @property
    def shown(self) -> str:
        """As its holder reads it: a French number in pairs, from its 0."""
        if self.kind != ContactKind.PHONE or not self.value.startswith("+33"):
            return self.value
        number = f"0{self.value[3:]}"
        return " ".join(number[at : at + 2] for at in range(0, len(number), 2))


class Mandate(Base):
    """A role with its scope and its days, both included; an ended one stops at midnight."""

    __tablename__ = "mandates"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhoods.id"))
    college: Mapped[str | None] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="mandates", lazy="raise_on_sql")

    def is_current(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class SignIn(Base):
    """One device where a person is signed in; the cookie holds the token, the row its hash.

    `device` is a coarse word made of the browser's name ("Téléphone Android, Chrome"); `shared`
    means others use the device too: the sign-in is short and leaves nothing behind.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    opened_with: Mapped[str] = mapped_column(String(12), default=Opening.CODE.value)
    device: Mapped[str] = mapped_column(String(60), default="")
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    second_step_at: Mapped[datetime | None]
    second_step_with: Mapped[str] = mapped_column(String(12), default="")
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SignInCode(Base):
    """A six-digit code on its way to an address: ten minutes, five tries, once.

    With `person_id` it adds the address to that person instead of signing in. `proved_at` without
    `used_at`: the digits were right, but the number was unseen for so long that a second proof is
    asked for.
    """

    __tablename__ = "sign_in_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    proved_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


ALBUM = "album"
"""The kind of a draft that is photos alone: their form came back, nothing was sent yet."""


class Draft(Base):
    """Something done before its author is known: waits up to seven days for the code."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DraftPhoto(Base):
    """One of at most three photos that wait with a draft, and go with it."""

    __tablename__ = "draft_photos"
    __table_args__ = (CheckConstraint(PHOTO_POSITION_CHECK, name="position"),)

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id"), index=True)
