"""Forms about where somebody lives and how old they are."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _

NOWHERE = "0"
"""The choice of who lives in none of the neighbourhoods."""


class NeighbourhoodForm(Form):
    """The neighbourhood where one lives."""

    quartier = RadioField(
        _("Où habitez-vous ?"),
        validators=[InputRequired(_("Choisissez une réponse."))],
        validate_choice=False,
    )
    suite = HiddenField()


class AddressForm(Form):
    """A residence, a building or a street of the list."""

    place = SelectField(
        _("Votre résidence, votre bâtiment ou votre rue"),
        validators=[InputRequired(_("Choisissez une adresse de la liste."))],
        validate_choice=False,
    )
    suite = HiddenField()


def number(value: object) -> int:
    """What a choice sent as a small number, 0 for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class AgeForm(Form):
    """Old enough, by yes or no; or the year, once for all votes."""

    assez = RadioField(validators=[Optional()], validate_choice=False)
    birth_year = Line(
        _("Votre année de naissance"),
        validators=[Length(max=10, message=_("Une année a quatre chiffres."))],
    )
    suite = HiddenField()


class AttestForm(Form):
    """Who is present, where they live, and that this was seen."""

    contact = Line(
        _("Le code de sa carte, son téléphone ou son e-mail"),
        validators=[
            InputRequired(_("Demandez à la personne et écrivez sa réponse.")),
            Length(max=254, message=_("Cette adresse est trop longue.")),
        ],
    )
    place = SelectField(
        _("Où elle habite"),
        validators=[InputRequired(_("Choisissez où la personne habite."))],
        validate_choice=False,
    )
    seen = BooleanField(
        _("La personne est devant moi. Je sais qu’elle habite là."),
        validators=[InputRequired(_("Cochez cette case, ou n’attestez pas."))],
    )
