"""Forms of the acts that move a public idea on; staff read them, in French."""

import re
from collections.abc import Sequence

from wtforms import IntegerField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from engage.core.forms import Day, Line, SendOnceForm, Words
from engage.core.pagination import BIGGEST_ID
from engage.proposals.answers import Verdict
from engage.proposals.follow_up import MAX_REASON, MAX_WHO, Statement
from engage.proposals.words import VERDICTS
from engage.territory.models import Organisation

RELOAD = "Rechargez la page et recommencez."
NUMBER = re.compile(r"(?:.*/propositions/)?(\d{1,9})(?:-[^/]*)?/?")


class OrganisationField(SelectField):
    """An organisation of the contract by its code; empty for none."""

    def __init__(self, text: str, **options: object) -> None:
        super().__init__(text, validate_choice=False, **options)  # type: ignore[arg-type]
        self.offered: dict[str, Organisation] = {}

    def offer(self, organisations: Sequence[Organisation], empty: str) -> None:
        """Show these after the line `empty`."""
        self.offered = {one.code: one for one in organisations}
        named = [(one.code, one.name) for one in organisations]
        self.choices = [("", empty), *named]

    @property
    def chosen(self) -> Organisation | None:
        return self.offered.get(self.data or "")

    def pre_validate(self, _form: object) -> None:
        if self.data and self.data not in self.offered:
            raise ValidationError("Choisissez un organisme de la liste.")


class ActForm(SendOnceForm):
    """An act on what was shown: `version` says which state that was."""

    version = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(RELOAD), NumberRange(0, BIGGEST_ID, message=RELOAD)],
    )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Fill in the choices, where there are any."""


class StudyForm(ActForm):
    """The council takes it up."""

    day = Day("Réponse prévue avant le", validators=[Optional()])


class EntrustForm(ActForm):
    """A partner has it, until a day."""

    partner = OrganisationField(
        "À quel partenaire ?", validators=[DataRequired("Choisissez un partenaire.")]
    )
    day = Day("Réponse attendue avant le", validators=[DataRequired("Choisissez un jour.")])

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.partner.offer(organisations, "Choisissez")


class ReplyForm(ActForm):
    """The public answer: never without who and why."""

    verdict = RadioField(
        "La réponse",
        choices=[SelectChoice(verdict.value, label) for verdict, label in VERDICTS.items()],
        validate_choice=False,
        validators=[InputRequired("Choisissez une réponse.")],
    )
    decided_by = Line(
        "Qui a décidé ?",
        validators=[
            DataRequired("Dites qui a décidé."),
            Length(max=MAX_WHO, message="C’est trop long : 160 caractères au plus."),
        ],
    )
    reason = Words(
        "Pourquoi ?",
        validators=[
            DataRequired("Dites pourquoi, en quelques phrases simples."),
            Length(max=MAX_REASON, message="C’est trop long : 2 000 caractères au plus."),
        ],
    )
    organisation = OrganisationField("L’organisme qui a décidé")
    day = Day("Si c’est oui, fait avant le", validators=[Optional()])

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.offer(organisations, "Le conseil citoyen ou l’équipe du contrat")

    def validate_verdict(self, field: RadioField) -> None:
        if field.data not in list(Verdict):
            raise ValidationError("Choisissez une réponse de la liste.")

    def to_input(self) -> Statement:
        """The answer, once it is valid."""
        return Statement(
            verdict=Verdict(self.verdict.data),
            decided_by=self.decided_by.data or "",
            reason=self.reason.data or "",
            organisation=self.organisation.chosen,
            day=self.day.data,
        )


class StartForm(ActForm):
    """It begins; a day perhaps."""

    day = Day("Fini avant le", validators=[Optional()])


class FinishForm(ActForm):
    """A button."""


class JoinForm(ActForm):
    """Which idea says the same: its number, or its address."""

    target = Line(
        "Numéro ou adresse de l’autre idée",
        validators=[DataRequired("Écrivez le numéro de l’autre idée, par exemple 12.")],
    )

    @property
    def number(self) -> int:
        """The number that was typed, alone or in an address; 0 for none."""
        found = NUMBER.fullmatch(self.target.data or "")
        return int(found[1]) if found else 0
