"""The form with which a member says when to be written to, and on which days they read."""

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from engage.core.forms import Day, Form
from engage.core.i18n import lazy as _
from engage.moderation.rota import Habits

HOURS = [SelectChoice(str(hour), f"{hour} h") for hour in range(24)]
DAYS = [
    SelectChoice("0", _("Lundi")),
    SelectChoice("1", _("Mardi")),
    SelectChoice("2", _("Mercredi")),
    SelectChoice("3", _("Jeudi")),
    SelectChoice("4", _("Vendredi")),
    SelectChoice("5", _("Samedi")),
    SelectChoice("6", _("Dimanche")),
]


class RhythmForm(Form):
    """Quiet hours, weekends, days on duty, a pause."""

    quiet_from = SelectField(_("Pas de message à partir de"), choices=HOURS)
    quiet_until = SelectField(_("Jusqu’à"), choices=HOURS)
    weekends = BooleanField(_("Aussi le samedi et le dimanche"))
    duty = SelectMultipleField(_("Les jours où je lis"), choices=DAYS)
    paused_until = Day(_("Je reviens le"), validators=[Optional()])

    def show(self, habits: Habits) -> None:
        """Fill in what stands now."""
        self.quiet_from.data, self.quiet_until.data = (
            str(habits.quiet_from),
            str(habits.quiet_until),
        )
        self.weekends.data = habits.weekends
        self.duty.data = [str(day) for day in sorted(habits.duty)]
        self.paused_until.data = habits.paused_until

    def to_input(self) -> Habits:
        """What was chosen, once it is valid."""
        return Habits(
            quiet_from=int(self.quiet_from.data),
            quiet_until=int(self.quiet_until.data),
            weekends=bool(self.weekends.data),
            duty=frozenset(int(day) for day in self.duty.data or ()),
            paused_until=self.paused_until.data,
        )
