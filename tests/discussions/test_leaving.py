"""What becomes of somebody's comments when they leave, and what they may take with them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core.errors import Denied
from engage.core.services import Services
from engage.core.words import Visibility
from engage.discussions.models import Comment
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status
from engage.privacy import identities, portrait
from engage.privacy.commands import Ideas, close_account
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.discussions.making import make_comment
from tests.discussions.test_moderation import member, sent
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_public

KEY = b"k" * 32


def commented(db: Session, person: Person, idea: Proposal) -> tuple[Comment, Comment, Comment]:
    """A public, a waiting and a refused comment of `person`."""
    public = make_comment(db, idea, author=person, text="Public.", public=True)
    waiting, _item = sent(db, "En attente.", author=person, idea=idea)
    refused, item = sent(db, "Refusé.", author=person, idea=idea)
    why = deciding.grounds(db, "Refusé", "Le mot Refusé est de trop.")
    deciding.refuse(db, item, member(db), member(db), why)
    return public, waiting, refused


@pytest.mark.parametrize(
    ("choice", "left"), [(Ideas.STAY, ["Public.", "", ""]), (Ideas.GO, ["", "", ""])]
)
def test_published_comments_stay_unnamed_or_go_as_chosen(
    db: Session, choice: Ideas, left: list[str]
) -> None:
    person, idea = make_person(db), make_public(db)
    said = commented(db, person, idea)
    close_account(db, person, ideas=choice, identity_key=None)
    for comment in said:
        db.refresh(comment)
    assert [comment.body for comment in said] == left
    assert {comment.author_id for comment in said} == {None}
    waiting = db.scalars(
        select(ModerationItem).where(ModerationItem.subject_id == said[1].id)
    ).one()
    assert (waiting.status, waiting.author_id) == (Status.WITHDRAWN, None)


def test_the_copy_of_ones_data_holds_ones_comments(db: Session) -> None:
    person, idea = make_person(db), make_public(db)
    commented(db, person, idea)
    make_comment(db, idea, text="D’un autre.", public=True)
    kept = portrait.portrait(db, person)["commentaires"]
    assert [(one["texte"], one["visible"]) for one in kept] == [
        ("Public.", "public"),
        ("En attente.", "pending"),
        ("Refusé.", "hidden"),
    ]


def test_who_published_a_comment_counts_as_an_author_where_identities_are_kept(
    db: Session,
) -> None:
    silent, speaking = make_person(db), make_person(db)
    make_comment(db, make_public(db), author=silent)
    make_comment(db, make_public(db), author=speaking, public=True)
    assert not identities.keep(db, silent, KEY)
    assert identities.keep(db, speaking, KEY)


def test_ones_comments_are_on_the_page_of_ones_data(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        person, idea = make_person(db), make_public(db)
        said = commented(db, person, idea)
        other = make_comment(db, idea, public=True)
    client.sign_in(person).get("/compte/donnees")
    assert client.page is not None
    addresses = [f"/compte/donnees/commentaire/{comment.id}" for comment in said]
    assert set(addresses) <= set(client.page.links)
    client.get(addresses[0])
    assert "Public." in client.text
    client.get(f"/compte/donnees/commentaire/{other.id}", expects=404)
    sent_by_hand = {"csrf_token": client.csrf_token()}
    client.post(f"/compte/donnees/commentaire/{other.id}", sent_by_hand, expects=404)
    with town.database.reading() as db:
        kept = db.get(Comment, other.id)
        assert kept is not None
        assert kept.visibility is Visibility.PUBLIC


def test_a_member_of_the_council_comments_as_a_neighbour_and_never_reads_their_own(
    db: Session,
) -> None:
    reader = make_person(db, Role.COUNCIL)
    _comment, item = sent(db, author=reader)
    with pytest.raises(Denied):
        deciding.publish(db, item, reader)
