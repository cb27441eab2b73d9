"""Forms of voting: a printed code, one question a screen."""

from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import AnyOf, InputRequired, Length

from engage.consultations.models import Question, QuestionKind
from engage.core.forms import Form, Line
from engage.core.i18n import _ as now_
from engage.core.i18n import label
from engage.core.i18n import lazy as _


def _as_sent(value: object) -> str:
    """Ids stay the text that was sent: the command judges them, nothing is cut or mended here."""
    return str(value)


class SingleForm(Form):
    """One answer; the fixed list is checked by the command."""

    choix = RadioField(coerce=_as_sent, validate_choice=False)


class ApprovalForm(Form):
    """Several answers."""

    choix = SelectMultipleField(coerce=_as_sent, validate_choice=False)


BallotForm = SingleForm | ApprovalForm


def ballot_form(question: Question) -> BallotForm:
    """The form of one question, with what was sent when something was."""
    single = question.kind is QuestionKind.SINGLE
    form = SingleForm() if single else ApprovalForm()
    form.choix.label.text = now_("Votre réponse") if single else now_("Vos réponses")
    form.choix.choices = [(str(option.id), label(option.label)) for option in question.options]
    return form


def chosen(form: BallotForm) -> list[int]:
    """The option ids that were sent; anything that is no small number counts as an unknown one."""
    return [_number(value) for value in form.choix.raw_data or ()]


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class VotingCodeForm(Form):
    """The code of a letter or of a card."""

    code = Line(
        _("Votre code"),
        validators=[
            InputRequired(_("Tapez le code de votre lettre ou de votre carte.")),
            Length(max=40, message=_("Un code a 12 lettres et chiffres.")),
        ],
    )
    pour = HiddenField()

    def consultation_id(self) -> int:
        """The concertation that the visitor came from, 0 when none."""
        return _number(self.pour.data or "")


class WhoseForm(Form):
    """Whether the answers that wait are those of who holds the device: a button for each."""

    MINE, ERASE = "oui", "non"

    reponse = Line(_("Ce sont les vôtres\xa0?"), validators=[AnyOf([MINE, ERASE])])


class LetterForm(Form):
    """The code of a letter, to show that it arrived; it does not vote."""

    code = Line(
        _("Le code de la lettre"),
        validators=[
            InputRequired(_("Tapez le code de votre lettre.")),
            Length(max=40, message=_("Un code a 12 lettres et chiffres.")),
        ],
    )
    suite = HiddenField()
