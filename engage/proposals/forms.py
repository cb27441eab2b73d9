"""Forms of ideas."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, ValidationError
from wtforms.validators import DataRequired, Length

from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import current, label
from engage.core.i18n import lazy as _
from engage.proposals.commands import Idea
from engage.proposals.language import language_of
from engage.proposals.queries import Quarter, Subject

MAX_TITLE, MAX_TEXT = 80, 4000


class ActionField(SelectField):
    """An action of the contract by its number; empty for none."""

    def __init__(self, text: str, **options: Any) -> None:
        super().__init__(text, validate_choice=False, **options)
        self.ids: dict[str, int] = {}

    def offer(self, actions: Sequence[Subject], empty: str) -> None:
        """Show these actions after the line `empty`."""
        self.ids = {str(a.number): a.id for a in actions}
        named = [(str(a.number), f"{a.number}. {label(a.short_label)}") for a in actions]
        self.choices = [("", empty), *named]

    @property
    def action_id(self) -> int | None:
        return self.ids.get(self.data or "")

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data not in self.ids:
            raise ValidationError(str(_("Choisissez une action de la liste.")))


class IdeaForm(SendOnceForm):
    """An idea, in one screen."""

    title = Line(
        _("Votre idée en une phrase"),
        validators=[
            DataRequired(_("Écrivez votre idée en une phrase.")),
            Length(
                max=MAX_TITLE, message=_("Cette phrase est trop longue : 80 caractères au plus.")
            ),
        ],
    )
    text = Words(
        _("Expliquez un peu"),
        validators=[
            DataRequired(_("Expliquez votre idée en quelques mots.")),
            Length(max=MAX_TEXT, message=_("Ce texte est trop long : 4 000 caractères au plus.")),
        ],
    )
    neighbourhood = SelectField(
        _("Quel quartier ?"),
        validate_choice=False,
        validators=[DataRequired(_("Choisissez un quartier."))],
    )
    action = ActionField(_("Quel sujet du contrat de quartier ?"))
    photo = FileField(_("Une photo"))
    brouillon = HiddenField()

    def offer(self, neighbourhoods: Sequence[Quarter], actions: Sequence[Subject]) -> None:
        """Fill in the choices."""
        self._hoods = {n.code: n.id for n in neighbourhoods}
        self.neighbourhood.choices = [
            ("", _("Choisissez")),
            *((n.code, label(n.name)) for n in neighbourhoods),
        ]
        self.action.offer(actions, str(_("Je ne sais pas : choisissez pour moi")))

    def validate_neighbourhood(self, field: SelectField) -> None:
        if field.data and field.data not in self._hoods:
            raise ValidationError(str(_("Choisissez un quartier de la liste.")))

    def to_input(self) -> Idea:
        """What was written, once it is valid."""
        words = f"{self.title.data}\n{self.text.data}"
        return Idea(
            title=self.title.data or "",
            text=self.text.data or "",
            neighbourhood_id=self._hoods[self.neighbourhood.data],
            action_id=self.action.action_id,
            language=language_of(words, page=current().code),
        )


class ActionForm(Form):
    """Another action for one's own idea."""

    action = ActionField(_("Le sujet de votre idée"))


class SupportForm(SendOnceForm):
    """A button."""
