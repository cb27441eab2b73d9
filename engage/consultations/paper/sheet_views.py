"""One sheet: entered by two people who do not see each other's look, settled by a third."""

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts.models import Person
from engage.consultations.models import Consultation
from engage.consultations.paper import commands, entry, policy, printing, queries, reading
from engage.consultations.paper.forms import SheetForm
from engage.consultations.paper.models import PaperSheet
from engage.consultations.paper.queries import SheetState
from engage.consultations.paper.reading import Mark
from engage.consultations.paper.views import home, known, reader
from engage.core import clock, photos
from engage.core.errors import NotFound
from engage.core.i18n import _
from engage.core.web import accepts_photos, form_page, get_db, see_other, sent_photo

bp = Blueprint("sheets", __name__)

ADDRESS = "/concertations/papier/<ref:consultation_id>/lots/<int:lot>/<int:number>"


@bp.get(ADDRESS)
def show(consultation_id: int, lot: int, number: int) -> ResponseReturnValue:
    actor, asked = reader(), known(consultation_id)
    return _page(asked, _sheet(asked, lot, number), actor, SheetForm(formdata=None))


@bp.post(ADDRESS)
@accepts_photos("photo")
def read(consultation_id: int, lot: int, number: int) -> ResponseReturnValue:
    actor, asked, form = reader(), known(consultation_id), SheetForm()
    sheet = _sheet(asked, lot, number)
    marks, wrong = _marks(asked, sheet)
    if form.validate_on_submit() and not wrong:
        with form.refusals():
            stored = sent_photo("photo")
            state = commands.read_sheet(
                get_db(),
                asked,
                sheet,
                marks,
                actor=actor,
                reason=form.reason.data or "",
                photo_id=photos.keep(get_db(), stored).id if stored else None,
            )
            return _onwards(asked, state, actor)
    asked = known(consultation_id)
    return _page(asked, _sheet(asked, lot, number), actor, form, wrong=wrong)


def _marks(asked: Consultation, sheet: PaperSheet) -> tuple[reading.Marks, dict[int, str]]:
    """What was ticked; of a third look only what the first two saw differently is asked."""
    questions = reading.on_paper(asked.questions)
    if queries.state(sheet) is not SheetState.THIRD:
        return entry.marks(questions, request.form)
    first, second = (look.marks for look in sheet.readings)
    open_ = reading.differing(first, second)
    settled, wrong = entry.marks([q for q in questions if q.id in open_], request.form)
    chosen = {mark[0]: mark for mark in [*first, *settled]}
    return [chosen[question.id] for question in questions if question.id in chosen], wrong


def _onwards(asked: Consultation, state: SheetState, actor: Person) -> ResponseReturnValue:
    """To the next sheet that this person may read, else back to all of them."""
    said = {
        SheetState.SECOND: _("C’est noté. Une autre personne lit aussi cette feuille."),
        SheetState.THIRD: _(
            "C’est noté. Vous ne lisez pas pareil : une troisième personne tranche."
        ),
        SheetState.SETTLED: _("C’est noté. La feuille est réglée."),
    }
    flash(said[state], "ok")
    following = queries.next_for(queries.batches(get_db(), asked.id, actor))
    return see_other(
        f"{home(asked.id)}/lots/{following[0]}/{following[1]}" if following else home(asked.id)
    )


def _sheet(asked: Consultation, lot: int, number: int) -> PaperSheet:
    found = queries.sheet(get_db(), asked.id, lot, number)
    if found is None:
        raise NotFound
    return found


def _page(
    asked: Consultation,
    sheet: PaperSheet,
    actor: Person,
    form: SheetForm,
    *,
    wrong: dict[int, str] | None = None,
) -> Response:
    state = queries.state(sheet)
    mine = any(look.reader_id == actor.id for look in sheet.readings)
    questions = reading.on_paper(asked.questions)
    both = []
    if state is SheetState.THIRD:
        both = [look.marks for look in sheet.readings]
        open_ = reading.differing(*both)
        questions = [question for question in questions if question.id in open_]
    for message in (wrong or {}).values():
        form.form_errors.append(message)
    return form_page(
        "consultations/paper/sheet.html",
        form,
        consultation=asked,
        sheet=sheet,
        state=state,
        SheetState=SheetState,
        mine=mine,
        counting=policy.is_counting(asked, clock.now()),
        questions=questions,
        looks=[{mark[0]: mark for mark in marks} for marks in both],
        wrong=wrong or {},
        sent=request.form,
        Mark=Mark,
        entry=entry,
        printing=printing,
    )
