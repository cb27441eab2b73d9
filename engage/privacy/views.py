"""Pages of one's own data: see, take away, take back, agree, and leave."""

import io
from datetime import timedelta

from flask import Blueprint, Response, flash, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import consents, gate
from engage.accounts import queries as accounts
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person
from engage.core import audit, clock, throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _, lazy
from engage.core.photos import StoredPhoto
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, see_other, services
from engage.privacy import commands, identities, policy, portrait, queries, retention
from engage.privacy.forms import ConfirmForm, LeaveForm

bp = Blueprint("privacy", __name__)

EXPORTS_A_DAY = 10

PURPOSES = {
    consents.ACCOUNT_BY_MEDIATOR: lazy("Un médiateur peut écrire pour vous, si vous êtes d’accord")
}
"""What a resident reads for each purpose."""


@bp.get("/compte/donnees")
def show() -> ResponseReturnValue:
    """What there is, what one can do, and how long what is kept."""
    db, person = get_db(), gate.signed_in()
    return form_page(
        "privacy/data.html",
        EmptyForm(),
        person=person,
        contact_points=() if person.half_signed_in else accounts.contact_points_of(db, person),
        ideas=queries.own_ideas(db, person),
        reports=queries.own_reports(db, person),
        comments=queries.own_comments(db, person),
        supports=len(queries.supported(db, person)),
        purposes=[(p, text, consents.has_consent(db, person, p)) for p, text in PURPOSES.items()],
    )


def _checked() -> None:
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))


@bp.post("/compte/donnees/copie")
def export() -> Response:
    """One's data as a file; written down, since it is also what a thief would take."""
    person = gate.signed_in()
    require(policy.can_leave, person)
    _checked()
    day = timedelta(days=1)
    throttle.hit(apart(), f"export:{person.id}", limit=EXPORTS_A_DAY, window=day)
    found = portrait.portrait(get_db(), person)
    readable = render_template("privacy/copy.html", found=found, lists=portrait.sections(found))
    out = io.BytesIO()
    portrait.write(out, found, readable, services().storage)
    out.seek(0)
    audit.record(get_db(), "person.export", person, actor_id=person.id)
    name = f"mes-donnees-{clock.today().isoformat()}.zip"
    response = send_file(out, "application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/compte/donnees/idee/<ref:proposal_id>")
def ask_idea(proposal_id: int) -> ResponseReturnValue:
    """Say what goes, the supports too, before the button."""
    person = gate.signed_in()
    found = {idea.id: idea for idea in queries.own_ideas(get_db(), person)}.get(proposal_id)
    if found is None:
        raise NotFound
    return form_page("privacy/withdraw_idea.html", EmptyForm(), idea=found)


@bp.post("/compte/donnees/idee/<ref:proposal_id>")
def withdraw_idea(proposal_id: int) -> ResponseReturnValue:
    _checked()
    person = gate.signed_in()
    proposal = queries.idea(get_db(), proposal_id, person)
    if proposal is None:
        raise NotFound
    _let_go(commands.withdraw_idea(get_db(), proposal, author=person))
    flash(_("Votre idée est retirée."), "ok")
    return see_other(url_for("privacy.show"))


@bp.get("/compte/donnees/signalement/<ref:incident_id>")
def ask_report(incident_id: int) -> ResponseReturnValue:
    person = gate.signed_in()
    found = {r.id: r for r in queries.own_reports(get_db(), person)}.get(incident_id)
    if found is None:
        raise NotFound
    return form_page("privacy/withdraw_report.html", EmptyForm(), report=found)


@bp.post("/compte/donnees/signalement/<ref:incident_id>")
def withdraw_report(incident_id: int) -> ResponseReturnValue:
    _checked()
    person = gate.signed_in()
    incident = queries.report(get_db(), incident_id, person)
    if incident is None:
        raise NotFound
    _let_go(commands.withdraw_report(get_db(), incident, reporter=person))
    flash(_("Vos mots et votre photo sont effacés. Le problème reste signalé."), "ok")
    return see_other(url_for("privacy.show"))


def _let_go(photos: list[StoredPhoto]) -> None:
    """Remove these files once the request is committed: its end removes what no row names."""
    g.setdefault("photos", {}).update({photo.key: photo for photo in photos})


@bp.post("/compte/donnees/accord")
def agree() -> ResponseReturnValue:
    """Give or take back one's agreement to one purpose."""
    _checked()
    person, purpose = gate.signed_in(), request.form.get("pour", "")
    if purpose not in PURPOSES:
        raise NotFound
    if request.form.get("reponse") != "oui":
        consents.withdraw(get_db(), person, purpose, actor_id=person.id)
    elif not consents.has_consent(get_db(), person, purpose):
        consents.give(get_db(), person, purpose, actor_id=person.id)
    flash(_("C’est noté."), "ok")
    return see_other(url_for("privacy.show"))


@bp.get("/compte/donnees/effacer")
def ask_leave() -> ResponseReturnValue:
    """The first step: all that goes, all that stays and until when."""
    return _leave_page(LeaveForm(ideas=commands.Ideas.STAY.value))


@bp.post("/compte/donnees/effacer")
def choose_leave() -> ResponseReturnValue:
    form = LeaveForm()
    if form.validate_on_submit():
        return see_other(url_for("privacy.confirm_leave", idees=form.ideas.data))
    return _leave_page(form)


def _leaver() -> Person:
    person = gate.signed_in()
    require(policy.can_leave, person)
    return person


def _leave_page(form: LeaveForm) -> ResponseReturnValue:
    person, config = _leaver(), services().config
    goes, stays = retention.on_leaving(config)
    return form_page(
        "privacy/leave.html",
        form,
        goes=goes,
        stays=stays,
        backup_days=config.backup_days,
        mandates=bool(person.mandates_of_today),
    )


@bp.get("/compte/donnees/effacer/confirmer")
def confirm_leave() -> ResponseReturnValue:
    """The second step, for who has just proven who they are; others prove it again first."""
    _leaver()
    ideas = request.args.get("idees", "")
    if ideas not in set(commands.Ideas):
        return see_other(url_for("privacy.ask_leave"))
    return _confirm_page(ConfirmForm(ideas=ideas))


def _confirm_page(form: ConfirmForm) -> ResponseReturnValue:
    here = url_for("privacy.confirm_leave", idees=form.ideas.data)
    again = url_for("accounts.sign_in", suite=here)
    return form_page("privacy/confirm_leave.html", form, fresh=_is_fresh(), again=again)


def _is_fresh() -> bool:
    _person, sign_in, _token = gate.device()
    proved_at = max(sign_in.created_at, sign_in.second_step_at or sign_in.created_at)
    return policy.is_fresh(proved_at, clock.now())


@bp.post("/compte/donnees/effacer/confirmer")
def leave() -> ResponseReturnValue:
    """Done at once: what identifies the person goes in this transaction, files right after."""
    person, form = _leaver(), ConfirmForm()
    if form.validate_on_submit() and _is_fresh():
        with form.refusals():
            gone = commands.close_account(
                get_db(),
                person,
                ideas=commands.Ideas(form.ideas.data),
                town_key=services().secret_key,
                identity_key=identities.sealing_key(services().config),
                actor_id=person.id,
            )
            _let_go(gone)
            gate.forget()
            flash(_("Votre compte est effacé. Merci d’avoir participé."), "ok")
            return see_other(url_for("pages.home"))
    return _confirm_page(form)
