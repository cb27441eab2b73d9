"""Forms of the counter: short, typed by somebody who listens at the same time."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from engage.accounts.forms import CodeForm
from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import current, label
from engage.core.i18n import lazy as _
from engage.core.language import language_of
from engage.fieldwork.commands import MAX_QUESTION
from engage.incidents.commands import MAX_WORDS
from engage.proposals.commands import Idea
from engage.proposals.queries import Quarter

MAX_TITLE, MAX_TEXT = 80, 4000
"""Of an idea, as on the residents' own form."""

CHANNELS = [
    SelectChoice("in_person", _("En face de moi")),
    SelectChoice("phone", _("Au téléphone")),
    SelectChoice("paper", _("Sur papier")),
]
LANGUAGES = [SelectChoice("fr", _("français")), SelectChoice("ar", _("arabe"))]


class ChannelForm(Form):
    """How people come, chosen once."""

    canal = RadioField(
        _("Comment viennent les personnes ?"),
        choices=CHANNELS,
        validators=[InputRequired(_("Choisissez une réponse."))],
    )


class VisitForm(SendOnceForm):
    """A form for the person who is served; `visite` tells it from one of another tab."""

    visite = HiddenField()


class NobodyForm(Form):
    """A button: no name."""


class NameForm(SendOnceForm):
    """A first name and the consent that was heard."""

    prenom = Line(
        _("Son prénom"),
        validators=[
            DataRequired(_("Écrivez le prénom.")),
            Length(max=30, message=_("Un prénom seul, sans nom de famille.")),
        ],
    )
    accord = BooleanField(
        _("La personne est d’accord. Elle me l’a dit."),
        validators=[InputRequired(_("Demandez d’abord son accord, puis cochez."))],
    )


class CardForm(Form):
    """The code of a card, typed or scanned."""

    code = Line(
        _("Le code de sa carte"),
        validators=[
            InputRequired(_("Tapez ou scannez le code de la carte.")),
            Length(max=200, message=_("Un code de carte a 12 lettres et chiffres.")),
        ],
    )


class TicketForm(Form):
    """Number and word of a ticket: who lost the card is found by what was asked before."""

    numero = Line(
        _("Le numéro du ticket"),
        validators=[InputRequired(_("Tapez le numéro.")), Length(max=20)],
    )
    mot = Line(
        _("Le mot du ticket"),
        validators=[InputRequired(_("Tapez les 6 lettres.")), Length(max=20)],
    )


class ProblemForm(VisitForm):
    """What and where; a word is never needed."""

    choix = StringField(
        _("Quel problème ?"), validators=[InputRequired(_("Choisissez un problème."))]
    )
    lieu = StringField(_("Où est-ce ?"), validators=[InputRequired(_("Choisissez un lieu."))])
    description = Words(
        _("Un mot"),
        validators=[
            Length(max=MAX_WORDS, message=_("C’est trop long : 1 000 caractères au plus."))
        ],
    )


class IdeaForm(VisitForm):
    """An idea as it was said or written."""

    title = Line(
        _("L’idée en une phrase"),
        validators=[
            DataRequired(_("Écrivez l’idée en une phrase.")),
            Length(max=MAX_TITLE, message=_("C’est trop long : 80 caractères au plus.")),
        ],
    )
    text = Words(
        _("Expliquer un peu"),
        validators=[
            DataRequired(_("Expliquez l’idée en quelques mots.")),
            Length(max=MAX_TEXT, message=_("C’est trop long : 4 000 caractères au plus.")),
        ],
    )
    quartier = SelectField(
        _("Quel quartier ?"),
        validate_choice=False,
        validators=[DataRequired(_("Choisissez un quartier."))],
    )
    vu = HiddenField()

    def offer(self, quarters: Sequence[Quarter]) -> None:
        """Fill in the neighbourhoods."""
        self._ids = {q.code: q.id for q in quarters}
        self.quartier.choices = [
            ("", _("Choisissez")),
            *((q.code, label(q.name)) for q in quarters),
        ]

    def validate_quartier(self, field: SelectField) -> None:
        if field.data and field.data not in self._ids:
            raise ValidationError(str(_("Choisissez un quartier de la liste.")))

    def to_input(self) -> Idea:
        """What was written, once it is valid."""
        title, text = self.title.data or "", self.text.data or ""
        return Idea(
            title=title,
            text=text,
            neighbourhood_id=self._ids[self.quartier.data],
            language=language_of(f"{title}\n{text}", page=current().code),
        )


class SupportForm(VisitForm):
    """Which idea: chosen from the list, or its number from a poster."""

    idee = StringField(_("Une idée récente"))
    numero = Line(
        _("Ou son numéro"), validators=[Length(max=12, message=_("Un numéro, par exemple P-12."))]
    )

    def wanted(self) -> int:
        """The number of the idea; 0 when there is none that could be one."""
        typed = (self.numero.data or self.idee.data or "").upper().removeprefix("P").strip(" -")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class QuestionForm(VisitForm):
    """A question that nobody can answer at once."""

    question = Words(
        _("Sa question"),
        validators=[
            DataRequired(_("Écrivez la question.")),
            Length(max=MAX_QUESTION, message=_("C’est trop long : 1 000 caractères au plus.")),
        ],
    )
    langue = SelectField(_("Dans quelle langue répondre ?"), choices=LANGUAGES, default="fr")


class AnswerForm(SendOnceForm):
    """The answer, for the person who holds the ticket."""

    version = HiddenField()
    reponse = Words(
        _("La réponse"),
        validators=[
            DataRequired(_("Écrivez la réponse.")),
            Length(max=2000, message=_("C’est trop long : 2 000 caractères au plus.")),
        ],
    )


class VotingCodeForm(VisitForm):
    """The code of a letter."""

    code = Line(
        _("Le code de la lettre"),
        validators=[
            InputRequired(_("Tapez le code de la lettre.")),
            Length(max=40, message=_("Un code a 12 lettres et chiffres.")),
        ],
    )


class ConditionsForm(VisitForm):
    """What a vote asks of somebody before it: where they live, how old they are."""

    lieu = StringField(_("Où habite la personne ?"))
    atteste = BooleanField(_("Je sais que cette personne habite là, et je l’atteste."))
    age = BooleanField(_("La personne dit qu’elle a l’âge demandé."))


class ContactForm(VisitForm):
    """Where to send the code that opens an account."""

    contact = Line(
        _("Son numéro de téléphone ou son e-mail"),
        validators=[
            InputRequired(_("Écrivez un numéro de téléphone ou une adresse e-mail.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
    accord = BooleanField(
        _("La personne est d’accord pour ouvrir un compte. Elle me l’a dit."),
        validators=[InputRequired(_("Demandez d’abord son accord, puis cochez."))],
    )


class DigitsForm(VisitForm, CodeForm):
    """The six digits that the person reads out."""


class LostCardForm(VisitForm):
    """How the person who lost the card was recognised."""

    atteste = BooleanField(_("Je connais cette personne et je l’atteste."))


class CouncilForm(Form):
    """The exact address or the card of a member of the council."""

    contact = Line(
        _("Son téléphone, son e-mail ou le code de sa carte"),
        validators=[
            InputRequired(_("Écrivez son contact exact, ou le code de sa carte.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
