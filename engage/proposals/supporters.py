"""How many support each idea, kept with the idea: lists are sorted by it."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engage.proposals.models import Endorsement, Proposal

_COUNTED = (
    select(func.count())
    .where(Endorsement.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)


def add(db: Session, proposal_id: int, number: int) -> None:
    """So many supporters more; fewer where `number` is negative. No version is checked."""
    more = Proposal.supporters + number
    _write(db, update(Proposal).where(Proposal.id == proposal_id).values(supporters=more))


def recount(db: Session, proposal_ids: Collection[int]) -> None:
    """Count the supporters of these ideas again, after several changed at once."""
    wanted = Proposal.id.in_(sorted(proposal_ids))
    db.execute(select(Proposal.id).where(wanted).order_by(Proposal.id).with_for_update())
    _write(db, update(Proposal).where(wanted).values(supporters=_COUNTED))


def supported_by(db: Session, *person_ids: int) -> Sequence[int]:
    """The ids of all ideas that one of these people supports."""
    theirs = Endorsement.person_id.in_(person_ids)
    return db.scalars(select(Endorsement.proposal_id).where(theirs).distinct()).all()


def recount_all(db: Session) -> None:
    """The same for every idea, where nobody else writes."""
    _write(db, update(Proposal).values(supporters=_COUNTED))


def _write(db: Session, statement: object) -> None:
    db.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]


def faults(db: Session) -> list[str]:
    """Ideas whose number is not that of their supporters, a line each."""
    wrong = select(Proposal.id).where(Proposal.supporters != _COUNTED).order_by(Proposal.id)
    return [f"proposals {id_} has another number of supporters" for id_ in db.scalars(wrong)]
