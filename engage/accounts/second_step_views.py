"""Pages of the second step, and the way in of staff: an address with a password."""

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import addresses, code_lists, commands, gate, passwords, second_steps
from engage.accounts.attempts import DAY, QUARTER
from engage.accounts.models import Person, Proof, SignIn
from engage.accounts.proof_forms import ListStepForm, StaffForm, StaffStepForm
from engage.accounts.second_steps import Ways
from engage.accounts.views import safe_next
from engage.core import throttle
from engage.core.errors import InvalidInput
from engage.core.i18n import _, ngettext
from engage.core.web import apart, form_page, get_db, see_other, services, visitor_address

bp = Blueprint("second_step", __name__)

TRIES, TRIES_A_DAY = 5, 30
"""At the second step, for one person in a quarter of an hour and in a day.

Three numbers of an app are right at any time: 30 tries hit one in 30 years; 480 would in two.
"""


@bp.get("/compte/deuxieme-etape")
def show() -> ResponseReturnValue:
    person, sign_in, _token = gate.device()
    target = request.args.get("suite", "")
    if not person.half_signed_in:
        return see_other(safe_next(target))
    ways = second_steps.ways_of(get_db(), person)
    form = StaffStepForm(suite=target) if ways.staff else ListStepForm(suite=target)
    return _page(form, ways, sign_in)


@bp.post("/compte/deuxieme-etape")
def prove() -> ResponseReturnValue:
    person, sign_in, token = gate.device()
    if not person.half_signed_in:
        return see_other(safe_next(request.form.get("suite")))
    ways = second_steps.ways_of(get_db(), person)
    form = StaffStepForm() if ways.staff else ListStepForm()
    if form.validate_on_submit():
        with form.refusals():
            proof = _proof(form, person, sign_in)
            gate.renew(second_steps.strengthen(get_db(), token, proof))
            _say_how_many_are_left(second_steps.ways_of(get_db(), person), proof)
            return see_other(safe_next(form.suite.data))
    return _page(form, ways, sign_in)


def count_try(person: Person) -> None:
    """Use up one of the tries; ends what this request has read."""
    throttle.hit(apart(), f"second-step:{person.id}", limit=TRIES, window=QUARTER)
    throttle.hit(apart(), f"second-step-day:{person.id}", limit=TRIES_A_DAY, window=DAY)


def is_password_of(person: Person, typed: str) -> bool:
    """Whether the person typed their password; call it right after `count_try`."""
    with services().database.reading() as db:
        hash_ = passwords.of(db, person)
    return passwords.fits(hash_, typed)


def _proof(form: StaffStepForm | ListStepForm, person: Person, sign_in: SignIn) -> Proof:
    """What was proven; raises `InvalidInput`, and `TooMany` after too many tries."""
    key = services().secret_key
    if isinstance(form, ListStepForm):
        count_try(person)
        proof = second_steps.prove_as_council(get_db(), person, form.code.data or "", key=key)
        if proof is None:
            raise InvalidInput("code", _("Ce code n’est pas sur votre liste, ou il a déjà servi."))
        return proof
    asked = second_steps.asks_password(sign_in)
    form.require_proof(password=asked)
    count_try(person)
    proof = None
    if not asked or is_password_of(person, form.password.data or ""):
        proof = second_steps.prove_as_staff(
            get_db(), person, digits=form.digits(), recovery=form.recovery.data or "", key=key
        )
    if proof is None:
        raise InvalidInput("code", _wrong(password=asked))
    return proof


def _wrong(*, password: bool) -> str:
    if password:
        return _("Le mot de passe ou le code n’est pas le bon. Un code sert une seule fois.")
    return _("Ce code n’est pas le bon. Un code sert une seule fois.")


def _say_how_many_are_left(ways: Ways, proof: Proof) -> None:
    if proof is Proof.LIST:
        left = ways.list_left or 0
        text = ngettext(
            "Il vous reste {n} code sur votre liste.",
            "Il vous reste {n} codes sur votre liste.",
            left,
        ).format(n=left)
        if left <= code_lists.FEW:
            text += " " + _("Demandez une nouvelle liste à la médiatrice.")
        flash(text, "warn" if left <= code_lists.FEW else "info")
    if proof is Proof.RECOVERY:
        left = ways.recovery_left or 0
        text = ngettext(
            "Il vous reste {n} code de secours.", "Il vous reste {n} codes de secours.", left
        ).format(n=left)
        advice = _("Faites-en de nouveaux dans « Ma sécurité ».")
        flash(f"{text} {advice}", "warn")


def _page(form: Any, ways: Ways, sign_in: SignIn) -> ResponseReturnValue:
    return form_page(
        "accounts/second_step.html",
        form,
        ways=ways,
        few=code_lists.FEW,
        asks_password=second_steps.asks_password(sign_in),
    )


@bp.route("/compte/equipe", methods=["GET", "POST"])
def team() -> ResponseReturnValue:
    form = StaffForm(suite=request.args.get("suite", ""))
    if form.validate_on_submit():
        with form.refusals():
            gate.remember(_entered(form), target=form.suite.data)
            return see_other(url_for("second_step.show", suite=form.suite.data or None))
    return form_page("accounts/team.html", form)


def _entered(form: StaffForm) -> commands.Entered:
    """Who typed their password: the same work for known and unknown addresses."""
    address = addresses.parse(form.contact.data or "")
    throttle.hit_hourly(apart(), f"password-net:{visitor_address()}", limit=120)
    throttle.hit(apart(), f"password:{address.value}", limit=10, window=QUARTER)
    with services().database.reading() as db:
        person_id, hash_ = passwords.at(db, address)
    if not passwords.fits(hash_, form.password.data or "") or person_id is None:
        raise InvalidInput("password", second_steps.wrong_password())
    return second_steps.enter_with_password(get_db(), person_id, hash_)
