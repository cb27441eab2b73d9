"""Whose right the code or card is that somebody shows at the stand."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engage.accounts import queries as accounts
from engage.accounts.addresses import ContactAddress
from engage.accounts.commands import card_hash
from engage.accounts.models import ContactKind, Person
from engage.consultations import standing
from engage.consultations.codes import queries as codes
from engage.consultations.models import Consultation, unit_of_code, unit_of_person
from engage.consultations.standing import DECLARING, Standing
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.secrets import clean_printed_code


@dataclass(frozen=True)
class Holder:
    """The unit whose right is used, and the standing of a person."""

    unit: str
    standing: Standing = DECLARING


def holder(
    db: Session, consultation: Consultation, key: bytes, typed: str, *, of_age: bool
) -> Holder:
    """Raises `InvalidInput` on "code" when the code or card is none of this concertation.

    `of_age` is what the person says and the mediator notes; a year of birth that is known counts.
    """
    if consultation.electorate.by_code:
        code = codes.in_hand(db, consultation.id, key, typed)
        if code is None or code.cancelled_at is not None:
            raise InvalidInput("code", _("Ce code ne vote pas ici. Ne donnez pas de bulletin."))
        return Holder(unit_of_code(code.id))
    person = _person(db, key, typed)
    if person is None:
        raise InvalidInput("code", _("Personne n’a cette carte. Vérifiez chaque lettre."))
    age = (consultation.min_age or 0) if of_age else 0
    known = standing.of(db, consultation, person, stated_age=age)
    return Holder(unit_of_person(person.id), known)


def _person(db: Session, key: bytes, typed: str) -> Person | None:
    code = clean_printed_code(codes.after_mark(typed))
    if not code:
        return None
    return accounts.person_at(db, ContactAddress(ContactKind.CARD, card_hash(key, code)))
