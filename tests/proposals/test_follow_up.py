"""What becomes of a public idea: who may say it, in which order, and what follows from it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, DomainError, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.words import Visibility
from engage.deadlines import queries as owed
from engage.deadlines.models import Deadline, DeadlineKind
from engage.deadlines.workdays import end_of_day
from engage.proposals import commands, follow_up
from engage.proposals.answers import ProposalAnswer, Verdict
from engage.proposals.follow_up import Statement
from engage.proposals.models import Proposal
from engage.proposals.workflow import TRANSITIONS, Action, Status
from tests.factories import make_organisation, make_person
from tests.proposals.ideas import make_public

SOON = date(2026, 7, 15)


def statement(verdict: Verdict = Verdict.ACCEPTED, **values: object) -> Statement:
    given = {"decided_by": "Le conseil de quartier", "reason": "Deux bancs seront posés."}
    return Statement(verdict, **(given | values))  # type: ignore[arg-type]


def make_answered(db: Session, verdict: Verdict = Verdict.ACCEPTED, **values: object) -> Proposal:
    """An idea that has an answer."""
    proposal = make_public(db)
    coordinator = make_person(db, Role.COORDINATOR)
    follow_up.answer(db, proposal, statement(verdict, **values), person=coordinator)
    return proposal


ACTS: dict[Action, Callable[[Session, Proposal, Person], object]] = {
    Action.STUDY: lambda db, idea, who: follow_up.study(db, idea, person=who),
    Action.ENTRUST: lambda db, idea, who: follow_up.entrust(
        db, idea, partner=make_organisation(db), day=SOON, person=who
    ),
    Action.ANSWER: lambda db, idea, who: follow_up.answer(db, idea, statement(), person=who),
    Action.START: lambda db, idea, who: follow_up.start(db, idea, person=who),
    Action.FINISH: lambda db, idea, who: follow_up.finish(db, idea, person=who),
}


def test_each_act_is_refused_where_the_table_has_no_such_move(db: Session) -> None:
    proposal, who = make_answered(db), make_person(db, Role.COORDINATOR)
    for status, action in product(Status, ACTS):
        db.flush()
        db.execute(update(Proposal).values(status=status, version=Proposal.version + 1))
        db.refresh(proposal)
        if (status, action) in TRANSITIONS:
            ACTS[action](db, proposal, who)
            assert proposal.status is TRANSITIONS[status, action]
        else:
            with pytest.raises(DomainError):
                ACTS[action](db, proposal, who)
            assert proposal.status is status


@pytest.mark.parametrize("action", ACTS)
def test_only_those_in_charge_may(db: Session, action: Action) -> None:
    before = next(status for status, one in TRANSITIONS if one is action)
    proposal = make_answered(db)
    db.execute(update(Proposal).values(status=before, version=Proposal.version + 1))
    db.refresh(proposal)
    allowed = {
        role
        for role in Role
        if _may(lambda role=role: ACTS[action](db, proposal, make_person(db, role)), db, proposal)
    }
    council = {Role.COUNCIL} if action in (Action.STUDY, Action.ENTRUST) else set()
    assert allowed == council | {Role.COORDINATOR}


def _may(act: Callable[[], object], db: Session, proposal: Proposal) -> bool:
    try:
        with db.begin_nested() as point:
            act()
            point.rollback()
    except Denied:
        return False
    db.refresh(proposal)
    return True


def test_nothing_happens_to_an_idea_that_is_not_public(db: Session) -> None:
    proposal, who = make_public(db), make_person(db, Role.COORDINATOR)
    proposal.visibility = Visibility.HIDDEN
    for act in ACTS.values():
        with pytest.raises(Denied):
            act(db, proposal, who)


def test_the_agents_of_the_organisation_in_charge_say_how_it_goes(db: Session) -> None:
    partner, other = make_organisation(db), make_organisation(db)
    proposal = make_answered(db, organisation=partner, day=SOON)
    stranger = make_person(db, Role.AGENT, organisation=other)
    with pytest.raises(Denied):
        follow_up.start(db, proposal, person=stranger)
    agent = make_person(db, Role.AGENT, organisation=partner)
    follow_up.start(db, proposal, person=agent)
    with pytest.raises(Denied):
        follow_up.finish(db, proposal, person=stranger)
    follow_up.finish(db, proposal, person=agent)
    assert proposal.status is Status.DONE
    assert proposal.due_at is None
    assert owed.open_deadlines_of(db, proposal) == []


def test_nobody_starts_what_was_not_promised(db: Session) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    for verdict in (Verdict.NO, Verdict.NOT_NOW):
        proposal = make_answered(db, verdict)
        with pytest.raises(Conflict):
            follow_up.start(db, proposal, person=coordinator)
    assert proposal.status is Status.ANSWERED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"decided_by": ""}, "decided_by"),
        ({"reason": ""}, "reason"),
        ({"decided_by": "x" * 161}, "decided_by"),
        ({"reason": "x" * 2001}, "reason"),
        ({"day": date(2026, 6, 1)}, "day"),
        ({"day": date(2027, 7, 1)}, "day"),
        ({"verdict": Verdict.NO, "day": SOON}, "day"),
    ],
)
def test_no_answer_without_who_and_why_nor_with_a_date_nobody_can_keep(
    db: Session, values: dict[str, object], field: str
) -> None:
    proposal = make_public(db)
    with pytest.raises(InvalidInput) as refusal:
        follow_up.answer(
            db, proposal, statement(**values), person=make_person(db, Role.COORDINATOR)
        )
    assert refusal.value.field == field
    assert proposal.status is Status.PUBLISHED
    assert db.scalar(select(ProposalAnswer.id)) is None


def test_not_now_can_be_answered_again_and_the_first_answer_stays(db: Session) -> None:
    proposal = make_answered(db, Verdict.NOT_NOW)
    follow_up.answer(db, proposal, statement(), person=make_person(db, Role.COORDINATOR))
    verdicts = db.scalars(select(ProposalAnswer.verdict).order_by(ProposalAnswer.id)).all()
    assert verdicts == [Verdict.NOT_NOW, Verdict.ACCEPTED]


def deadline(db: Session) -> Deadline:
    return db.scalars(select(Deadline)).one()


def test_a_partner_owes_an_answer_until_the_date(db: Session) -> None:
    proposal, partner = make_public(db), make_organisation(db)
    council = make_person(db, Role.COUNCIL)
    follow_up.entrust(db, proposal, partner=partner, day=SOON, person=council)
    assert proposal.status is Status.STUDIED
    assert (proposal.partner_id, proposal.due_at) == (partner.id, end_of_day(SOON))
    owes = deadline(db)
    assert (owes.kind, owes.due_at) == (DeadlineKind.PROPOSAL_ANSWER, end_of_day(SOON))
    assert proposal.revisions[0].title not in owes.title
    follow_up.answer(db, proposal, statement(), person=make_person(db, Role.COORDINATOR))
    assert deadline(db).met_at == clock.now()


def test_sent_to_somebody_else_the_same_thing_is_handed_on(db: Session) -> None:
    proposal, council = make_public(db), make_person(db, Role.COUNCIL)
    first, second = make_organisation(db), make_organisation(db)
    follow_up.entrust(db, proposal, partner=first, day=SOON, person=council)
    later = SOON + timedelta(days=7)
    follow_up.entrust(db, proposal, partner=second, day=later, person=council)
    owes = deadline(db)
    assert (owes.organisation_id, owes.due_at) == (second.id, end_of_day(later))


def test_what_was_promised_is_owed_by_who_promised_it(db: Session) -> None:
    partner = make_organisation(db)
    proposal = make_answered(db, organisation=partner, day=SOON)
    assert deadline(db).kind == DeadlineKind.PROPOSAL_DONE
    coordinator = make_person(db, Role.COORDINATOR)
    follow_up.start(db, proposal, person=coordinator, day=SOON + timedelta(days=30))
    assert deadline(db).due_at == end_of_day(SOON + timedelta(days=30))
    follow_up.answer(db, proposal, statement(Verdict.NO), person=coordinator)
    assert owed.open_deadlines_of(db, proposal) == []
    assert (proposal.partner_id, proposal.due_at) == (None, None)


def test_an_idea_taken_back_is_owed_by_nobody(db: Session) -> None:
    proposal = make_public(db)
    council = make_person(db, Role.COUNCIL)
    follow_up.entrust(db, proposal, partner=make_organisation(db), day=SOON, person=council)
    author = db.get_one(Person, proposal.author_id)
    commands.withdraw(db, proposal, author=author)
    assert owed.open_deadlines_of(db, proposal) == []


def test_the_author_is_told_of_the_answer_at_once(db: Session) -> None:
    proposal = make_public(db, author=make_person(db, email="a@example.org"))
    follow_up.answer(db, proposal, statement(), person=make_person(db, Role.COORDINATOR))
    message = db.scalars(select(OutboxMessage)).one()
    assert (message.kind, message.recipient) == ("idea_answered", "a@example.org")


def test_every_act_is_in_the_journal(db: Session) -> None:
    proposal, who = make_public(db), make_person(db, Role.COORDINATOR)
    for act in ACTS.values():
        act(db, proposal, who)
    wanted = (AuditEntry.actor_id == who.id, AuditEntry.subject_type == "proposals")
    done = db.scalars(select(AuditEntry.action).where(*wanted).order_by(AuditEntry.id)).all()
    assert done == [
        f"proposal.{verb}" for verb in ("study", "entrust", "answer", "start", "finish")
    ]
