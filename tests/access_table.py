"""Who may reach which address: the table that `test_access` walks, and an address for each row."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Mandate
from engage.agenda.models import Event
from engage.consultations.models import Consultation
from engage.core import clock
from engage.core.web import Engage
from engage.incidents.models import Incident
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import Status as ItemStatus
from engage.proposals.call_models import Call
from engage.proposals.models import Proposal
from engage.territory.models import Organisation

ROLES = {
    "visitor": "",
    "resident": "habitante",
    "council": "conseil",
    "agent": "agent",
    "coordinator": "coordinatrice",
    "mediator": "mediatrice",
    "admin": "admin",
}
"""Role → the demo person who has it."""

EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
COUNCIL = frozenset({"council"})
STAFF = frozenset({"agent", "coordinator", "mediator", "admin"})
WITH_MANDATE = COUNCIL | STAFF
QUEUE_READERS = frozenset({"council", "coordinator"})
AUTHOR = frozenset[str]()
"""Only who wrote it, whatever the role: none of the people asked here."""

ALERTING = frozenset({"council", "coordinator", "mediator"})
COORDINATOR = frozenset({"coordinator"})
COUNTER = frozenset({"mediator", "coordinator"})
DESK = frozenset({"agent", "coordinator", "admin"})
DECIDERS = frozenset({"agent", "coordinator"})
ATTESTING = frozenset({"agent", "coordinator", "mediator"})
STEERING = frozenset({"coordinator", "admin"})
ADMIN = frozenset({"admin"})
MEDIATOR = frozenset({"mediator"})

_BY_AUDIENCE = {
    EVERYBODY: """
        accounts.sign_in accounts.send_code accounts.code accounts.enter accounts.card
        recycled.show recycled.card recycled.email recycled.email_code recycled.prove_email
        recycled.begin
        pages.home pages.language pages.choose_language pages.contract pages.action pages.robots
        pages.photo pages.text_aide pages.text_charte pages.text_accessibilite
        pages.text_donnees_personnelles pages.text_mentions_legales
        health.alive health.ready health.metrics
        this_phone.show this_phone.erase this_phone.ended
        demo.people demo.enter demo.mail demo.mail_json
        agenda.index agenda.past agenda.show agenda.feed agenda.download agenda.reminder
        agenda.ask_reminder agenda.ask_stop agenda.stop
        calls.index calls.show
        ideas.index ideas.choose_place ideas.on_map ideas.atom ideas.similar
        searching.everything
        proposals.detail writing.new writing.create writing.kept_photo proposals.support
        conversions.own_words conversions.agree
        idea_news.ask idea_news.follow idea_news.ask_stop idea_news.stop
        proposals.add_support register.show register.export notices.ask notices.send notices.thanks
        talk.listing talk.one comments.new comments.create
        party.show party.ask party.promise works.show written.show concerns.ask concerns.send
        consultations.index consultations.show consultations.vote
        proof.show proof.download proof.script proof.ask_receipt proof.find_receipt
        outcome.results outcome.table outcome.simulate outcome.archives outcome.report
        tally_report.show tally_report.download
        outcome.report_pdf vote_news.ask vote_news.follow vote_news.ask_stop vote_news.stop
        consultations.cast consultations.done consultations.another_person consultations.code
        making_documents.read consultations.enter_code waiting.show waiting.count waiting.say_whose
        incidents.report incidents.send incidents.public_list incidents.public_incident
        follow.show follow.follow follow.unfollow follow.confirm follow.ask_why follow.reopen
        follow.photo
        reminders.reply reminders.answer
        counter.closed tickets.ask tickets.follow tickets.own
        second_step.team
        invitation.show invitation.choose invitation.app invitation.confirm_app
        passkeys.enter_options passkeys.enter passkeys.invited_options passkeys.accept
    """,
    SIGNED_IN: """
        accounts.account accounts.rename accounts.sign_out
        contacts.index contacts.ask contacts.code contacts.add contacts.card contacts.prove_card
        contacts.ask_removal contacts.remove devices.index devices.leave devices.leave_others
        merging.show merging.merge appeals.show appeals.ask
        authors.correct authors.send_correction authors.ask_back authors.take_back
        authors.edit authors.send_edit authors.ask_addition authors.add
        second_step.show second_step.prove passkeys.step_options passkeys.step
        vote_news.unfollow proposals.withdraw_support idea_news.unfollow idea_news.mine
        counter.close
        agenda.stop_reminder party.take_back
        privacy.show privacy.export privacy.agree privacy.ask_leave privacy.choose_leave
        privacy.confirm_leave privacy.leave privacy.ask_idea privacy.withdraw_idea
        privacy.ask_report privacy.withdraw_report
        residence.show residence.choose residence.address residence.choose_address
        people.looks_at_me people.rights_of_mine
        comments.ask comments.correct own_comments.ask own_comments.withdraw
        age.ask age.answer standing.before standing.letter standing.prove_by_letter
    """,
    WITH_MANDATE: """
        security.show
        passkeys.new passkeys.add_options passkeys.add passkeys.ask_again passkeys.remove
    """,
    STAFF: "security.password security.app security.new_codes security.codes security.noted",
    AUTHOR: "proposals.change_action",
    ATTESTING: "attesting.ask attesting.confirm",
    QUEUE_READERS: """
        conversions.ask_report conversions.to_report conversions.ask_vote conversions.to_vote
        follow_up.ask follow_up.do rota.show rota.choose appeals.index appeals.one appeals.judge
        moderation.index moderation.item moderation.take_next reading.show reading.save
        decisions.undo
        making.index making.new making.begin making.overview making.wording making.change_wording
        making.voters making.change_voters making.calendar making.change_calendar
        making_questions.index making_questions.new making_questions.add making_questions.edit
        making_questions.change making_questions.move making_questions.remove
        making_questions.option making_questions.change_option making_questions.move_option
        making_questions.remove_option making_questions.drop_photo
        making_documents.index making_documents.add making_documents.edit
        making_documents.change making_documents.remove
        making_acts.preview making_acts.ask_announce making_acts.announce
        making_acts.ask_extension making_acts.extend making_acts.ask_cancel making_acts.cancel
        making_acts.drop rehearsal.show rehearsal.cast rehearsal.another rehearsal.finish
        rehearsal.clear
        party_desk.organise party_desk.prepare party_desk.ask_day party_desk.hold
        party_desk.new_task party_desk.add_task party_desk.ask_task party_desk.change_task
        party_desk.remove_task party_desk.tick party_needs.new party_needs.add party_needs.edit
        party_needs.change party_needs.remove party_needs.let_go
        calls.new calls.prepare calls.edit calls.change calls.ask_days calls.extend
        calls.ask_reason calls.stop calls.ask_answer calls.answer
    """,
    COUNCIL: """
        moderation.take moderation.take_over moderation.reveal
        decisions.publish decisions.propose_refusal decisions.ask_correction decisions.merge
        decisions.confirm_refusal decisions.disagree decisions.redirect decisions.recuse
        decisions.give_back decisions.refuse masks.show masks.publish_masked
    """,
    ALERTING: """
        paper.show paper.ballot sheets.show sheets.read
        agenda_keeping.new agenda_keeping.add agenda_keeping.edit agenda_keeping.change
        agenda_keeping.ask_reason agenda_keeping.cancel
        alerts.danger alerts.threat alerts.whom_to_call alerts.whom_to_call_for_me
    """,
    MEDIATOR: "reading.to_translate reading.translation reading.translate",
    COORDINATOR: """
        incident_words.ask incident_words.propose alerts.index alerts.take alerts.close
        conversions.ask_idea conversions.to_idea
        works_desk.add_meeting works_desk.remove_meeting works_desk.ask_minutes
        works_desk.write_minutes
        proof.ask_seal proof.do_seal
        decisions_of_votes.ask_whose decisions_of_votes.entrust
        decisions_of_votes.ask_archive decisions_of_votes.archive
        codes.make codes.cancel codes.cancel_batch
        paper.print_batch paper.open_urn paper.closing paper.close
    """,
    COUNTER: """
        counter.home counter.channel counter.choose_channel counter.serve counter.next_person
        counter_entries.problem counter_entries.send_problem counter_entries.idea
        counter_entries.send_idea counter_entries.question counter_entries.send_question
        counter_entries.support counter_entries.send_support
        counter_votes.index counter_votes.take_code counter_votes.question counter_votes.cast
        counter_votes.attest counter_parties.ask counter_parties.promise
        counter_tickets.show counter_cards.card counter_cards.make counter_cards.replace
        counter_cards.show counter_cards.council counter_cards.give_codes
        counter_accounts.ask counter_accounts.send counter_accounts.code counter_accounts.enter
        counter_sheets.index counter_sheets.blank counter_sheets.save counter_sheets.saved
        enquiries.listing enquiries.show enquiries.answer
        codes.show codes.check stand.show stand.hand_out
    """,
    DESK: "gup.listing gup.show",
    DECIDERS: """
        gup.decide decisions_of_votes.ask decisions_of_votes.decide
        decisions_of_votes.ask_addition decisions_of_votes.add
        works_desk.accompany works_desk.ask_answer works_desk.answer
    """,
    STEERING: """
        reminders.reminders reminders.partners
        admin.home admin.new admin.give admin.mandate admin.end admin.prolong admin.invite
        people.ask people.find people.reveal
        settings.show settings.change
    """,
    ADMIN: "journal.index journal.entry journal.export",
}

ACCESS = {
    endpoint: audience for audience, names in _BY_AUDIENCE.items() for endpoint in names.split()
}

AFTER_SECOND_STEP = frozenset(
    {
        "contacts.index",
        "contacts.ask",
        "contacts.card",
        "contacts.prove_card",
        "contacts.ask_removal",
        "merging.show",
        "merging.merge",
        "privacy.export",
        "privacy.ask_leave",
        "privacy.choose_leave",
        "privacy.confirm_leave",
        "privacy.leave",
    }
)
"""Residents reach these at once; who has a mandate passes the second step first."""


def sample_addresses(app: Engage, db: Session) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) for every rule, filled in with rows of the demo."""
    values = {
        "challenge": "unknown",
        "second": "unknown",
        "point_id": 0,
        "sign_in_id": 0,
        "token": "unknown",
        "key": "0" * 32,
        "number": 3,
        "deadline_id": 1,
        "mandate_id": db.scalars(select(Mandate.id).where(Mandate.role == "agent")).first(),
        "entry_id": 1,
        "how": "carte",
        "enquiry_id": 1,
        "passkey_id": 1,
        "kind": "fait",
        "name": "prevoir",
        "act": "etudier",
        "proposal_id": db.scalars(
            select(Proposal.id).where(Proposal.published_at.is_not(None)).order_by(Proposal.id)
        ).first(),
        "event_id": db.scalars(select(Event.id).where(Event.starts_at > clock.now())).first(),
        "call_id": db.scalars(
            select(Call.id)
            .join(Call.organisation)
            .where(Organisation.kind == "citizen_body", Call.opens_on <= clock.today())
        ).first(),
        "consultation_id": db.scalars(select(Consultation.id).order_by(Consultation.id)).first(),
        "item_id": db.scalars(
            select(ModerationItem.id).where(
                ModerationItem.status == ItemStatus.WAITING,
                ModerationItem.language == "fr",
                ModerationItem.author_id.not_in(
                    select(Mandate.person_id).where(Mandate.role == "council")
                ),
            )
        ).first(),
        "question_id": 1,
        "option_id": 1,
        "document_id": 1,
        "lot": 1,
        "task_id": 1,
        "need_id": 1,
        "person_id": 1,
        "concern_id": 1,
        "foreign_id": 1,
        "alerted_id": db.scalars(
            select(ModerationItem.id).order_by(ModerationItem.id.desc())
        ).first(),
        "alert_id": 1,
        "appeal_id": 0,
        "what": "idee",
        "subject_id": db.scalars(
            select(Proposal.id).where(Proposal.published_at.is_not(None)).order_by(Proposal.id)
        ).first(),
        "incident_id": 1,
        "comment_id": 1,
        "addition_id": 1,
        "reference": db.scalars(
            select(Incident.reference)
            .where(Incident.organisation_id.is_not(None), Incident.listed)
            .order_by(Incident.id)
        ).first(),
    }
    # Who stepped back from an item is kept from it for good: that comes last.
    return sorted(_filled(app, values), key=lambda row: (row[0] == "decisions.recuse", row))


def _filled(app: Engage, values: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        arguments = {name: values[name] for name in rule.arguments}
        path = adapter.build(rule.endpoint, arguments)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path
