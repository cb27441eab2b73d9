"""What authors and followers of ideas are told: an answer, a merge, an evening's news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words import Visibility
from engage.core.words_of_mail import rendered
from engage.proposals import news, words
from engage.proposals.addresses import path_of
from engage.proposals.answers import ProposalAnswer
from engage.proposals.models import Proposal, ProposalRevision
from engage.proposals.news import Happening, ProposalDigest, ProposalEvent, ProposalFollow
from engage.proposals.news import ProposalNews as News
from engage.proposals.workflow import Status

NEWS = "idea_news"


def answered(db: Session, proposal: Proposal, answer: ProposalAnswer) -> None:
    """Tell the author at once that there is an answer; followers hear of it in the evening."""
    key = f"idea_answered:{proposal.id}:{answer.id}"
    _to_author(db, proposal, "idea_answered", key, answer_id=answer.id)


def joined(db: Session, source: Proposal, target: Proposal) -> None:
    """Tell the author of an idea that it joined another one, and that they count there."""
    key = f"idea_joined:{source.id}:{target.id}"
    _to_author(db, source, "idea_joined", key, target_id=target.id)


def _to_author(db: Session, proposal: Proposal, kind: str, key: str, **ids: int) -> None:
    """Queue a message to the author's proven address; nobody is told where there is none."""
    author = db.get(Person, proposal.author_id) if proposal.author_id else None
    address = accounts.address_of(db, author) if author else None
    if author is None or address is None:
        return
    outbox.post(
        db,
        kind,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=key,
        person_id=author.id,
        language=author.language,
        **{"proposal_id": proposal.id, **ids},  # type: ignore[arg-type]
    )


def render_answered(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """None when the idea is not public any more."""
    answer = db.get(ProposalAnswer, message.payload["answer_id"])
    title = _public_title(db, message.payload["proposal_id"])
    if answer is None or title is None:
        return None
    return rendered(
        "proposals/answered",
        message,
        title=title,
        verdict=words.VERDICTS[answer.verdict],
        decided_by=answer.decided_by,
        reason=answer.reason,
        link=base_url + path_of(answer.proposal_id),
    )


def render_joined(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """None when the other idea is not public any more."""
    target_id = message.payload["target_id"]
    title = _public_title(db, target_id)
    if title is None:
        return None
    link = base_url + path_of(target_id)
    return rendered("proposals/joined", message, title=title, link=link)


def _public_title(db: Session, proposal_id: int) -> str | None:
    return db.scalar(
        select(ProposalRevision.title)
        .join(Proposal, Proposal.published_revision_id == ProposalRevision.id)
        .where(Proposal.id == proposal_id, Proposal.visibility == Visibility.PUBLIC)
    )


def evening(db: Session, digest: ProposalDigest, person: Person, *, token: str) -> bool:
    """Queue one evening's news: by e-mail, or by SMS for an answer; False for who has neither."""
    address, mine = accounts.address_of(db, person), News.digest_id == digest.id
    if address is None or (address.channel == "sms" and not _told_of_answer(db, mine)):
        return False
    return outbox.post(
        db,
        NEWS,
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"{NEWS}:{person.id}:{digest.local_day.isoformat()}",
        person_id=person.id,
        language=person.language,
        secret=token,
        digest_id=digest.id,
    )


def _told_of_answer(db: Session, wanted: ColumnElement[bool]) -> bool:
    """An SMS costs money: it leaves for an answer, nothing less."""
    answers = (
        select(ProposalEvent.id)
        .join(News, News.event_id == ProposalEvent.id)
        .where(wanted, ProposalEvent.kind == Happening.ANSWERED)
    )
    return db.scalar(answers.limit(1)) is not None


@dataclass(frozen=True)
class Told:
    """One idea of a digest with what happened to it, oldest first: (day, words)."""

    title: str
    link: str
    lines: Sequence[tuple[datetime, str]]


def render_news(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """What is still public and still followed; None when nothing is left to say."""
    told = _told(db, News.digest_id == message.payload["digest_id"], base_url)
    return _worded(message, told, f"{base_url}/arret/{message.secret}") if told else None


def foreseen(db: Session, person_id: int, base_url: str) -> tuple[str, Rendered] | None:
    """Address and words of what this follower would hear now; nothing is written down."""
    person = db.get(Person, person_id)
    address = accounts.address_of(db, person) if person else None
    waiting = (News.person_id == person_id) & News.digest_id.is_(None)
    told = _told(db, waiting, base_url)
    if person is None or address is None or not told:
        return None
    if address.channel == "sms" and not _told_of_answer(db, waiting):
        return None
    message = OutboxMessage(channel=address.channel, language=person.language)
    return address.value, _worded(message, told, f"{base_url}/arret/…")


def _worded(message: OutboxMessage, told: Sequence[Told], stop: str) -> Rendered:
    headers = (
        ("List-Unsubscribe", f"<{stop}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    return rendered("proposals/news", message, headers=headers, ideas=told, stop=stop)


IS_TOLD_OF = (
    Proposal.visibility == Visibility.PUBLIC,
    # Its words were public, and its address leads to the report now.
    (Proposal.status == Status.CONVERTED) & (ProposalEvent.kind == Happening.CONVERTED),
)


def _told(db: Session, wanted: ColumnElement[bool], base_url: str) -> list[Told]:
    rows = db.execute(
        select(ProposalEvent, ProposalRevision.title)
        .options(*news.NAMED)
        .join(News, News.event_id == ProposalEvent.id)
        .join(Proposal, Proposal.id == ProposalEvent.proposal_id)
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .join(
            ProposalFollow,
            (ProposalFollow.proposal_id == Proposal.id)
            & (ProposalFollow.person_id == News.person_id),
        )
        .where(wanted, or_(*IS_TOLD_OF))
        .order_by(Proposal.id, ProposalEvent.id)
    ).all()
    told: dict[int, Told] = {}
    for event, title in rows:
        link = base_url + path_of(event.proposal_id)
        one = told.setdefault(event.proposal_id, Told(title, link, []))
        one.lines.append((event.at, words.said(event)))  # type: ignore[attr-defined]
    return list(told.values())


RENDERERS = {
    "idea_answered": render_answered,
    "idea_joined": render_joined,
    NEWS: render_news,
}
