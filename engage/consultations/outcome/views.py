"""Pages of what comes of a vote that everybody reads: results, bilan, simulator, archives."""

from typing import Any

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.consultations import kept, sheets
from engage.consultations.counting import words as counting
from engage.consultations.models import Purpose
from engage.consultations.outcome import bilan, charts, download, policy, reading, simulator, words
from engage.consultations.outcome.forms import SimulatorForm
from engage.consultations.policy import can_see_results
from engage.consultations.sheets import Sheet
from engage.consultations.words import channel, took_part
from engage.core import clock, i18n, pdf, throttle
from engage.core.errors import NotFound
from engage.core.pagecache import public_page
from engage.core.web import (
    apart,
    asked_key,
    form_page,
    get_db,
    page,
    services,
    visitor_address,
)
from engage.territory import queries as territory

bp = Blueprint("outcome", __name__)

PRINTS_AN_HOUR = 120
"""PDFs for one network address; each takes a second."""


@bp.get("/concertations/<ref:consultation_id>/resultats")
@public_page
def results(consultation_id: int) -> ResponseReturnValue:
    """The counts once the ballots are sealed; before that, who does what until when."""
    sheet, now = shown(consultation_id), clock.now()
    if not can_see_results(sheet):
        counting_now = sheet.is_over(now)
        return page(
            "consultations/no_results.html",
            200 if counting_now else 404,
            consultation=sheet,
            counting=counting_now,
            steps=words.counting_steps(sheet) if counting_now else (),
        )
    return page("consultations/results.html", now=now, **told(sheet))


def told(sheet: Sheet) -> dict[str, Any]:
    """What the page of results and the bilan show of a sealed concertation."""
    db = get_db()
    found = reading.counts(sheet)
    return {
        "consultation": sheet,
        "rest": reading.rest(db, sheet.id),
        "additions": reading.additions(db, sheet.id) if sheet.decided_on else [],
        "questions": kept.questions([sheet]).get(sheet.id, ()),
        "found": found,
        "names": reading.names(db, found),
        "figure": charts.figure,
        "key": charts.key,
        "counting": counting,
        "words": words,
        "channel": channel,
        "took_part": took_part,
        "signs": _may_decide(sheet),
    }


def _may_decide(sheet: Sheet) -> bool:
    """Whether to show who reads this the way to the decision; the page there asks again."""
    person = gate.actor()
    return person is not None and policy.decides_somewhere(person)


@bp.get("/concertations/<ref:consultation_id>/resultats.csv")
def table(consultation_id: int) -> ResponseReturnValue:
    sheet = counted(consultation_id)
    questions = kept.questions([sheet]).get(sheet.id, ())
    answer = make_response(download.table(questions, reading.counts(sheet).outcomes))
    answer.mimetype = "text/csv"
    name = f"concertation-{sheet.id}-resultats.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/concertations/<ref:consultation_id>/bilan")
@public_page
def report(consultation_id: int) -> ResponseReturnValue:
    """Everything of one concertation on a page, from its documents to what it changed."""
    sheet, db = counted(consultation_id), get_db()
    context = told(sheet)
    return page(
        "consultations/outcome/bilan.html",
        now=clock.now(),
        facts=bilan.facts(sheet, context["rest"]),
        before=bilan.sections(db, sheet, "before"),
        answers=bilan.sections(db, sheet, "answers"),
        **context,
    )


@bp.get("/concertations/<ref:consultation_id>/bilan.pdf")
def report_pdf(consultation_id: int) -> ResponseReturnValue:
    """The same on paper, in French; made once a minute at most, whoever asks."""
    sheet = counted(consultation_id)
    throttle.hit_hourly(apart(), f"bilan:{visitor_address()}", limit=PRINTS_AN_HOUR)
    i18n.speak("fr")
    db, town = get_db(), services()
    context = bilan.document(
        db,
        sheet,
        reading.asked(db, sheet),
        town=territory.town(db).name,
        demo=town.config.demo,
        address=f"{town.config.base_url}/concertations/{sheet.id}",
    )
    db.close()
    name = f"bilan:{sheet.id}:{sheet.version}"
    answer = make_response(town.cache.get(name, lambda: pdf.render("bilan.typ", **context)))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="bilan-{sheet.id}.pdf"'
    return answer


@bp.get("/concertations/<ref:consultation_id>/simulateur")
def simulate(consultation_id: int) -> ResponseReturnValue:
    """The thresholds of the law on tenants, tried with numbers; nothing is kept."""
    sheet = shown(consultation_id)
    if sheet.purpose is not Purpose.REHABILITATION:
        raise NotFound
    asked = bool(request.args)
    form = SimulatorForm(request.args if asked else None)
    found = None
    if not asked:
        rest = reading.rest(get_db(), sheet.id)
        form.concernes.data = str(rest.expected or "")
    elif form.validate():
        with form.refusals():
            found = simulator.simulate(form.to_input())
    return form_page(
        "consultations/outcome/simulator.html", form, consultation=sheet, found=found, words=words
    )


@bp.get("/concertations/archives")
@public_page
def archives() -> ResponseReturnValue:
    """What was put away, and how the promised days were kept, year by year."""
    before = asked_key("avant")
    return page(
        "consultations/outcome/archives.html",
        archived=reading.archived(get_db(), before_id=before),
        years=reading.years(get_db()) if before is None else [],
        before=before,
    )


def shown(consultation_id: int) -> Sheet:
    """What is announced; raises `NotFound`."""
    found = sheets.sheet(get_db(), consultation_id)
    if found is None:
        raise NotFound
    return found


def counted(consultation_id: int) -> Sheet:
    """What is sealed; raises `NotFound` before that, for every role."""
    found = shown(consultation_id)
    if not can_see_results(found):
        raise NotFound
    return found
