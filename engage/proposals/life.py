"""What the page of an idea shows of its life: answers, history, who follows, what staff may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core.i18n import date_short
from engage.core.words import Visibility
from engage.proposals import follow_up_policy as policy
from engage.proposals import words
from engage.proposals.addresses import path_of
from engage.proposals.answers import PROMISES, ProposalAnswer
from engage.proposals.models import Proposal
from engage.proposals.news import NAMED, Happening, ProposalEvent
from engage.proposals.steps import Step, steps
from engage.proposals.workflow import TRANSITIONS, Action, Status


@dataclass(frozen=True)
class Line:
    """One line of the history: the day, never the hour, and what happened."""

    day: str
    text: str


@dataclass(frozen=True)
class PublicAnswer:
    """An answer as everybody reads it; `institution` is its name where one decided."""

    answer: ProposalAnswer
    institution: str

    @property
    def verdict(self) -> str:
        return str(words.VERDICTS[self.answer.verdict])

    @property
    def is_promise(self) -> bool:
        return self.answer.verdict in PROMISES


@dataclass(frozen=True)
class Offer:
    """One act that somebody may do now: the last part of its address."""

    name: str
    label: str
    icon: str


def _before(action: Action) -> frozenset[Status]:
    """The states in which this may be done."""
    return frozenset(status for status, one in TRANSITIONS if one is action)


OFFERS = (
    (_before(Action.STUDY), policy.can_study, Offer("etudier", "Mettre à l’étude", "eye")),
    (
        _before(Action.ENTRUST),
        policy.can_entrust,
        Offer("confier", "Confier à un partenaire", "send"),
    ),
    (_before(Action.ANSWER), policy.can_reply, Offer("repondre", "Publier la réponse", "chat")),
    (
        _before(Action.START),
        policy.can_carry_out,
        Offer("commencer", "Dire que ça commence", "hand"),
    ),
    (
        _before(Action.FINISH),
        policy.can_carry_out,
        Offer("terminer", "Dire que c’est fait", "check"),
    ),
    (
        _before(Action.CONVERT) - {Status.RECEIVED},
        policy.can_put_to_vote,
        Offer("vote", "Proposer au vote", "vote"),
    ),
    (
        _before(Action.MERGE),
        policy.can_join,
        Offer("reunir", "Réunir avec une autre idée", "people"),
    ),
    (
        _before(Action.CONVERT),
        policy.can_convert,
        Offer("signalement", "C’est un problème à réparer", "flag"),
    ),
)
"""In French only: staff read them."""

START = "commencer"


@dataclass(frozen=True)
class Life:
    """All of it; `answers` newest first, `history` too."""

    steps: Sequence[Step]
    answers: Sequence[PublicAnswer]
    history: Sequence[Line]
    offers: Sequence[Offer]
    vote_id: int | None
    """The concertation that asks about it, if any."""


_EVENTS = select(ProposalEvent).options(*NAMED).order_by(ProposalEvent.id.desc())


def life_of(db: Session, proposal: Proposal, person: Person | None) -> Life:
    """What `person` sees of a proposal's life, in one statement; `partner` must be loaded."""
    events: Sequence[ProposalEvent] = ()
    if proposal.published_at is not None:
        events = db.scalars(_EVENTS.where(ProposalEvent.proposal_id == proposal.id)).all()
    answers = _answers(events)
    votes = [e.details.get("consultation_id") for e in events if e.kind is Happening.PUT_TO_VOTE]
    return Life(
        steps=steps(proposal, answers[0].answer if answers else None),
        answers=answers,
        history=[Line(date_short(event.at), words.said(event)) for event in events],
        offers=offers(proposal, person, [one.answer for one in answers]),
        vote_id=next((vote for vote in votes if vote), None),
    )


def _answers(events: Sequence[ProposalEvent]) -> list[PublicAnswer]:
    given = [event.answer for event in events if event.answer is not None]
    return [PublicAnswer(one, one.organisation.name if one.organisation else "") for one in given]


def offers(
    proposal: Proposal, person: Person | None, answers: Sequence[ProposalAnswer]
) -> list[Offer]:
    """What `person` may do with it now; most people nothing."""
    if person is None or proposal.visibility is not Visibility.PUBLIC:
        return []
    promised = bool(answers) and answers[0].verdict in PROMISES
    return [
        offer
        for states, rule, offer in OFFERS
        if proposal.status in states
        and rule(person, proposal)
        and (offer.name != START or promised)
    ]


def joined_by(db: Session, proposal: Proposal, number: int) -> bool:
    """Whether idea `number` has joined this one: its address leads here."""
    wanted = select(Proposal.id).where(
        Proposal.id == number, Proposal.merged_into_id == proposal.id
    )
    return db.scalar(wanted) is not None


def leads_on(db: Session, number: int) -> str | None:
    """Where the address of an idea leads that joined another one or became a report."""
    row = db.execute(
        select(Proposal.status, Proposal.merged_into_id).where(Proposal.id == number)
    ).first()
    if row is None:
        return None
    if row.status is Status.MERGED:
        is_public = Proposal.visibility == Visibility.PUBLIC
        target = db.scalar(select(Proposal.id).where(Proposal.id == row.merged_into_id, is_public))
        return f"{path_of(target)}?depuis={number}" if target else None
    return _report_page(db, number) if row.status is Status.CONVERTED else None


def _report_page(db: Session, number: int) -> str | None:
    converted = (
        ProposalEvent.proposal_id == number,
        ProposalEvent.kind == Happening.CONVERTED,
    )
    newest = select(ProposalEvent.details).where(*converted).order_by(ProposalEvent.id.desc())
    details = db.scalar(newest.limit(1))
    return f"/signalements/{details['reference']}" if details else None
