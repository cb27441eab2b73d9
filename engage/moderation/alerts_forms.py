"""Forms of alerts."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from engage.core.forms import Form, Words
from engage.core.i18n import lazy as _
from engage.core.pagination import BIGGEST_ID


class ThreatForm(Form):
    """ "I am threatened", perhaps because of an item."""

    item = IntegerField(
        widget=HiddenInput(),
        validators=[
            Optional(),
            NumberRange(1, BIGGEST_ID, message=_("Rechargez la page et recommencez.")),
        ],
    )


class AnswerForm(Form):
    """The state of the alert that was on the page."""

    version = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired(_("Rechargez la page et recommencez.")),
            NumberRange(0, BIGGEST_ID, message=_("Rechargez la page et recommencez.")),
        ],
    )

    @property
    def shown_version(self) -> int:
        """The state that was on the page, once the form is valid."""
        return int(self.version.data or 0)


class CloseForm(AnswerForm):
    """What was done, and whether the text goes back to the council."""

    word = Words(
        _("Ce qui a été fait"),
        validators=[
            DataRequired(_("Écrivez en quelques mots ce qui a été fait.")),
            Length(max=500, message=_("Ce texte est trop long : 500 caractères au plus.")),
        ],
    )
    give_back = BooleanField(_("Rendre le texte au conseil"))
