"""Forms of votes on paper; what is ticked on a sheet is read by `entry`."""

from wtforms import BooleanField, FileField, IntegerField
from wtforms.validators import InputRequired, Length, NumberRange

from engage.consultations.paper.commands import MOST_BALLOTS, MOST_REASON
from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import lazy as _


class StandForm(Form):
    """The code or the card that somebody shows at the stand."""

    code = Line(
        _("Le code de la lettre ou de la carte"),
        validators=[
            InputRequired(_("Tapez ou scannez le code.")),
            Length(max=200, message=_("Un code a 12 lettres et chiffres.")),
        ],
    )
    age = BooleanField(_("La personne dit avoir l’âge de voter"))


class PrintForm(SendOnceForm):
    """How many ballots are printed."""

    bulletins = IntegerField(
        _("Combien de bulletins imprimez-vous ?"),
        validators=[
            InputRequired(_("Écrivez un nombre.")),
            NumberRange(1, MOST_BALLOTS, message=_("Entre 1 et 5 000 bulletins.")),
        ],
    )


class UrnForm(Form):
    """How many ballots of a batch the urn held."""

    lot = IntegerField(validators=[InputRequired(), NumberRange(1, 100_000)])
    found = IntegerField(
        _("Bulletins de ce lot trouvés dans l’urne"),
        validators=[
            InputRequired(_("Écrivez un nombre, même 0.")),
            NumberRange(0, MOST_BALLOTS, message=_("Entre 0 et 5 000 bulletins.")),
        ],
    )


class SheetForm(Form):
    """Around the questions of a sheet."""

    photo = FileField(_("Photo de la feuille"))
    reason = Words(
        _("Pourquoi vous tranchez ainsi"),
        validators=[Length(max=MOST_REASON, message=_("500 signes au plus."))],
    )


class CloseForm(Form):
    """The end of the count; the reasons of differences are read apart."""

    sure = BooleanField(
        _("Toutes les feuilles sont lues. Le dépouillement est fini."),
        validators=[InputRequired(_("Cochez pour clore le dépouillement."))],
    )
