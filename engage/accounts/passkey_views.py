"""Addresses of passkeys: the script `passkey.js` asks for options, then sends what it was told.

Refusals are one sentence in JSON, shown beside the button; a 200 says where to go next.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, jsonify, request, session, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import devices, gate, invitations, passkey_ceremony, passkeys, second_steps
from engage.accounts.forms import EmptyForm
from engage.accounts.models import Person, Proof
from engage.accounts.passkey_ceremony import Known, Site
from engage.accounts.passkey_forms import AnswerForm, NewKeyForm, ProofForm
from engage.accounts.policy import can_secure
from engage.accounts.second_step_views import count_try
from engage.accounts.views import safe_next
from engage.core import throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.web import apart, form_page, get_db, see_other, services, visitor_address
from engage.territory import queries as territory

bp = Blueprint("passkeys", __name__)


@bp.app_template_global("passkeys_work")
def passkeys_work() -> bool:
    """Whether browsers know passkeys at this town's address: templates show no button else."""
    return passkey_ceremony.site(services().config.base_url) is not None


def _here() -> Site:
    found = passkey_ceremony.site(services().config.base_url)
    if found is None:
        raise NotFound
    return found


def _browser() -> str:
    """Who asks while nobody is signed in: the CSRF secret of the browser's signed cookie."""
    return str(session.get("csrf_token", ""))


def _refused(form: AnswerForm) -> ResponseReturnValue:
    return jsonify(message=form.message()), 422


def _request(holder: str, allowed: Sequence[str] = ()) -> Response:
    """Options for a known key."""
    here = _here()
    text = passkeys.challenge(get_db(), holder=holder)
    return jsonify(passkey_ceremony.request_options(here, challenge=text, allowed=allowed))


def _creation(person: Person, holder: str) -> Response:
    """Options for a new key of `person`."""
    here, db = _here(), get_db()
    town = territory.town(db).name
    return jsonify(
        passkey_ceremony.creation_options(
            here,
            town=town,
            label=person.public_name or town,
            handle=passkeys.user_handle(services().secret_key, person.id),
            challenge=passkeys.challenge(db, holder=holder),
            known=[key.credential_id for key in passkeys.of(db, person)],
        )
    )


def _proven(form: ProofForm, holder: str) -> tuple[Known, int]:
    """Which key signed and its new count; verified with no transaction open."""
    here, answer = _here(), form.given()
    signed = passkeys.spend(apart(), answer["challenge"], holder=holder)
    with services().database.reading() as db:
        found = passkeys.known(db, answer["credential_id"], key=services().secret_key)
    return passkey_ceremony.proven(found, answer, signed, here)


def _made(form: NewKeyForm, holder: str) -> passkey_ceremony.Made:
    here, answer = _here(), form.given()
    signed = passkeys.spend(apart(), answer["challenge"], holder=holder)
    return passkey_ceremony.made(answer, signed, here)


def _count_network() -> None:
    """Options and answers of visitors, for a whole estate behind one address."""
    throttle.hit_hourly(apart(), f"passkey-net:{visitor_address()}", limit=240)


@bp.post("/compte/cle/options")
def enter_options() -> ResponseReturnValue:
    """For whichever key the device has: nobody learns which keys there are."""
    _count_network()
    return _request(f"enter:{_browser()}")


@bp.post("/compte/cle")
def enter() -> ResponseReturnValue:
    form = ProofForm()
    if form.validate_on_submit():
        with form.refusals():
            _count_network()
            found, count = _proven(form, f"enter:{_browser()}")
            person = passkeys.use(get_db(), found, count)
            gate.remember(passkeys.enter(get_db(), person), target=form.suite.data)
            return jsonify(next=safe_next(form.suite.data))
    return _refused(form)


@bp.post("/compte/deuxieme-etape/cle/options")
def step_options() -> ResponseReturnValue:
    person, sign_in, _token = gate.device()
    throttle.hit_hourly(apart(), f"passkey:{person.id}", limit=60)
    own = [key.credential_id for key in passkeys.of(get_db(), person)]
    return _request(f"step:{sign_in.id}", own)


@bp.post("/compte/deuxieme-etape/cle")
def step() -> ResponseReturnValue:
    person, sign_in, token = gate.device()
    form = ProofForm()
    if form.validate_on_submit():
        with form.refusals():
            count_try(person)
            found, count = _proven(form, f"step:{sign_in.id}")
            if found.person_id != person.id:
                raise InvalidInput("", _("Cette clé n’est pas la vôtre."))
            passkeys.use(get_db(), found, count)
            gate.renew(second_steps.strengthen(get_db(), token, Proof.PASSKEY))
            return jsonify(next=safe_next(form.suite.data))
    return _refused(form)


@bp.get("/compte/securite/cles/nouvelle")
def new() -> ResponseReturnValue:
    person, sign_in, _token = gate.device()
    require(can_secure, person)
    _here()
    form = NewKeyForm(name=_device())
    return form_page("accounts/new_passkey.html", form, fresh=passkeys.is_fresh(sign_in))


def _device() -> str:
    """A first name for a key: what the device is."""
    return devices.shown(devices.described(request.headers.get("User-Agent", "")))


@bp.post("/compte/securite/cles/options")
def add_options() -> ResponseReturnValue:
    person, sign_in, _token = gate.device()
    require(passkeys.can_add, person, sign_in)
    throttle.hit_hourly(apart(), f"passkey:{person.id}", limit=60)
    return _creation(person, f"add:{sign_in.id}")


@bp.post("/compte/securite/cles")
def add() -> ResponseReturnValue:
    person, sign_in, token = gate.device()
    require(passkeys.can_add, person, sign_in)
    form = NewKeyForm()
    if form.validate_on_submit():
        with form.refusals():
            made = _made(form, f"add:{sign_in.id}")
            name = form.name.data or _device()
            gate.renew(
                passkeys.add(get_db(), person, made, name=name, sign_in=sign_in, token=token)
            )
            flash(_("Votre clé est prête. Vos autres appareils sont déconnectés."), "ok")
            return jsonify(next=url_for("security.show"))
    return _refused(form)


@bp.post("/compte/securite/cles/preuve")
def ask_again() -> ResponseReturnValue:
    """Prove oneself again before a key is added."""
    person, sign_in, _token = gate.device()
    require(can_secure, person)
    if EmptyForm().validate_on_submit():
        passkeys.ask_again(get_db(), sign_in, person=person)
    return see_other(url_for("second_step.show", suite=url_for("passkeys.new")))


@bp.post("/compte/securite/cles/<int:passkey_id>/retirer")
def remove(passkey_id: int) -> ResponseReturnValue:
    person, _sign_in, token = gate.device()
    require(can_secure, person)
    if EmptyForm().validate_on_submit():
        gate.renew(passkeys.remove(get_db(), person, passkey_id, token=token))
        flash(_("La clé est retirée. Vos autres appareils sont déconnectés."), "ok")
    return see_other(url_for("security.show"))


@bp.post("/compte/invitation/<token>/cle/options")
def invited_options(token: str) -> ResponseReturnValue:
    _count_network()
    invitation = invitations.standing(get_db(), token)
    return _creation(invitation.person, f"invitation:{invitation.id}:{_browser()}")


@bp.post("/compte/invitation/<token>/cle")
def accept(token: str) -> ResponseReturnValue:
    """A key in place of a password and an app."""
    form = NewKeyForm()
    if form.validate_on_submit():
        with form.refusals():
            _count_network()
            invitation = invitations.standing(get_db(), token)
            made = _made(form, f"invitation:{invitation.id}:{_browser()}")
            invitation = invitations.standing(get_db(), token)
            name = form.name.data or _device()
            gate.remember(passkeys.accept_invitation(get_db(), invitation, made, name=name))
            flash(_("Votre clé est prête. Vous êtes connecté."), "ok")
            return jsonify(next=url_for("security.show"))
    return _refused(form)
