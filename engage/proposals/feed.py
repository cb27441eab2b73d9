"""The newest public ideas as an Atom feed (RFC 4287): days, never hours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core import clock
from engage.proposals.addresses import path_of
from engage.proposals.cards import Wanted, narrowed
from engage.proposals.models import Proposal, ProposalRevision
from engage.territory.models import Neighbourhood

SHOWN = 30

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One idea of the feed; `updated` is the beginning of the day when it became public."""

    id: int
    title: str
    html: str
    language: str
    neighbourhood: dict[str, str]
    updated: str

    @property
    def path(self) -> str:
        return path_of(self.id, self.title)


def entries(db: Session, wanted: Wanted) -> Sequence[Entry]:
    """The newest ideas that are wanted, the newest first."""
    statement = (
        select(
            Proposal.id,
            ProposalRevision.title,
            ProposalRevision.body_html,
            ProposalRevision.language,
            Neighbourhood.name,
            Proposal.published_at,
        )
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .join(Neighbourhood, Neighbourhood.id == Proposal.neighbourhood_id)
        .order_by(Proposal.id.desc())
        .limit(SHOWN)
    )
    rows = db.execute(narrowed(statement, wanted), wanted.values)
    return [
        Entry(id_, title, html, language, name, day_of(published_at))
        for id_, title, html, language, name, published_at in rows
    ]


def day_of(moment: datetime) -> str:
    """The local day of a moment as Atom wants it: its first second."""
    day = clock.local(moment).date()
    return datetime.combine(day, time(), tzinfo=UTC).isoformat()


def clean(text: str) -> str:
    """`text` without the characters that XML does not allow."""
    return _NOT_IN_XML.sub("", text)
