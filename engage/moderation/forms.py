"""Forms of moderation."""

from collections.abc import Sequence

from wtforms import IntegerField, RadioField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from engage.core.forms import Form, Line, Words
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.moderation.commands import Grounds
from engage.moderation.models import RefusalReason

BIGGEST = 2**31 - 1


class DecisionForm(Form):
    """A decision on what was shown: `version` says which state that was."""

    version = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired(_("Rechargez la page et recommencez.")),
            NumberRange(0, BIGGEST, message=_("Rechargez la page et recommencez.")),
        ],
    )

    @property
    def shown_version(self) -> int:
        """The state that was on the page, once the form is valid."""
        return int(self.version.data or 0)


class RefusalForm(DecisionForm):
    """Why it should not be published."""

    reason = RadioField(
        _("Le motif"),
        validate_choice=False,
        validators=[InputRequired(_("Choisissez un motif."))],
    )
    excerpt = Line(
        _("Le passage concerné"),
        validators=[Length(max=500, message=_("Ce passage est trop long : 500 caractères."))],
    )
    note = Words(
        _("Un mot pour l’auteur"),
        validators=[
            DataRequired(_("Expliquez votre choix à l’auteur en une phrase.")),
            Length(max=1000, message=_("Ce mot est trop long : 1 000 caractères au plus.")),
        ],
    )

    def offer(self, reasons: Sequence[RefusalReason]) -> None:
        """Fill in the reasons of the charter."""
        self._reasons = {reason.code: reason for reason in reasons}
        self.reason.choices = [(reason.code, label(reason.label)) for reason in reasons]

    def validate_reason(self, field: RadioField) -> None:
        if field.data not in self._reasons:
            raise ValidationError(str(_("Choisissez un motif de la liste.")))

    def to_input(self) -> Grounds:
        """The grounds, once they are valid."""
        return Grounds(
            self._reasons[self.reason.data], self.excerpt.data or "", self.note.data or ""
        )
