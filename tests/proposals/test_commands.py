"""What commands do with ideas."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engage.accounts.commands import keep_draft
from engage.accounts.models import Draft, Role
from engage.core import html
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied
from engage.core.services import Services
from engage.core.words import ContributionChannel, Visibility
from engage.core.workflow import advance
from engage.proposals import commands, queries
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.workflow import TRANSITIONS, Action, Status
from engage.territory.models import Action as ContractAction
from tests.conftest import Moment
from tests.factories import make_person
from tests.proposals.ideas import make_idea, make_public


def audited(db: Session) -> list[str]:
    found = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    return [action for action in found if action.startswith("proposal.")]


def test_a_new_idea_waits_and_is_audited(db: Session) -> None:
    proposal = make_idea(db)
    assert proposal.status is Status.RECEIVED
    assert proposal.visibility is Visibility.PENDING
    assert audited(db) == ["proposal.submit"]


def test_without_an_action_the_words_choose_one(db: Session) -> None:
    proposal = make_idea(db, title="Des bancs à l’ombre", text="Près des jeux.")
    action = db.get_one(ContractAction, proposal.action_id)
    assert action.number == 1


def test_the_action_somebody_chose_stays(db: Session) -> None:
    chosen = db.scalars(select(ContractAction).filter_by(number=12)).one()
    proposal = make_idea(db, title="Des bancs à l’ombre", action_id=chosen.id)
    assert proposal.action_id == chosen.id


def test_the_html_is_made_when_the_words_are_written(db: Session) -> None:
    proposal = make_idea(db, text="<script>alert(1)</script> & <b>gras</b>\n\n- un\n- deux 🙂")
    revision = proposal.revisions[0]
    assert "<script" not in revision.body_html
    assert "<li>deux 🙂</li>" in revision.body_html
    assert "&lt;b&gt;gras" in revision.body_html
    assert revision.html_rules == html.RULES_VERSION


def test_an_unknown_neighbourhood_is_refused_by_the_database(db: Session) -> None:
    idea = commands.Idea(title="Un banc", text="Ici.", neighbourhood_id=999_999)
    author = make_person(db)
    with pytest.raises(IntegrityError):
        commands.submit(db, idea, author=author)


def test_a_closed_account_submits_nothing(db: Session, moment: Moment) -> None:
    with pytest.raises(Denied):
        make_idea(db, author=make_person(db, closed_at=moment.now))


def test_publishing_shows_the_revision_to_everybody(db: Session, moment: Moment) -> None:
    proposal = make_public(db)
    assert proposal.visibility is Visibility.PUBLIC
    assert proposal.published_revision_id == proposal.revisions[0].id
    assert proposal.published_at == moment.now


def test_refusing_keeps_it_from_everybody_but_the_author(db: Session) -> None:
    proposal = make_idea(db)
    commands.refuse(db, proposal, revision=proposal.revisions[0], actor_id=make_person(db).id)
    db.flush()
    assert queries.proposal(db, proposal.id, None) is None
    assert queries.proposal(db, proposal.id, make_person(db, Role.COUNCIL)) is None
    author = proposal.author_id
    assert db.scalar(select(Proposal.id).where(Proposal.author_id == author)) == proposal.id


def test_only_the_moves_of_the_table_are_possible(db: Session) -> None:
    proposal = make_idea(db)
    for status, action in product(Status, Action):
        db.execute(update(Proposal).values(status=status, version=Proposal.version + 1))
        db.refresh(proposal)
        if (status, action) in TRANSITIONS:
            advance(db, proposal, action, TRANSITIONS)
            assert proposal.status is TRANSITIONS[status, action]
            db.flush()
            continue
        with pytest.raises(Conflict):
            advance(db, proposal, action, TRANSITIONS)
        assert proposal.status is status


def test_a_person_supports_once(db: Session) -> None:
    proposal, neighbour = make_public(db), make_person(db)
    assert commands.endorse(db, proposal, person=neighbour) is True
    assert commands.endorse(db, proposal, person=neighbour) is False
    assert sum(queries.supporters_by_channel(db, proposal).values()) == 1
    assert audited(db).count("proposal.endorse") == 1


def test_support_can_be_taken_back_and_given_again(db: Session) -> None:
    proposal, neighbour = make_public(db), make_person(db)
    commands.endorse(db, proposal, person=neighbour)
    assert commands.withdraw_endorsement(db, proposal, person=neighbour) is True
    db.flush()
    assert commands.withdraw_endorsement(db, proposal, person=neighbour) is False
    assert queries.supporters_by_channel(db, proposal) == {}
    assert commands.endorse(db, proposal, person=neighbour) is True


def test_support_is_counted_by_channel(db: Session) -> None:
    proposal, mediator = make_public(db), make_person(db, Role.MEDIATOR)
    commands.endorse(db, proposal, person=make_person(db))
    for _ in range(2):
        commands.endorse(
            db,
            proposal,
            person=make_person(db),
            channel=ContributionChannel.IN_PERSON,
            captured_by_id=mediator.id,
        )
    assert list(queries.supporters_by_channel(db, proposal).items()) == [
        (ContributionChannel.IN_PERSON, 2),
        (ContributionChannel.WEB, 1),
    ]


def test_nobody_supports_their_own_idea_or_what_is_not_public(db: Session) -> None:
    author = make_person(db)
    public, waiting = make_public(db, author=author), make_idea(db)
    with pytest.raises(Denied):
        commands.endorse(db, public, person=author)
    with pytest.raises(Denied):
        commands.endorse(db, waiting, person=author)


def test_eight_supports_of_one_person_at_once_count_once(town: Services) -> None:
    with town.database.transaction() as db:
        proposal_id, person_id = make_public(db).id, make_person(db).id

    def support(_n: int) -> bool:
        with town.database.transaction() as db:
            person = db.get_one(commands.Person, person_id)
            proposal = queries.proposal(db, proposal_id, person)
            assert proposal is not None
            return commands.endorse(db, proposal, person=person)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(support, range(8))) == 1
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Endorsement)) == 1


def endorsement_draft(db: Session, proposal_id: int) -> Draft:
    keep_draft(db, "endorsement", {"proposal_id": proposal_id})
    return db.scalars(select(Draft).order_by(Draft.id.desc())).first() or Draft()


def test_a_support_that_waited_for_its_author_is_counted_once(db: Session) -> None:
    proposal, neighbour = make_public(db), make_person(db)
    for _ in range(2):
        draft = endorsement_draft(db, proposal.id)
        url = commands.finish_endorsement(db, draft, neighbour)
        assert url == f"/propositions/{proposal.id}/soutenir"
    assert sum(queries.supporters_by_channel(db, proposal).values()) == 1


def test_a_support_of_ones_own_or_a_vanished_idea_breaks_nothing(db: Session) -> None:
    author = make_person(db)
    proposal = make_public(db, author=author)
    url = commands.finish_endorsement(db, endorsement_draft(db, proposal.id), author)
    assert url.endswith("/soutenir")
    assert commands.finish_endorsement(db, endorsement_draft(db, 999), author) == "/propositions"
    assert queries.supporters_by_channel(db, proposal) == {}


def test_only_the_author_changes_the_action_and_only_before_it_is_read(db: Session) -> None:
    author = make_person(db)
    proposal = make_idea(db, author=author)
    commands.change_action(db, proposal, action_id=None, person=author)
    assert proposal.action_id is None
    with pytest.raises(Denied):
        commands.change_action(db, proposal, action_id=None, person=make_person(db, Role.COUNCIL))
    commands.publish(db, proposal, revision=proposal.revisions[0], actor_id=author.id)
    with pytest.raises(Denied):
        commands.change_action(db, proposal, action_id=None, person=author)
