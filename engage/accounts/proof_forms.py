"""Forms of passwords, apps and lists of codes."""

from collections.abc import Iterable
from unicodedata import decimal

from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from engage.accounts import passwords
from engage.core.errors import InvalidInput
from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _

TYPE_PASSWORD = _("Tapez votre mot de passe.")
TOO_LONG = Length(max=1000, message=_("Ce mot de passe est trop long."))


class StaffForm(Form):
    """An address and a password."""

    contact = Line(
        _("Votre adresse e-mail"),
        validators=[
            InputRequired(_("Écrivez votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
    password = PasswordField(
        _("Votre mot de passe"), validators=[InputRequired(TYPE_PASSWORD), TOO_LONG]
    )
    suite = HiddenField()


class CurrentPasswordForm(Form):
    """The password of today, asked before anything changes."""

    current = PasswordField(
        _("Votre mot de passe actuel"), validators=[InputRequired(TYPE_PASSWORD), TOO_LONG]
    )


class DigitsForm(Form):
    """Six digits of an app."""

    code = Line(
        _("Les 6 chiffres de votre application"),
        validators=[Length(max=40, message=_("Un code a 6 chiffres."))],
    )

    def digits(self) -> str:
        """The digits alone: apps show a space between them."""
        return "".join(str(decimal(c)) for c in self.code.data or "" if c.isdecimal())


class StaffStepForm(DigitsForm):
    """The second step of staff: the app or a recovery code, and perhaps the password."""

    recovery = Line(
        _("Un code de secours"),
        validators=[Length(max=40, message=_("Un code de secours a 8 lettres et chiffres."))],
    )
    password = PasswordField(_("Votre mot de passe"), validators=[TOO_LONG])
    suite = HiddenField()

    def require_proof(self, *, password: bool) -> None:
        """Raise `InvalidInput` when the digits and the recovery code are both missing."""
        if not self.digits() and not self.recovery.data:
            raise InvalidInput("code", str(_("Tapez les 6 chiffres, ou un code de secours.")))
        if password and not self.password.data:
            raise InvalidInput("password", str(_("Tapez votre mot de passe.")))


class ListStepForm(Form):
    """The second step of the council: one line of the printed list."""

    code = Line(
        _("Un code de votre liste"),
        validators=[
            InputRequired(_("Tapez un code de votre liste.")),
            Length(max=40, message=_("Un code de la liste a 8 lettres et chiffres.")),
        ],
    )
    suite = HiddenField()


class NewPasswordForm(Form):
    """A password, typed twice."""

    password = PasswordField(
        _("Votre nouveau mot de passe"),
        validators=[InputRequired(_("Choisissez un mot de passe.")), TOO_LONG],
    )
    again = PasswordField(
        _("Le même, encore une fois"),
        validators=[InputRequired(_("Tapez le mot de passe une deuxième fois.")), TOO_LONG],
    )

    def chosen(self, personal: Iterable[str]) -> str:
        """The password; raises `InvalidInput` when it is weak or the two differ."""
        typed = self.password.data or ""
        passwords.check(typed, personal=personal)
        if typed != self.again.data:
            raise InvalidInput("again", str(_("Les deux mots de passe sont différents.")))
        return typed


class ChangePasswordForm(CurrentPasswordForm, NewPasswordForm):
    """The old password and a new one."""


class SetUpAppForm(DigitsForm):
    """The first digits of a new app; `sealed` holds its secret, readable by the server alone."""

    sealed = HiddenField()


class ChangeAppForm(CurrentPasswordForm, SetUpAppForm):
    """The password and the first digits of a new app."""
