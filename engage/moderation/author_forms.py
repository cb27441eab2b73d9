"""Forms of authors: other words for one's idea, something added to it."""

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from engage.core.forms import Form, SendOnceForm, Words
from engage.core.i18n import current
from engage.core.i18n import lazy as _
from engage.core.language import language_of
from engage.proposals.forms import WordsForm
from engage.proposals.writing import Rewording

MAX_ADDITION = 1000


class EditForm(WordsForm):
    """The same fields as the first time; where it is can change until it was published."""

    def keep_where(self, neighbourhood: str) -> None:
        """Leave the neighbourhood of a published idea as it is."""
        self.neighbourhood.data, self.lieu.data = neighbourhood, ""

    def to_rewording(self, photo_ids: list[int], *, moves: bool) -> Rewording:
        """What was written, once it is valid; `moves`: the place counts too."""
        return Rewording(
            title=self.title.data or "",
            text=self.text.data or "",
            language=self.language,
            photo_ids=photo_ids,
            where=self.where if moves else None,
        )


class AdditionForm(SendOnceForm):
    """A few sentences."""

    text = Words(
        _("Votre précision"),
        validators=[
            DataRequired(_("Écrivez votre précision.")),
            Length(max=MAX_ADDITION, message=_("C’est trop long : 1 000 caractères au plus.")),
        ],
    )
    vu = HiddenField()

    @property
    def language(self) -> str:
        return language_of(self.text.data or "", page=current().code)


class TakeBackForm(Form):
    """A button."""
