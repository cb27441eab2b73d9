"""Forms of voting: a printed code, one question a screen."""

from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import Field, HiddenField
from wtforms.validators import AnyOf, InputRequired, Length

from engage.consultations.counting.answers import FAVOURITES, GRADED, ONE, euros
from engage.consultations.counting.chosen import place
from engage.consultations.counting.order import mixed
from engage.consultations.counting.words import grade
from engage.consultations.models import Question, QuestionKind
from engage.consultations.written.commands import LONGEST
from engage.core.forms import Form, Line, clean_text
from engage.core.i18n import _ as now_
from engage.core.i18n import label
from engage.core.i18n import lazy as _

Sent = Sequence[Any]


class Choice(Field):
    """What a voter chose: `given` is an answer as `counting.answers` takes it, in disorder yet."""

    given: Sent = []
    question: Question
    options: Sequence[Any] = ()
    """In the order of this voter."""
    most_characters = LONGEST
    euros = staticmethod(euros)

    def ask(self, question: Question, seed: str) -> None:
        """Ask `question`, its answers in the order of `seed`."""
        self.question, self.options = question, mixed(question, seed)
        self.label.text = _legend(question.kind)

    @property
    def one(self) -> bool:
        """Whether there is one answer."""
        return self.question.kind in ONE

    @property
    def is_detailed(self) -> bool:
        """Whether answers say more than a list to choose from can show."""
        return any(label(option.details) or option.photo_id for option in self.options)

    def words_of_grades(self) -> list[str]:
        """The six grades, the best first."""
        return [grade(value) for value in reversed(GRADED[QuestionKind.JUDGMENT])]

    def places(self) -> list[str]:
        """The words of the favourites."""
        return [place(number) for number in range(FAVOURITES)]

    def has(self, option_id: int) -> bool:
        """Whether this option is ticked."""
        return option_id in self.given

    def at(self, place: int) -> int:
        """The option named at `place` (from 0); 0 when none is."""
        named = self.given[place] if place < len(self.given) else 0
        return named if type(named) is int else 0

    def grade_of(self, option_id: int) -> int:
        """The grade given to an option; -1 when none is."""
        pairs = [each for each in self.given if isinstance(each, list)]
        return next((grade for id_, grade in pairs if id_ == option_id), -1)

    @property
    def words(self) -> str:
        """What was written freely."""
        return next((each for each in self.given if isinstance(each, str)), "")


class BallotForm(Form):
    """One answer, checked by the command; the last question also asks who answers.

    Both `contact` and `code` may stay empty: there are other ways to say who one is.
    """

    choix = Choice()
    contact = Line(_("Votre téléphone ou votre e-mail"))
    code = Line(_("Votre code"), validators=[Length(max=40)])
    suite = HiddenField()
    vu = HiddenField()
    """What words were warned of already: see `core.warnings`."""


def ballot_form(question: Question, held: Sent = (), *, seed: str = "") -> BallotForm:
    """The form of one question with what was sent, or with what is `held` already.

    `seed` orders the answers: see `counting.order`.
    """
    form = BallotForm()
    form.choix.ask(question, seed)
    form.choix.given = sent(question) if form.is_submitted() else list(held)
    return form


def chosen(form: BallotForm) -> Sent:
    """What was sent; it is judged where it is counted."""
    return form.choix.given


def _legend(kind: QuestionKind) -> str:
    if kind in ONE or kind is QuestionKind.TEXT:
        return now_("Votre réponse")
    if kind is QuestionKind.FAVOURITES:
        return now_("Vos trois préférées, dans l’ordre")
    if kind is QuestionKind.BUDGET:
        return now_("Vos projets")
    return now_("Vos réponses")


def sent(question: Question) -> list[Any]:
    """What the form of this request says; anything that is no small number is an unknown option."""
    if question.kind is QuestionKind.TEXT:
        return [clean_text(words) for words in request.form.getlist("choix")[:1]]
    ticked = [_number(value) for value in request.form.getlist("choix")]
    if question.kind is QuestionKind.FAVOURITES:
        named = [request.form.get(f"choix-{place}") for place in range(1, FAVOURITES + 1)]
        if ticked:
            return [*(_number(value) for value in named if value), *ticked]
        return [_number(value) if value else None for value in named]
    if question.kind not in GRADED:
        return ticked
    graded = [
        [option.id, _number(value, bad=-1)]
        for option in question.options
        if (value := request.form.get(f"note-{option.id}"))
    ]
    return [*graded, *ticked]


def _number(value: object, *, bad: int = 0) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else bad


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
