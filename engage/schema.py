"""All tables of Engage, imported in one place for the migrations and the tests."""

from engage.accounts import consents, departures, proofs, residence
from engage.accounts import demo as accounts_demo
from engage.accounts import models as accounts
from engage.agenda import models as agenda
from engage.consultations import models as consultations
from engage.consultations.kits import models as consultation_kits
from engage.consultations.making import models as consultation_making
from engage.consultations.outcome import models as consultation_outcomes
from engage.consultations.paper import models as paper
from engage.consultations.sealing import models as sealing
from engage.consultations.written import models as written_answers
from engage.core import (
    audit,
    contractrows,
    idempotency,
    outbox,
    photos,
    search_models,
    throttle,
    ticks,
    town_settings,
)
from engage.core.db import Base
from engage.deadlines import models as deadlines
from engage.discussions import models as discussions
from engage.fieldwork import models as fieldwork
from engage.incidents import models as incidents
from engage.moderation import (
    alerts_models,
    appeals_models,
    incident_words_models,
    notices_models,
    register_models,
    rota_models,
)
from engage.moderation import models as moderation
from engage.privacy import models as privacy
from engage.proposals import answers as proposal_answers
from engage.proposals import call_models as proposal_calls
from engage.proposals import models as proposals
from engage.proposals import news as proposal_news
from engage.proposals import talk as proposals_talk
from engage.reminders import models as reminders
from engage.territory import models as territory

MODULES = (
    accounts_demo,
    contractrows,
    audit,
    idempotency,
    outbox,
    photos,
    search_models,
    throttle,
    ticks,
    town_settings,
    territory,
    accounts,
    proofs,
    residence,
    departures,
    departures,
    consents,
    deadlines,
    discussions,
    proposals_talk,
    agenda,
    proposal_calls,
    proposals,
    proposal_answers,
    proposal_news,
    consultations,
    consultation_kits,
    written_answers,
    consultation_outcomes,
    consultation_making,
    sealing,
    paper,
    incidents,
    moderation,
    alerts_models,
    notices_models,
    appeals_models,
    register_models,
    incident_words_models,
    rota_models,
    fieldwork,
    reminders,
    privacy,
)

metadata = Base.metadata
