"""The fictive ideas of the demo, loaded through the real commands."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage import contract
from engage.accounts import demo as accounts
from engage.accounts.models import Role
from engage.core import clock
from engage.core.contractrows import Difference, Loader
from engage.core.words import Visibility
from engage.moderation import demo, desk, queue
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status
from engage.proposals.models import Endorsement, Proposal, ProposalAddition, ProposalRevision, Voice
from engage.proposals.workflow import Status as IdeaStatus
from engage.territory import contract as territory
from tests.factories import make_person

DATA = json.loads(contract.DEMO_FILE.read_text(encoding="utf-8"))


@pytest.fixture
def loaded(db: Session) -> Session:
    loader = Loader(db, Difference())
    territory.load_demo(loader, DATA)
    people = accounts.load(loader, DATA, joined_at=clock.now() - timedelta(days=200))
    demo.load(db, DATA, people=people)
    return db


def test_what_the_file_calls_public_is_public_and_the_rest_waits(loaded: Session) -> None:
    wanted = [row["visibility"] for row in DATA["proposals"]]
    found = loaded.scalars(
        select(Proposal.visibility).where(Proposal.status != IdeaStatus.MERGED)
    ).all()
    joined = sum("joins" in row for row in DATA["proposals"])
    assert found.count(Visibility.PUBLIC) == wanted.count("public") - joined
    waiting = select(func.count()).where(ModerationItem.status == Status.WAITING)
    ideas = ModerationItem.subject_type == Proposal.__tablename__
    assert loaded.scalar(waiting.where(ideas)) == wanted.count("pending")


def test_each_idea_has_the_supporters_of_the_file(loaded: Session) -> None:
    for row in DATA["proposals"]:
        counted = loaded.execute(
            select(func.count(), func.count().filter(Endorsement.channel == "in_person"))
            .join(Proposal, Proposal.id == Endorsement.proposal_id)
            .join(Proposal.revisions)
            .where(ProposalRevision.title == row["title"])
        ).one()
        assert tuple(counted) == (row["endorsements"], row["endorsements_in_person"]), row["code"]


def test_authors_add_to_their_ideas_and_speak_for_others(loaded: Session) -> None:
    added = loaded.scalars(select(ProposalAddition.visibility)).all()
    assert sorted(added) == [Visibility.PENDING, Visibility.PUBLIC]
    voices = loaded.scalars(select(Proposal.voice).distinct()).all()
    assert set(voices) == set(Voice)


def test_nothing_of_the_demo_happens_in_the_future(loaded: Session) -> None:
    now = clock.now()
    assert (loaded.scalar(select(func.max(Proposal.published_at))) or now) <= now
    newest = loaded.scalar(select(func.max(Endorsement.created_on)))
    assert newest is not None
    assert newest <= clock.today()


@pytest.mark.demo
def test_the_demo_has_a_refusal_to_confirm_and_a_text_to_translate(db: Session) -> None:
    found = db.execute(select(ModerationItem.status, ModerationItem.language)).all()
    assert (Status.SECOND_LOOK, "fr") in found
    assert (Status.WAITING, "es") in found


def test_the_queue_of_the_demo_has_words_to_check_and_something_late(loaded: Session) -> None:
    lines, _next = queue.queue(loaded, make_person(loaded, Role.COUNCIL), {"fr"})
    assert any(line.marks for line in lines)
    assert desk.figures(loaded, None).late == 1
    assert [line.id for line in lines] == sorted(line.id for line in lines)
