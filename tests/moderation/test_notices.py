"""Readers report a public text: who may, what is hidden when, what both sides hear, abuse."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from engage import clockwork
from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Denied
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import Visibility
from engage.core.workflow import advance
from engage.moderation import commands, notices, notices_decisions, policy, queue
from engage.moderation import workflow as council
from engage.moderation.choices import Changes, Choice
from engage.moderation.models import FIRST_TURN, USUAL_TURN, ModerationItem, RefusalReason
from engage.moderation.notices import Complaint
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_policy import voices
from engage.moderation.notices_targets import REPORTABLE, Target
from engage.moderation.notices_workflow import Status
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action
from engage.moderation.workflow import Status as ItemStatus
from engage.proposals import joining
from engage.proposals.models import Proposal, ProposalAddition
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.discussions.making import make_comment
from tests.factories import make_person
from tests.moderation import deciding
from tests.proposals.ideas import make_public

BASE = "https://quartier.example"
WHY = "On y lit le nom de ma voisine."


def reason(db: Session, code: str = "R01") -> RefusalReason:
    return db.scalars(select(RefusalReason).filter_by(code=code)).one()


def target_of(db: Session, idea: Proposal) -> Target:
    found = REPORTABLE["proposals"].find(db, idea.id)
    assert found is not None
    return found


def neighbour(db: Session, *, age: timedelta = timedelta(days=30), email: str = "") -> Person:
    person = make_person(db, email=email)
    person.created_at = clock.now() - age
    db.flush()
    return person


def report(
    db: Session, idea: Proposal, by: Person | None, *, code: str = "R01", email: str = ""
) -> Notice:
    complaint = Complaint(reason(db, code), WHY, email=email)
    return notices.send(db, target_of(db, idea), complaint, reporter=by)


@pytest.fixture
def idea(db: Session) -> Proposal:
    return make_public(db, author=make_person(db, email="auteur@example.org"))


def case_of(db: Session, idea: Proposal) -> NoticeCase:
    newest = select(NoticeCase).where(NoticeCase.subject_id == idea.id)
    return db.scalars(newest.order_by(NoticeCase.id.desc())).first()  # type: ignore[return-value]


def item_of(db: Session, idea: Proposal) -> ModerationItem:
    item = notices.item_of(db, case_of(db, idea))
    assert item is not None
    return item


def keep(db: Session, idea: Proposal) -> None:
    deciding.publish(db, item_of(db, idea), make_person(db, Role.COUNCIL))


def hide(db: Session, idea: Proposal) -> None:
    members = [make_person(db, Role.COUNCIL) for _ in range(2)]
    deciding.refuse(db, item_of(db, idea), *members)


def letters(db: Session, kind: str) -> list[tuple[str, str]]:
    """To whom, and the words, of all messages of a kind."""
    found = db.scalars(select(OutboxMessage).filter_by(kind=kind).order_by(OutboxMessage.id))
    made = [(m.recipient, clockwork.RENDERERS[kind](db, m, BASE)) for m in found]
    return [(to, f"{r.subject} {' '.join(r.text.split())}") for to, r in made if r is not None]


def test_a_report_is_one_item_of_the_queue_with_a_receipt(db: Session, idea: Proposal) -> None:
    notice = report(db, idea, neighbour(db, email="nour@example.org"))
    item = item_of(db, idea)
    assert (item.status, item.turn, item.flags) == (ItemStatus.WAITING, USUAL_TURN, ["reported"])
    assert item.author_id == idea.author_id
    ((to, words),) = letters(db, "notice_received")
    assert to == "nour@example.org"
    assert f"n° {notice.id}" in words
    assert WHY not in words
    assert idea.visibility is Visibility.PUBLIC


def test_a_visitor_needs_no_name_and_gets_an_answer_where_an_address_is_given(
    db: Session, idea: Proposal
) -> None:
    report(db, idea, None)
    assert letters(db, "notice_received") == []
    report(db, idea, None, email="Sam@Example.org")
    assert [to for to, _words in letters(db, "notice_received")] == ["sam@example.org"]


def test_nobody_reports_the_same_text_twice(db: Session, idea: Proposal) -> None:
    nour = neighbour(db)
    first = report(db, idea, nour)
    assert report(db, idea, nour, code="R02") is first
    assert db.scalar(select(func.count(Notice.id))) == 1
    assert db.scalar(select(func.count(NoticeCase.id))) == 1


def test_nobody_learns_from_the_form_whose_address_was_typed_before(
    db: Session, idea: Proposal
) -> None:
    first = report(db, idea, None, email="sam@example.org")
    again = report(db, idea, None, email="SAM@example.org")
    assert again.id > first.id
    assert voices([first, again]) == 1
    assert db.scalar(select(func.count(NoticeCase.id))) == 1


def test_ones_own_text_is_not_reported(db: Session, idea: Proposal) -> None:
    assert idea.author is not None
    with pytest.raises(Denied):
        report(db, idea, idea.author)


def test_three_readers_put_the_text_on_top_of_the_queue(db: Session, idea: Proposal) -> None:
    make_public(db)
    for n in range(2):
        report(db, idea, neighbour(db), code="R08")
        assert item_of(db, idea).turn == USUAL_TURN, n
    report(db, idea, None, email="sam@example.org", code="R08")
    assert item_of(db, idea).turn == FIRST_TURN


def test_three_known_neighbours_hide_what_shows_hurts_or_accuses(db: Session) -> None:
    neighbours = [neighbour(db) for _ in range(3)]
    for code in ("R01", "R02", "R03"):
        idea = make_public(db, author=make_person(db, email=f"{code}@example.org"))
        for one in neighbours:
            report(db, idea, one, code=code)
        assert idea.visibility is Visibility.HIDDEN, code
        to, words = letters(db, "text_hidden_meanwhile")[-1]
        assert to == f"{code}@example.org"
        assert "jusqu’à la décision du conseil citoyen" in words
        assert WHY not in words


def test_other_reasons_hide_nothing(db: Session) -> None:
    neighbours = [neighbour(db) for _ in range(4)]
    for code in ("R04", "R05", "R08", "R10"):
        idea = make_public(db)
        for one in neighbours:
            report(db, idea, one, code=code)
        assert idea.visibility is Visibility.PUBLIC, code


def test_two_serious_reports_and_one_other_hide_nothing(db: Session, idea: Proposal) -> None:
    for code in ("R01", "R03", "R08"):
        report(db, idea, neighbour(db), code=code)
    assert idea.visibility is Visibility.PUBLIC
    report(db, idea, neighbour(db), code="R02")
    assert idea.visibility is Visibility.HIDDEN


def test_the_same_person_three_times_hides_nothing(db: Session, idea: Proposal) -> None:
    nour = neighbour(db)
    for code in ("R01", "R02", "R03"):
        report(db, idea, nour, code=code)
    assert idea.visibility is Visibility.PUBLIC
    assert item_of(db, idea).turn == USUAL_TURN


def test_people_who_signed_up_this_week_hide_nothing(db: Session, idea: Proposal) -> None:
    almost = timedelta(days=7) - timedelta(seconds=1)
    for age in (timedelta(0), timedelta(days=1), almost, almost):
        report(db, idea, neighbour(db, age=age))
    assert idea.visibility is Visibility.PUBLIC
    assert item_of(db, idea).turn == FIRST_TURN
    for _ in range(3):
        report(db, idea, neighbour(db, age=timedelta(days=7)))
    assert idea.visibility is Visibility.HIDDEN


def test_to_wait_a_week_after_the_report_makes_it_count_no_more(
    db: Session, idea: Proposal, moment: Moment
) -> None:
    for _ in range(3):
        report(db, idea, neighbour(db, age=timedelta(0)))
    moment.forward(days=8)
    report(db, idea, neighbour(db))
    assert idea.visibility is Visibility.PUBLIC


def test_visitors_hide_nothing_whatever_addresses_they_type(db: Session, idea: Proposal) -> None:
    for n in range(6):
        report(db, idea, None, email=f"v{n}@example.org")
    report(db, idea, None)
    assert idea.visibility is Visibility.PUBLIC


def test_without_addresses_visitors_are_one_voice(db: Session, idea: Proposal) -> None:
    for _ in range(5):
        report(db, idea, None)
    assert item_of(db, idea).turn == USUAL_TURN


def test_closed_accounts_hide_nothing(db: Session, idea: Proposal) -> None:
    for n in range(3):
        person = neighbour(db)
        report(db, idea, person)
        if n < 2:
            person.closed_at = clock.now()
            db.flush()
    assert idea.visibility is Visibility.PUBLIC


def test_after_a_keep_nothing_hides_the_text_any_more(db: Session, idea: Proposal) -> None:
    for _ in range(3):
        report(db, idea, neighbour(db))
    keep(db, idea)
    assert idea.visibility is Visibility.PUBLIC
    assert case_of(db, idea).status is Status.KEPT
    for _ in range(5):
        report(db, idea, neighbour(db), code="R02")
    assert idea.visibility is Visibility.PUBLIC
    assert item_of(db, idea).turn == FIRST_TURN


def test_a_keep_of_a_text_that_was_not_hidden_counts_as_well(db: Session, idea: Proposal) -> None:
    report(db, idea, neighbour(db))
    keep(db, idea)
    for _ in range(3):
        report(db, idea, neighbour(db))
    assert idea.visibility is Visibility.PUBLIC


def test_both_sides_hear_that_the_text_stays(db: Session, idea: Proposal) -> None:
    report(db, idea, neighbour(db, email="nour@example.org"))
    report(db, idea, None, email="sam@example.org")
    keep(db, idea)
    answers = letters(db, "notice_answered")
    assert [to for to, _words in answers] == ["nour@example.org", "sam@example.org"]
    assert all("il reste public" in words for _to, words in answers)
    ((to, words),) = letters(db, "text_reported_decided")
    assert to == "auteur@example.org"
    assert "Votre texte reste public" in words
    assert "nour" not in words
    assert WHY not in words


def test_to_hide_for_good_two_members_agree_and_the_author_gets_the_reasons(
    db: Session, idea: Proposal
) -> None:
    report(db, idea, neighbour(db, email="nour@example.org"))
    item = item_of(db, idea)
    deciding.propose_refusal(db, item, make_person(db, Role.COUNCIL))
    assert idea.visibility is Visibility.PUBLIC
    member = make_person(db, Role.COUNCIL)
    commands.take(db, item, moderator=member)
    commands.second_refusal(db, item, moderator=member, version=item.version, grounds=None)
    deciding.settle(db)
    assert idea.visibility is Visibility.HIDDEN
    assert case_of(db, idea).status is Status.HIDDEN
    ((_to, answer),) = letters(db, "notice_answered")
    assert "Il n’est plus public." in answer
    ((_to, words),) = letters(db, "text_reported_decided")
    assert "Motif : Votre texte ou photo permet de reconnaître quelqu’un." in words
    assert "Décision prise par deux personnes, sans robot." in words
    assert f"{BASE}/nouvelle-lecture/{item.id}" in words


def test_a_hidden_text_that_is_hidden_for_good_stays_hidden(db: Session, idea: Proposal) -> None:
    for _ in range(3):
        report(db, idea, neighbour(db))
    hide(db, idea)
    assert idea.visibility is Visibility.HIDDEN


def test_a_member_who_reported_it_does_not_judge_it(db: Session, idea: Proposal) -> None:
    member = make_person(db, Role.COUNCIL)
    report(db, idea, member)
    assert queue.next_free(db, member) is None
    assert queue.next_free(db, make_person(db, Role.COUNCIL)) is not None


@pytest.mark.parametrize("alone", [True, False])
def test_a_coordinator_who_reported_it_does_not_arbitrate_unless_alone(
    db: Session, idea: Proposal, *, alone: bool
) -> None:
    coordinator = make_person(db, Role.COORDINATOR)
    if not alone:
        make_person(db, Role.COORDINATOR)
    report(db, idea, coordinator)
    item = item_of(db, idea)
    advance(db, item, Action.STAND_IN, council.TRANSITIONS)
    assert policy.can_judge(coordinator, item) is alone


def test_a_member_who_read_a_report_may_report_the_text_too(db: Session, idea: Proposal) -> None:
    member = make_person(db, Role.COUNCIL)
    report(db, idea, None)
    item = item_of(db, idea)
    deciding.propose_refusal(db, item, member)
    assert report(db, idea, member).id
    assert [decision.moderator_id for decision in item.decisions] == [member.id]


def test_a_text_taken_back_leaves_nothing_to_decide(db: Session, idea: Proposal) -> None:
    report(db, idea, neighbour(db, email="nour@example.org"))
    notices_decisions.end(db, "proposals", [idea.id], actor_id=idea.author_id)
    assert case_of(db, idea).status is Status.GONE
    assert item_of(db, idea).status is ItemStatus.WITHDRAWN
    assert letters(db, "text_reported_decided") == []
    ((_to, words),) = letters(db, "notice_answered")
    assert "Son auteur l’a retiré." in words


def test_what_a_member_reads_names_no_reporter(db: Session, idea: Proposal) -> None:
    report(db, idea, neighbour(db, email="nour@example.org"))
    notices.send(
        db,
        target_of(db, idea),
        Complaint(reason(db), WHY, name="Sam Martin", email="sam@example.org"),
        reporter=None,
    )
    reading = KINDS["notices"].read(db, item_of(db, idea))
    assert [said.words for said in reading.said] == [WHY, WHY]
    assert "example.org" not in repr(reading)
    assert "Martin" not in repr(reading)


def test_masked_words_take_the_place_of_the_public_ones(db: Session, idea: Proposal) -> None:
    for _ in range(3):
        report(db, idea, neighbour(db, email=f"v{_}@example.org"))
    before = idea.published_revision_id
    reader = make_person(db, Role.COUNCIL)
    item = item_of(db, idea)
    choice = Choice(Action.PUBLISH_MASKED, changes=Changes(body=((0, 4),)))
    commands.take(db, item, moderator=reader)
    commands.decide(db, item, choice, moderator=reader, version=item.version)
    deciding.settle(db)
    assert idea.visibility is Visibility.PUBLIC
    assert idea.published_revision_id != before
    assert case_of(db, idea).status is Status.MASKED
    assert "masqués maintenant" in letters(db, "text_reported_decided")[0][1]


def test_an_idea_that_joined_another_meanwhile_does_not_come_back_with_a_keep(
    db: Session, idea: Proposal
) -> None:
    report(db, idea, None)
    joining.join(db, idea, make_public(db), person=make_person(db, Role.COUNCIL))
    keep(db, idea)
    assert case_of(db, idea).status is Status.KEPT
    assert idea.visibility is Visibility.HIDDEN


def test_a_member_reads_no_number_in_what_readers_say(db: Session, idea: Proposal) -> None:
    complaint = Complaint(reason(db), "Elle habite là, 06 39 98 00 09.")
    notices.send(db, target_of(db, idea), complaint, reporter=None)
    said = KINDS["notices"].read(db, item_of(db, idea)).said
    assert "06 39 98" not in said[0].words


def test_comments_and_additions_are_reported_hidden_and_shown_again(db: Session) -> None:
    idea = make_public(db)
    comment = make_comment(db, idea, text="Karim vole des vélos.", public=True)
    addition = ProposalAddition(
        proposal_id=idea.id,
        body="Chez Karim, au 3.",
        body_html="",
        html_rules=1,
        visibility=Visibility.PUBLIC,
        created_at=clock.now(),
    )
    db.add(addition)
    db.flush()
    for kind, text in (("comments", comment), ("proposal_additions", addition)):
        for _ in range(3):
            target = REPORTABLE[kind].find(db, text.id)
            assert target is not None
            notices.send(db, target, Complaint(reason(db), WHY), reporter=neighbour(db))
        assert text.visibility is Visibility.HIDDEN
        assert REPORTABLE[kind].find(db, text.id) is None
        case = db.scalars(select(NoticeCase).filter_by(subject_type=kind)).one()
        notices_decisions.keep(db, case, actor_id=make_person(db).id)
        assert text.visibility is Visibility.PUBLIC


def test_several_reports_at_once_are_one_case(town: Services) -> None:
    with town.database.transaction() as db:
        idea_id = make_public(db).id
        people = [neighbour(db).id for _ in range(6)]

    def one(person_id: int) -> None:
        with town.database.transaction() as db:
            idea = db.get_one(Proposal, idea_id)
            wanted = select(Person).options(selectinload(Person.mandates)).filter_by(id=person_id)
            report(db, idea, db.scalars(wanted).one(), code="R08")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, people))
    with town.database.reading() as db:
        assert db.scalar(select(func.count(NoticeCase.id))) == 1
        assert db.scalar(select(func.count(Notice.id))) == 6
        counted = select(func.count(ModerationItem.id)).filter_by(subject_type="notices")
        assert db.scalar(counted) == 1


@pytest.fixture
def public(town: Services) -> Proposal:
    with town.database.transaction() as db:
        return make_public(db, title="Un banc", author=make_person(db, email="a@example.org"))


def said(**other: str) -> dict[str, str]:
    return {"reason": "R01", "explanation": WHY, "good_faith": "y"} | other


def test_a_visitor_reports_from_a_page_without_account(
    client: Browser, town: Services, public: Proposal
) -> None:
    address = f"/signaler-ce-texte/idee/{public.id}"
    response = client.get(address)
    assert response.headers["Cache-Control"] == "no-store"
    answer = client.submit(address, said(email="sam@example.org", name="Sam"))
    client.get(answer.headers["Location"])
    assert "C’est le signalement n° 1." in client.text
    assert "Vous recevez la décision par message." in client.text
    with town.database.reading() as db:
        assert db.scalars(select(Notice.name)).one() == "Sam"


def test_a_report_sent_twice_arrives_once(
    client: Browser, town: Services, public: Proposal
) -> None:
    address = f"/signaler-ce-texte/idee/{public.id}"
    client.get(address)
    assert client.page is not None
    form = client.page.forms[-1]
    for _ in range(2):
        client.post(address, form.fields | said(), expects=303)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Notice.id))) == 1


def test_what_is_missing_comes_back_with_sentences_and_the_typed_text(
    client: Browser, town: Services, public: Proposal
) -> None:
    address = f"/signaler-ce-texte/idee/{public.id}"
    client.submit(address, {"explanation": "", "email": "rien"}, expects=422)
    for sentence in (
        "Choisissez ce qui ne va pas.",
        "Expliquez en une phrase ce qui ne va pas.",
        "Cochez cette case : nous en avons besoin.",
    ):
        assert sentence in client.text
    client.submit(address, said(reason="R99", email="06 39 98 00 09"), expects=422)
    assert client.page is not None
    assert client.page.forms[-1].fields["explanation"][0].strip() == WHY


def test_past_ten_in_an_hour_one_network_has_to_wait(
    client: Browser, town: Services, public: Proposal
) -> None:
    address = f"/signaler-ce-texte/idee/{public.id}"
    for _ in range(10):
        client.submit(address, said())
    client.submit(address, said(), expects=429)


def test_nobody_floods_somebody_elses_mailbox(
    client: Browser, town: Services, public: Proposal
) -> None:
    with town.database.transaction() as db:
        ids = [make_public(db).id for _ in range(4)]
    for n, id_ in enumerate(ids):
        expects = 303 if n < 3 else 429
        client.submit(f"/signaler-ce-texte/idee/{id_}", said(email="x@example.org"), expects)


@pytest.mark.parametrize(
    "path", ["idee/999999", "precision/1", "commentaire/1", "autre/1", "idee/99999999999999999999"]
)
def test_what_is_not_public_can_not_be_reported(client: Browser, path: str) -> None:
    client.get(f"/signaler-ce-texte/{path}", expects=404)


def test_authors_are_led_to_their_data_instead(
    client: Browser, town: Services, public: Proposal
) -> None:
    with town.database.reading() as db:
        author = db.get_one(Person, public.author_id)
    client.sign_in(author).get(f"/signaler-ce-texte/idee/{public.id}")
    assert "C’est votre texte." in client.text
    assert client.page is not None
    assert all("signaler" not in form.action for form in client.page.forms)


def test_the_form_takes_few_statements(client: Browser, town: Services, public: Proposal) -> None:
    address = f"/signaler-ce-texte/idee/{public.id}"
    client.get(address)
    with count_statements(town.database) as seen:
        client.get(address)
    assert len(seen) <= 8, seen
