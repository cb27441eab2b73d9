"""Two ideas that say the same become one: nobody counts twice, nobody is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import Visibility
from engage.deadlines import queries as owed
from engage.proposals import commands, finding, follow_up, follows, joining, queries
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.news import ProposalFollow
from engage.proposals.workflow import Status
from tests.browsing import Browser
from tests.factories import make_organisation, make_person
from tests.proposals.ideas import make_idea, make_public


def supporters(db: Session, proposal: Proposal) -> set[int]:
    wanted = select(Endorsement.person_id).where(Endorsement.proposal_id == proposal.id)
    return set(db.scalars(wanted))


def followers(db: Session, proposal: Proposal) -> set[int]:
    wanted = select(ProposalFollow.person_id).where(ProposalFollow.proposal_id == proposal.id)
    return set(db.scalars(wanted))


def test_supporters_and_followers_move_and_count_once(db: Session) -> None:
    council = make_person(db, Role.COUNCIL)
    writer, first, both, last = (make_person(db) for _ in range(4))
    source, target = make_public(db, author=writer), make_public(db)
    target_author = db.get_one(Person, target.author_id)
    for person in (first, both, target_author):
        commands.endorse(db, source, person=person)
        follows.follow(db, source, person=person)
    for person in (both, last):
        commands.endorse(db, target, person=person)
        follows.follow(db, target, person=person)
    joining.join(db, source, target, person=council)
    db.expire_all()
    assert supporters(db, target) == {writer.id, first.id, both.id, last.id}
    assert (source.supporters, target.supporters) == (0, 4)
    assert followers(db, target) == {writer.id, first.id, both.id, last.id, target_author.id}
    assert supporters(db, source) == followers(db, source) == set()
    assert commands.withdraw_endorsement(db, target, person=writer) is True


def test_what_joined_is_found_nowhere_and_owed_by_nobody(db: Session) -> None:
    council = make_person(db, Role.COUNCIL)
    source, target = make_public(db, title="Un abri pour vélos"), make_public(db)
    partner, day = make_organisation(db), clock.today()
    follow_up.entrust(db, source, partner=partner, day=day, person=council)
    joining.join(db, source, target, person=council)
    assert (source.status, source.visibility) == (Status.MERGED, Visibility.HIDDEN)
    assert queries.proposal(db, source.id, None) is None
    assert source.id not in [entry.id for entry in finding.entries(db)]
    assert owed.open_deadlines_of(db, source) == []


def test_an_idea_in_the_queue_may_join_and_its_author_counts(db: Session) -> None:
    author = make_person(db, email="a@example.org")
    source, target = make_idea(db, author=author), make_public(db)
    joining.join(db, source, target, person=make_person(db, Role.COORDINATOR))
    assert supporters(db, target) == {author.id}
    message = db.scalars(select(OutboxMessage)).one()
    assert (message.kind, message.recipient) == ("idea_joined", "a@example.org")


def test_an_author_s_two_ideas_give_no_support_to_oneself(db: Session) -> None:
    author = make_person(db)
    source, target = make_public(db, author=author), make_public(db, author=author)
    joining.join(db, source, target, person=make_person(db, Role.COUNCIL))
    assert supporters(db, target) == set()


def test_no_idea_joins_itself_nor_in_a_circle_nor_one_that_nobody_sees(db: Session) -> None:
    council = make_person(db, Role.COUNCIL)
    one, two, waiting = make_public(db), make_public(db), make_idea(db)
    for target in (one, waiting):
        with pytest.raises(InvalidInput):
            joining.join(db, one, target, person=council)
    joining.join(db, one, two, person=council)
    with pytest.raises(InvalidInput):
        joining.join(db, two, one, person=council)
    with pytest.raises(Denied):
        joining.join(db, two, make_public(db), person=make_person(db))


def test_whoever_joined_earlier_is_led_on_at_once(db: Session) -> None:
    council = make_person(db, Role.COUNCIL)
    one, two, three = (make_public(db) for _ in range(3))
    joining.join(db, one, two, person=council)
    joining.join(db, two, three, person=council)
    db.expire_all()
    assert one.merged_into_id == two.merged_into_id == three.id


def test_two_that_join_each_other_at_once_leave_one(town: Services) -> None:
    with town.database.transaction() as db:
        council = make_person(db, Role.COUNCIL).id
        ids = [make_public(db).id for _ in range(2)]

    def join(source_id: int, target_id: int) -> bool:
        try:
            with town.database.transaction() as db:
                ideas = [db.get_one(Proposal, id_) for id_ in (source_id, target_id)]
                person = db.get_one(Person, council)
                db.refresh(person, ["mandates"])
                joining.join(db, *ideas, person=person)
        except (InvalidInput, Conflict, Denied):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(join, ids, reversed(ids)))
    assert sum(done) == 1
    with town.database.reading() as db:
        public = Proposal.visibility == Visibility.PUBLIC
        assert db.scalar(select(func.count()).where(public)) == 1


def test_the_address_of_what_joined_leads_on_and_says_so(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        source, target = make_public(db, author=author), make_public(db)
        joining.join(db, source, target, person=make_person(db, Role.COUNCIL))
        old, new = source.id, target.id
    for browser in (client, Browser(client.app).sign_in(author)):
        answer = browser.get(f"/propositions/{old}-avec-des-mots", expects=301)
        assert answer.headers["Location"] == f"/propositions/{new}?depuis={old}"
        browser.get(answer.headers["Location"])
        assert f"L’idée n° {old} a rejoint celle-ci." in browser.text
    client.get(f"/propositions/{new}?depuis={new}")
    assert f"L’idée n° {new}" not in client.text


def test_its_author_takes_it_back_all_the_same(db: Session) -> None:
    author = make_person(db)
    source, target = make_public(db, author=author), make_public(db)
    joining.join(db, source, target, person=make_person(db, Role.COUNCIL))
    commands.withdraw(db, source, author=author)
    assert source.status is Status.WITHDRAWN
    assert target.visibility is Visibility.PUBLIC
