"""Forms of the administration: a role to give, its end, one person to find."""

from collections.abc import Sequence
from datetime import date, timedelta

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from engage.accounts.admin_policy import GIVEN_BY, can_give_mandate
from engage.accounts.looks import REASON_WORDS, Reason
from engage.accounts.mandate_words import COLLEGE_WORDS, ROLE_WORDS
from engage.accounts.mandates import NewMandate
from engage.accounts.models import College, Person, Role
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.forms import Day, Form, Line, SendOnceForm
from engage.core.i18n import _, label, lazy
from engage.territory.models import Neighbourhood, Organisation


class MandateForm(SendOnceForm):
    """A role for the holder of an address."""

    contact = Line(
        lazy("Son e-mail ou son numéro de téléphone"),
        validators=[
            InputRequired(lazy("Écrivez une adresse e-mail ou un numéro de téléphone.")),
            Length(max=254, message=lazy("Cette adresse est trop longue.")),
        ],
    )
    public_name = Line(
        lazy("Le nom que les autres voient"),
        validators=[Length(max=40, message=lazy("Choisissez un nom plus court."))],
    )
    role = SelectField(lazy("Le rôle"), validators=[InputRequired(lazy("Choisissez un rôle."))])
    organisation = SelectField(lazy("Son organisation"), default="")
    college = SelectField(lazy("Son collège"), default="")
    neighbourhood = SelectField(lazy("Son quartier"), default="")
    starts_on = Day(lazy("Premier jour"), default=clock.today, validators=[InputRequired()])
    ends_on = Day(lazy("Dernier jour"), validators=[Optional()])

    def offer(
        self, by: Person, organisations: Sequence[Organisation], hoods: Sequence[Neighbourhood]
    ) -> None:
        """Fill the lists with what `by` may give."""
        given = [role for role in GIVEN_BY if can_give_mandate(by, role)]
        self.role.choices = {"": _("Choisissez")} | {r.value: str(ROLE_WORDS[r]) for r in given}
        self.organisation.choices = {"": _("Aucune")} | {str(o.id): o.name for o in organisations}
        self.neighbourhood.choices = {"": _("Tous les quartiers")} | {
            str(hood.id): label(hood.name) for hood in hoods
        }
        self.college.choices = {"": _("Aucun")} | {
            college.value: str(words) for college, words in COLLEGE_WORDS.items()
        }

    def to_input(self) -> NewMandate:
        role, first = Role(self.role.data), self.starts_on.data
        assert first is not None
        return NewMandate(
            role=role,
            starts_on=first,
            ends_on=self.ends_on.data,
            organisation_id=int(self.organisation.data or 0) or None,
            neighbourhood_id=int(self.neighbourhood.data or 0) or None,
            college=College(self.college.data) if self.college.data else None,
        )


NOW, TONIGHT, ON_A_DAY = "maintenant", "ce-soir", "jour"


def _ends() -> dict[str, str]:
    return {
        TONIGHT: _("Ce soir à minuit"),
        ON_A_DAY: _("Un autre jour"),
        NOW: _("Tout de suite"),
    }


class EndForm(Form):
    """When a mandate ends."""

    quand = RadioField(
        lazy("Quand ?"),
        choices=_ends,
        default=TONIGHT,
    )
    dernier_jour = Day(
        lazy("Dernier jour, si vous en choisissez un autre"), validators=[Optional()]
    )

    def last_day(self) -> date:
        """The last day of the mandate: yesterday ends it at once; raises `InvalidInput`."""
        if self.quand.data == NOW:
            return clock.today() - timedelta(days=1)
        if self.quand.data == TONIGHT:
            return clock.today()
        chosen = self.dernier_jour.data
        if chosen is None or chosen < clock.today():
            raise InvalidInput("dernier_jour", _("Choisissez aujourd’hui ou un jour à venir."))
        return chosen


class ProlongForm(Form):
    """Until when it lasts; empty means until further notice."""

    jusqu_au = Day(lazy("Nouveau dernier jour"), validators=[Optional()])


class FindForm(Form):
    """One person, by exactly what they gave us."""

    contact = Line(
        lazy("E-mail, téléphone ou code de carte, en entier"),
        validators=[
            InputRequired(
                lazy("Écrivez l’adresse, le numéro ou le code que la personne vous dit.")
            ),
            Length(max=254, message=lazy("Cette adresse est trop longue.")),
        ],
    )


def _reasons() -> dict[str, str]:
    return {"": _("Choisissez")} | {r.value: str(words) for r, words in REASON_WORDS.items()}


class RevealForm(Form):
    """Why the way to reach somebody is shown."""

    ticket = HiddenField()
    reason = SelectField(
        lazy("Pourquoi ?"),
        choices=_reasons,
        validators=[InputRequired(lazy("Choisissez pourquoi."))],
    )

    def chosen(self) -> Reason:
        return Reason(self.reason.data)
