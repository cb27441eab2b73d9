"""Concertations for tests: open since yesterday, closing in a week, unless said otherwise."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from engage.consultations.models import (
    Consultation,
    Electorate,
    Option,
    Question,
    QuestionKind,
)
from engage.core import clock

DAY = timedelta(days=1)


def make_question(*labels: str, most: int = 1, **values: Any) -> Question:
    """A question with these options and "none of these" after them."""
    kind = QuestionKind.SINGLE if most == 1 else QuestionKind.APPROVAL
    options = [
        Option(position=position, label={"fr": text}, details={}, is_none=False)
        for position, text in enumerate(labels, 1)
    ]
    options.append(
        Option(position=len(labels) + 1, label={"fr": "Aucune"}, details={}, is_none=True)
    )
    title = {"fr": values.pop("title", "Que voulez-vous ?")}
    return Question(
        position=values.pop("position", 1),
        kind=kind,
        max_choices=most,
        title=title,
        help={"fr": f"Choisissez-en {most} au plus."},
        options=options,
        **values,
    )


def make_consultation(
    db: Session,
    *questions: Question,
    electorate: Electorate = Electorate.DECLARED,
    **values: Any,
) -> Consultation:
    """A concertation with these questions; by default one of each kind."""
    now = clock.now()
    asked = questions or (
        make_question("Repas", "Musique", "Jeux", most=2, title="Quelles activités ?"),
        make_question("Samedi", "Dimanche", position=2, title="Quel jour ?"),
    )
    closes_at = values.pop("closes_at", now + 7 * DAY)
    made = Consultation(
        title={"fr": values.pop("title", "Fête de quartier")},
        summary={"fr": "Choisissons ensemble."},
        notice={"fr": "Ce vote donne un avis."},
        already_decided={"fr": "L’entrée est gratuite."},
        asked_by={"fr": "Comité de fête"},
        decided_by={"fr": "Le comité décide."},
        electorate=electorate,
        announced_at=values.pop("announced_at", now - 9 * DAY),
        opens_at=values.pop("opens_at", now - DAY),
        closes_at=closes_at,
        decision_due_at=values.pop("decision_due_at", closes_at + 30 * DAY),
        decision_statement=values.pop("decision_statement", {}),
        questions=list(asked),
        **values,
    )
    db.add(made)
    db.flush()
    return made


def option_ids(question: Question, *labels: str) -> list[int]:
    """The ids of the options with these French labels."""
    found = {option.label["fr"]: option.id for option in question.options}
    return [found[text] for text in labels]
