"""What a member may choose for an item, and whether it holds together; changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.moderation import marks
from engage.moderation.kind import Reading
from engage.moderation.masks import Span, of_signs
from engage.moderation.models import RefusalReason
from engage.moderation.workflow import Action

WORDS = "words"
"""The veil over words that hurt or name somebody; that over a photo is `photo-<number>`."""

CELLS = 48
"""A photo is veiled by cells of a grid: 6 columns, 8 rows."""


@dataclass(frozen=True)
class Grounds:
    """Why a member does not publish as it is: a reason of the list, the passage, a word."""

    reason: RefusalReason
    excerpt: str
    note: str


@dataclass(frozen=True)
class Changes:
    """What is veiled: places of words, and of each photo (by its number) the cells 0–47."""

    title: Sequence[Span] = ()
    body: Sequence[Span] = ()
    photos: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "title": [list(span) for span in self.title],
            "body": [list(span) for span in self.body],
            "photos": {str(id_): sorted(set(cells)) for id_, cells in self.photos.items() if cells},
        }

    def __bool__(self) -> bool:
        return bool(self.title or self.body or any(self.photos.values()))


@dataclass(frozen=True)
class Choice:
    """One decision as a member made it.

    `target_id`: the contribution to merge into. `contact`: the code of the service in the town's
    `contacts_to_call`.
    """

    action: Action
    grounds: Grounds | None = None
    changes: Changes = field(default_factory=Changes)
    target_id: int | None = None
    contact: str = ""


NEEDS_GROUNDS = frozenset(
    {
        Action.ASK_CORRECTION,
        Action.REDIRECT,
        Action.PROPOSE_REFUSAL,
        Action.CONFIRM_REFUSAL,
        Action.DISAGREE,
        Action.REFUSE,
    }
)


PUBLISHES = frozenset({Action.PUBLISH, Action.PUBLISH_MASKED})


def check(choice: Choice, reading: Reading, *, seen: Collection[str]) -> None:
    """Raise `InvalidInput` with a sentence for the member when something is missing.

    `seen`: the photos whose veil was lifted, as `photo-<number>`.
    """
    if choice.action in PUBLISHES and unseen(choice, reading, seen):
        raise InvalidInput("photo", _("Regardez d’abord chaque photo."))
    if choice.action in NEEDS_GROUNDS and choice.grounds is None:
        raise InvalidInput("reason", _("Choisissez un motif."))
    if choice.grounds is not None and not _quotes(choice.grounds.excerpt, reading):
        raise InvalidInput("excerpt", _("Ces mots ne sont pas dans le texte. Copiez-les."))
    if choice.action is Action.PUBLISH_MASKED:
        _check_changes(choice.changes, reading)


def as_seen(
    choice: Choice, reading: Reading, *, seen: Collection[str], masks: bool = True
) -> Choice:
    """The same choice with all hidden that the member did not see: numbers, veiled words.

    Raises `InvalidInput` where nothing is published masked (`masks`): unseen is unpublished.
    """
    signs = marks.hidden(lifted=WORDS in seen, official=reading.official)
    title, body = of_signs(reading.title, signs), of_signs(reading.body, signs)
    if choice.action not in PUBLISHES or not (title or body):
        return choice
    if not masks:
        raise InvalidInput("words", _("Regardez d’abord les mots sous le voile."))
    changes = replace(
        choice.changes,
        title=[*choice.changes.title, *title],
        body=[*choice.changes.body, *body],
    )
    return replace(choice, action=Action.PUBLISH_MASKED, changes=changes)


def unseen(choice: Choice, reading: Reading, seen: Collection[str]) -> list[int]:
    """The photos that would be shown to everybody and that the member did not look at."""
    hidden = {id_ for id_, cells in choice.changes.photos.items() if len(set(cells)) == CELLS}
    shown = [photo.id for photo in reading.photos if photo.id not in hidden]
    return [id_ for id_ in shown if f"photo-{id_}" not in seen]


def _check_changes(changes: Changes, reading: Reading) -> None:
    if not changes:
        raise InvalidInput("words", _("Choisissez ce qui doit être masqué."))
    there = {photo.id for photo in reading.photos}
    cells = [cell for chosen in changes.photos.values() for cell in chosen]
    if not changes.photos.keys() <= there or any(not 0 <= cell < CELLS for cell in cells):
        raise InvalidInput("words", _("Rechargez la page et recommencez."))


def _quotes(excerpt: str, reading: Reading) -> bool:
    """Whether it stands in the text, as it was sent or as members see it."""
    seen = marks.plain(reading.words, official=reading.official)
    return contains(reading.words, excerpt) or contains(seen, excerpt)


def contains(text: str, excerpt: str) -> bool:
    """Whether the passage is in the text, blanks and capitals apart."""
    return " ".join(excerpt.split()).casefold() in " ".join(text.split()).casefold()
