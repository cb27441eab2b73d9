"""Letters to who wrote a text: where they go, and that nobody gets one twice."""

from typing import Any

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import outbox


def to_author(db: Session, author_id: int | None, kind: str, key: object, **ids: Any) -> None:
    """Queue a message to the author's proven address; nobody is told where there is none.

    `key` tells it from others of its kind; `ids` are what its words need.
    """
    author = db.get(Person, author_id) if author_id else None
    address = accounts.address_of(db, author) if author else None
    if author is None or address is None:
        return
    outbox.post(
        db,
        kind,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{kind}:{key}",
        person_id=author.id,
        language=author.language,
        **ids,
    )
