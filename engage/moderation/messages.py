"""What authors are told: received, published, to correct, not published and why."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.orm import Session, joinedload

from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import letters, queries
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action
from engage.proposals.queries import first_words

TOLD = {
    Action.PUBLISH: "published",
    Action.PUBLISH_MASKED: "masked",
    Action.ASK_CORRECTION: "to_correct",
    Action.CONFIRM_REFUSAL: "refused",
    Action.REFUSE: "refused",
    Action.REDIRECT: "redirected",
}
"""Decisions the author hears of; a merge is told by the ideas themselves."""

ABOUT = ("idea", "text")
"""How letters call what was sent: see `Kind.mail`."""


def received(db: Session, item: ModerationItem) -> None:
    """Say that the words arrived and until when they are read."""
    _tell_author(db, item, "received", str(item.id))


def public_at_once(db: Session, item: ModerationItem) -> None:
    """Say that everybody can read the words: the town trusts their kind."""
    _tell_author(db, item, "published", f"{item.id}:{item.revision_id}")


def decided(db: Session, item: ModerationItem, decision: Decision) -> None:
    """Say what was decided, and why where words are not shown as they were sent (DSA, art. 17)."""
    told = TOLD.get(decision.action)
    if told is not None:
        key = f"{item.id}:{decision.revision_id}"
        _tell_author(db, item, told, key, decision_id=decision.id)


def _tell_author(db: Session, item: ModerationItem, told: str, key: str, **ids: Any) -> None:
    """Nobody hears of kinds that have no letters."""
    about = KINDS[item.subject_type].mail
    if about:
        letters.to_author(db, item.author_id, f"{about}_{told}", key, item_id=item.id, **ids)


def _render(
    told: str, about: str, db: Session, message: OutboxMessage, base_url: str
) -> Rendered | None:
    item = queries.item(db, message.payload["item_id"])
    if item is None:
        return None
    kind = KINDS[item.subject_type]
    reading = kind.read(db, item)
    asked = message.payload.get("decision_id")
    decision = db.get(Decision, asked, options=[joinedload(Decision.reason)]) if asked else None
    return rendered(
        f"moderation/{told}",
        message,
        idea=about == "idea",
        title=reading.title or first_words(reading.body, longest=60),
        sent_on=reading.written_at,
        read_by=item.due_at,
        link=base_url + reading.link,
        correct_at=base_url + kind.correct_at(item),
        again=f"{base_url}/propositions/nouvelle?reprendre={item.subject_id}",
        charter=f"{base_url}/charte",
        appeal_at=f"{base_url}/nouvelle-lecture/{item.id}",
        refusal=queries.statement(db, decision) if decision else None,
    )


def _renderer(told: str, about: str) -> Callable[[Session, OutboxMessage, str], Rendered | None]:
    return partial(_render, told, about)


RENDERERS = {
    f"{about}_{told}": _renderer(told, about)
    for about in ABOUT
    for told in ("received", *sorted(set(TOLD.values())))
}
