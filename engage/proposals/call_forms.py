"""Forms of calls: prepare, extend, stop, answer."""

from collections.abc import Sequence

from wtforms import SelectField
from wtforms.validators import DataRequired, InputRequired, Length

from engage.accounts.models import Person
from engage.core import clock
from engage.core.forms import Day, Line, SeenForm, SendOnceForm, Words
from engage.core.i18n import _, label, lazy
from engage.core.spoken import filled_in, spoken, texts
from engage.proposals.call_commands import Asked
from engage.proposals.call_models import Call
from engage.proposals.call_policy import can_ask_for
from engage.territory.models import Neighbourhood, Organisation

TOO_LONG = lazy("Ce texte est trop long.")
LONG = 4000


@spoken(
    "title",
    lazy("Le titre"),
    Line,
    longest=100,
    missing=lazy("Donnez un titre en français."),
    too_long=TOO_LONG,
)
@spoken("theme", lazy("Le thème"), Line, longest=60, missing="", too_long=TOO_LONG)
@spoken(
    "question",
    lazy("La question"),
    Line,
    longest=200,
    missing=lazy("Écrivez la question en français."),
    too_long=TOO_LONG,
)
@spoken(
    "explanation", lazy("Pourquoi cet appel"), Words, longest=LONG, missing="", too_long=TOO_LONG
)
class CallForm(SendOnceForm, SeenForm):
    """A call, in one screen."""

    organisation = SelectField(
        lazy("Qui demande"), validators=[InputRequired(lazy("Choisissez qui demande."))]
    )
    neighbourhood = SelectField(lazy("Le quartier"), default="")
    opens_on = Day(
        lazy("Premier jour"),
        default=clock.today,
        validators=[InputRequired(lazy("Choisissez le premier jour."))],
    )
    closes_on = Day(
        lazy("Dernier jour"), validators=[InputRequired(lazy("Choisissez le dernier jour."))]
    )

    @classmethod
    def showing(cls, call: Call) -> "CallForm":
        """The form as the call is now."""
        return cls(
            **filled_in(
                title=call.title,
                theme=call.theme,
                question=call.question,
                explanation=call.explanation,
            ),
            version=call.version,
            organisation=str(call.organisation_id),
            neighbourhood=str(call.neighbourhood_id or ""),
            opens_on=call.opens_on,
            closes_on=call.closes_on,
        )

    def offer(
        self, by: Person, organisations: Sequence[Organisation], hoods: Sequence[Neighbourhood]
    ) -> None:
        """Fill the lists with what `by` may ask for."""
        names = {str(o.id): o.name for o in organisations if can_ask_for(by, o)}
        self.organisation.choices = ({"": _("Choisissez")} if len(names) > 1 else {}) | names
        self.neighbourhood.choices = {"": _("Tous les quartiers")} | {
            str(hood.id): label(hood.name) for hood in hoods
        }

    def to_input(self) -> Asked:
        assert self.opens_on.data is not None
        assert self.closes_on.data is not None
        return Asked(
            title=texts(self, "title"),
            theme=texts(self, "theme"),
            question=texts(self, "question"),
            explanation=texts(self, "explanation"),
            organisation_id=int(self.organisation.data),
            neighbourhood_id=int(self.neighbourhood.data or 0) or None,
            opens_on=self.opens_on.data,
            closes_on=self.closes_on.data,
        )


class ExtendForm(SeenForm):
    """More days for an open call."""

    closes_on = Day(
        lazy("Nouveau dernier jour"),
        validators=[InputRequired(lazy("Choisissez le dernier jour."))],
    )


class StopForm(SeenForm):
    """Why a call ends before its time."""

    reason = Words(
        lazy("Pourquoi l’appel s’arrête"),
        validators=[
            DataRequired(lazy("Écrivez pourquoi. Tout le monde le lira.")),
            Length(max=500, message=TOO_LONG),
        ],
    )


@spoken(
    "answer",
    lazy("La réponse"),
    Words,
    longest=LONG,
    missing=lazy("Écrivez la réponse en français."),
    too_long=TOO_LONG,
)
class AnswerForm(SendOnceForm, SeenForm):
    """What is done with the ideas, and who decides it."""

    decided_by = Line(
        lazy("Qui a décidé"),
        validators=[
            DataRequired(lazy("Écrivez qui a décidé.")),
            Length(max=160, message=TOO_LONG),
        ],
    )

    def words(self) -> dict[str, str]:
        """The answer per language."""
        return texts(self, "answer")
