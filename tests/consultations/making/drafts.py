"""Drafts for tests: whole and ready to be announced, unless said otherwise."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.consultations.making import commands, queries
from engage.consultations.making.drafts import (
    Calendar,
    Draft,
    DraftOption,
    DraftQuestion,
    Voters,
    Wording,
)
from engage.consultations.models import Consultation, QuestionKind
from engage.core import clock
from engage.territory.models import Organisation
from tests.factories import make_organisation, make_person

DAY = timedelta(days=1)

WORDS = Wording(
    title={"fr": "L’aire de jeux"},
    summary={"fr": "Il reste une place. Que faut-il y mettre ?"},
    asked_by={"fr": "La Ville"},
    decided_by={"fr": "Le maire"},
    already_decided={"fr": "Le budget."},
    notice={"fr": "Ce vote donne un avis."},
)


def calendar(**changes: Any) -> Calendar:
    """Announced tomorrow, open in three days for a week, decided ten days later."""
    now = clock.now().replace(microsecond=0)
    whole = Calendar(now + DAY, now + 3 * DAY, now + 10 * DAY, now + 20 * DAY)
    return replace(whole, **changes)


def asked(*labels: str, kind: QuestionKind = QuestionKind.SINGLE, **more: Any) -> DraftQuestion:
    """A question with these answers."""
    options = tuple(DraftOption({"fr": text}) for text in labels)
    return DraftQuestion(kind, {"fr": "Que voulez-vous ?"}, options, **more)


def made(
    db: Session, *questions: DraftQuestion, actor: Person | None = None, **changes: Any
) -> Consultation:
    """A draft that is in the database, loaded with its questions; dates by name."""
    actor = actor or make_person(db, Role.COORDINATOR)
    owes = db.scalars(select(Organisation)).first() or make_organisation(db)
    draft = Draft(
        replace(WORDS, organisation_id=owes.id),
        calendar(**changes),
        Voters(),
        questions or (asked("Bancs", "Arbres"),),
    )
    begun = commands.create(db, draft, actor=actor)
    found = queries.consultation(db, begun.id)
    assert found is not None
    return found
