"""Forms of conversions: what kind of problem and where, which vote, one's own words as an idea."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from engage.consultations.models import Question
from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import current, label
from engage.core.i18n import lazy as _
from engage.core.language import language_of
from engage.incidents.models import IncidentKind
from engage.proposals.commands import Idea
from engage.proposals.forms import MAX_TEXT, MAX_TITLE
from engage.territory.models import Place


class ReportForm(SendOnceForm):
    """What has to be repaired, and where."""

    choix = SelectField(
        "Quel problème ?",
        validate_choice=False,
        validators=[DataRequired("Choisissez un problème.")],
    )
    lieu = SelectField(
        "Où est-ce ?", validate_choice=False, validators=[DataRequired("Choisissez un lieu.")]
    )

    def offer(self, kinds: Sequence[IncidentKind], places: Sequence[Place]) -> None:
        """Fill in the choices."""
        self.kinds = {kind.code: kind for kind in kinds}
        self.places = {place.code: place for place in places}
        self.choix.choices = [("", "Choisissez"), *((k.code, label(k.label)) for k in kinds)]
        self.lieu.choices = [("", "Choisissez"), *((p.code, label(p.name)) for p in places)]

    def validate_choix(self, field: SelectField) -> None:
        if field.data and field.data not in self.kinds:
            raise ValidationError("Choisissez un problème de la liste.")

    def validate_lieu(self, field: SelectField) -> None:
        if field.data and field.data not in self.places:
            raise ValidationError("Choisissez un lieu de la liste.")


class VoteForm(SendOnceForm):
    """The question that the idea becomes an answer of."""

    question = RadioField(
        "À quelle question ?",
        validate_choice=False,
        validators=[InputRequired("Choisissez une question.")],
    )

    def offer(self, questions: Sequence[Question]) -> None:
        """Fill in the choices."""
        self.questions = {str(question.id): question for question in questions}
        self.question.choices = [
            (number, f"{label(one.consultation.title)} : {label(one.title)}")
            for number, one in self.questions.items()
        ]

    def validate_question(self, field: RadioField) -> None:
        if field.data not in self.questions:
            raise ValidationError("Choisissez une question de la liste.")


class AskForm(Form):
    """A button."""


class OwnWordsForm(SendOnceForm):
    """What one reported, as an idea that everybody may read."""

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
            Length(max=MAX_TEXT, message=_("Ce texte est trop long : 4 000 caractères au plus.")),
        ],
    )

    def to_input(self, *, neighbourhood_id: int) -> Idea:
        """The idea, once it is valid."""
        title, text = self.title.data or "", self.text.data or ""
        language = language_of(f"{title}\n{text}", page=current().code)
        return Idea(title, text, neighbourhood_id, language=language)
