"""Writes about what follows a vote: decide, add to a decision, entrust it, archive."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.models import Consultation, Purpose
from engage.consultations.outcome import deadline, policy
from engage.consultations.outcome.models import DecisionAddition
from engage.core import audit, clock
from engage.core.errors import Conflict
from engage.core.policy import require
from engage.territory.models import Organisation


@dataclass(frozen=True)
class Decision:
    """What is decided and why, by whom, and what the vote has changed; per site language."""

    statement: dict[str, str]
    by: dict[str, str]
    changes: dict[str, str]


def publish_decision(
    db: Session,
    consultation: Consultation,
    decision: Decision,
    *,
    actor: Person,
    version: int | None = None,
) -> None:
    """Say what was decided, once, after the results; who waits for it hears of it.

    `version` is that of the concertation as the form showed it. Raises `Denied` for others than
    the coordinator and the team that owes it, `Conflict` where it is too soon or done already.
    """
    require(policy.speaks_for, actor, consultation)
    _require_seen(consultation, version)
    if not policy.can_decide(actor, consultation, clock.now()):
        raise Conflict(_why_not(consultation))
    consultation.decision_statement = decision.statement
    consultation.decision_by = decision.by
    consultation.decision_changes = decision.changes
    consultation.decided_on = clock.today()
    audit.record(db, "consultation.decide", consultation, actor_id=actor.id)
    deadline.met(db, consultation)


def _why_not(consultation: Consultation) -> str:
    if consultation.decided_on is not None:
        return "La décision est déjà publiée. Vous pouvez ajouter un complément."
    if consultation.purpose is Purpose.SURVEY:
        return "Ce questionnaire n’attend pas de décision."
    if consultation.cancelled_at is not None:
        return "Cette concertation est annulée."
    return "Les résultats ne sont pas encore publiés. La décision vient après."


def _require_seen(consultation: Consultation, version: int | None) -> None:
    """Somebody else changed it since the form was shown: nothing is overwritten unseen."""
    if version is not None and consultation.version != version:
        raise Conflict("Quelqu’un a changé cette concertation entre-temps. Relisez-la.")


def add_to_decision(
    db: Session, consultation: Consultation, *, words: dict[str, str], actor: Person
) -> DecisionAddition:
    """Correct or complete a decision in public; what was published stays as it was."""
    require(policy.speaks_for, actor, consultation)
    if not policy.can_add_to_decision(actor, consultation):
        raise Conflict("La décision n’est pas encore publiée.")
    addition = DecisionAddition(
        consultation_id=consultation.id,
        words=words,
        added_on=clock.today(),
        added_by_id=actor.id,
    )
    db.add(addition)
    audit.record(db, "consultation.add_to_decision", consultation, actor_id=actor.id)
    return addition


def entrust(
    db: Session, consultation: Consultation, *, organisation: Organisation, actor: Person
) -> None:
    """Let another organisation owe the decision from now on."""
    require(policy.can_entrust, actor, consultation, clock.now())
    consultation.organisation_id = organisation.id
    audit.record(
        db,
        "consultation.entrust",
        consultation,
        actor_id=actor.id,
        organisation_id=organisation.id,
    )
    deadline.moved(db, consultation)


def archive(db: Session, consultation: Consultation, *, actor: Person) -> None:
    """Put it away among the ended ones; raises `Conflict` as long as a decision is owed."""
    require(policy.archives, actor)
    if consultation.archived_at is not None:
        return
    if not policy.is_settled(consultation):
        raise Conflict("Publiez d’abord la décision. Sans elle, rien n’est archivé.")
    consultation.archived_at = clock.now()
    audit.record(db, "consultation.archive", consultation, actor_id=actor.id)
