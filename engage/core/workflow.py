"""The life of a thing is a table of transitions; `advance` alone assigns a status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from engage.core import audit
from engage.core.errors import Conflict

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


def allows(status: S, action: A, transitions: Mapping[tuple[S, A], S]) -> bool:
    """Whether `action` may follow `status`."""
    return (status, action) in transitions


def advance(
    db: Session,
    subject: Any,
    action: A,
    transitions: Mapping[tuple[S, A], S],
    *,
    actor_id: int | None = None,
    noun: str = "",
    **details: str | int | None,
) -> None:
    """Move `subject.status` along the table and audit it.

    Raises `Conflict` when the table has no such move. The row's version is checked when it is
    flushed: the second of two simultaneous decisions gets a 409.
    """
    before = subject.status
    after = transitions.get((before, action))
    if after is None:
        raise Conflict
    subject.status = after
    noun = noun or subject.__tablename__.removesuffix("s")
    audit.record(
        db,
        f"{noun}.{action.value}",
        subject,
        actor_id=actor_id,
        before=before.value,
        after=after.value,
        **details,
    )
