"""What is entered for others: through the features' own commands, with channel and who entered."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts.addresses import parse
from engage.accounts.cards import Recognised
from engage.accounts.consents import Consent
from engage.accounts.models import ContactPoint, Opening, Role
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.words import ContributionChannel
from engage.fieldwork import commands, queries, tickets
from engage.fieldwork.models import Enquiry, Ticket
from engage.fieldwork.policy import can_capture
from engage.fieldwork.signing_up import open_account
from engage.incidents.commands import Report
from engage.moderation.models import ModerationItem
from engage.proposals.commands import Idea
from engage.proposals.models import Endorsement
from tests.factories import make_person, make_place, neighbourhood
from tests.fieldwork.making import acts, capture
from tests.incidents.making import kind
from tests.proposals.ideas import make_public

KEY = b"k" * 32
PAPER = ContributionChannel.PAPER


def idea(db: Session) -> Idea:
    return Idea("Un banc", "Près des jeux.", neighbourhood(db).id)


@pytest.mark.parametrize("role", list(Role))
def test_mediators_and_the_coordinator_enter_for_others_and_nobody_else(
    db: Session, role: Role
) -> None:
    allowed = role in {Role.MEDIATOR, Role.COORDINATOR}
    assert can_capture(make_person(db, role)) is allowed
    half = make_person(db, role)
    half.half_signed_in = True
    assert not can_capture(half)
    assert not can_capture(None)


def test_every_act_of_the_counter_is_refused_to_others(db: Session) -> None:
    stranger = capture(db, make_person(db), actor=make_person(db, Role.AGENT))
    report = Report(kind(db), make_place(db))
    actor = stranger.actor
    for act in (
        lambda: commands.welcome(db, "Amina", actor=actor),
        lambda: commands.take_report(db, stranger, report),
        lambda: commands.take_idea(db, stranger, idea(db)),
        lambda: commands.take_support(db, stranger, make_public(db)),
        lambda: commands.take_question(db, stranger, "Quand ?", language="fr"),
        lambda: commands.hand_card(db, actor, "AAAA-BBBB-CCCC", key=KEY, actor=actor),
        lambda: tickets.issue(db, make_public(db), KEY, visit="v", actor=actor),
    ):
        with pytest.raises(Denied):
            act()


def test_a_first_name_makes_a_person_without_address_and_notes_the_consent(db: Session) -> None:
    mediator = make_person(db, Role.MEDIATOR)
    person = commands.welcome(db, "Amina", actor=mediator)
    assert person.public_name == "Amina"
    assert not db.scalars(select(ContactPoint).where(ContactPoint.person_id == person.id)).all()
    consent = db.scalars(select(Consent)).one()
    assert (consent.person_id, consent.purpose) == (person.id, "compte_par_mediateur")
    assert [entry.actor_id for entry in acts(db, "person.welcome")] == [mediator.id]


def test_a_problem_keeps_channel_reporter_and_who_entered_it(db: Session) -> None:
    by = capture(db, make_person(db))
    report = Report(kind(db), make_place(db), "Il fait noir.", channel="in_person")
    incident = commands.take_report(db, by, report)
    assert by.person is not None
    assert (incident.channel, incident.reporter_id) == ("in_person", by.person.id)
    assert incident.captured_by_id == by.actor.id
    assert [e.actor_id for e in acts(db, "incident.submit")] == [by.actor.id]


def test_an_idea_enters_the_councils_queue_with_its_channel(db: Session) -> None:
    by = capture(db, make_person(db), channel=PAPER)
    proposal = commands.take_idea(db, by, idea(db))
    assert (proposal.channel, proposal.captured_by_id) == ("paper", by.actor.id)
    item = db.scalars(select(ModerationItem)).one()
    assert by.person is not None
    assert (item.subject_id, item.author_id) == (proposal.id, by.person.id)


def test_an_idea_of_nobody_gets_an_author_of_its_own(db: Session) -> None:
    by = capture(db)
    first, second = (commands.take_idea(db, by, idea(db)) for _idea in range(2))
    assert first.author_id not in (None, by.actor.id, second.author_id)


def test_support_counts_once_for_a_person(db: Session) -> None:
    by = capture(db, make_person(db))
    proposal = make_public(db)
    assert commands.take_support(db, by, proposal)
    assert not commands.take_support(db, by, proposal)
    row = db.scalars(select(Endorsement)).one()
    assert (row.channel, row.captured_by_id) == ("in_person", by.actor.id)
    with pytest.raises(InvalidInput):
        commands.take_support(db, capture(db), proposal)


def test_a_question_is_answered_once_and_who_left_an_address_is_told(db: Session) -> None:
    person = make_person(db, email="amina@example.org")
    by = capture(db, person)
    enquiry = commands.take_question(db, by, "Quand vient le bus ?", language="fr")
    stale = enquiry.version
    commands.answer(db, enquiry, "Le mardi.", actor=by.actor, version=enquiry.version)
    assert db.scalars(select(OutboxMessage.kind)).all() == ["enquiry_answered"]
    with pytest.raises(Conflict):
        commands.answer(db, enquiry, "Le jeudi.", actor=by.actor, version=stale)
    assert db.scalars(select(Enquiry.answer)).one() == "Le mardi."
    assert queries.open_enquiries(db) == []


def test_nobody_is_written_to_about_a_question_without_an_address(db: Session) -> None:
    by = capture(db)
    enquiry = commands.take_question(db, by, "Quand ?", language="fr")
    commands.answer(db, enquiry, "Mardi.", actor=by.actor, version=enquiry.version)
    assert not db.scalars(select(OutboxMessage.kind)).all()


def test_a_lost_card_stops_at_once_with_what_it_opened_and_the_proof_is_noted(
    db: Session, town: Services
) -> None:
    person, mediator = make_person(db), make_person(db, Role.MEDIATOR)
    commands.hand_card(db, person, "AAAA-BBBB-CCCC", key=town.secret_key, actor=mediator)
    entered = accounts.enter_with_card(db, town.secret_key, "AAAA-BBBB-CCCC")
    by_code = accounts.sign_in(db, person, Opening.CODE)
    commands.hand_card(
        db,
        person,
        "DDDD-EEEE-FFFF",
        key=town.secret_key,
        actor=mediator,
        lost=Recognised.ATTESTED,
    )
    with pytest.raises(InvalidInput):
        accounts.enter_with_card(db, town.secret_key, "AAAA-BBBB-CCCC")
    from engage.accounts.queries import sign_in_of

    assert sign_in_of(db, entered.token) is None
    assert sign_in_of(db, by_code) is not None
    assert accounts.enter_with_card(db, town.secret_key, "DDDD-EEEE-FFFF").person is person
    said = [(e.action, e.actor_id, e.details) for e in acts(db, "card.")]
    assert said == [
        ("card.issue", mediator.id, {}),
        ("card.cancel", mediator.id, {"proof": "attested"}),
        ("card.issue", mediator.id, {}),
    ]


def test_a_ticket_keeps_a_hash_and_only_number_and_word_open_it(db: Session) -> None:
    by, proposal = capture(db), make_public(db)
    tickets.issue(db, proposal, KEY, visit="visit", actor=by.actor)
    number = f"P-{proposal.id}"
    (printed,) = tickets.printed(db, KEY, "visit", [number])
    assert len(printed.word) == 6
    assert printed.word not in repr(db.scalars(select(Ticket.word_hash)).all())
    typed = f" {printed.word[:3].lower()} {printed.word[3:].lower()} "
    found = tickets.opened_by(db, KEY, f" p{proposal.id} ", typed)
    assert found is not None
    assert (found.subject_type, found.subject_id) == ("proposals", proposal.id)
    for wrong_number, wrong_word in (
        (number, "BBBBBB"),
        (number, ""),
        (f"P-{proposal.id + 1}", printed.word),
        (f"Q-{proposal.id}", printed.word),
        ("n’importe quoi", printed.word),
        (number, printed.word + "B"),
    ):
        assert tickets.opened_by(db, KEY, wrong_number, wrong_word) is None
    assert tickets.opened_by(db, b"x" * 32, number, printed.word) is None


def test_another_visit_or_another_number_prints_nothing(db: Session) -> None:
    by, proposal = capture(db), make_public(db)
    tickets.issue(db, proposal, KEY, visit="visit", actor=by.actor)
    number = tickets.reference_of(proposal)
    assert tickets.printed(db, KEY, "later", [number]) == []
    assert tickets.printed(db, KEY, "visit", ["G-1", "P-999999"]) == []


def test_words_have_only_letters_that_nobody_confuses() -> None:
    words = {tickets.word_for(KEY, f"visit {n}", "G-1001") for n in range(300)}
    assert len(words) == 300
    assert set("".join(words)) == set(tickets.LETTERS)
    assert not set(tickets.LETTERS) & set("AEIOUY0Q1")


def test_who_has_an_address_is_told_of_a_new_card(db: Session, town: Services) -> None:
    mediator = make_person(db, Role.MEDIATOR)
    for person in (make_person(db, email="amina@example.org"), make_person(db)):
        code = f"AAAA-BBBB-{'CD'[bool(person.contact_points)] * 4}"
        commands.hand_card(db, person, code, key=town.secret_key, actor=mediator)
    message = db.scalars(select(OutboxMessage)).one()
    assert (message.recipient, message.payload["way"]) == ("amina@example.org", "card")


def test_a_card_adds_no_address_to_an_account_with_a_role(db: Session) -> None:
    mediator, agent = make_person(db, Role.MEDIATOR), make_person(db, Role.AGENT)
    sent = accounts.send_code(db, KEY, parse("autre@example.org"), draft=None, language="fr")
    digits = db.scalars(select(OutboxMessage.secret)).one()[:6]
    with pytest.raises(InvalidInput, match="a un rôle"):
        open_account(db, KEY, sent, digits, actor=mediator, person=agent)
