"""The form of somebody who comes, or brings something, to a party."""

from wtforms.validators import DataRequired, Length

from engage.core.forms import Line, SendOnceForm
from engage.core.i18n import lazy as _


class HelpForm(SendOnceForm):
    """Under which name the organisers expect somebody."""

    name = Line(
        _("Votre prénom"),
        validators=[
            DataRequired(_("Écrivez un prénom. Les organisateurs seuls le lisent.")),
            Length(max=60, message=_("Ce texte est trop long.")),
        ],
    )
