"""Forms of appeals."""

from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from engage.core.forms import Form, SendOnceForm, Words
from engage.core.i18n import lazy as _
from engage.core.pagination import BIGGEST_ID

PUBLISH, CONFIRM = "publier", "confirmer"


class AppealForm(SendOnceForm):
    """What the author wants to say to who reads again."""

    word = Words(
        _("Pourquoi demandez-vous une nouvelle lecture ?"),
        validators=[
            DataRequired(_("Expliquez en une phrase pourquoi.")),
            Length(max=1000, message=_("Ce texte est trop long : 1 000 caractères au plus.")),
        ],
    )


class JudgeForm(Form):
    """The second decision and the word to the author, on the state that was shown."""

    version = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired(_("Rechargez la page et recommencez.")),
            NumberRange(0, BIGGEST_ID, message=_("Rechargez la page et recommencez.")),
        ],
    )
    choice = RadioField(
        _("Votre décision"),
        choices=[
            SelectChoice(value=PUBLISH, label=_("Publier ce texte")),
            SelectChoice(value=CONFIRM, label=_("Confirmer la première décision")),
        ],
        validate_choice=False,
        validators=[
            InputRequired(_("Choisissez une décision.")),
            AnyOf([PUBLISH, CONFIRM], message=_("Choisissez une décision.")),
        ],
    )
    answer = Words(
        _("Un mot pour l’auteur"),
        validators=[
            DataRequired(_("Expliquez votre choix à l’auteur en une phrase.")),
            Length(max=1000, message=_("Ce mot est trop long : 1 000 caractères au plus.")),
        ],
    )

    @property
    def shown_version(self) -> int:
        """The state that was on the page, once the form is valid."""
        return int(self.version.data or 0)
