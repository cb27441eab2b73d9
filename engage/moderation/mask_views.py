"""The page where a member hides words and parts of photos, and publishes the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts.models import Person
from engage.core.errors import Conflict, NotFound
from engage.core.images import COLUMNS, ROWS
from engage.core.masking import MASK
from engage.core.policy import require
from engage.core.web import form_page, get_db
from engage.core.wording import Sign
from engage.moderation import commands, marks, masks, meanwhile, policy, queries
from engage.moderation.choices import CELLS, WORDS, Changes, Choice
from engage.moderation.forms import MASKS, MaskForm
from engage.moderation.item_page import Veiled, next_item, reader, to_decide, until, veiled
from engage.moderation.kind import Reading
from engage.moderation.models import ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action

bp = Blueprint("masks", __name__)
meanwhile.handle(bp)

MOST_WORDS = 2000
"""Of a text: more boxes than that nobody ticks, and no form sends."""


@dataclass(frozen=True)
class Box:
    """A word to tick; `mask`: it is hidden anyway, and stays so."""

    number: int
    text: str
    ticked: bool
    always: bool


@dataclass(frozen=True)
class Grid:
    """A photo under its grid: which of the cells 0–47 are ticked, all of them as one."""

    photo: Veiled
    ticked: frozenset[int]
    whole: bool

    @property
    def cells(self) -> list[tuple[int, int, int]]:
        """(number, row, column); rows and columns as people count."""
        return [(cell, cell // COLUMNS + 1, cell % COLUMNS + 1) for cell in range(COLUMNS * ROWS)]


@bp.get("/moderation/<ref:item_id>/masquer")
def show(item_id: int) -> ResponseReturnValue:
    person, found = reader(), queries.item(get_db(), item_id)
    if found is None:
        raise NotFound
    policy.require_turn(person, found)
    if not policy.is_held_by(found, person):
        raise Conflict
    require(policy.can_choose, person, found, Action.PUBLISH_MASKED)
    return _page(person, found, MaskForm(formdata=None))


@bp.post("/moderation/<ref:item_id>/masquer")
def publish_masked(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    form = MaskForm()
    form.offer(queries.reasons(get_db()))
    if form.validate_on_submit():
        with form.refusals():
            reading = KINDS[found.subject_type].read(get_db(), found)
            choice = Choice(Action.PUBLISH_MASKED, form.to_input(), _changes(reading))
            commands.decide(get_db(), found, choice, moderator=person, version=form.shown_version)
            return next_item(person)
    return _page(person, found, form)


def _numbers(name: str, most: int) -> frozenset[int]:
    """The boxes that were ticked; what is none of them is left out."""
    sent = request.form.getlist(name)
    asked = (int(value) for value in sent[:MOST_WORDS] if value.isdecimal() and len(value) < 6)
    return frozenset(number for number in asked if number < most)


def _changes(reading: Reading) -> Changes:
    """What the member ticked, by its place."""
    photos = {photo.id: sorted(_ticked(photo.id)) for photo in reading.photos}
    return Changes(
        title=masks.spans(reading.title, _numbers("title", MOST_WORDS)),
        body=masks.spans(reading.body, _numbers("body", MOST_WORDS)),
        photos={id_: cells for id_, cells in photos.items() if cells},
    )


def _ticked(photo_id: int) -> frozenset[int]:
    if f"whole-{photo_id}" in request.form:
        return frozenset(range(CELLS))
    return _numbers(f"cells-{photo_id}", CELLS)


def _page(person: Person, item: ModerationItem, form: MaskForm) -> ResponseReturnValue:
    kind = KINDS[item.subject_type]
    reading = kind.read(get_db(), item)
    if not form.is_submitted():
        form.offer(queries.reasons(get_db()))
        form.reason.data = MASKS[0]
    form.version.data = item.version
    held = policy.is_held_by(item, person)
    unseen = marks.hidden(lifted=WORDS in item.revealed, official=reading.official)
    return form_page(
        "moderation/mask.html",
        form,
        item=item,
        kind=kind,
        reading=reading,
        title=_boxes(reading.title, "title", unseen),
        body=_boxes(reading.body, "body", unseen),
        veil=bool(marks.VEILED & unseen) and marks.veiled(reading.words, official=reading.official),
        grids=[
            Grid(
                veiled(photo, item, open_=held),
                _ticked(photo.id) if form.is_submitted() else frozenset(),
                f"whole-{photo.id}" in request.form,
            )
            for photo in reading.photos
        ],
        until=until(item),
    )


def _boxes(text: str, name: str, unseen: Collection[Sign]) -> Sequence[Sequence[Box]]:
    """The words of a text line by line; what could point at somebody is ticked at first."""
    sent = request.method == "POST"
    asked = _numbers(name, MOST_WORDS)
    lines: list[list[Box]] = [[]]
    end = 0
    for token in masks.tokens(text)[:MOST_WORDS]:
        if "\n" in text[end : token.start]:
            lines.append([])
        always = token.sign in unseen
        ticked = token.number in asked if sent else token.sign is not None
        lines[-1].append(Box(token.number, MASK if always else token.text, ticked, always))
        end = token.end
    return [line for line in lines if line]
