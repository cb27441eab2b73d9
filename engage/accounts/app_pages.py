"""What two journeys share: the page that sets an app up, and recovery codes shown once."""

from datetime import timedelta

from flask import Response, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engage.accounts import queries, totp
from engage.accounts.models import Person
from engage.accounts.proof_forms import SetUpAppForm
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.secrets import seal, unseal
from engage.core.web import form_page, get_db, see_other, services
from engage.territory import queries as territory

SHOWN = "codes"
"""Where the cookie of this device holds new codes, sealed: the page survives a reload."""

SHOWN_FOR = timedelta(minutes=15)


def page(template: str, form: SetUpAppForm, person: Person) -> Response:
    """The QR code of the secret in the form, of a new one when there is none or it is too old."""
    key = services().secret_key
    secret = totp.open_setup(person, form.sealed.data or "", key=key)
    if secret is None:
        form.sealed.data = totp.new_setup(person, key=key)
        secret = totp.open_setup(person, form.sealed.data, key=key)
    assert secret is not None
    points = queries.contact_points_of(get_db(), person)
    holder = next((point.value for point in points if point.kind != "card"), person.public_name)
    address = totp.address(secret, holder=holder, town=territory.town(get_db()).name)
    # segno writes numbers only: nothing in its SVG comes from a person
    return form_page(
        template,
        form,
        qr=Markup(totp.qr_code(address)),  # noqa: S704
        groups=[secret[at : at + 4] for at in range(0, len(secret), 4)],
        address=address,
    )


def proven(form: SetUpAppForm, person: Person) -> tuple[str, int]:
    """The secret in the form and the time step of its digits; raises `InvalidInput`."""
    secret = totp.open_setup(person, form.sealed.data or "", key=services().secret_key)
    if secret is None:
        raise InvalidInput("code", _("Cette page était trop ancienne. Scannez la nouvelle image."))
    step = totp.step_of(secret, form.digits())
    if step is None:
        raise InvalidInput("code", _("Ces chiffres ne sont pas les bons. Attendez les suivants."))
    return secret, step


def show_codes(codes: list[str]) -> ResponseReturnValue:
    """Go to the page that shows new recovery codes, on this device and for some minutes only."""
    session[SHOWN] = seal(services().secret_key, SHOWN, " ".join(codes))
    return see_other(url_for("security.codes"))


def shown_codes() -> list[str]:
    """The codes that this device may still show."""
    sealed = session.get(SHOWN, "")
    opened = unseal(services().secret_key, SHOWN, sealed, max_age=SHOWN_FOR) if sealed else None
    return (opened or "").split()


def forget_codes() -> None:
    """Show them no more."""
    session.pop(SHOWN, None)
