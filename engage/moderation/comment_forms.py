"""The form in which somebody says something about an idea, or corrects it."""

from collections.abc import Sequence
from hashlib import sha256

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from engage.core import wording
from engage.core.forms import SendOnceForm, Words
from engage.core.i18n import current
from engage.core.i18n import lazy as _
from engage.core.wording import Passage
from engage.discussions.commands import Remark
from engage.proposals.language import language_of

MAX_TEXT = 1000


class CommentForm(SendOnceForm):
    """A few words; `seen` says which passages were pointed at already."""

    text = Words(
        _("Votre commentaire"),
        validators=[
            DataRequired(_("Écrivez votre commentaire.")),
            Length(max=MAX_TEXT, message=_("Ce texte est trop long : 1 000 caractères au plus.")),
        ],
    )
    seen = HiddenField()

    def to_look_at(self) -> Sequence[Passage]:
        """What should be looked at again before it leaves; each passage is pointed at once."""
        found = wording.passages(self.text.data or "")
        mark = sha256("\n".join(f"{p.sign} {p.words}" for p in found).encode()).hexdigest()[:16]
        if self.seen.data == mark:
            return ()
        self.seen.data = mark
        return found

    def to_input(self, parent_id: int | None) -> Remark:
        """What was written, once it is valid."""
        text = self.text.data or ""
        return Remark(text, parent_id, language_of(text, page=current().code))
