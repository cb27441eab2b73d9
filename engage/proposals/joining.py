"""Two ideas that say the same become one: supporters and followers move, once each."""

from typing import Any

from sqlalchemy import delete, exists, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from engage.accounts.models import Person
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import Visibility
from engage.core.workflow import advance
from engage.deadlines import commands as deadlines
from engage.proposals import finding, follows, messages, news, supporters, talk
from engage.proposals.follow_up_policy import can_join
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.news import Happening, ProposalEvent, ProposalFollow, ProposalNews
from engage.proposals.workflow import TRANSITIONS, Action

Column = InstrumentedAttribute[Any]


def join(db: Session, source: Proposal, target: Proposal, *, person: Person) -> None:
    """Let `source` join `target`: it leaves the lists, its address leads there from now on.

    Its author supports and follows the target, as everybody else who did; each counts once.
    Raises `InvalidInput` on "target" when the two are one or the target is not public.
    """
    require(can_join, person, source)
    _hold(db, source, target)
    if source.id == target.id:
        raise InvalidInput("target", _("C’est la même idée. Choisissez-en une autre."))
    if target.visibility is not Visibility.PUBLIC or target.merged_into_id is not None:
        raise InvalidInput("target", _("Cette idée n’est pas publique. Choisissez-en une autre."))
    advance(db, source, Action.MERGE, TRANSITIONS, actor_id=person.id, target_id=target.id)
    source.visibility = Visibility.HIDDEN
    source.merged_into_id = target.id
    source.due_at = None
    db.flush()
    _lead_on(db, source, target)
    _move_people(db, source, target)
    talk.move(db, source, target)
    deadlines.withdraw_all(db, source)
    finding.refresh(db, source.id)
    news.tell(db, target, Happening.JOINED, actor_id=source.author_id, source_id=source.id)
    messages.joined(db, source, target)


def _hold(db: Session, *ideas: Proposal) -> None:
    """Nobody joins either of them to another one meanwhile; in one order, no deadlock."""
    db.flush()
    db.scalars(
        select(Proposal)
        .where(Proposal.id.in_({idea.id for idea in ideas}))
        .order_by(Proposal.id)
        .with_for_update(of=Proposal)
        .execution_options(populate_existing=True)
    ).all()


def _lead_on(db: Session, source: Proposal, target: Proposal) -> None:
    """What joined the source earlier leads to the target at once: no address leads twice."""
    earlier = update(Proposal).where(Proposal.merged_into_id == source.id)
    _write(db, earlier.values(merged_into_id=target.id))


def _move_people(db: Session, source: Proposal, target: Proposal) -> None:
    _move(db, Endorsement.proposal_id, source, target, ("channel", "captured_by_id"))
    _move(db, ProposalFollow.proposal_id, source, target, ())
    _count_author(db, source, target)
    supporters.recount(db, [source.id, target.id])
    told = select(ProposalEvent.id).where(ProposalEvent.proposal_id == source.id)
    waiting = (ProposalNews.event_id.in_(told), ProposalNews.digest_id.is_(None))
    _write(db, delete(ProposalNews).where(*waiting))


def _move(
    db: Session, column: Column, source: Proposal, target: Proposal, more: tuple[str, ...]
) -> None:
    """Rows of people that name the source name the target; where both did, one is enough."""
    table = column.class_.__table__
    there = table.alias()
    names = ["person_id", "created_on", *more]
    wanted = select(literal(target.id), *(table.c[name] for name in names)).where(
        table.c.proposal_id == source.id,
        ~exists().where(there.c.proposal_id == target.id, there.c.person_id == table.c.person_id),
    )
    if table is Endorsement.__table__:  # nobody supports their own
        wanted = wanted.where(table.c.person_id != (target.author_id or 0))
    _write(db, insert(table).from_select(["proposal_id", *names], wanted))
    _write(db, delete(table).where(table.c.proposal_id == source.id))


def _count_author(db: Session, source: Proposal, target: Proposal) -> None:
    """Who wrote the same wants the same; they are told so, and may take it back."""
    author_id = source.author_id
    if author_id is None:
        return
    follows.keep(db, target.id, author_id)
    supports = db.get(Endorsement, (target.id, author_id)) is not None
    if author_id == target.author_id or supports:
        return
    db.add(
        Endorsement(
            proposal_id=target.id,
            person_id=author_id,
            channel=source.channel,
            captured_by_id=source.captured_by_id,
            created_on=clock.today(),
        )
    )
    db.flush()


def _write(db: Session, statement: Any) -> None:
    db.execute(statement, execution_options={"synchronize_session": False})
