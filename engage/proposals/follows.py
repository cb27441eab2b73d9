"""Who wants to hear what becomes of an idea: follow it, stop, stop everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, delete, func, literal, select
from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.core import audit, clock
from engage.core.policy import require
from engage.core.secrets import token_hash
from engage.core.words import ContributionChannel, Visibility
from engage.proposals import queries
from engage.proposals.addresses import path_of
from engage.proposals.follow_up_policy import can_follow
from engage.proposals.models import Endorsement, Proposal, ProposalRevision
from engage.proposals.news import ProposalDigest, ProposalFollow, ProposalNews
from engage.proposals.workflow import Status


def follow(db: Session, proposal: Proposal, *, person: Person) -> bool:
    """Hear of its changes from now on; False when this person did already."""
    require(can_follow, person, proposal)
    if follows(db, proposal, person):
        return False
    keep(db, proposal.id, person.id)
    audit.record(db, "proposal.follow", proposal, actor_id=person.id)
    return True


def keep(db: Session, proposal_id: int, person_id: int) -> None:
    """Note that somebody follows, unless they do."""
    if db.get(ProposalFollow, (proposal_id, person_id)) is None:
        db.add(
            ProposalFollow(proposal_id=proposal_id, person_id=person_id, created_on=clock.today())
        )
        db.flush()


def unfollow(db: Session, proposal: Proposal, *, person: Person) -> bool:
    """Hear nothing more of it; False when this person did not follow."""
    following = db.get(ProposalFollow, (proposal.id, person.id))
    if following is None:
        return False
    db.delete(following)
    db.flush()
    audit.record(db, "proposal.unfollow", proposal, actor_id=person.id)
    return True


def stop(db: Session, person: Person) -> int:
    """Follow nothing any more, by the link of a digest; returns how many ideas it was."""
    gone = db.execute(delete(ProposalFollow).where(ProposalFollow.person_id == person.id))
    waiting = (ProposalNews.person_id == person.id, ProposalNews.digest_id.is_(None))
    db.execute(delete(ProposalNews).where(*waiting))
    number: int = gone.rowcount  # type: ignore[attr-defined]
    if number:
        audit.record(db, "person.stop_news", person, actor_id=person.id, ideas=number)
    return number


def follows(db: Session, proposal: Proposal, person: Person) -> bool:
    """Whether this person hears of the idea's changes."""
    return db.get(ProposalFollow, (proposal.id, person.id)) is not None


@dataclass(frozen=True)
class Standing:
    """Who supports an idea, by channel, the largest first; what this person does about it."""

    supporters: Mapping[ContributionChannel, int]
    supports: bool
    follows: bool

    @property
    def total(self) -> int:
        return sum(self.supporters.values())


_MINE = Endorsement.person_id == bindparam("person_id")
_STANDING = (
    select(
        Endorsement.channel,
        func.count().label("number"),
        func.max(case((_MINE, 1), else_=0)).label("mine"),
    )
    .where(Endorsement.proposal_id == bindparam("proposal_id"))
    .group_by(Endorsement.channel)
    .union_all(
        select(literal("").label("channel"), func.count(), literal(0)).where(
            ProposalFollow.proposal_id == bindparam("proposal_id"),
            ProposalFollow.person_id == bindparam("person_id"),
        )
    )
)


def standing(db: Session, proposal: Proposal, person: Person | None) -> Standing:
    """All of it in one statement: the page of an idea asks for it."""
    who = {"proposal_id": proposal.id, "person_id": person.id if person else 0}
    rows = sorted(db.execute(_STANDING, who), key=lambda row: (-row.number, row.channel))
    return Standing(
        {ContributionChannel(row.channel): row.number for row in rows if row.channel},
        supports=any(row.mine for row in rows),
        follows=any(row.number for row in rows if not row.channel),
    )


@dataclass(frozen=True)
class Followed:
    """One idea that a person follows, as their list shows it."""

    id: int
    title: str
    language: str
    status: Status

    @property
    def href(self) -> str:
        return path_of(self.id, self.title)


def followed(db: Session, person: Person) -> Sequence[Followed]:
    """The public ideas that a person follows, the newest first."""
    rows = db.execute(
        select(Proposal.id, ProposalRevision.title, ProposalRevision.language, Proposal.status)
        .join(ProposalFollow, ProposalFollow.proposal_id == Proposal.id)
        .join(ProposalRevision, ProposalRevision.id == Proposal.published_revision_id)
        .where(ProposalFollow.person_id == person.id, Proposal.visibility == Visibility.PUBLIC)
        .order_by(Proposal.id.desc())
    )
    return [Followed(*row) for row in rows]


def whose(db: Session, token: str) -> Person | None:
    """Who got the digest with this link, as long as it works; who has their account now."""
    digest = db.scalar(
        select(ProposalDigest).where(
            ProposalDigest.token_hash == token_hash(token),
            ProposalDigest.expires_at > clock.now(),
        )
    )
    person = db.get(Person, digest.person_id) if digest else None
    while person is not None and person.merged_into_id is not None:
        person = db.get(Person, person.merged_into_id)
    return person


def finish_follow(db: Session, draft: Draft, person: Person) -> str:
    """Follow the idea once its follower is known; returns the page that says so."""
    proposal = queries.proposal(db, draft.payload["proposal_id"], person)
    if proposal is None:
        return "/propositions"
    if can_follow(person, proposal):
        follow(db, proposal, person=person)
    return f"{path_of(proposal.id)}/suivre"
