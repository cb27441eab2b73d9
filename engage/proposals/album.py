"""The photos of a form that comes back: what was chosen once is not chosen again.

They wait as a draft of their own, whose token the form holds; nobody else sees them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf.file import MultipleFileField
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectMultipleField

from engage.accounts import commands as accounts
from engage.accounts import queries as accounts_queries
from engage.accounts.models import ALBUM
from engage.core import photos
from engage.core.errors import InvalidInput
from engage.core.forms import SendOnceForm
from engage.core.i18n import _, lazy
from engage.core.photos import MOST_PHOTOS
from engage.core.web import sent_photos, too_many_photos

FIELD = "photo"


class AlbumForm(SendOnceForm):
    """Fields of a form that takes up to three photos."""

    photo = MultipleFileField(lazy("Des photos"))
    brouillon = HiddenField()
    retirer = SelectMultipleField(lazy("Retirer"), validate_choice=False, choices=[])


@dataclass(frozen=True)
class Kept:
    """A photo that the form shows: its place in it, and where the small one is."""

    position: int
    src: str


def gather(db: Session, form: AlbumForm, own: Sequence[int] = ()) -> list[int]:
    """The ids of the photos to keep: those from before that stay, then the new ones.

    `own` are the photos from before where the form was not sent yet. Why a photo was not taken
    is put beside the field.
    """
    before = own
    earlier = accounts_queries.waiting_album(db, form.brouillon.data or "")
    if earlier is not None:
        before = accounts_queries.draft_photo_ids(db, earlier)
        db.delete(earlier)
        db.flush()
    removed = set(form.retirer.data or ())
    kept = [id_ for place, id_ in enumerate(before) if str(place) not in removed]
    sent = sent_photos(FIELD)
    problems = [found.message for found in sent if isinstance(found, InvalidInput)]
    good = [found for found in sent if not isinstance(found, InvalidInput)]
    room = MOST_PHOTOS - len(kept)
    kept += [photos.keep(db, photo).id for photo in good[:room]]
    if len(good) > room or too_many_photos(FIELD):
        problems.append(_("Trois photos au plus. Les premières sont gardées."))
    form.photo.errors = [*form.photo.errors, *dict.fromkeys(problems)]
    return kept


def hold(db: Session, form: AlbumForm, photo_ids: Sequence[int], own: Sequence[int] = ()) -> None:
    """Let the photos wait for the form, which comes back with their token; `own` as in `gather`."""
    form.retirer.data = []
    form.brouillon.data = ""
    if photo_ids or own:
        form.brouillon.data = accounts.keep_draft(db, ALBUM, {}, photo_ids=photo_ids)


def shown(db: Session, form: AlbumForm, own: Sequence[Any] = ()) -> list[Kept]:
    """The photos that the form shows; `own` as in `gather`, as photos."""
    token = form.brouillon.data or ""
    album = accounts_queries.waiting_album(db, token)
    if album is None:
        return [Kept(place, f"/photos/{photo.small_key}") for place, photo in enumerate(own)]
    count = len(accounts_queries.draft_photo_ids(db, album))
    return [Kept(place, f"/propositions/photos/{token}/{place}") for place in range(count)]
