"""What the journal can be searched by."""

from typing import Any

from wtforms import IntegerField, SelectField
from wtforms.validators import Optional, ValidationError

from engage.core.forms import Day, Form
from engage.core.i18n import _, lazy
from engage.core.pagination import BIGGEST_ID
from engage.pages.audit_queries import Filters
from engage.pages.audit_words import ACTIONS, NOUNS, SUBJECTS


def _acts() -> dict[str, str | dict[str, str]]:
    """Acts under what they are about; the noun alone means all of them."""
    groups: dict[str, str | dict[str, str]] = {"": _("Tous les actes")}
    for noun, title in NOUNS.items():
        acts = {act: str(words) for act, words in ACTIONS.items() if act.startswith(f"{noun}.")}
        groups[str(title)] = {noun: _("{what} : tout").format(what=title)} | acts
    return groups


def _subjects() -> dict[str, str]:
    return {"": _("Tout")} | {table: str(words) for table, words in SUBJECTS.items()}


class Number(IntegerField):
    """A number of the database; anything else gets our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = "".join(valuelist[:1]).strip()
        fits = typed.isascii() and typed.isdecimal() and 0 < int(typed[:11]) <= BIGGEST_ID
        if typed and not fits:
            raise ValueError(str(_("Écrivez un numéro, par exemple 12.")))
        self.data = int(typed) if typed else None


class FilterForm(Form):
    """Everything may be left out; sent by GET, so that a search has an address."""

    class Meta(Form.Meta):
        csrf = False

    acte = SelectField(lazy("Quoi"), choices=_acts, default="")
    personne = Number(lazy("Numéro de la personne"), validators=[Optional()])
    sujet = SelectField(lazy("Sur quoi"), choices=_subjects, default="")
    numero = Number(lazy("Numéro du sujet"), validators=[Optional()])
    du = Day(lazy("Du"), validators=[Optional()])
    au = Day(lazy("Au"), validators=[Optional()])

    def validate_sujet(self, field: SelectField) -> None:
        if bool(field.data) != bool(self.numero.raw_data and self.numero.raw_data[0].strip()):
            raise ValidationError(_("Donnez les deux : sur quoi, et son numéro."))

    def validate_au(self, field: Day) -> None:
        if field.data and self.du.data and field.data < self.du.data:
            raise ValidationError(_("Le dernier jour vient après le premier."))

    def asked(self) -> dict[str, str]:
        """What was chosen, as the address says it."""
        fields = (self.acte, self.personne, self.sujet, self.numero, self.du, self.au)
        typed = {one.name: one.raw_data[0] for one in fields if one.raw_data}
        return {name: value for name, value in typed.items() if value}

    def to_input(self) -> Filters:
        return Filters(
            act=self.acte.data or "",
            person_id=self.personne.data,
            subject_type=self.sujet.data or "",
            subject_id=self.numero.data,
            since=self.du.data,
            until=self.au.data,
        )


class ExportForm(FilterForm):
    """The same, to be taken away: sent by POST, because it leaves a trace."""

    class Meta(Form.Meta):
        csrf = True
