"""Forms of moderation."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from engage.core.forms import Form, Line, Words
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.moderation.choices import Choice, Grounds
from engage.moderation.languages import LANGUAGES_READ
from engage.moderation.models import RefusalReason
from engage.moderation.workflow import Action

BIGGEST = 2**31 - 1

MASKS = ("R01", "R02", "R03", "R08", "R10")
"""The reasons for which a part may be hidden; the usual one first."""

REDIRECTS = ("R05", "R06", "R04")
"""The reasons for which another service can help; the usual one first."""


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


class MaskForm(DecisionForm):
    """Why a part is hidden; what is hidden are boxes of the page itself."""

    reason = RadioField(
        _("Pourquoi masquer ?"),
        validate_choice=False,
        validators=[InputRequired(_("Choisissez un motif."))],
    )
    words = HiddenField()
    photo = HiddenField()

    def offer(self, reasons: Sequence[RefusalReason]) -> None:
        """Fill in the reasons for which a part of something may be hidden."""
        self._reasons = {r.code: r for code in MASKS for r in reasons if r.code == code}
        self.reason.choices = [(code, label(r.label)) for code, r in self._reasons.items()]

    def validate_reason(self, field: RadioField) -> None:
        if field.data not in self._reasons:
            raise ValidationError(str(_("Choisissez un motif de la liste.")))

    def to_input(self) -> Grounds:
        """The grounds, once they are valid: the passage is not said again."""
        return Grounds(self._reasons[self.reason.data], "", "")


class RedirectForm(DecisionForm):
    """Who can help instead."""

    service = RadioField(
        _("Vers quel service ?"),
        validate_choice=False,
        validators=[InputRequired(_("Choisissez un service."))],
    )
    why = RadioField(
        _("Pourquoi ?"),
        validate_choice=False,
        validators=[InputRequired(_("Choisissez un motif."))],
    )
    word = Words(
        _("Un mot pour l’auteur"),
        validators=[
            Length(max=1000, message=_("Ce mot est trop long : 1 000 caractères au plus."))
        ],
    )

    def offer(self, reasons: Sequence[RefusalReason], doors: Sequence[dict[str, Any]]) -> None:
        """Fill in the services of the contract and the reasons that fit."""
        self._reasons = {r.code: r for code in REDIRECTS for r in reasons if r.code == code}
        self.why.choices = [(code, label(r.label)) for code, r in self._reasons.items()]
        self._doors = {door["code"]: label(door["label"]) for door in doors}
        self.service.choices = list(self._doors.items())

    def validate_why(self, field: RadioField) -> None:
        if field.data not in self._reasons:
            raise ValidationError(str(_("Choisissez un motif de la liste.")))

    def validate_service(self, field: RadioField) -> None:
        if field.data not in self._doors:
            raise ValidationError(str(_("Choisissez un service de la liste.")))

    def to_input(self) -> Choice:
        """The choice, once it is valid."""
        grounds = Grounds(self._reasons[self.why.data], "", self.word.data or "")
        return Choice(Action.REDIRECT, grounds, contact=self.service.data)


class MergeForm(DecisionForm):
    """Which public contribution says the same."""

    target = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired(_("Choisissez l’idée qui dit la même chose.")),
            NumberRange(1, BIGGEST, message=_("Choisissez l’idée qui dit la même chose.")),
        ],
    )


class RevealForm(Form):
    """Which veil to lift."""

    what = StringField(validators=[Length(max=20)])
    back = StringField(validators=[Length(max=20)])


class ReaderForm(Form):
    """How a member reads."""

    languages = SelectMultipleField(
        _("Je lis ces langues"),
        validators=[InputRequired(_("Choisissez au moins une langue."))],
    )
    shortcuts = BooleanField(_("Utiliser les raccourcis du clavier"))

    def offer(self) -> None:
        self.languages.choices = list(LANGUAGES_READ.items())


class TranslationForm(Form):
    """A mediator's help."""

    title = Line(
        _("Le titre en français"),
        validators=[Length(max=200, message=_("Ce titre est trop long : 200 caractères au plus."))],
    )
    body = Words(
        _("Le texte en français"),
        validators=[
            DataRequired(_("Écrivez ce que dit le texte.")),
            Length(max=8000, message=_("Ce texte est trop long : 8 000 caractères au plus.")),
        ],
    )
