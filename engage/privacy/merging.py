"""Two accounts of one person become one: what points to the one points to the other."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, selectinload

from engage.accounts import codes, queries, second_steps
from engage.accounts.consents import Consent
from engage.accounts.contact_messages import Change, tell_everywhere
from engage.accounts.demo import DemoPerson
from engage.accounts.departures import Departure
from engage.accounts.models import ContactPoint, Mandate, Person, SignIn, SignInCode
from engage.accounts.policy import can_change_ways_in
from engage.accounts.proofs import Authenticator, Invitation, OneTimeCode, Passkey, Password
from engage.accounts.residence import ResidenceProof
from engage.agenda.models import EventReminder
from engage.consultations import roll
from engage.consultations.kits.models import PartyHelper
from engage.consultations.models import RollEntry, unit_of_person
from engage.consultations.outcome.models import DecisionAddition, ResultFollow
from engage.consultations.paper.models import PaperReading, PaperReport
from engage.core import audit, clock
from engage.core.errors import Conflict, NotFound
from engage.core.i18n import _, current
from engage.core.outbox import OutboxMessage
from engage.core.policy import require
from engage.discussions.models import Comment
from engage.fieldwork.models import Conversion, Enquiry, Ticket
from engage.incidents.models import Incident
from engage.moderation.alerts_models import Alert
from engage.moderation.appeals_models import Appeal
from engage.moderation.incident_words_models import IncidentPublication
from engage.moderation.models import (
    Decision,
    ModerationItem,
    Moderator,
    PendingDecision,
    Translation,
)
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.rota_models import Rhythm
from engage.privacy.models import RetainedIdentity
from engage.privacy.policy import may_be_merged
from engage.proposals import supporters
from engage.proposals.answers import ProposalAnswer
from engage.proposals.call_models import Call
from engage.proposals.models import Endorsement, Proposal
from engage.proposals.news import ProposalDigest, ProposalFollow, ProposalNews

Column = InstrumentedAttribute[Any]


class Act(Protocol):
    """What becomes of the rows whose `column` names `gone`."""

    def __call__(self, db: Session, column: Column, gone: Person, kept: Person) -> None: ...


def move(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """They name `kept` from now on."""
    _write(db, update(column.class_).where(column == gone.id).values({column.key: kept.id}))


def drop(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """They go: a secret of the one account must not open the other."""
    _write(db, delete(column.class_).where(column == gone.id))


def stay(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """They go on naming the number of the closed account."""


def move_first(key: Column) -> Act:
    """They move, but where `kept` has one with the same `key` that one is enough."""

    def act(db: Session, column: Column, gone: Person, kept: Person) -> None:
        theirs = select(key).where(column == kept.id).scalar_subquery()
        _write(db, delete(column.class_).where(column == gone.id, key.in_(theirs)))
        move(db, column, gone, kept)

    return act


def move_supports(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """One of two is kept, and none of an idea that is now one's own."""
    supported = supporters.supported_by(db, gone.id, kept.id)
    move_first(Endorsement.proposal_id)(db, column, gone, kept)
    own = select(Proposal.id).where(Proposal.author_id == kept.id).scalar_subquery()
    _write(db, delete(Endorsement).where(column == kept.id, Endorsement.proposal_id.in_(own)))
    supporters.recount(db, supported)


def move_decisions(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """Where both decided on one item, both decisions stay in the register."""
    other = aliased(Decision)
    both = exists().where(other.item_id == Decision.item_id, other.moderator_id == kept.id)
    _write(
        db,
        update(Decision).where(column == gone.id, ~both).values(moderator_id=kept.id),
    )


def move_proofs(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """All proofs are about the one neighbourhood where somebody lives: those of another go."""
    if kept.neighbourhood_id not in (None, gone.neighbourhood_id):
        drop(db, column, gone, kept)
    move_first(ResidenceProof.level)(db, column, gone, kept)


def move_consents(db: Session, column: Column, gone: Person, kept: Person) -> None:
    """What `kept` was asked and withdrew is not given again by an older answer of `gone`."""
    asked = select(Consent.purpose).where(column == kept.id).scalar_subquery()
    _write(
        db,
        update(Consent)
        .where(column == gone.id, Consent.withdrawn_at.is_(None), Consent.purpose.in_(asked))
        .values(withdrawn_at=clock.now()),
    )
    move(db, column, gone, kept)


ACTS: Mapping[Column, Act] = {
    ContactPoint.person_id: move,
    Mandate.person_id: move,
    SignIn.person_id: move,
    SignInCode.person_id: drop,
    Person.merged_into_id: move,
    Password.person_id: drop,
    Authenticator.person_id: drop,
    OneTimeCode.person_id: drop,
    Passkey.person_id: drop,
    Invitation.person_id: drop,
    Invitation.invited_by_id: move,
    ResidenceProof.person_id: move_proofs,
    ResidenceProof.attested_by_id: move,
    Consent.person_id: move_consents,
    Departure.person_id: move,
    OutboxMessage.person_id: move,
    Proposal.author_id: move,
    Proposal.captured_by_id: move,
    Endorsement.person_id: move_supports,
    Endorsement.captured_by_id: move,
    ProposalFollow.person_id: move_first(ProposalFollow.proposal_id),
    ProposalNews.person_id: move_first(ProposalNews.event_id),
    ProposalDigest.person_id: stay,
    ProposalAnswer.person_id: move,
    Conversion.asked_by_id: move,
    Call.created_by_id: move,
    Call.answered_by_id: move,
    EventReminder.person_id: move_first(EventReminder.event_id),
    ResultFollow.person_id: move_first(ResultFollow.consultation_id),
    DecisionAddition.added_by_id: move,
    PartyHelper.person_id: move_first(PartyHelper.need_id),
    PartyHelper.captured_by_id: move,
    Comment.author_id: move,
    Comment.captured_by_id: move,
    Incident.reporter_id: move,
    Incident.captured_by_id: move,
    RollEntry.captured_by_id: move,
    PaperReading.reader_id: stay,
    PaperReport.closed_by_id: move,
    ModerationItem.author_id: move,
    ModerationItem.taken_by_id: move,
    Decision.moderator_id: move_decisions,
    PendingDecision.moderator_id: move,
    Translation.person_id: move,
    Moderator.person_id: drop,
    Alert.raised_by_id: move,
    Rhythm.person_id: drop,
    Alert.taken_by_id: move,
    NoticeCase.author_id: move,
    Notice.reporter_id: move_first(Notice.case_id),
    Appeal.author_id: move,
    Appeal.judge_id: move,
    IncidentPublication.proposed_by_id: move,
    Ticket.issued_by_id: move,
    Enquiry.person_id: move,
    Enquiry.captured_by_id: move,
    Enquiry.answered_by_id: move,
    DemoPerson.person_id: move,
    audit.AuditEntry.actor_id: stay,
    RetainedIdentity.person_id: stay,
}
"""Each column that names a person, and what a merge does to it, in this order: a test misses none.

Supports come after ideas: nobody supports their own.
"""


def _write(db: Session, statement: Any) -> None:
    db.execute(statement, execution_options={"synchronize_session": False})


def other_account(db: Session, challenge: str, person: Person) -> tuple[Person, ContactPoint]:
    """The account whose address or card `person` has just proved; raises `NotFound`."""
    code = codes.proved(queries.awaited_code(db, challenge), adds_to=person)
    point = queries.contact_point_at(db, codes.address_of(code))
    if point is None or point.person_id == person.id:
        raise NotFound
    return point.person, point


def obstacle(db: Session, kept: Person, gone: Person) -> str:
    """Why the two can not become one, as a sentence; empty when they can."""
    if not may_be_merged(gone):
        return _(
            "L’autre compte a un rôle dans l’équipe ou au conseil."
            " Entrez avec lui, puis ajoutez-y vos adresses."
        )
    if _voted_twice(db, kept, gone):
        return _(
            "Vous avez répondu avec les deux comptes à la même question d’un vote."
            " Ils restent séparés : deux voix ne peuvent pas en faire une."
        )
    if roll.awaits_sealing(db, gone.id):  # the receipt it got is that of its own unit
        return _(
            "L’autre compte a répondu à un vote dont les résultats ne sont pas encore là."
            " Réunissez les comptes après : votre reçu reste ainsi dans la liste."
        )
    return ""


def _voted_twice(db: Session, kept: Person, gone: Person) -> bool:
    mine = select(RollEntry.question_id).where(RollEntry.unit == unit_of_person(kept.id))
    both = select(RollEntry.question_id).where(
        RollEntry.unit == unit_of_person(gone.id), RollEntry.question_id.in_(mine)
    )
    return db.scalar(both.limit(1)) is not None


def merge(db: Session, challenge: str, *, person: Person, token: str) -> None:
    """Bring the account whose address was proved into that of `person`, for good.

    `token` is the sign-in of this device, the only one that stays. Raises `Conflict` when both
    voted, when the other has a mandate, or when one of the two was merged meanwhile.
    """
    require(can_change_ways_in, person)
    gone, _point = other_account(db, challenge, person)
    _hold_both(db, person, gone)
    code = codes.proved(codes.held(db, challenge), adds_to=person)
    refusal = obstacle(db, person, gone)
    if refusal:
        raise Conflict(refusal)
    _end_proofs(db, gone)
    for column, act in ACTS.items():
        act(db, column, gone, person)
    _move_votes(db, gone, person)
    _close(gone, person)
    db.flush()
    audit.record(db, "person.merge", person, actor_id=person.id, merged_id=gone.id)
    tell_everywhere(db, person, Change.MERGED, codes.address_of(code), language=current().code)
    second_steps.sign_out_elsewhere(db, person, keep=token)


def _hold_both(db: Session, *people: Person) -> None:
    """Nobody else merges either of them before this transaction ends; in one order, no deadlock."""
    held = db.scalars(
        select(Person)
        .where(Person.id.in_([person.id for person in people]))
        .options(selectinload(Person.mandates))
        .order_by(Person.id)
        .with_for_update(of=Person, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if any(person.closed_at is not None for person in held):
        raise Conflict(_("Ces deux comptes viennent d’être réunis."))


def _end_proofs(db: Session, gone: Person) -> None:
    """Whoever proved an address of `gone` was asked about that account, not about the one kept."""
    held = exists().where(
        ContactPoint.person_id == gone.id,
        ContactPoint.kind == SignInCode.kind,
        ContactPoint.value == SignInCode.value,
    )
    _write(
        db,
        update(SignInCode)
        .where(SignInCode.proved_at.is_not(None), SignInCode.used_at.is_(None), held)
        .values(used_at=clock.now()),
    )


def _move_votes(db: Session, gone: Person, kept: Person) -> None:
    """Rights that were used stay used: nobody answers a question again after a merge."""
    _write(
        db,
        update(RollEntry)
        .where(RollEntry.unit == unit_of_person(gone.id))
        .values(unit=unit_of_person(kept.id)),
    )


def _close(gone: Person, kept: Person) -> None:
    kept.public_name = kept.public_name or gone.public_name
    kept.neighbourhood_id = kept.neighbourhood_id or gone.neighbourhood_id
    kept.birth_year = kept.birth_year or gone.birth_year
    gone.public_name, gone.neighbourhood_id, gone.birth_year = "", None, None
    gone.closed_at, gone.merged_into_id = clock.now(), kept.id
