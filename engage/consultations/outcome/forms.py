"""Forms of what follows a vote: the decision, what is added to it, who owes it, the simulator."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from engage.consultations.outcome.commands import Decision
from engage.consultations.outcome.simulator import Case, Given
from engage.core.errors import InvalidInput
from engage.core.forms import Day, Form, Line, SeenForm, SendOnceForm, Words
from engage.core.i18n import _, lazy
from engage.core.spoken import spoken, texts
from engage.territory.models import Organisation

TOO_LONG = lazy("Ce texte est trop long.")
LONG = 6000


@spoken(
    "statement",
    "La décision et ses raisons",
    Words,
    longest=LONG,
    missing="Écrivez la décision et ses raisons, en français.",
    too_long=TOO_LONG,
)
@spoken(
    "by",
    "Qui a décidé",
    Line,
    longest=200,
    missing="Écrivez qui a décidé.",
    too_long=TOO_LONG,
)
@spoken(
    "changes",
    "Ce que le vote a changé",
    Words,
    longest=LONG,
    missing="Écrivez ce que le vote a changé, même si c’est peu.",
    too_long=TOO_LONG,
)
class DecisionForm(SendOnceForm, SeenForm):
    """The public answer to a vote."""

    def to_input(self) -> Decision:
        return Decision(texts(self, "statement"), texts(self, "by"), texts(self, "changes"))


@spoken(
    "words",
    "Le complément",
    Words,
    longest=LONG,
    missing="Écrivez le complément en français.",
    too_long=TOO_LONG,
)
class AdditionForm(SendOnceForm):
    """What corrects or completes a decision."""

    def words(self) -> dict[str, str]:
        return texts(self, "words")


class EntrustForm(Form):
    """Who owes the decision."""

    organisation = SelectField(
        "Qui doit la décision", validators=[InputRequired("Choisissez qui décide.")]
    )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        names = {str(o.id): o.name for o in organisations}
        self.organisation.choices = {"": "Choisissez"} | names


class SimulatorForm(Form):
    """Numbers of a written consultation; sent by GET, nothing is kept."""

    class Meta(Form.Meta):
        csrf = False

    cas = RadioField(
        lazy("Ce qui est proposé"),
        choices=[
            SelectChoice(Case.PROPOSAL, lazy("Une proposition du bailleur, sans accord signé")),
            SelectChoice(Case.AGREEMENT, lazy("Un accord signé avec une association")),
        ],
        default=Case.PROPOSAL.value,
        validators=[AnyOf([case.value for case in Case], message=lazy("Choisissez un cas."))],
        validate_choice=False,
    )
    concernes = Line(
        lazy("Locataires concernés"),
        validators=[
            DataRequired(lazy("Écrivez combien de locataires sont concernés.")),
            Length(max=9, message=TOO_LONG),
        ],
    )
    oui = Line(lazy("Réponses écrites\xa0: oui"), default="0", validators=[Length(max=9)])
    non = Line(lazy("Réponses écrites\xa0: non"), default="0", validators=[Length(max=9)])
    notifie = Day(lazy("Jour de la notification"), validators=[Optional()])

    def to_input(self) -> Given:
        """Raises `InvalidInput` on what is no number."""
        return Given(
            case=Case(self.cas.data),
            concerned=self._number("concernes"),
            yes=self._number("oui"),
            no=self._number("non"),
            notified_on=self.notifie.data,
        )

    def _number(self, name: str) -> int:
        field: Any = self[name]
        text = "".join((field.data or "0").split())
        if not (text.isascii() and text.isdigit()):
            raise InvalidInput(name, _("Écrivez un nombre entier, par exemple 96."))
        return int(text)
