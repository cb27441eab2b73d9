"""Tables of what people prove themselves with, beside a code sent to them: secrets as hashes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Person
from engage.core.db import Base


class ListKind(StrEnum):
    """What a list of one-time codes is for."""

    COUNCIL = "council"
    RECOVERY = "recovery"


class Password(Base):
    """The password of a member of staff, as an argon2id hash."""

    __tablename__ = "passwords"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(160))
    changed_at: Mapped[datetime]


class Authenticator(Base):
    """An app that shows six digits every 30 seconds (TOTP, RFC 6238).

    `sealed_secret` is encrypted with the town's key. `last_counter` is the last time step that was
    accepted: digits work once. While an app is being set up its secret travels sealed in the form
    (`totp.py`): there is a row only once digits were right.
    """

    __tablename__ = "authenticators"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime]
    last_counter: Mapped[int] = mapped_column(default=0)


class OneTimeCode(Base):
    """A line of a printed list: the council's ten codes, or the recovery codes of staff.

    A new list replaces the old one of its kind.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (UniqueConstraint("person_id", "kind", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    position: Mapped[int]
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey (WebAuthn) of a person; `public_key` is COSE, base64url like the id."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[str] = mapped_column(Text, unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    last_used_on: Mapped[date | None]


class PasskeyChallenge(Base):
    """A random text that a device is about to sign: five minutes, deleted by its first use.

    The hash is made of the text and of who asked for it, so the row names nobody.
    """

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Invitation(Base):
    """A link that lets somebody with a new mandate choose a password or passkey; used once."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
