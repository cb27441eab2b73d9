"""Comments in the council's queue: read with what they are about, decided, corrected, appealed."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import town_settings
from engage.core.errors import Conflict
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import Visibility
from engage.discussions.commands import Remark
from engage.discussions.models import Comment
from engage.moderation import commands as moderation
from engage.moderation import comments
from engage.moderation.choices import Changes, Choice
from engage.moderation.messages import RENDERERS
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action, Status
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.discussions.making import OPEN, make_comment, said
from tests.factories import make_organisation, make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_public


def sent(
    db: Session,
    text: str = "Karim Durand est d’accord.",
    *,
    author: Person | None = None,
    idea: Proposal | None = None,
    parent: Comment | None = None,
) -> tuple[Comment, ModerationItem]:
    """A comment in the queue."""
    town_settings.write(db, OPEN)
    idea = idea or make_public(db)
    remark = Remark(text, parent.id if parent else None)
    comment = comments.receive(db, idea, remark, author=author or make_person(db))
    theirs = ModerationItem.subject_type == "comments", ModerationItem.subject_id == comment.id
    item = db.scalars(select(ModerationItem).where(*theirs)).one()
    db.refresh(item, ["decisions"])
    return comment, item


def member(db: Session) -> Person:
    return make_person(db, Role.COUNCIL)


def test_the_council_reads_a_comment_with_what_it_is_about(db: Session) -> None:
    idea = make_public(db, title="Des bancs à l’ombre")
    root = make_comment(db, idea, text="Et une poubelle.", public=True)
    comment, item = sent(db, "Deux, même.", idea=idea, parent=root)
    reading = KINDS["comments"].read(db, item)
    assert (reading.title, reading.body) == ("", "Deux, même.")
    assert [one.words for one in reading.said] == ["Des bancs à l’ombre", "Et une poubelle."]
    assert reading.link == f"/propositions/{idea.id}/commentaires/{comment.id}"


def test_what_an_office_said_is_read_under_its_name(db: Session) -> None:
    town_settings.write(db, OPEN)
    idea, landlord = make_public(db), make_organisation(db, name="Bailleur d’essai")
    agent = make_person(db, Role.AGENT, organisation=landlord, public_name="Sofia")
    comment = comments.receive(db, idea, Remark("Nous venons."), author=agent)
    item = ModerationItem(subject_type="comments", subject_id=comment.id, revision_id=1)
    reading = KINDS["comments"].read(db, item)
    assert (reading.author, reading.official) == ("Bailleur d’essai", True)


def test_one_member_publishes_it(db: Session) -> None:
    idea = make_public(db)
    comment, item = sent(db, "Bonne idée.", idea=idea)
    deciding.publish(db, item, member(db))
    assert comment.visibility is Visibility.PUBLIC
    assert said(db, idea) == ["Bonne idée."]


def test_two_members_keep_it_from_everybody_but_its_author(db: Session) -> None:
    author, idea = make_person(db), make_public(db)
    comment, item = sent(db, author=author, idea=idea)
    deciding.refuse(db, item, member(db), member(db))
    assert (item.status, comment.visibility) == (Status.REFUSED, Visibility.HIDDEN)
    assert said(db, idea) == []
    assert said(db, idea, author) == ["Karim Durand est d’accord."]


def test_masked_words_are_public_and_the_first_ones_are_nowhere(db: Session) -> None:
    idea = make_public(db)
    comment, item = sent(db, idea=idea)
    choice = Choice(Action.PUBLISH_MASKED, changes=Changes(body=((0, 12),)))
    deciding.decide(db, item, member(db), choice)
    (words,) = said(db, idea)
    assert "Karim" not in words
    assert words.endswith("est d’accord.")
    assert "Karim" not in comment.body
    assert (item.status, item.revision_id) == (Status.PUBLISHED, comment.edition)


def test_the_author_corrects_what_was_asked_and_it_keeps_its_place(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        comment, item = sent(db, author=author)
        why = deciding.grounds(db, "Karim Durand", "Enlevez le nom.")
        deciding.decide(db, item, member(db), Choice(Action.ASK_CORRECTION, why))
        page = KINDS["comments"].correct_at(item)
    client.sign_in(author).get(page)
    assert "Enlevez le nom." in client.text
    assert "« Karim Durand »" in client.text
    landed = client.submit(page, {"text": "Mon voisin est d’accord."}).headers["Location"]
    client.get(landed)
    assert "Le conseil citoyen lit votre commentaire encore une fois." in client.text
    with town.database.transaction() as db:
        kept, item = db.get(Comment, comment.id), db.get(ModerationItem, item.id)
        assert kept is not None
        assert item is not None
        db.refresh(item, ["decisions"])
        assert (kept.body, kept.edition) == ("Mon voisin est d’accord.", 2)
        assert (item.status, item.revision_id) == (Status.WAITING, 2)
        deciding.publish(db, item, member(db))
        assert kept.visibility is Visibility.PUBLIC


def test_nobody_corrects_what_is_being_read_or_was_said_by_another(
    client: Browser, app, town: Services
) -> None:
    with town.database.transaction() as db:
        author, other = make_person(db), make_person(db)
        comment, _item = sent(db, author=author)
    page = f"/commentaires/{comment.id}/corriger"
    client.sign_in(author).get(page, expects=409)
    Browser(app).sign_in(other).get(page, expects=404)
    with town.database.transaction() as db:
        kept = db.merge(comment, load=True)
        with pytest.raises(Conflict):
            comments.correct(db, kept, "Autre", author=author)


def test_taking_it_back_takes_it_out_of_the_queue(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        author, first = make_person(db), member(db)
        comment, item = sent(db, author=author)
        deciding.propose_refusal(db, item, first, deciding.grounds(db, "Karim Durand"))
    page = f"/compte/donnees/commentaire/{comment.id}"
    client.sign_in(author).submit(page)
    client.get("/compte/donnees")
    assert "Votre commentaire est retiré." in client.text
    assert page not in (client.page.links if client.page else [])
    client.get(page, expects=404)
    with town.database.reading() as db:
        left, kept = db.get(ModerationItem, item.id), db.get(Comment, comment.id)
        assert left is not None
        assert kept is not None
        assert (left.status, kept.body) == (Status.WITHDRAWN, "")
        assert db.scalars(select(Decision.excerpt)).all() == [""]


def test_an_idea_that_is_taken_back_takes_its_discussion_along(db: Session) -> None:
    author = make_person(db)
    idea = make_public(db, author=author)
    public = make_comment(db, idea, public=True)
    waiting, item = sent(db, idea=idea)
    moderation.withdraw(db, idea, author=author)
    for comment in (public, waiting):
        db.refresh(comment)
        assert (comment.body, comment.author_id) == ("", None)
    assert item.status is Status.WITHDRAWN


def test_the_author_is_told_that_it_came_and_what_was_decided(db: Session) -> None:
    _comment, item = sent(db, author=make_person(db, email="amina@example.org"))
    deciding.refuse(db, item, member(db), member(db), deciding.grounds(db, "Karim Durand"))
    messages = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(m.kind, m.recipient) for m in messages] == [
        ("text_received", "amina@example.org"),
        ("text_refused", "amina@example.org"),
    ]
    for message in messages:
        words = RENDERERS[message.kind](db, message, "https://quartiers.example.org")
        assert words is not None
        assert "« Karim Durand est d’accord. »" in words.text


def test_the_author_reads_why_and_may_ask_for_a_new_reading(
    client: Browser, app, town: Services
) -> None:
    with town.database.transaction() as db:
        author, idea = make_person(db), make_public(db)
        comment, item = sent(db, author=author, idea=idea)
        why = deciding.grounds(db, "Karim Durand", "Enlevez le nom.")
        deciding.refuse(db, item, member(db), member(db), why)
    page = f"/propositions/{idea.id}/commentaires/{comment.id}"
    client.sign_in(author).get(page)
    assert "Pourquoi votre commentaire n’est pas publié" in client.text
    assert "Enlevez le nom." in client.text
    assert client.page is not None
    assert f"/nouvelle-lecture/{item.id}" in client.page.links
    Browser(app).get(page, expects=404)


def test_where_the_town_trusts_comments_they_are_read_afterwards(db: Session) -> None:
    idea = make_public(db)
    _first, _item = sent(db, "Attendue.", idea=idea)
    trusting = town_settings.TownSettings(comments_open=True, trusted=frozenset({"comments"}))
    town_settings.write(db, trusting)
    comment = comments.receive(db, idea, Remark("Tout de suite."), author=make_person(db))
    assert comment.visibility is Visibility.PUBLIC
    assert said(db, idea) == ["Tout de suite."]
    theirs = ModerationItem.subject_type == "comments", ModerationItem.subject_id == comment.id
    item = db.scalars(select(ModerationItem).where(*theirs)).one()
    assert item.status is Status.WAITING
