"""Forms of making a concertation: one for each step; staff read them in French."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from engage.accounts.residence import ResidenceLevel
from engage.consultations.making import templates, words
from engage.consultations.making.drafts import Calendar, Voters, Wording
from engage.consultations.making.hours import moment_of
from engage.consultations.models import Consultation, Electorate, Purpose
from engage.core import clock
from engage.core.forms import Day, Line, SeenForm, SendOnceForm, Words
from engage.core.i18n import label
from engage.core.spoken import filled_in, spoken, texts
from engage.territory.models import Neighbourhood, Organisation, Place

TOO_LONG = "Ce texte est trop long."
LINE, LONG = 140, 2000
MOST_PEOPLE = 1_000_000


class Hour(Line):
    """An hour as browsers send it (`18:00`); an impossible one gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if not self.data:
            return
        try:
            self.moment: time | None = time.fromisoformat(self.data)
        except ValueError:
            self.moment = None
            raise ValueError("Écrivez une heure qui existe, par exemple 18:00.") from None


class Number(IntegerField):
    """A whole number; what is none gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = "".join(valuelist[0].split()) if valuelist else ""
        self.data = None
        if not typed:
            return
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            raise ValueError("Écrivez un nombre entier, par exemple 120.")
        self.data = int(typed)


def number(text: str, *, least: int = 1, most: int = MOST_PEOPLE) -> Number:
    """A field for a whole number between these, which may be left empty."""
    between = NumberRange(least, most, f"Écrivez un nombre de {least} à {most}.")
    return Number(text, validators=[Optional(), between])


class AgreeForm(SeenForm):
    """A button: what it does is said on it."""


@spoken("title", "Le titre", Line, longest=LINE, missing="", too_long=TOO_LONG)
class BeginForm(SendOnceForm):
    """What a new concertation begins from."""

    template = RadioField("Commencer avec", validators=[InputRequired("Choisissez un modèle.")])

    def __init__(self) -> None:
        super().__init__()
        self.template.choices = templates.choices()

    def validate_title_fr(self, field: Line) -> None:
        if self.template.data == templates.BLANK and not field.data:
            raise ValidationError("Donnez un titre.")


@spoken("title", "Le titre", Line, longest=LINE, missing="Donnez un titre.", too_long=TOO_LONG)
@spoken(
    "summary",
    "En deux phrases",
    Words,
    longest=600,
    missing="Dites en deux phrases de quoi il s’agit.",
    too_long=TOO_LONG,
)
@spoken("asked_by", "Qui demande", Line, longest=LINE, missing="", too_long=TOO_LONG)
@spoken("decided_by", "Qui décide, et comment", Words, longest=600, missing="", too_long=TOO_LONG)
@spoken(
    "already_decided", "Ce qui est déjà décidé", Words, longest=LONG, missing="", too_long=TOO_LONG
)
@spoken(
    "notice",
    "La phrase qui dit que c’est un avis",
    Words,
    longest=600,
    missing="Dites que ce vote donne un avis.",
    too_long=TOO_LONG,
)
class WordingForm(SeenForm):
    """What it is about."""

    purpose = SelectField("C’est", choices=words.PURPOSES)
    organisation_id = SelectField("Qui doit publier la décision", default="")

    @classmethod
    def showing(cls, draft: Consultation) -> "WordingForm":
        """The form as the draft is now."""
        names = ("title", "summary", "asked_by", "decided_by", "already_decided", "notice")
        return cls(
            **filled_in(**{name: getattr(draft, name) for name in names}),
            purpose=draft.purpose.value,
            organisation_id=str(draft.organisation_id or ""),
            version=draft.version,
        )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Fill the list."""
        self.organisation_id.choices = {"": "Choisissez"} | {
            str(each.id): each.name for each in organisations
        }

    def to_input(self) -> Wording:
        return Wording(
            title=texts(self, "title"),
            summary=texts(self, "summary"),
            asked_by=texts(self, "asked_by"),
            decided_by=texts(self, "decided_by"),
            already_decided=texts(self, "already_decided"),
            notice=texts(self, "notice"),
            purpose=Purpose(self.purpose.data),
            organisation_id=int(self.organisation_id.data or 0) or None,
        )


class VotersForm(SeenForm):
    """Who votes, and how."""

    electorate = RadioField("Comment vote-t-on\xa0?", choices=words.ELECTORATES)
    neighbourhood_id = SelectField("Où", default="")
    places = SelectMultipleField("Seulement ces lieux", coerce=int)
    min_age = number("Âge minimal", least=6, most=99)
    min_residence = SelectField("Comment montrer qu’on habite là", choices=words.RESIDENCE)
    takes_paper = BooleanField("On vote aussi sur papier")
    tells_neighbourhoods = BooleanField("Les résultats sont aussi dits par quartier")
    quorum = number("Participation souhaitée")
    expected = number("Combien pourraient voter")

    @classmethod
    def showing(cls, draft: Consultation) -> "VotersForm":
        """The form as the draft is now."""
        return cls(
            electorate=draft.electorate.value,
            neighbourhood_id=str(draft.neighbourhood_id or ""),
            places=draft.places,
            min_age=draft.min_age,
            min_residence=draft.min_residence,
            takes_paper=draft.takes_paper,
            tells_neighbourhoods=draft.tells_neighbourhoods,
            quorum=draft.quorum,
            expected=draft.expected,
            version=draft.version,
        )

    def offer(self, hoods: Sequence[Neighbourhood], homes: Sequence[Place]) -> None:
        """Fill the lists; of homes those with a name of their own, not each stairwell."""
        self.places.choices = [
            (home.id, label(home.name)) for home in homes if home.parent_id is None
        ]
        self.neighbourhood_id.choices = {"": "Tous les quartiers du contrat"} | {
            str(hood.id): label(hood.name) for hood in hoods
        }

    def to_input(self) -> Voters:
        electorate = Electorate(self.electorate.data)
        level = self.min_residence.data
        return Voters(
            electorate=electorate,
            neighbourhood_id=int(self.neighbourhood_id.data or 0) or None,
            places=tuple(self.places.data or ()),
            min_age=self.min_age.data,
            min_residence=ResidenceLevel.DECLARED.value if electorate.by_code else level,
            takes_paper=bool(self.takes_paper.data),
            tells_neighbourhoods=bool(self.tells_neighbourhoods.data),
            quorum=self.quorum.data,
            expected=self.expected.data,
        )


DATES = {
    "announced": ("announced_at", "Jour de l’annonce"),
    "opens": ("opens_at", "Le vote ouvre"),
    "closes": ("closes_at", "Le vote se termine"),
    "decision": ("decision_due_at", "La décision, au plus tard"),
}
"""What is typed as a day and an hour: the name of the two fields, the column, the words."""


def _dated(form: type[SeenForm]) -> type[SeenForm]:
    """Give the form a day and an hour for each of `DATES`."""
    for name, (_column, said) in DATES.items():
        day = Day(said, validators=[InputRequired("Choisissez un jour.")])
        hour = Hour("à quelle heure", validators=[InputRequired("Écrivez une heure.")])
        setattr(form, f"{name}_day", day)
        setattr(form, f"{name}_hour", hour)
    return form


@_dated
class CalendarForm(SeenForm):
    """When: days and hours on the town's clocks."""

    @classmethod
    def showing(cls, draft: Consultation) -> "CalendarForm":
        """The form as the draft is now."""
        values: dict[str, Any] = {"version": draft.version}
        for name, (column, _said) in DATES.items():
            there = clock.local(getattr(draft, column))
            values[f"{name}_day"] = there.date()
            values[f"{name}_hour"] = there.strftime("%H:%M")
        return cls(**values)

    def to_input(self) -> Calendar:
        """Raises `InvalidInput` for an hour that does not exist on its day."""
        return Calendar(**{column: self._moment(name) for name, (column, _said) in DATES.items()})

    def _moment(self, name: str) -> datetime:
        return moment_of(self[f"{name}_day"].data, self[f"{name}_hour"].moment, f"{name}_hour")


@spoken(
    "reason",
    "Pourquoi",
    Words,
    longest=600,
    missing="Écrivez pourquoi. Tout le monde le lira.",
    too_long=TOO_LONG,
)
class CancelForm(SeenForm):
    """Why it is called off."""

    sure = BooleanField(
        "Oui, j’annule. Les réponses ne seront jamais comptées.",
        validators=[DataRequired("Cochez pour confirmer. On ne revient pas en arrière.")],
    )


@spoken(
    "reason",
    "Pourquoi",
    Words,
    longest=600,
    missing="Écrivez pourquoi. Tout le monde le lira.",
    too_long=TOO_LONG,
)
class ExtendForm(SeenForm):
    """Until when people vote now."""

    closes_day = Day("Nouvelle fin du vote", validators=[InputRequired("Choisissez un jour.")])
    closes_hour = Hour("à quelle heure", validators=[InputRequired("Écrivez une heure.")])

    @classmethod
    def showing(cls, consultation: Consultation) -> "ExtendForm":
        """The form with the end as it is."""
        there = clock.local(consultation.closes_at)
        return cls(
            closes_day=there.date(),
            closes_hour=there.strftime("%H:%M"),
            version=consultation.version,
        )

    def closing(self) -> datetime:
        """Raises `InvalidInput` for an hour that does not exist on its day."""
        assert self.closes_day.data is not None
        assert self.closes_hour.moment is not None
        return moment_of(self.closes_day.data, self.closes_hour.moment, "closes_hour")
