"""Followers hear what becomes of an idea: in the evening, once, until they say stop."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engage import clockwork
from engage.accounts.models import ContactPoint, Person, Role
from engage.core import clock
from engage.core.errors import Denied
from engage.core.outbox import OutboxMessage
from engage.core.sender import Sender
from engage.core.services import Services
from engage.core.words import Visibility
from engage.ops import remind
from engage.privacy import purge
from engage.proposals import follow_up, follows, jobs, news
from engage.proposals.answers import Verdict
from engage.proposals.follow_up import Statement
from engage.proposals.models import Proposal
from engage.proposals.news import Happening, ProposalDigest, ProposalFollow, ProposalNews
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.proposals.ideas import make_idea, make_public

EVENING = datetime(2026, 6, 2, 16, 30, tzinfo=UTC)
"""18:30 in Paris."""


def followed(town: Services, *people: str) -> tuple[int, list[int]]:
    """A public idea that people with these addresses follow: its id and theirs."""
    with town.database.transaction() as db:
        idea = make_public(db)
        neighbours = [make_person(db, email=address) for address in people]
        for person in neighbours:
            follows.follow(db, idea, person=person)
        return idea.id, [person.id for person in neighbours]


def happen(town: Services, idea_id: int, kind: str = "study") -> None:
    """The coordinator does something that followers are told of."""
    with town.database.transaction() as db:
        idea, who = db.get_one(Proposal, idea_id), make_person(db, Role.COORDINATOR)
        if kind == "study":
            follow_up.study(db, idea, person=who)
        else:
            statement = Statement(Verdict.PARTLY, "Le bailleur", "Un banc, pas deux.")
            follow_up.answer(db, idea, statement, person=who)


def mails(town: Services) -> list[OutboxMessage]:
    with town.database.reading() as db:
        wanted = select(OutboxMessage).where(OutboxMessage.kind == "idea_news")
        return list(db.scalars(wanted.order_by(OutboxMessage.id)))


def send(town: Services) -> None:
    clockwork.sender(town).deliver_all()


def test_one_mail_an_evening_has_all_the_news_of_the_day(town: Services, moment: Moment) -> None:
    idea, _ = followed(town, "a@example.org", "b@example.org")
    happen(town, idea)
    happen(town, idea, "answer")
    assert jobs.queue_news(town.database) == 0  # it is ten in the morning
    moment.move_to(EVENING)
    assert jobs.queue_news(town.database) == 2
    assert jobs.queue_news(town.database) == 0
    send(town)
    first, second = mails(town)
    body = first.body.replace("\xa0", " ")
    assert {first.recipient, second.recipient} == {"a@example.org", "b@example.org"}
    assert first.subject == "Du nouveau\xa0: Des bancs à l’ombre"
    assert "Le conseil citoyen l’étudie" in first.body
    assert "Réponse : C’est oui, en partie (Le bailleur)" in body
    assert f"/propositions/{idea}" in first.body
    moment.forward(days=1)
    assert jobs.queue_news(town.database) == 0


def test_nothing_leaves_at_night(town: Services, moment: Moment) -> None:
    idea, _ = followed(town, "a@example.org")
    happen(town, idea)
    moment.move_to(EVENING.replace(hour=20))
    assert jobs.queue_news(town.database) == 0


def test_what_comes_after_the_evening_s_mail_waits_for_the_next(
    town: Services, moment: Moment
) -> None:
    idea, _ = followed(town, "a@example.org")
    happen(town, idea)
    moment.move_to(EVENING)
    jobs.queue_news(town.database)
    happen(town, idea, "answer")
    assert jobs.queue_news(town.database) == 0
    moment.forward(days=1)
    assert jobs.queue_news(town.database) == 1


def test_two_clocks_make_one_mail_and_a_killed_one_is_made_good(
    town: Services, moment: Moment
) -> None:
    idea, (first, second) = followed(town, "a@example.org", "b@example.org")
    happen(town, idea)
    moment.move_to(EVENING)
    with town.database.transaction() as db:
        jobs.make_digest(db, first)  # then the clock was killed
    assert jobs.queue_news(town.database) == 1
    with town.database.transaction() as db:
        assert jobs.make_digest(db, second) is False
    assert len(mails(town)) == 2


def test_two_clocks_at_the_same_moment_make_one_mail_each(town: Services) -> None:
    idea, _ = followed(town, "a@example.org", "b@example.org")
    happen(town, idea)

    def tick(_number: int) -> int:
        with clock.at(EVENING):
            return jobs.queue_news(town.database)

    with ThreadPoolExecutor(2) as clocks:
        assert sum(clocks.map(tick, range(2))) == 2
    assert len(mails(town)) == 2


def test_the_command_foresees_what_it_then_sends(town: Services, moment: Moment) -> None:
    idea, _ = followed(town, "a@example.org")
    happen(town, idea)
    assert [line for line in remind.foreseen(town) if line.kind == "idea_news"] == []
    moment.move_to(EVENING)
    foreseen = [line for line in remind.foreseen(town) if line.kind == "idea_news"]
    assert [(line.address, "Des bancs" in line.subject) for line in foreseen] == [
        ("a@example.org", True)
    ]
    assert mails(town) == []
    assert [line for line in remind.sent(town) if line.kind == "idea_news"] == foreseen


def test_several_ideas_are_one_mail_each_under_its_title(town: Services, moment: Moment) -> None:
    one, (person,) = followed(town, "a@example.org")
    with town.database.transaction() as db:
        other = make_public(db, title="Un composteur partagé")
        follows.follow(db, other, person=db.get_one(Person, person))
        two = other.id
    happen(town, one)
    happen(town, two)
    moment.move_to(EVENING)
    jobs.queue_news(town.database)
    send(town)
    (mail,) = mails(town)
    assert mail.subject == "Du nouveau sur 2 idées que vous suivez"
    assert mail.body.index("Des bancs à l’ombre") < mail.body.index("Un composteur partagé")


def test_the_news_are_in_the_follower_s_language(town: Services, moment: Moment) -> None:
    idea, (person,) = followed(town, "a@example.org")
    with town.database.transaction() as db:
        db.get_one(Person, person).language = "ar"
    happen(town, idea)
    moment.move_to(EVENING)
    jobs.queue_news(town.database)
    send(town)
    assert "Bonjour" not in mails(town)[0].body


def test_nothing_is_told_of_an_idea_that_is_hidden_or_left_meanwhile(
    town: Services, moment: Moment
) -> None:
    idea, (leaver, _other) = followed(town, "a@example.org", "b@example.org")
    happen(town, idea)
    moment.move_to(EVENING)
    jobs.queue_news(town.database)
    with town.database.transaction() as db:
        shown = db.get_one(Proposal, idea)
        follows.unfollow(db, shown, person=db.get_one(Person, leaver))
        shown.visibility = Visibility.HIDDEN
    send(town)
    assert {mail.delivery for mail in mails(town)} == {"cancelled"}


def test_nobody_hears_of_their_own_acts_nor_of_what_is_not_public(db: Session) -> None:
    idea, actor = make_public(db), make_person(db)
    follows.follow(db, idea, person=actor)
    news.tell(db, idea, Happening.ADDITION, actor_id=actor.id)
    idea.visibility = Visibility.HIDDEN
    news.tell(db, idea, Happening.STUDIED)
    mine = ProposalNews.person_id == actor.id
    assert db.scalar(select(func.count()).where(mine)) == 0


def test_a_phone_alone_gets_one_sms_and_only_for_an_answer(town: Services, moment: Moment) -> None:
    idea, (person,) = followed(town, "")
    with town.database.transaction() as db:
        point = ContactPoint(kind="phone", value="+33600000001", verified_at=clock.now())
        point.person_id = person
        db.add(point)
    happen(town, idea)
    moment.move_to(EVENING)
    assert jobs.queue_news(town.database) == 0
    moment.forward(days=1)
    happen(town, idea, "answer")
    assert jobs.queue_news(town.database) == 1
    send(town)
    (sms,) = mails(town)
    assert sms.channel == "sms"
    assert f"/propositions/{idea}" in sms.body
    assert "/arret/" in sms.body


def test_the_author_follows_what_was_published_and_hears_of_the_answer_at_once_only_once(
    town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        idea = make_public(db, author=make_person(db, email="a@example.org")).id
    happen(town, idea, "answer")
    moment.move_to(EVENING)
    assert jobs.queue_news(town.database) == 0
    with town.database.reading() as db:
        assert db.scalars(select(OutboxMessage.kind)).all() == ["idea_answered"]


def test_only_public_ideas_are_followed_once(db: Session) -> None:
    idea, person = make_public(db), make_person(db)
    assert follows.follow(db, idea, person=person) is True
    assert follows.follow(db, idea, person=person) is False
    assert follows.unfollow(db, idea, person=person) is True
    assert follows.unfollow(db, idea, person=person) is False
    with pytest.raises(Denied):
        follows.follow(db, make_idea(db), person=person)


def stop_link(town: Services, moment: Moment) -> tuple[str, Sender]:
    """The address in the header of a mail that is about to leave."""
    idea, _ = followed(town, "a@example.org")
    happen(town, idea)
    moment.move_to(EVENING)
    jobs.queue_news(town.database)
    (mail,) = mails(town)
    with town.database.reading() as db:
        rendered = clockwork.RENDERERS[mail.kind](db, mail, "https://quartiers.example.fr")
    assert rendered is not None
    headers = dict(rendered.headers)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://quartiers.example.fr/arret/")
    return address.removeprefix("https://quartiers.example.fr"), clockwork.sender(town)


def follows_left(town: Services) -> int:
    """How many follow something, authors of their own ideas apart."""
    with town.database.reading() as db:
        reachable = ContactPoint.person_id == ProposalFollow.person_id
        return len(db.scalars(select(ProposalFollow).join(ContactPoint, reachable)).all())


def test_the_mailbox_stops_all_with_one_post_without_session(
    client: Browser, town: Services, moment: Moment
) -> None:
    address, _sender = stop_link(town, moment)
    client.get(address)
    assert follows_left(town) == 1  # scanners open links
    answer = Browser(client.app).http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert follows_left(town) == 0
    assert Browser(client.app).http.post(address).status_code == 200  # again changes nothing
    send(town)
    assert mails(town)[0].delivery == "cancelled"


def test_the_page_of_the_link_has_a_button_and_keeps_its_secret(
    client: Browser, town: Services, moment: Moment
) -> None:
    address, _sender = stop_link(town, moment)
    answer = client.get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    client.submit(address, action="/arret/", expects=200)
    assert "C’est arrêté" in client.text
    assert follows_left(town) == 0


def test_an_unknown_or_old_link_stops_nothing(
    client: Browser, town: Services, moment: Moment
) -> None:
    address, _sender = stop_link(town, moment)
    client.get("/arret/" + "x" * 43, expects=404)
    moment.forward(days=366)
    assert client.http.post(address).status_code == 404
    assert follows_left(town) == 1


def test_a_merged_account_is_stopped_by_the_link_of_the_closed_one(
    client: Browser, town: Services, moment: Moment
) -> None:
    address, _sender = stop_link(town, moment)
    with town.database.transaction() as db:
        gone, kept = db.scalars(select(ContactPoint.person_id)).one(), make_person(db)
        mine = update(ProposalFollow).where(ProposalFollow.person_id == gone)
        db.execute(mine.values(person_id=kept.id))
        db.get_one(Person, gone).merged_into_id = kept.id
    client.http.post(address)
    with town.database.reading() as db:
        assert kept.id not in db.scalars(select(ProposalFollow.person_id)).all()


def test_old_evenings_are_forgotten_with_their_links(town: Services, moment: Moment) -> None:
    stop_link(town, moment)
    moment.forward(days=366)
    purge.purge(town.database, town.storage)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(ProposalDigest.id))) == 0
        assert db.scalar(select(func.count(ProposalNews.event_id))) == 0
