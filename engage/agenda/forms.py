"""Forms of the agenda: a date, why it is off, a reminder to ask for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import SelectField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from engage.agenda.commands import Planned
from engage.agenda.models import Event, EventKind
from engage.agenda.words import KINDS
from engage.core import clock
from engage.core.forms import Day, Line, SeenForm, SendOnceForm, Words
from engage.core.i18n import _, label, lazy
from engage.core.spoken import filled_in, spoken, texts
from engage.territory.models import Neighbourhood, Organisation, Place

TOO_LONG = lazy("Ce texte est trop long.")
WEEK = timedelta(days=7)


class Hour(TimeField):
    """An hour as browsers send it; an impossible one gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Écrivez une heure qui existe, par exemple 14:30.")) from None


@spoken(
    "title",
    lazy("Le titre"),
    Line,
    longest=100,
    missing=lazy("Donnez un titre en français."),
    too_long=TOO_LONG,
)
@spoken("words", lazy("Quelques mots"), Words, longest=2000, missing="", too_long=TOO_LONG)
class EventForm(SendOnceForm, SeenForm):
    """A date, in one screen."""

    kind = SelectField(lazy("Quoi"), validators=[InputRequired(lazy("Choisissez quoi."))])
    day = Day(lazy("Le jour"), validators=[InputRequired(lazy("Choisissez un jour."))])
    starts = Hour(lazy("Début"), validators=[InputRequired(lazy("Écrivez l’heure du début."))])
    ends = Hour(lazy("Fin"), validators=[InputRequired(lazy("Écrivez l’heure de fin."))])
    neighbourhood = SelectField(lazy("Le quartier"), default="")
    place = SelectField(lazy("Le lieu"), default="")
    place_words = Line(lazy("Le lieu, en mots"), validators=[Length(max=160, message=TOO_LONG)])
    organisation = SelectField(
        lazy("Qui organise"), validators=[InputRequired(lazy("Choisissez qui organise."))]
    )

    @classmethod
    def showing(cls, event: Event, *, later: timedelta = timedelta()) -> "EventForm":
        """The form as the date is now, or as the same one some days later."""
        starts, ends = clock.local(event.starts_at), clock.local(event.ends_at)
        return cls(
            **filled_in(title=event.title, words=event.words),
            version=event.version,
            kind=event.kind.value,
            day=starts.date() + later,
            starts=starts.time(),
            ends=ends.time(),
            neighbourhood=str(event.neighbourhood_id or ""),
            place=str(event.place_id or ""),
            place_words=event.place_words,
            organisation=str(event.organisation_id),
        )

    def offer(
        self,
        organisations: Sequence[Organisation],
        hoods: Sequence[Neighbourhood],
        places: Sequence[Place],
    ) -> None:
        """Fill the lists."""
        self.kind.choices = {"": _("Choisissez")} | {k.value: str(w) for k, w in KINDS.items()}
        self.organisation.choices = {"": _("Choisissez")} | {
            str(o.id): o.name for o in organisations
        }
        self.neighbourhood.choices = {"": _("Tous les quartiers")} | {
            str(hood.id): label(hood.name) for hood in hoods
        }
        self.place.choices = {"": _("Un autre lieu")} | {
            str(place.id): f"{label(place.neighbourhood.name)} : {label(place.name)}"
            for place in places
        }

    def to_input(self) -> Planned:
        day = self.day.data
        assert day is not None
        assert self.starts.data is not None
        assert self.ends.data is not None
        return Planned(
            kind=EventKind(self.kind.data),
            title=texts(self, "title"),
            words=texts(self, "words"),
            neighbourhood_id=int(self.neighbourhood.data or 0) or None,
            place_id=int(self.place.data or 0) or None,
            place_words=self.place_words.data or "",
            starts_at=datetime.combine(day, self.starts.data, clock.zone()),
            ends_at=datetime.combine(day, self.ends.data, clock.zone()),
            organisation_id=int(self.organisation.data),
        )


class CancelForm(SeenForm):
    """Why a date is off."""

    reason = Words(
        lazy("Pourquoi c’est annulé"),
        validators=[
            DataRequired(lazy("Écrivez pourquoi. Tout le monde le lira.")),
            Length(max=500, message=TOO_LONG),
        ],
    )


class ReminderForm(SendOnceForm):
    """A button."""
