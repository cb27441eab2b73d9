"""Pages of how a member reads, and of mediators who translate what waits."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import form_page, get_db, page, see_other
from engage.moderation import marks, meanwhile, policy, queries, queue, settings
from engage.moderation.desk import desk_of
from engage.moderation.forms import ReaderForm, TranslationForm
from engage.moderation.item_page import reader
from engage.moderation.languages import name_of
from engage.moderation.models import ModerationItem
from engage.moderation.subjects import KINDS

bp = Blueprint("reading", __name__)
meanwhile.handle(bp)


@bp.get("/moderation/reglages")
def show() -> ResponseReturnValue:
    desk = desk_of(get_db(), reader())
    form = ReaderForm(formdata=None, languages=sorted(desk.languages), shortcuts=desk.shortcuts)
    form.offer()
    return form_page("moderation/settings.html", form)


@bp.post("/moderation/reglages")
def save() -> ResponseReturnValue:
    person, form = reader(), ReaderForm()
    form.offer()
    if not form.validate_on_submit():
        return form_page("moderation/settings.html", form)
    settings.set_reading(
        get_db(),
        person=person,
        languages=form.languages.data or [],
        shortcuts=bool(form.shortcuts.data),
    )
    flash(_("C’est enregistré."), "ok")
    return see_other("/moderation")


def _translator() -> Person:
    person = gate.signed_in()
    require(policy.can_translate, person)
    return person


@bp.get("/moderation/a-traduire")
def to_translate() -> ResponseReturnValue:
    person = _translator()
    return page("moderation/to_translate.html", lines=queue.to_translate(get_db(), person))


def _foreign(item_id: int) -> ModerationItem:
    """What waits in another language; the rest of the queue is not a mediator's business."""
    found = queries.item_to_decide(get_db(), item_id)
    if found is None or not policy.is_free(found) or found.language == "fr":
        raise NotFound
    return found


@bp.get("/moderation/<ref:foreign_id>/traduire")
def translation(foreign_id: int) -> ResponseReturnValue:
    _translator()
    found = queries.item(get_db(), foreign_id)
    if found is None or not policy.is_free(found) or found.language == "fr":
        raise NotFound
    made = queries.translation(get_db(), found)
    form = TranslationForm(
        formdata=None, title=made.title if made else "", body=made.body if made else ""
    )
    return _translation_page(found, form)


def _translation_page(item: ModerationItem, form: TranslationForm) -> ResponseReturnValue:
    reading = KINDS[item.subject_type].read(get_db(), item)
    return form_page(
        "moderation/translate.html",
        form,
        item=item,
        reading=reading,
        title=marks.shown(reading.title, lifted=True, official=reading.official),
        body=marks.shown(reading.body, lifted=True, official=reading.official),
        language=name_of(item.language),
    )


@bp.post("/moderation/<ref:foreign_id>/traduire")
def translate(foreign_id: int) -> ResponseReturnValue:
    person = _translator()
    found, form = _foreign(foreign_id), TranslationForm()
    if not form.validate_on_submit():
        return _translation_page(found, form)
    settings.translate(
        get_db(), found, title=form.title.data or "", body=form.body.data or "", person=person
    )
    flash(_("Merci. Le conseil peut lire ce texte maintenant."), "ok")
    return see_other("/moderation/a-traduire")
