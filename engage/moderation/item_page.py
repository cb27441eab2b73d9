"""The page of one item, as the member who reads it, or another one, sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core import clock, i18n
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.photos import Photo
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other, services
from engage.moderation import commands, marks, policy, queries, queue, risks
from engage.moderation.choices import WORDS
from engage.moderation.desk import Desk, desk_of
from engage.moderation.display import CHOSEN, DONE
from engage.moderation.forms import REDIRECTS, RedirectForm, RefusalForm
from engage.moderation.kind import Kind, Reading
from engage.moderation.languages import name_of
from engage.moderation.models import ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action, Status
from engage.proposals.queries import Picture
from engage.territory import queries as territory


def reader() -> Person:
    """Somebody of the council, or the coordinator."""
    person = gate.signed_in()
    require(policy.can_look, person)
    return person


def to_decide(item_id: int) -> tuple[Person, ModerationItem]:
    """The person and the item, locked, before anything of the form is looked at."""
    person = reader()
    found = queries.item_to_decide(get_db(), item_id)
    if found is None:
        raise NotFound
    policy.require_turn(person, found)
    return person, found


def next_item(person: Person) -> ResponseReturnValue:
    """The next item comes by itself, already held; the coordinator goes back to the list."""
    following = (
        commands.take_next(get_db(), moderator=person) if policy.can_moderate(person) else None
    )
    return see_other(f"/moderation/{following.id}" if following else "/moderation")


def services_to_call() -> Sequence[dict[str, Any]]:
    """Whom the contract names for what is not decided here."""
    town = services().cache.get("town", lambda: territory.town(get_db()))
    return [door for door in town.contacts_to_call if not door["always_shown"]]


@dataclass(frozen=True)
class Veiled:
    """A photo of an item: `picture` only once this member lifted its veil."""

    id: int
    picture: Picture | None


def veiled(photo: Photo, item: ModerationItem, *, open_: bool) -> Veiled:
    seen = open_ and f"photo-{photo.id}" in item.revealed
    return Veiled(photo.id, Picture.large(photo) if seen else None)


@dataclass(frozen=True)
class Shown:
    """The words and photos of an item as this person may see them now."""

    title: str
    body: str
    plain_title: str
    photos: Sequence[Veiled]
    veil: bool
    """Whether words can still be uncovered."""


def shown(reading: Reading, item: ModerationItem, *, held: bool) -> Shown:
    """Veils are lifted for who holds the item, for nobody else."""
    lifted, official = held and WORDS in item.revealed, reading.official
    return Shown(
        title=marks.shown(reading.title, lifted=lifted, official=official),
        body=marks.shown(reading.body, lifted=lifted, official=official),
        plain_title=marks.plain(reading.title, official=official),
        photos=[veiled(photo, item, open_=held) for photo in reading.photos],
        veil=held and not lifted and marks.veiled(reading.words, official=official),
    )


def item_page(
    person: Person,
    item: ModerationItem,
    form: RefusalForm | None = None,
    redirect: RedirectForm | None = None,
) -> ResponseReturnValue:
    """One item with all that is needed; a form that was refused comes back as it was typed."""
    db, desk = get_db(), desk_of(get_db(), person)
    kind = KINDS[item.subject_type]
    reading = kind.read(db, item)
    held = policy.is_free(item) and policy.is_held_by(item, person)
    judge = policy.is_free(item) and policy.can_judge(person, item)
    wrong = next((f for f in (form, redirect) if f is not None and f.errors), None)
    return form_page(
        "moderation/item.html",
        wrong or form or RefusalForm(formdata=None),
        **_forms(item, form, redirect),
        item=item,
        kind=kind,
        reading=reading,
        shown=shown(reading, item, held=held),
        desk=desk,
        chosen=CHOSEN,
        done=DONE,
        risks=risks.shown(tuple(item.flags)),
        language=name_of(item.language),
        until=until(item),
        own=item.author_id == person.id,
        judge=judge,
        held=held and judge,
        understood=policy.can_read_language(desk.languages, item),
        elsewhere=policy.is_held_by_another(item, person),
        lines=_beside(person, desk),
        can=_possible(person, item, kind),
        **_around(person, item, kind, reading, judge=judge and held),
    )


def _forms(
    item: ModerationItem, form: RefusalForm | None, redirect: RedirectForm | None
) -> dict[str, Any]:
    reasons = queries.reasons(get_db())
    if form is None:
        form = RefusalForm(formdata=None)
        form.offer(reasons)
    if redirect is None:
        redirect = RedirectForm(formdata=None)
        redirect.offer(reasons, services_to_call())
        redirect.why.data = REDIRECTS[0]
    form.version.data = redirect.version.data = item.version
    return {"refusal": form, "redirect": redirect}


def _beside(person: Person, desk: Desk) -> Sequence[queue.Line]:
    """The first page of the queue, beside the item on a wide screen."""
    return queue.queue(get_db(), person, desk.languages)[0]


def _possible(person: Person, item: ModerationItem, kind: Kind) -> set[Action]:
    """The decisions that are offered."""
    offered = kind.actions | commands.ALWAYS
    return {action for action in offered if policy.can_choose(person, item, action)}


def _around(
    person: Person, item: ModerationItem, kind: Kind, reading: Reading, *, judge: bool
) -> dict[str, Any]:
    """What is known around an item: what is similar first, earlier refusals only afterwards."""
    db, first_look = get_db(), item.status is Status.WAITING
    proposed = queries.proposed_refusal(item)
    may_know = judge or policy.can_arbitrate(person)
    return {
        "proposed": proposed,
        "disagreement": queries.disagreement(item),
        "translation": queries.translation(db, item),
        "similar": kind.similar(db, item, reading) if judge and first_look else [],
        "earlier": queries.earlier_refusals(db, item) if may_know and not first_look else None,
    }


def until(item: ModerationItem) -> str:
    """When its reader gives it back: minutes away, so that a date would only be in the way."""
    if item.taken_until is None:
        return ""
    day, today = clock.local(item.taken_until).date(), clock.today()
    near = {today: _("aujourd’hui"), today + timedelta(days=1): _("demain")}
    date = i18n.date_short(day)
    return i18n.moment(item.taken_until).replace(date, near.get(day, date), 1)
