"""Who may say something, answer, and take it back."""

from engage.accounts.models import Mandate, Person, Role
from engage.core.town_settings import TownSettings
from engage.core.words import Visibility
from engage.discussions.models import Comment, Voice

VOICES = {
    Role.AGENT: Voice.INSTITUTION,
    Role.COORDINATOR: Voice.COORDINATION,
    Role.ADMIN: Voice.COORDINATION,
    Role.MEDIATOR: Voice.MEDIATION,
}
"""Whoever holds one of these today does not speak for themselves here."""


def can_comment(person: Person | None, settings: TownSettings) -> bool:
    """Anybody whose account is open, where the town opened comments."""
    return person is not None and person.closed_at is None and settings.comments_open


def can_answer(person: Person | None, comment: Comment, settings: TownSettings) -> bool:
    """The same, below a public comment that is no answer itself."""
    return can_comment(person, settings) and is_open_to_answers(comment)


def is_open_to_answers(comment: Comment) -> bool:
    """Whether it is public and no answer itself: discussions are one level deep."""
    return comment.parent_id is None and comment.visibility is Visibility.PUBLIC


def is_author(person: Person | None, comment: Comment) -> bool:
    """Whether the comment is this person's own."""
    return person is not None and comment.author_id == person.id


def can_rewrite(person: Person | None, comment: Comment) -> bool:
    """The author, until it is published or refused."""
    return is_author(person, comment) and comment.visibility is Visibility.PENDING


def can_take_back(person: Person | None, comment: Comment) -> bool:
    """The author, whatever became of it."""
    return is_author(person, comment) and comment.visibility is not Visibility.WITHDRAWN


def speaks_for(person: Person) -> tuple[Voice, int | None]:
    """For whom `person` speaks today, and the id of the organisation; residents for themselves.

    Who is not through the second step speaks as a resident: anybody may hold that phone.
    """
    for role, voice in VOICES.items():
        held = [mandate for mandate in person.current_mandates if mandate.role == role.value]
        if held:
            return voice, _organisation(held)
    return Voice.RESIDENT, None


def _organisation(mandates: list[Mandate]) -> int | None:
    return next((m.organisation_id for m in mandates if m.organisation_id), None)
