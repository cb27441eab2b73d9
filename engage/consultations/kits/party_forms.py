"""Forms of who organises a party: when and where it is, what is to do, what is needed."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from engage.agenda.forms import Hour
from engage.consultations.kits.helping import Asked
from engage.consultations.kits.models import NeedKind, Party, PartyNeed, PartyTask
from engage.consultations.kits.party import Held, Todo
from engage.consultations.kits.plan import FARTHEST
from engage.core.forms import Day, Form, Line, SeenForm, SendOnceForm, Words
from engage.core.i18n import _ as now_
from engage.core.i18n import label
from engage.core.i18n import lazy as _
from engage.core.spoken import filled_in, spoken, texts
from engage.territory.models import Organisation, Place

TOO_LONG = _("Ce texte est trop long.")


class HeldForm(SeenForm):
    """When and where the party is."""

    day = Day(_("Le jour"), validators=[InputRequired(_("Choisissez un jour."))])
    starts = Hour(_("Début"), validators=[InputRequired(_("Écrivez l’heure du début."))])
    ends = Hour(_("Fin"), validators=[InputRequired(_("Écrivez l’heure de fin."))])
    place = SelectField(_("Le lieu"), default="")
    place_words = Line(_("Le lieu, en mots"), validators=[Length(max=160, message=TOO_LONG)])
    organisation = SelectField(
        _("Qui invite"), validators=[InputRequired(_("Choisissez qui invite."))]
    )
    decided = BooleanField(_("C’est décidé : mettre la fête dans l’agenda"))

    @classmethod
    def showing(cls, party: Party) -> "HeldForm":
        return cls(
            version=party.version,
            day=party.day,
            starts=party.starts,
            ends=party.ends,
            place=str(party.place_id or ""),
            place_words=party.place_words,
            organisation=str(party.organisation_id),
            decided=party.event_id is not None,
        )

    def offer(self, organisations: Sequence[Organisation], places: Sequence[Place]) -> None:
        """Fill the lists."""
        self.organisation.choices = {str(o.id): o.name for o in organisations}
        self.place.choices = {"": now_("Un autre lieu")} | {
            str(place.id): f"{label(place.neighbourhood.name)} : {label(place.name)}"
            for place in places
        }

    def to_input(self) -> Held:
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        assert day is not None
        assert starts is not None
        assert ends is not None
        return Held(
            day=day,
            starts=starts,
            ends=ends,
            place_id=int(self.place.data or 0) or None,
            place_words=self.place_words.data or "",
            organisation_id=int(self.organisation.data),
            decided=bool(self.decided.data),
        )


BEFORE, AFTER = "avant", "apres"


@spoken(
    "title",
    _("Quoi"),
    Line,
    longest=120,
    missing=_("Écrivez en français ce qu’il faut faire."),
    too_long=TOO_LONG,
)
@spoken("words", _("Quelques mots"), Words, longest=500, missing="", too_long=TOO_LONG)
class TaskForm(SendOnceForm, SeenForm):
    """One thing to do, so many days before or after the party."""

    days = IntegerField(
        _("Combien de jours"),
        validators=[
            InputRequired(_("Écrivez un nombre de jours, 0 pour le jour même.")),
            NumberRange(0, FARTHEST, message=_("Un nombre entre 0 et 400.")),
        ],
    )
    side = RadioField(
        _("Avant ou après"),
        choices=[SelectChoice(BEFORE, _("avant la fête")), SelectChoice(AFTER, _("après la fête"))],
        default=BEFORE,
    )
    working = BooleanField(_("Compter les jours ouvrés seulement"))
    fixed_on = Day(_("Ou un jour fixe, qui ne bouge pas avec la fête"), validators=[Optional()])
    organisation = SelectField(_("Qui s’en occupe"), default="")

    @classmethod
    def showing(cls, task: PartyTask) -> "TaskForm":
        return cls(
            **filled_in(title=task.title, words=task.words),
            version=task.version,
            days=abs(task.days),
            side=AFTER if task.days > 0 else BEFORE,
            working=task.working,
            fixed_on=task.fixed_on,
            organisation=str(task.organisation_id or ""),
        )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.organisation.choices = {"": now_("Nous, les organisateurs (sans rappel)")} | {
            str(o.id): o.name for o in organisations
        }

    def to_input(self) -> Todo:
        days = self.days.data or 0
        return Todo(
            title=texts(self, "title"),
            words=texts(self, "words"),
            days=days if self.side.data == AFTER else -days,
            working=bool(self.working.data),
            fixed_on=self.fixed_on.data,
            organisation_id=int(self.organisation.data or 0) or None,
        )


@spoken(
    "title",
    _("Quoi"),
    Line,
    longest=120,
    missing=_("Écrivez en français ce qu’il faut."),
    too_long=TOO_LONG,
)
class NeedForm(SendOnceForm, SeenForm):
    """Hands at some hour, or a thing to bring."""

    kind = RadioField(
        _("On demande"),
        choices=[
            SelectChoice(NeedKind.HANDS.value, _("des bras, à une heure")),
            SelectChoice(NeedKind.THING.value, _("du matériel ou à manger")),
        ],
        default=NeedKind.HANDS.value,
    )
    wanted = IntegerField(
        _("Combien de personnes"),
        validators=[
            InputRequired(_("Écrivez un nombre.")),
            NumberRange(1, 500, message=_("Un nombre entre 1 et 500.")),
        ],
    )
    starts = Hour(_("De"), validators=[Optional()])
    ends = Hour(_("À"), validators=[Optional()])

    @classmethod
    def showing(cls, need: PartyNeed) -> "NeedForm":
        return cls(
            **filled_in(title=need.title),
            version=need.version,
            kind=need.kind.value,
            wanted=need.wanted,
            starts=need.starts,
            ends=need.ends,
        )

    def to_input(self) -> Asked:
        hands = self.kind.data == NeedKind.HANDS.value
        return Asked(
            kind=NeedKind(self.kind.data),
            title=texts(self, "title"),
            starts=self.starts.data if hands else None,
            ends=self.ends.data if hands else None,
            wanted=self.wanted.data or 1,
        )


class TickForm(Form):
    """Whether a task is done: a button for each answer."""

    DONE = "oui"

    fait = HiddenField()
