"""The words and photos of an idea, and other ones that its author sends later."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.core import audit, clock, html
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.proposals.models import Proposal, ProposalPhoto, ProposalRevision
from engage.proposals.policy import can_edit
from engage.territory.models import Place


@dataclass(frozen=True)
class Rewording:
    """An idea in other words; `where` is (neighbourhood id, place id or None), None to keep it."""

    title: str
    text: str
    language: str
    photo_ids: Sequence[int] = ()
    where: tuple[int, int | None] | None = None


def revision(
    title: str, text: str, language: str, *, photo_ids: Sequence[int] = ()
) -> ProposalRevision:
    """What was typed, and the safe HTML made of it; not yet in the session."""
    return ProposalRevision(
        title=title,
        body=text,
        body_html=html.from_plain(text),
        html_rules=html.RULES_VERSION,
        language=language,
        created_at=clock.now(),
        photos=[ProposalPhoto(position=n, photo_id=id_) for n, id_ in enumerate(photo_ids)],
    )


def check_place(db: Session, place_id: int | None, neighbourhood_id: int) -> None:
    """Raise `InvalidInput` unless the place is one of the neighbourhood."""
    if place_id is None:
        return
    found = db.scalar(select(Place.neighbourhood_id).where(Place.id == place_id))
    if found != neighbourhood_id:
        raise InvalidInput("lieu", _("Ce lieu n’est pas dans ce quartier. Choisissez-en un autre."))


def reword(
    db: Session, proposal: Proposal, wanted: Rewording, *, author: Person
) -> ProposalRevision:
    """Write other words for one's idea; what is public stays until moderation published them.

    Where it is can change until it was published: the list of a neighbourhood names it then.
    """
    require(can_edit, author, proposal)
    new = revision(wanted.title, wanted.text, wanted.language, photo_ids=wanted.photo_ids)
    new.proposal_id = proposal.id
    if wanted.where is not None and proposal.published_at is None:
        neighbourhood_id, place_id = wanted.where
        check_place(db, place_id, neighbourhood_id)
        proposal.neighbourhood_id, proposal.place_id = neighbourhood_id, place_id
    db.add(new)
    db.flush()
    audit.record(db, "proposal.reword", proposal, actor_id=author.id, revision_id=new.id)
    return new
