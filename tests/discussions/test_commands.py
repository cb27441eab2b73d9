"""Who may say what, one level deep; what moderation does with it; what is left of it."""

import pytest
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.core.db import Database
from engage.core.errors import Conflict, Denied
from engage.core.town_settings import TownSettings
from engage.core.words import Visibility
from engage.discussions import commands
from engage.discussions.commands import Remark
from engage.discussions.models import Voice
from engage.proposals import talk
from tests.discussions.making import OPEN, make_comment, said, talks_on
from tests.factories import make_organisation, make_person
from tests.proposals.ideas import make_public


def test_a_comment_waits_until_moderation_publishes_it(db: Session) -> None:
    idea = make_public(db)
    comment = make_comment(db, idea, text="Bonne idée pour les aînés.")
    assert comment.visibility is Visibility.PENDING
    assert said(db, idea) == []
    commands.publish(db, comment, actor_id=make_person(db).id)
    assert said(db, idea) == ["Bonne idée pour les aînés."]


def test_nobody_comments_where_the_town_has_not_opened_it(db: Session) -> None:
    thread = talk.thread_of(db, make_public(db))
    with pytest.raises(Denied):
        commands.write(db, thread, Remark("Non"), author=make_person(db), settings=TownSettings())


def test_an_answer_is_not_answered(db: Session) -> None:
    idea = make_public(db)
    root = make_comment(db, idea, public=True)
    answer = make_comment(db, idea, parent=root, public=True)
    with pytest.raises(Denied):
        make_comment(db, idea, parent=answer)


@pytest.mark.parametrize("visibility", [v for v in Visibility if v is not Visibility.PUBLIC])
def test_only_what_is_public_is_answered(db: Session, visibility: Visibility) -> None:
    idea = make_public(db)
    root = make_comment(db, idea)
    root.visibility = visibility
    db.flush()
    with pytest.raises(Denied):
        make_comment(db, idea, parent=root)


def test_a_comment_on_another_idea_is_not_answered_here(db: Session) -> None:
    elsewhere = make_comment(db, make_public(db), public=True)
    with pytest.raises(Conflict):
        make_comment(db, make_public(db), parent=elsewhere)


def test_residents_numbers_are_masked_on_arrival_and_those_of_offices_stand(db: Session) -> None:
    idea, words = make_public(db), "Appelez le 05 65 20 00 00."
    office = make_person(db, Role.AGENT, organisation=make_organisation(db))
    assert "05 65" not in make_comment(db, idea, text=words).body
    assert "05 65" in make_comment(db, idea, text=words, author=office).body_html


@pytest.mark.parametrize(
    ("role", "voice"),
    [
        (Role.AGENT, Voice.INSTITUTION),
        (Role.COORDINATOR, Voice.COORDINATION),
        (Role.ADMIN, Voice.COORDINATION),
        (Role.MEDIATOR, Voice.MEDIATION),
        (Role.COUNCIL, Voice.RESIDENT),
    ],
)
def test_who_works_for_somebody_speaks_for_them(db: Session, role: Role, voice: Voice) -> None:
    organisation = make_organisation(db)
    comment = make_comment(
        db, make_public(db), author=make_person(db, role, organisation=organisation)
    )
    expected = None if voice is Voice.RESIDENT else organisation.id
    assert (comment.voice, comment.organisation_id) == (voice, expected)


def test_before_the_second_step_one_speaks_for_oneself(db: Session) -> None:
    agent = make_person(db, Role.AGENT, organisation=make_organisation(db))
    agent.half_signed_in = True
    comment = make_comment(db, make_public(db), author=agent)
    assert (comment.voice, comment.organisation_id) == (Voice.RESIDENT, None)


def test_words_are_corrected_by_their_author_alone_and_only_before_publication(
    db: Session,
) -> None:
    author = make_person(db)
    comment = make_comment(db, make_public(db), author=author)
    with pytest.raises(Denied):
        commands.rewrite(db, comment, "Autre chose", author=make_person(db))
    commands.rewrite(db, comment, "Mieux dit", author=author)
    assert (comment.body, comment.edition) == ("Mieux dit", 2)
    commands.publish(db, comment, actor_id=author.id)
    with pytest.raises(Denied):
        commands.rewrite(db, comment, "Encore", author=author)


def test_masked_words_are_kept_nowhere(db: Session) -> None:
    comment = make_comment(db, make_public(db), text="Karim Durand a dit oui.", public=True)
    commands.mask(db, comment, "▇▇▇ a dit oui.", actor_id=make_person(db).id)
    assert "Karim" not in comment.body + comment.body_html
    assert comment.edition == 2


def test_what_is_taken_back_loses_words_and_author_and_comes_never_back(db: Session) -> None:
    author, idea = make_person(db), make_public(db)
    comment = make_comment(db, idea, author=author, public=True)
    with pytest.raises(Denied):
        commands.withdraw(db, comment, author=make_person(db))
    commands.withdraw(db, comment, author=author)
    db.refresh(comment)
    assert (comment.body, comment.body_html, comment.author_id) == ("", "", None)
    for act in (commands.publish, commands.hide):
        with pytest.raises(Conflict):
            act(db, comment, actor_id=author.id)
    with pytest.raises(Conflict):
        commands.mask(db, comment, "Rien", actor_id=author.id)
    assert said(db, idea) == []


def test_the_place_of_a_gone_comment_stays_while_it_is_answered(db: Session) -> None:
    author, idea = make_person(db), make_public(db)
    root = make_comment(db, idea, author=author, public=True)
    make_comment(db, idea, parent=root, text="Je suis d’accord.", public=True)
    commands.withdraw(db, root, author=author)
    (only,) = talks_on(db, idea)
    assert (only.comment.is_readable, only.comment.name) == (False, None)
    assert [a.body_html for a in only.answers] == ["<p>Je suis d’accord.</p>"]


def test_what_moderation_hid_shows_no_word_where_its_answers_are(db: Session) -> None:
    idea, author = make_public(db), make_person(db, public_name="Amina")
    root = make_comment(db, idea, author=author, public=True)
    make_comment(db, idea, parent=root, public=True)
    commands.hide(db, root, actor_id=make_person(db).id)
    (seen,) = talks_on(db, idea)
    assert (seen.comment.body_html, seen.comment.name) == ("", None)
    (own,) = talks_on(db, idea, author)
    assert own.comment.name == "Amina"


def test_the_author_alone_sees_what_waits(db: Session) -> None:
    idea, author = make_public(db), make_person(db)
    make_comment(db, idea, author=author, text="Je patiente.")
    assert said(db, idea, author) == ["Je patiente."]
    assert said(db, idea, make_person(db)) == []


def test_two_first_comments_at_once_share_one_thread(database: Database) -> None:
    with database.transaction() as db:
        idea = make_public(db)
        first = talk.thread_of(db, idea)
    with database.transaction() as db:
        assert talk.thread_of(db, idea).id == first.id


def test_what_was_said_goes_on_below_the_idea_that_another_joined(db: Session) -> None:
    one, other = make_public(db), make_public(db)
    make_comment(db, one, text="Sur la première.", public=True)
    make_comment(db, other, text="Sur la deuxième.", public=True)
    talk.move(db, one, other)
    assert said(db, one) == []
    assert said(db, other) == ["Sur la deuxième.", "Sur la première."]


def test_comments_on_a_gone_idea_are_kept_nowhere(db: Session) -> None:
    idea = make_public(db)
    comment = make_comment(db, idea, public=True)
    talk.erase(db, [idea.id])
    db.refresh(comment)
    assert (comment.body, comment.author_id, comment.visibility) == ("", None, Visibility.WITHDRAWN)


@pytest.mark.parametrize("opened", [True, False])
def test_nothing_is_said_about_an_idea_that_is_not_public(db: Session, opened: bool) -> None:
    idea = make_public(db)
    settings = OPEN if opened else TownSettings()
    assert talk.is_open(idea, settings) is opened
    idea.visibility = Visibility.HIDDEN
    assert not talk.is_open(idea, settings)
