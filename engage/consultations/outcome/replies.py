"""What the organisation that owes a decision answered by the link of its reminder."""

from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from engage.consultations.models import Consultation


def answer(db: Session, consultation: Consultation) -> str:
    """Their words, to make the public decision of; "" when they said nothing.

    Reminders are above concertations: `wiring` names the function that reads them.
    """
    said = current_app.extensions["engage_partner_answer"]
    return cast("str", said(db, consultation))
