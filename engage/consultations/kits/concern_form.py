"""The form in which a resident writes a worry or question about works."""

from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length

from engage.consultations.kits.models import ConcernKind
from engage.consultations.kits.themes import THEMES
from engage.consultations.kits.works import LONGEST, Raised
from engage.core.forms import SendOnceForm, Words
from engage.core.i18n import _ as now_
from engage.core.i18n import label
from engage.core.i18n import lazy as _


class ConcernForm(SendOnceForm):
    """What a resident asks or fears; `vu` holds what was warned of already."""

    kind = RadioField(
        _("Vous écrivez"),
        choices=[
            SelectChoice(ConcernKind.QUESTION.value, _("une question")),
            SelectChoice(ConcernKind.WORRY.value, _("une inquiétude")),
        ],
        default=ConcernKind.QUESTION.value,
    )
    theme = SelectField(
        _("À propos de quoi"), validators=[InputRequired(_("Choisissez un sujet."))]
    )
    text = Words(
        _("Vos mots"),
        validators=[
            DataRequired(_("Écrivez votre question.")),
            Length(max=LONGEST, message=_("Ce texte est trop long : 600 caractères au plus.")),
        ],
    )
    vu = HiddenField()

    def offer(self) -> None:
        """Fill the list in the page's language."""
        self.theme.choices = {"": now_("Choisissez")} | named_themes()

    def to_input(self) -> Raised:
        return Raised(ConcernKind(self.kind.data), self.theme.data, self.text.data or "")


def named_themes() -> dict[str, str]:
    """Code → theme, in the language of the page."""
    return {code: label(words) for code, words in THEMES.items()}
