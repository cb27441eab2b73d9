"""What happens without a visitor: the jobs of the clock and the words of messages, of all features.

Knows no page: the process of the clock loads neither Flask nor forms.
"""

from functools import partial

from engage.accounts import contact_messages as accounts_contact_messages
from engage.accounts import mandate_messages as accounts_mandate_messages
from engage.accounts import messages as accounts_messages
from engage.accounts import sms_alerts as accounts_sms_alerts
from engage.agenda import jobs as agenda_jobs
from engage.agenda import messages as agenda_messages
from engage.consultations.outcome import jobs as outcome_jobs
from engage.consultations.outcome import messages as outcome_messages
from engage.consultations.sealing import jobs as sealing_jobs
from engage.core import sms_budget
from engage.core.scheduler import Job
from engage.core.sender import Renderer, Sender
from engage.core.services import Services
from engage.fieldwork import messages as fieldwork_messages
from engage.fieldwork import voted_ideas
from engage.incidents import jobs as incidents_jobs
from engage.incidents import messages as incidents_messages
from engage.moderation import alerts_messages as moderation_alerts_messages
from engage.moderation import appeals_messages as moderation_appeals_messages
from engage.moderation import messages as moderation_messages
from engage.moderation import notices_messages as moderation_notices_messages
from engage.moderation import register as moderation_register
from engage.moderation import rota_jobs as moderation_rota_jobs
from engage.moderation import rota_reminders as moderation_rota_reminders
from engage.moderation import rota_thanks as moderation_rota_thanks
from engage.moderation import settling, written_jobs
from engage.privacy import identities, purge
from engage.privacy import messages as privacy_messages
from engage.proposals import jobs as proposals_jobs
from engage.proposals import messages as proposals_messages
from engage.reminders import jobs as reminders_jobs
from engage.reminders import messages as reminders_messages

RENDERERS: dict[str, Renderer] = {
    **accounts_messages.RENDERERS,
    **accounts_contact_messages.RENDERERS,
    **accounts_sms_alerts.RENDERERS,
    **accounts_mandate_messages.RENDERERS,
    **agenda_messages.RENDERERS,
    **incidents_messages.RENDERERS,
    **proposals_messages.RENDERERS,
    **outcome_messages.RENDERERS,
    **moderation_messages.RENDERERS,
    **moderation_alerts_messages.RENDERERS,
    **moderation_notices_messages.RENDERERS,
    **moderation_appeals_messages.RENDERERS,
    **moderation_rota_reminders.RENDERERS,
    **moderation_rota_thanks.RENDERERS,
    **fieldwork_messages.RENDERERS,
    **reminders_messages.RENDERERS,
    **privacy_messages.RENDERERS,
}
"""Kind of message → its words, made when it leaves."""

NEVER_HELD = frozenset(
    {
        "sign_in_code",
        "incident_urgent",
        "moderation_alert",
        "security_notice",
        "address_notice",
    }
)
"""Kinds of messages that leave by SMS even when those of the day are nearly used up."""


def sender(town: Services) -> Sender:
    """The sender of one town."""
    return Sender(
        town.database,
        RENDERERS,
        town.gateways(),
        keep_bodies=town.config.demo,
        base_url=town.config.base_url,
        hold=partial(sms_budget.hold, daily=town.config.sms_daily, first=NEVER_HELD),
    )


def jobs(town: Services) -> list[Job]:
    """What the clock looks for, and how often (seconds)."""
    letters, database = sender(town), town.database
    return [
        Job("sender", 5, letters.deliver_all),
        Job("queue", 300, lambda: moderation_rota_jobs.look(database)),
        Job("register", 600, lambda: moderation_register.store(database)),
        Job("decisions", 2, lambda: settling.run(database, town.storage)),
        Job("written answers", 600, lambda: written_jobs.bring(database)),
        Job("reminders", 60, lambda: reminders_jobs.queue_digests(town.database)),
        Job("voted ideas", 60, lambda: voted_ideas.tell(database)),
        Job("vote news", 60, lambda: outcome_jobs.queue_news(database)),
        Job("idea news", 300, lambda: proposals_jobs.queue_news(database)),
        Job("sealing", 60, lambda: sealing_jobs.run(database)),
        Job("sms", 300, lambda: accounts_sms_alerts.warn(database, daily=town.config.sms_daily)),
        Job("agenda", 300, lambda: _remind_of_dates(town)),
        Job("incidents", 3600, lambda: _close_unanswered(town)),
        Job("housekeeping", 3600, lambda: _forget(town)),
    ]


def _forget(town: Services) -> None:
    key = identities.sealing_key(town.config)
    purge.purge(town.database, town.storage, identity_key=key)


def _remind_of_dates(town: Services) -> None:
    with town.database.transaction() as db:
        agenda_jobs.remind(db)


def _close_unanswered(town: Services) -> None:
    with town.database.transaction() as db:
        incidents_jobs.close_unanswered(db)
