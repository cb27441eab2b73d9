"""Forms of one's own numbers, addresses and cards."""

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _


class AddressForm(Form):
    """A number or an address to add; `remplace` is the one that it replaces."""

    contact = Line(
        _("Un numéro ou un e-mail"),
        validators=[
            InputRequired(_("Écrivez votre numéro de téléphone ou votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
    remplace = HiddenField()


class EmailForm(Form):
    """An e-mail that is on the account of a number."""

    contact = Line(
        _("Votre e-mail"),
        validators=[
            InputRequired(_("Écrivez votre adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
