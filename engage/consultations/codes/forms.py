"""Forms about printed codes."""

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from engage.consultations.codes import addresses
from engage.consultations.codes.commands import MOST_LETTERS
from engage.core.errors import InvalidInput
from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import _ as now_
from engage.core.i18n import lazy as _

NO_CODE = _("Un code a 12 lettres et chiffres.")


class CodeInHandForm(Form):
    """The code that somebody shows."""

    code = Line(
        _("Le code de la lettre"),
        validators=[
            InputRequired(_("Tapez ou scannez le code.")),
            Length(max=200, message=NO_CODE),
        ],
    )


class CancelForm(SendOnceForm):
    """A letter to be cancelled, by its code or by its number, and the address of a new one."""

    perdu = Line(_("Le code, si vous l’avez"), validators=[Length(max=200, message=NO_CODE)])
    numero = Line(_("Ou le numéro de la lettre"), validators=[Length(max=12)])
    remplacer = BooleanField(_("Faire une nouvelle lettre à la place"))
    adresse = Line(_("Adresse sur la nouvelle lettre"), validators=[Length(max=400)])

    def letter_number(self) -> tuple[int, int] | None:
        """Batch and serial of the number that was typed; raises `InvalidInput` on "numero"."""
        typed = self.numero.data or ""
        if not typed:
            return None
        batch, dash, serial = typed.replace(" ", "").partition("-")
        parts = (batch, serial)
        if not dash or not all(p.isascii() and p.isdigit() and len(p) < 6 for p in parts):
            raise InvalidInput("numero", now_("Écrivez le numéro comme sur la lettre : 2-017."))
        return int(batch), int(serial)


class BatchForm(Form):
    """The batch to be cancelled."""

    lot = IntegerField(_("Lot"), validators=[InputRequired(), NumberRange(1, 100_000)])


class LettersForm(SendOnceForm):
    """How many letters, or to whom: typed, or out of a file."""

    liste = Words(_("Les logements, un par ligne"), validators=[Length(max=200_000)])
    fichier = FileField(_("Ou un fichier CSV"))
    nombre = IntegerField(
        _("Ou un nombre de lettres sans adresse"),
        validators=[
            Optional(),
            NumberRange(1, MOST_LETTERS, message=_("Entre 1 et 1 000 lettres à la fois.")),
        ],
    )
    quartier = SelectField(_("Quartier de ces logements"), coerce=int, validators=[Optional()])

    def wanted(self) -> list[list[str]]:
        """The lines of each letter's address; raises `InvalidInput` when nothing says how many."""
        found = addresses.typed(self.liste.data or "")
        if not found and self.fichier.data:
            found = addresses.exported(self.fichier.data.read())
        if not found and self.nombre.data:
            found = [[] for _number in range(self.nombre.data)]
        if not found:
            raise InvalidInput("liste", now_("Écrivez les logements, ou un nombre de lettres."))
        if len(found) > MOST_LETTERS:
            raise InvalidInput("liste", now_("1 000 lettres à la fois au plus. Faites deux lots."))
        return found
