"""What a partner fills in on the page of a link: a day, or whose it is."""

from wtforms.validators import Length, Optional

from engage.core import clock
from engage.core.forms import Day, Form, Line, Words
from engage.core.i18n import lazy as _
from engage.reminders.commands import MAX_NOTE, MAX_REPLY, Given
from engage.reminders.models import AnswerKind

REPLY = (Length(max=MAX_REPLY, message=_("C’est trop long : 1 000 caractères au plus.")),)


class DoneForm(Form):
    """It is done; on an earlier day perhaps. About an idea `note` is the answer."""

    day = Day(_("Quel jour ?"), default=clock.today, validators=[Optional()])
    note = Words(_("Votre réponse"), validators=REPLY)

    def to_input(self) -> Given:
        return Given(AnswerKind.DONE, day=self.day.data, note=self.note.data or "")


class PlannedForm(Form):
    """It will be done on a day."""

    day = Day(_("Quel jour ?"), validators=[Optional()])
    note = Words(_("Un mot"), validators=REPLY)

    def to_input(self) -> Given:
        return Given(AnswerKind.PLANNED, day=self.day.data, note=self.note.data or "")


class NotOursForm(Form):
    """It is somebody else's."""

    note = Line(
        _("Chez qui, à votre avis ?"),
        validators=[Length(max=MAX_NOTE, message=_("C’est trop long : 200 caractères au plus."))],
    )

    def to_input(self) -> Given:
        return Given(AnswerKind.NOT_OURS, note=self.note.data or "")


AnswerForm = DoneForm | PlannedForm | NotOursForm

FORMS: dict[str, type[AnswerForm]] = {
    "fait": DoneForm,
    "prevu": PlannedForm,
    "pas-chez-nous": NotOursForm,
}
"""The last part of the address an answer is sent to → its form."""
