"""Forms of one's own data."""

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from engage.core.forms import Form
from engage.core.i18n import lazy as _
from engage.privacy.commands import Ideas


class LeaveForm(Form):
    """Close one's account: what becomes of the ideas."""

    ideas = RadioField(
        _("Que deviennent vos idées ?"),
        choices=[
            SelectChoice(Ideas.STAY.value, _("Elles restent, sans votre nom")),
            SelectChoice(Ideas.GO.value, _("Elles sont retirées, avec leurs soutiens")),
        ],
        validators=[InputRequired(_("Choisissez ce que deviennent vos idées."))],
    )


class ConfirmForm(LeaveForm):
    """The second step: the same choice, and a box that says yes."""

    sure = BooleanField(
        _("Oui, effacer mon compte"),
        validators=[InputRequired(_("Cochez la case pour effacer votre compte."))],
    )
