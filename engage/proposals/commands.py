"""Writes about ideas: submit, support; moderation calls `publish` and `refuse`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.models import Draft, Person
from engage.core import audit, clock
from engage.core.errors import Conflict
from engage.core.photos import StoredPhoto
from engage.core.policy import require
from engage.core.words import ContributionChannel, Visibility
from engage.core.workflow import advance
from engage.deadlines import commands as deadlines
from engage.proposals import finding, follows, forgetting, news, queries, supporters, writing
from engage.proposals.addresses import path_of
from engage.proposals.call_commands import answered_by
from engage.proposals.follow_up_policy import can_follow
from engage.proposals.models import Endorsement, Proposal, ProposalRevision, Voice
from engage.proposals.news import Happening
from engage.proposals.policy import (
    can_change_action,
    can_endorse,
    can_speak_as,
    can_submit,
    can_withdraw,
)
from engage.proposals.suggest import suggested
from engage.proposals.workflow import OVER, TRANSITIONS, Action
from engage.territory import queries as territory


@dataclass(frozen=True)
class Idea:
    """What somebody wrote; without an action one is chosen from the words.

    `voice` and `organisation_id` say for whom its author speaks (`voices.Speaker`).
    """

    title: str
    text: str
    neighbourhood_id: int
    action_id: int | None = None
    language: str = "fr"
    place_id: int | None = None
    call_id: int | None = None
    voice: str = Voice.RESIDENT.value
    organisation_id: int | None = None

    def payload(self) -> dict[str, Any]:
        """The same as plain values, for a draft: `Idea(**payload)` gives it back."""
        return asdict(self)


def submit(
    db: Session,
    idea: Idea,
    *,
    author: Person,
    photo_ids: Sequence[int] = (),
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by_id: int | None = None,
    sent_at: datetime | None = None,
) -> Proposal:
    """Receive an idea: nobody but its author sees it until moderation publishes it.

    `sent_at` is when it was sent, where it waited for its author since. Raises `InvalidInput` on
    "appel" when the call that it answers takes no ideas.
    """
    require(can_submit, author)
    require(can_speak_as, author, Voice(idea.voice), idea.organisation_id)
    writing.check_place(db, idea.place_id, idea.neighbourhood_id)
    moment = clock.now()
    revision = writing.revision(idea.title, idea.text, idea.language, photo_ids=photo_ids)
    proposal = Proposal(
        author_id=author.id,
        neighbourhood_id=idea.neighbourhood_id,
        place_id=idea.place_id,
        voice=Voice(idea.voice),
        organisation_id=idea.organisation_id,
        call_id=answered_by(db, idea.call_id, sent_at=sent_at),
        action_id=idea.action_id or suggested_action(db, idea.title, idea.text),
        channel=channel.value,
        captured_by_id=captured_by_id,
        created_at=moment,
        revisions=[revision],
    )
    db.add(proposal)
    db.flush()
    audit.record(
        db, "proposal.submit", proposal, actor_id=captured_by_id or author.id, channel=channel.value
    )
    return proposal


def suggested_action(db: Session, title: str, text: str) -> int | None:
    """The id of the action that fits the words best, or None."""
    return suggested(title, text, [(a.id, a.keywords) for a in territory.actions(db)])


def change_action(
    db: Session, proposal: Proposal, *, action_id: int | None, person: Person
) -> None:
    """The author says which action the idea belongs to; None for none of them."""
    require(can_change_action, person, proposal)
    proposal.action_id = action_id
    audit.record(db, "proposal.change_action", proposal, actor_id=person.id, action_id=action_id)


def publish(db: Session, proposal: Proposal, *, revision: ProposalRevision, actor_id: int) -> None:
    """Make `revision` what everybody reads; moderation asks for it, after its own rules."""
    advance(db, proposal, Action.PUBLISH, TRANSITIONS, actor_id=actor_id, revision_id=revision.id)
    proposal.visibility = Visibility.PUBLIC
    proposal.published_revision_id = revision.id
    proposal.published_at = clock.now()
    finding.refresh(db, proposal.id)
    if proposal.author_id is not None:
        follows.keep(db, proposal.id, proposal.author_id)
    news.tell(db, proposal, Happening.PUBLISHED, actor_id=proposal.author_id)


def rewrite(db: Session, proposal: Proposal, *, revision: ProposalRevision, actor_id: int) -> None:
    """Let the words of an edit take the place of those that were public; its life goes on.

    An idea that is hidden stays so, with the new words.
    """
    if proposal.published_revision_id is None or proposal.status in OVER:
        raise Conflict
    proposal.published_revision_id = revision.id
    audit.record(db, "proposal.rewrite", proposal, actor_id=actor_id, revision_id=revision.id)
    finding.refresh(db, proposal.id)
    if proposal.visibility is Visibility.PUBLIC:
        news.tell(db, proposal, Happening.REWRITTEN, actor_id=proposal.author_id)


def refuse(db: Session, proposal: Proposal, *, revision: ProposalRevision, actor_id: int) -> None:
    """Keep it from everybody but its author; moderation asks for it, after its own rules."""
    advance(db, proposal, Action.REFUSE, TRANSITIONS, actor_id=actor_id, revision_id=revision.id)
    proposal.visibility = Visibility.HIDDEN
    finding.refresh(db, proposal.id)


def withdraw(db: Session, proposal: Proposal, *, author: Person) -> list[StoredPhoto]:
    """Take one's idea back: words, photo and supports go; returns what to take from the disk."""
    require(can_withdraw, author, proposal)
    advance(db, proposal, Action.WITHDRAW, TRANSITIONS, actor_id=author.id)
    proposal.visibility = Visibility.WITHDRAWN
    proposal.partner_id = proposal.due_at = None
    db.flush()
    deadlines.withdraw_all(db, proposal)
    return forgetting.erase(db, [proposal.id])


def endorse(
    db: Session,
    proposal: Proposal,
    *,
    person: Person,
    channel: ContributionChannel = ContributionChannel.WEB,
    captured_by_id: int | None = None,
) -> bool:
    """Support an idea, once; False when this person did already (the primary key decides)."""
    require(can_endorse, person, proposal)
    if queries.endorsement_of(db, proposal, person) is not None:
        return False
    try:
        with db.begin_nested():
            db.add(
                Endorsement(
                    proposal_id=proposal.id,
                    person_id=person.id,
                    channel=channel.value,
                    captured_by_id=captured_by_id,
                    created_on=clock.today(),
                )
            )
    except IntegrityError:
        return False
    supporters.add(db, proposal.id, 1)
    audit.record(
        db,
        "proposal.endorse",
        proposal,
        actor_id=captured_by_id or person.id,
        channel=channel.value,
    )
    return True


def withdraw_endorsement(db: Session, proposal: Proposal, *, person: Person) -> bool:
    """Take one's support back; False when there was none."""
    endorsement = queries.endorsement_of(db, proposal, person)
    if endorsement is None:
        return False
    db.delete(endorsement)
    supporters.add(db, proposal.id, -1)
    audit.record(db, "proposal.withdraw_endorsement", proposal, actor_id=person.id)
    return True


def finish_endorsement(db: Session, draft: Draft, person: Person) -> str:
    """Count the support that waited for its author to be known; returns the page that says so."""
    proposal = queries.proposal(db, draft.payload["proposal_id"], person)
    if proposal is None:
        return "/propositions"
    if can_endorse(person, proposal):
        endorse(db, proposal, person=person)
    if draft.payload.get("follow") and can_follow(person, proposal):
        follows.follow(db, proposal, person=person)
    return f"{path_of(proposal.id)}/soutenir"
