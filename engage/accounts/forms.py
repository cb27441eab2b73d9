"""Forms of identity."""

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length

from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _


class ContactForm(Form):
    """Where to send the code."""

    contact = Line(
        _("Votre numéro de téléphone ou votre e-mail"),
        validators=[
            InputRequired(_("Écrivez votre numéro de téléphone ou votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
    brouillon = HiddenField()
    suite = HiddenField()


class CodeForm(Form):
    """The six digits."""

    code = Line(
        _("Le code à 6 chiffres"),
        validators=[
            InputRequired(_("Tapez les 6 chiffres du message.")),
            Length(max=40, message=_("Un code a 6 chiffres.")),
        ],
    )

    def digits(self) -> str:
        """The digits alone: people type spaces between them."""
        return "".join(c for c in self.code.data or "" if c.isdigit())


class SharedDevice:
    """Said while signing in: others use this phone too, so nothing stays on it."""

    partage = BooleanField(_("Ce téléphone sert à plusieurs personnes"))


class EnterForm(SharedDevice, CodeForm):
    """The six digits that sign in."""


class CardForm(Form):
    """The code of a printed card."""

    code = Line(
        _("Le code de votre carte"),
        validators=[
            InputRequired(_("Tapez le code écrit sur votre carte.")),
            Length(max=40, message=_("Un code de carte a 12 lettres et chiffres.")),
        ],
    )
    suite = HiddenField()


class EnterCardForm(SharedDevice, CardForm):
    """The card that signs in, and what waits for it."""

    brouillon = HiddenField()


class NameForm(Form):
    """The name that others see."""

    public_name = Line(
        _("Le nom que les autres voient"),
        validators=[Length(max=40, message=_("Choisissez un nom plus court."))],
    )


class EmptyForm(Form):
    """A button."""
