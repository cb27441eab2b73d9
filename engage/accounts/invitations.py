"""Invitations: the link with which a member of staff sets up how they sign in."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from engage.accounts import messages, queries
from engage.accounts.models import ContactKind, ContactPoint, Person
from engage.accounts.policy import can_invite, is_long_unseen, may_be_invited
from engage.accounts.proofs import Authenticator, Invitation, ListKind, OneTimeCode, Passkey
from engage.core import audit, clock
from engage.core.errors import Gone, InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.secrets import new_token, token_hash

LIFETIME = timedelta(days=7)


def invite(db: Session, person: Person, *, by: Person) -> str:
    """Send `person` a link, by e-mail when they have one, else by SMS; older links die.

    Returns the link's token. `person.mandates` must be loaded. Raises `InvalidInput` on field
    `person` when nothing can be sent to them, or to a number that may be another's by now only.
    """
    require(can_invite, by, person)
    return _send(db, person, by)


def invite_first(db: Session, person: Person) -> str:
    """The same from the terminal of who runs the town, where nobody is signed in."""
    require(may_be_invited, person)
    return _send(db, person, None)


def _send(db: Session, person: Person, by: Person | None) -> str:
    point = address_for(db, person)
    if point is None:
        raise InvalidInput("person", _("Cette personne n’a ni e-mail ni téléphone."))
    if is_long_unseen(point):  # the link is all that its new holder would need
        raise InvalidInput(
            "person",
            _("Ce numéro n’a pas servi ici depuis six mois. Demandez un e-mail à la personne."),
        )
    close_all(db, person)
    token, moment = new_token(), clock.now()
    invitation = Invitation(
        token_hash=token_hash(token),
        person_id=person.id,
        invited_by_id=by.id if by else None,
        created_at=moment,
        expires_at=moment + LIFETIME,
    )
    db.add(invitation)
    db.flush()
    audit.record(db, "invitation.send", invitation, actor_id=by.id if by else None)
    messages.invitation(db, invitation, point, language=person.language, token=token)
    return token


def address_for(db: Session, person: Person) -> ContactPoint | None:
    """Where the link goes: the oldest proven e-mail, else a number, one in use before others."""
    points = queries.reachable_points(db, person)
    return min(points, key=lambda p: (p.kind != ContactKind.EMAIL, is_long_unseen(p)), default=None)


def close_all(db: Session, person: Person) -> None:
    """Let no link of `person` open anything any more."""
    moment = clock.now()
    db.execute(
        update(Invitation)
        .where(
            Invitation.person_id == person.id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > moment,
        )
        .values(expires_at=moment)
    )


def standing(db: Session, token: str) -> Invitation:
    """The invitation behind a link, with its person and their mandates.

    Raises `NotFound` when there never was one, `Gone` when it was used, is older than seven days
    or its person has no mandate any more.
    """
    found = db.scalar(
        select(Invitation)
        .options(joinedload(Invitation.person).joinedload(Person.mandates))
        .where(Invitation.token_hash == token_hash(token))
    )
    if found is None:
        raise NotFound
    dead = found.used_at is not None or found.expires_at <= clock.now()
    if dead or found.person.closed_at is not None or not may_be_invited(found.person):
        raise Gone(_("Ce lien ne marche plus. Demandez une nouvelle invitation."))
    return found


def accept(db: Session, invitation: Invitation) -> None:
    """Use the link up; what proved the person until now proves nothing any more.

    Who is invited again has lost a phone or a password, perhaps to a thief. The caller gives the
    new proof afterwards. Of two at once the second gets `Gone`.
    """
    used = db.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Gone(_("Ce lien ne marche plus. Demandez une nouvelle invitation."))
    person_id = invitation.person_id
    db.execute(delete(Passkey).where(Passkey.person_id == person_id))
    db.execute(delete(Authenticator).where(Authenticator.person_id == person_id))
    db.execute(
        delete(OneTimeCode).where(
            OneTimeCode.person_id == person_id, OneTimeCode.kind == ListKind.RECOVERY.value
        )
    )
    audit.record(db, "invitation.accept", invitation, actor_id=person_id)
