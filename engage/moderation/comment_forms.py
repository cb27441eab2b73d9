"""The form in which somebody says something about an idea, or corrects it."""

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from engage.core.forms import SendOnceForm, Words
from engage.core.i18n import current
from engage.core.i18n import lazy as _
from engage.core.language import language_of
from engage.discussions.commands import Remark

MAX_TEXT = 1000


class CommentForm(SendOnceForm):
    """A few words; `vu` holds what was warned of already."""

    text = Words(
        _("Votre commentaire"),
        validators=[
            DataRequired(_("Écrivez votre commentaire.")),
            Length(max=MAX_TEXT, message=_("Ce texte est trop long : 1 000 caractères au plus.")),
        ],
    )
    vu = HiddenField()

    def to_input(self, parent_id: int | None) -> Remark:
        """What was written, once it is valid."""
        text = self.text.data or ""
        return Remark(text, parent_id, language_of(text, page=current().code))
