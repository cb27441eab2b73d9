"""What is named in one place because it spans features: blueprints, public addresses, renderers."""

import hashlib
from typing import Any

from flask import g, request

from engage.accounts import age_views as accounts_age_views
from engage.accounts import attest_views as accounts_attest_views
from engage.accounts import contact_views as accounts_contact_views
from engage.accounts import device_views as accounts_device_views
from engage.accounts import gate
from engage.accounts import invitation_views as accounts_invitation_views
from engage.accounts import passkey_views as accounts_passkey_views
from engage.accounts import recycled_views as accounts_recycled_views
from engage.accounts import residence_views as accounts_residence_views
from engage.accounts import second_step_views as accounts_second_step_views
from engage.accounts import security_views as accounts_security_views
from engage.accounts import views as accounts_views
from engage.accounts.models import Person, Role
from engage.agenda import commands as agenda_commands
from engage.agenda import keeping_views as agenda_keeping_views
from engage.agenda import views as agenda_views
from engage.consultations import standing_views as consultations_standing_views
from engage.consultations import views as consultations_views
from engage.consultations import waiting_views as consultations_waiting_views
from engage.consultations.codes import views as consultations_codes_views
from engage.consultations.kits import helping as party_helping
from engage.consultations.kits import needs_views as party_needs_views
from engage.consultations.kits import party_desk_views, party_views, works_desk_views, works_views
from engage.consultations.making import acting_views as making_acting_views
from engage.consultations.making import document_views as making_document_views
from engage.consultations.making import question_views as making_question_views
from engage.consultations.making import rehearsal_views as making_rehearsal_views
from engage.consultations.making import views as making_views
from engage.consultations.outcome import decision_views as consultations_decision_views
from engage.consultations.outcome import follow_views as consultations_result_follow_views
from engage.consultations.outcome import follows as consultations_follows
from engage.consultations.outcome import views as consultations_outcome_views
from engage.consultations.paper import blueprints as paper_blueprints
from engage.consultations.sealing import views as sealing_views
from engage.consultations.written import views as written_views
from engage.core import i18n, logs
from engage.core.assets import Assets
from engage.core.web import Engage, get_db, services
from engage.fieldwork import blueprints as fieldwork_blueprints
from engage.fieldwork import conversions as fieldwork_conversions
from engage.incidents import follow_views as incidents_follow_views
from engage.incidents import gup_views as incidents_gup_views
from engage.incidents import views as incidents_views
from engage.moderation import alerts_views as moderation_alerts_views
from engage.moderation import appeals_views as moderation_appeals_views
from engage.moderation import author_views as moderation_author_views
from engage.moderation import commands as moderation_commands
from engage.moderation import comment_views as moderation_comment_views
from engage.moderation import comments as moderation_comments
from engage.moderation import concern_views as moderation_concern_views
from engage.moderation import decision_views as moderation_decision_views
from engage.moderation import incident_words as moderation_incident_words
from engage.moderation import incident_words_views as moderation_incident_words_views
from engage.moderation import mask_views as moderation_mask_views
from engage.moderation import notices_views as moderation_notices_views
from engage.moderation import queries as moderation_queries
from engage.moderation import register_views as moderation_register_views
from engage.moderation import rota_views as moderation_rota_views
from engage.moderation import settings_views as moderation_settings_views
from engage.moderation import views as moderation_views
from engage.pages import admin_views as pages_admin_views
from engage.pages import audit_views as pages_audit_views
from engage.pages import demo as pages_demo
from engage.pages import health as pages_health
from engage.pages import people_views as pages_people_views
from engage.pages import search_views as pages_search_views
from engage.pages import settings_views as pages_settings_views
from engage.pages import this_phone as pages_this_phone
from engage.pages import views as pages_views
from engage.privacy import comment_views as privacy_comment_views
from engage.privacy import merge_views as privacy_merge_views
from engage.privacy import views as privacy_views
from engage.proposals import call_views as proposals_call_views
from engage.proposals import commands as proposals_commands
from engage.proposals import follow_up_views as proposals_follow_up_views
from engage.proposals import follow_views as proposals_follow_views
from engage.proposals import follows as proposals_follows
from engage.proposals import list_views as proposals_list_views
from engage.proposals import talk_views as proposals_talk_views
from engage.proposals import views as proposals_views
from engage.proposals import writing_views as proposals_writing_views
from engage.reminders import reply as reminders_reply
from engage.reminders import views as reminders_views
from engage.territory import queries as territory

BLUEPRINTS = (
    accounts_views.bp,
    accounts_residence_views.bp,
    accounts_age_views.bp,
    accounts_attest_views.bp,
    accounts_second_step_views.bp,
    accounts_invitation_views.bp,
    accounts_security_views.bp,
    accounts_passkey_views.bp,
    accounts_recycled_views.bp,
    accounts_contact_views.bp,
    accounts_device_views.bp,
    agenda_views.bp,
    agenda_keeping_views.bp,
    proposals_views.bp,
    proposals_list_views.bp,
    proposals_follow_views.bp,
    proposals_follow_up_views.bp,
    proposals_writing_views.bp,
    proposals_talk_views.bp,
    proposals_call_views.bp,
    consultations_views.bp,
    consultations_standing_views.bp,
    consultations_waiting_views.bp,
    making_views.bp,
    making_question_views.bp,
    making_document_views.bp,
    making_acting_views.bp,
    making_rehearsal_views.bp,
    party_views.bp,
    party_desk_views.bp,
    party_needs_views.bp,
    works_views.bp,
    works_desk_views.bp,
    written_views.bp,
    consultations_codes_views.bp,
    *paper_blueprints.BLUEPRINTS,
    consultations_outcome_views.bp,
    sealing_views.bp,
    consultations_decision_views.bp,
    consultations_result_follow_views.bp,
    incidents_views.bp,
    incidents_follow_views.bp,
    incidents_gup_views.bp,
    moderation_views.bp,
    moderation_decision_views.bp,
    moderation_mask_views.bp,
    moderation_settings_views.bp,
    moderation_comment_views.bp,
    moderation_concern_views.bp,
    moderation_alerts_views.bp,
    moderation_author_views.bp,
    moderation_notices_views.bp,
    moderation_appeals_views.bp,
    moderation_rota_views.bp,
    moderation_incident_words_views.bp,
    moderation_register_views.bp,
    *fieldwork_blueprints.BLUEPRINTS,
    reminders_views.bp,
    privacy_comment_views.bp,
    privacy_merge_views.bp,
    privacy_views.bp,
    pages_views.bp,
    pages_search_views.bp,
    pages_admin_views.bp,
    pages_people_views.bp,
    pages_audit_views.bp,
    pages_settings_views.bp,
    pages_demo.bp,
    pages_health.bp,
    pages_this_phone.bp,
)

FRENCH_ONLY = (
    "/admin",
    "/agenda/annuler/",
    "/agenda/modifier/",
    "/agenda/nouveau",
    "/appels/arreter/",
    "/appels/modifier/",
    "/appels/nouveau",
    "/appels/prolonger/",
    "/appels/repondre/",
    "/concertations/nouvelle",
    "/concertations/preparer",
    "/concertations/archiver/",
    "/concertations/codes/",
    "/concertations/completer/",
    "/concertations/confier/",
    "/concertations/decider/",
    "/concertations/papier/",
    "/concertations/sceller/",
    "/concertations/stand/",
    "/concertations/fete/",
    "/concertations/travaux/",
    "/gup",
    "/moderation",
    "/partenaires",
    "/r/",
    "/relances",
    "/suite/",
)
"""Where the screens of staff and partners begin, written in French only."""

FOR_EVERYBODY = "/moderation/registre"
"""What everybody reads among them."""

PUBLIC_ENDPOINTS = frozenset(
    {
        "accounts.sign_in",
        "accounts.send_code",
        "accounts.code",
        "accounts.enter",
        "accounts.card",
        "second_step.team",
        "invitation.show",
        "invitation.choose",
        "invitation.app",
        "invitation.confirm_app",
        "passkeys.enter_options",
        "passkeys.enter",
        "passkeys.invited_options",
        "passkeys.accept",
        "recycled.show",
        "recycled.card",
        "recycled.email",
        "recycled.email_code",
        "recycled.prove_email",
        "recycled.begin",
        "pages.home",
        "pages.language",
        "pages.choose_language",
        "pages.contract",
        "pages.action",
        "pages.photo",
        "pages.robots",
        *(f"pages.text_{name.replace('-', '_')}" for name in pages_views.TEXT_PAGES),
        "health.alive",
        "health.ready",
        "health.metrics",
        "agenda.index",
        "agenda.past",
        "agenda.show",
        "agenda.feed",
        "agenda.download",
        "agenda.reminder",
        "agenda.ask_reminder",
        "agenda.ask_stop",
        "agenda.stop",
        "calls.index",
        "calls.show",
        "ideas.index",
        "ideas.choose_place",
        "ideas.on_map",
        "ideas.atom",
        "ideas.similar",
        "searching.everything",
        "proposals.detail",
        "writing.new",
        "writing.create",
        "writing.kept_photo",
        "proposals.support",
        "proposals.add_support",
        "conversions.own_words",
        "conversions.agree",
        "idea_news.ask",
        "idea_news.follow",
        "idea_news.ask_stop",
        "idea_news.stop",
        "talk.listing",
        "talk.one",
        "comments.new",
        "comments.create",
        "register.show",
        "register.export",
        "notices.ask",
        "notices.send",
        "notices.thanks",
        "incidents.report",
        "incidents.send",
        "incidents.public_list",
        "incidents.public_incident",
        "follow.show",
        "follow.follow",
        "follow.unfollow",
        "follow.confirm",
        "follow.ask_why",
        "follow.reopen",
        "follow.photo",
        "counter.closed",
        "tickets.ask",
        "tickets.follow",
        "tickets.own",
        "consultations.index",
        "tally_report.show",
        "tally_report.download",
        "consultations.show",
        "outcome.results",
        "proof.show",
        "proof.download",
        "proof.script",
        "proof.ask_receipt",
        "proof.find_receipt",
        "outcome.table",
        "outcome.simulate",
        "outcome.archives",
        "outcome.report",
        "outcome.report_pdf",
        "vote_news.ask",
        "vote_news.follow",
        "vote_news.ask_stop",
        "vote_news.stop",
        "party.show",
        "party.ask",
        "party.promise",
        "works.show",
        "written.show",
        "concerns.ask",
        "concerns.send",
        "consultations.vote",
        "consultations.cast",
        "consultations.done",
        "consultations.another_person",
        "consultations.code",
        "consultations.enter_code",
        "waiting.show",
        "waiting.count",
        "waiting.say_whose",
        "making_documents.read",
        "reminders.reply",
        "reminders.answer",
        "this_phone.show",
        "this_phone.erase",
        "this_phone.ended",
        "demo.people",
        "demo.enter",
        "demo.mail",
        "demo.mail_json",
    }
)
"""What visitors may reach; everything else needs a sign-in (default-deny)."""

FINISHERS: dict[str, accounts_views.Finisher] = {
    "proposal": moderation_commands.receive_proposal,
    "comment": moderation_comments.finish,
    "event_reminder": agenda_commands.finish_reminder,
    "party_help": party_helping.finish,
    "endorsement": proposals_commands.finish_endorsement,
    "idea_follow": proposals_follows.finish_follow,
    "report_idea": fieldwork_conversions.finish_report_idea,
    "result_follow": consultations_follows.finish_follow,
}
"""Kind of draft → what to do once its author is known."""


class Me:
    """The signed-in visitor as templates see it."""

    def __init__(self, person: Person) -> None:
        self.person = person

    @property
    def label(self) -> str:
        return self.person.public_name or i18n._("Mon compte")

    @property
    def key(self) -> tuple[str, frozenset[Role]]:
        """What the top of a page shows of this person."""
        return self.label, self.person.roles

    @property
    def shared(self) -> bool:
        """Whether others use this device too."""
        return gate.is_shared()

    def has(self, role: str) -> bool:
        return self.person.holds(Role(role))


def setup(app: Engage) -> None:
    """Register the features and what their templates may use."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["engage_finishers"] = FINISHERS
    app.extensions["engage_published_words"] = moderation_incident_words.published
    app.extensions["engage_partner_answer"] = reminders_reply.words_about
    app.extensions["engage_refusal_of"] = moderation_queries.refusal_of
    app.extensions["engage_asked_as_idea"] = fieldwork_conversions.asked_as_idea
    app.before_request(_one_language_a_page)
    app.context_processor(_page_context)
    app.after_request(logs.log_request)


def _one_language_a_page() -> None:
    """French screens are French as a whole, whatever language somebody reads elsewhere."""
    if request.path.startswith(FRENCH_ONLY) and not request.path.startswith(FOR_EVERYBODY):
        i18n.speak("fr")


def _page_context() -> dict[str, Any]:
    if g.get("bare"):
        return {}
    person = gate.actor()
    return {
        "lang": i18n.current().code,
        "dir": i18n.current().direction,
        "town": services().cache.get("town", lambda: territory.town(get_db())),
        "me": Me(person) if person else None,
        "demo": services().config.demo,
    }


def build_mark(built: Assets) -> str:
    """A word that changes when the static files change: old cached pages name old files."""
    return hashlib.sha256("".join(sorted(built.addresses.values())).encode()).hexdigest()[:12]
