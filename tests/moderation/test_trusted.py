"""Trusted mode: public at once, read afterwards; off, risky or edited it waits as ever."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock, town_settings
from engage.core.outbox import OutboxMessage
from engage.core.town_settings import TownSettings
from engage.core.words import Visibility
from engage.moderation import (
    appeals,
    authoring,
    commands,
    notices,
    notices_decisions,
    queries,
)
from engage.moderation.choices import Changes, Choice
from engage.moderation.models import ModerationItem
from engage.moderation.notices import Complaint
from engage.moderation.notices_models import NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.workflow import Action, Status
from engage.proposals.models import Proposal
from engage.proposals.writing import Rewording
from tests.discussions.making import make_comment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_item, make_public


@pytest.fixture
def author(db: Session) -> Person:
    return make_person(db, email="auteur@example.org")


def trust(db: Session, *kinds: str) -> None:
    town_settings.write(db, TownSettings(trusted=frozenset(kinds)))


def idea_of(db: Session, item: ModerationItem) -> Proposal:
    return db.get_one(Proposal, item.subject_id)


def test_nothing_is_public_at_once_unless_the_town_says_so(db: Session, author: Person) -> None:
    item = make_item(db, author=author)
    assert idea_of(db, item).visibility is Visibility.PENDING
    trust(db, "comments")
    assert idea_of(db, make_item(db, author=author)).visibility is Visibility.PENDING


def test_a_trusted_idea_is_public_at_once_and_still_read(db: Session, author: Person) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    assert idea_of(db, item).visibility is Visibility.PUBLIC
    assert (item.status, item.flags, item.in_queue) == (Status.WAITING, ["already_public"], True)
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    assert item.status is Status.PUBLISHED
    kinds = db.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds == ["idea_published"]


@pytest.mark.parametrize("text", ["Appelez le 06 39 98 00 09.", "Karim est un voleur."])
def test_what_has_a_risk_waits_whatever_the_setting(db: Session, author: Person, text: str) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author, text=text)
    assert idea_of(db, item).visibility is Visibility.PENDING


def test_two_members_hide_it_afterwards_and_an_appeal_brings_it_back(
    db: Session, author: Person
) -> None:
    trust(db, "proposals")
    members = [make_person(db, Role.COUNCIL) for _ in range(3)]
    item = make_item(db, author=author)
    deciding.refuse(db, item, *members[:2])
    assert idea_of(db, item).visibility is Visibility.HIDDEN
    appeal = appeals.ask(db, item, "Relisez.", author=author)
    appeals.overturn(db, appeal, judge=members[2], version=appeal.version, answer="Oui.")
    assert idea_of(db, item).visibility is Visibility.PUBLIC


def send_other_words(db: Session, item: ModerationItem, author: Person) -> None:
    wanted = Rewording("Des bancs", "Trois bancs, plutôt.", "fr", photo_ids=[])
    idea = idea_of(db, item)
    assert authoring.edit(db, idea, wanted, author=author) is item
    db.expire(idea, ["published_revision"])  # another transaction reads it


def test_other_words_do_not_save_the_first_ones_from_being_read(
    db: Session, author: Person
) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    send_other_words(db, item, author)
    deciding.refuse(db, item, *(make_person(db, Role.COUNCIL) for _ in range(2)))
    assert idea_of(db, item).visibility is Visibility.HIDDEN


def test_other_words_that_are_read_take_the_place_of_the_first_ones(
    db: Session, author: Person
) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    send_other_words(db, item, author)
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    assert idea_of(db, item).visibility is Visibility.PUBLIC
    assert idea_of(db, item).published_revision_id == item.revision_id


def reported(db: Session, idea: Proposal) -> ModerationItem:
    target = REPORTABLE["proposals"].find(db, idea.id)
    assert target is not None
    complaint = Complaint(queries.reasons(db)[0], "Ces mots blessent.")
    notices.send(db, target, complaint, reporter=None)
    case = db.scalars(select(NoticeCase).where(NoticeCase.subject_id == idea.id)).one()
    item = notices_decisions.item_of(db, case)
    assert item is not None
    return item


def test_what_a_report_hides_is_not_published_by_its_own_reading(
    db: Session, author: Person
) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    report = reported(db, idea_of(db, item))
    deciding.refuse(db, report, *(make_person(db, Role.COUNCIL) for _ in range(2)))
    assert (report.status, item.status) == (Status.REFUSED, Status.WITHDRAWN)
    assert idea_of(db, item).visibility is Visibility.HIDDEN


def test_what_its_own_reading_refuses_is_not_kept_by_a_report(db: Session, author: Person) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    report = reported(db, idea_of(db, item))
    deciding.refuse(db, item, *(make_person(db, Role.COUNCIL) for _ in range(2)))
    assert (report.status, item.status) == (Status.WITHDRAWN, Status.REFUSED)
    assert idea_of(db, item).visibility is Visibility.HIDDEN


def test_masked_words_do_not_come_back_with_the_first_reading(db: Session, author: Person) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    report, member = reported(db, idea_of(db, item)), make_person(db, Role.COUNCIL)
    veil = Changes(title=[(4, 9)])
    why = deciding.grounds(db)
    deciding.decide(db, report, member, Choice(Action.PUBLISH_MASKED, why, changes=veil))
    assert (report.status, item.status) == (Status.PUBLISHED, Status.WITHDRAWN)


def test_what_is_hidden_until_reports_are_read_is_not_shown_by_its_own_reading(
    db: Session, author: Person
) -> None:
    trust(db, "proposals")
    item = make_item(db, author=author)
    case_id = reported(db, idea_of(db, item)).subject_id
    REPORTABLE["proposals"].hide(db, item.subject_id, actor_id=None)
    db.get_one(NoticeCase, case_id).hidden_at = clock.now()
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    assert item.status is Status.PUBLISHED
    assert idea_of(db, item).visibility is Visibility.HIDDEN


def test_a_trusted_idea_that_says_the_same_joins_the_other_one(db: Session, author: Person) -> None:
    target = make_public(db)
    trust(db, "proposals")
    item = make_item(db, author=author)
    deciding.decide(
        db, item, make_person(db, Role.COUNCIL), Choice(Action.MERGE, target_id=target.id)
    )
    assert item.status is Status.MERGED
    assert idea_of(db, item).merged_into_id == target.id


def test_comments_are_trusted_alike(db: Session, author: Person) -> None:
    trust(db, "comments")
    comment = make_comment(db, make_public(db), author=author)
    commands.receive(
        db,
        subject_type="comments",
        subject_id=comment.id,
        revision_id=comment.edition,
        author_id=author.id,
    )
    assert comment.visibility is Visibility.PUBLIC
