"""The public form of a ticket."""

from wtforms.validators import InputRequired, Length

from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _


class NumberForm(Form):
    """The number; with the word it is the person's own page."""

    numero = Line(
        _("Le numéro du ticket"),
        validators=[
            InputRequired(_("Tapez le numéro comme sur le ticket. Exemple : G-1042.")),
            Length(max=20, message=_("Ce numéro est trop long. Exemple : G-1042.")),
        ],
    )
    mot = Line(
        _("Le mot du ticket"),
        validators=[Length(max=20, message=_("Le mot du ticket a 6 lettres."))],
    )
