"""The form with which anybody reports a public text (DSA, article 16)."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, RadioField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from engage.accounts.addresses import parse
from engage.accounts.models import ContactKind
from engage.core import i18n
from engage.core.errors import InvalidInput
from engage.core.forms import Line, SendOnceForm, Words
from engage.core.i18n import lazy as _
from engage.moderation.models import RefusalReason
from engage.moderation.notices import Complaint

AS_READERS_SAY: Mapping[str, str] = {
    "R01": _("On y reconnaît quelqu’un : un nom, un visage, une plaque, une adresse."),
    "R02": _("Il y a une insulte ou un propos haineux."),
    "R03": _("Il accuse une personne d’un délit."),
    "R04": _("Quelqu’un est en danger."),
    "R05": _("Cela ne parle pas du quartier."),
    "R08": _("C’est de la publicité, une campagne électorale ou un appel religieux."),
    "R10": _("La photo est à quelqu’un d’autre, ou l’information est fausse."),
}
"""Reasons of the charter (domaine.md, paragraph 8.6), as somebody says them of another's text."""


class NoticeForm(SendOnceForm):
    """What is wrong with the text; name and address only where the reader wants an answer."""

    reason = RadioField(
        _("Qu’est-ce qui ne va pas ?"),
        validate_choice=False,
        validators=[InputRequired(_("Choisissez ce qui ne va pas."))],
    )
    explanation = Words(
        _("Expliquez en une phrase"),
        validators=[
            DataRequired(_("Expliquez en une phrase ce qui ne va pas.")),
            Length(max=1000, message=_("Ce texte est trop long : 1 000 caractères au plus.")),
        ],
    )
    name = Line(
        _("Votre nom"),
        validators=[Length(max=120, message=_("Ce nom est trop long : 120 caractères au plus."))],
    )
    email = Line(
        _("Votre e-mail"),
        validators=[Length(max=254, message=_("Cette adresse est trop longue."))],
    )
    good_faith = BooleanField(
        _("Je dis ce que je crois vrai, de bonne foi."),
        validators=[InputRequired(_("Cochez cette case : nous en avons besoin."))],
    )

    def offer(self, reasons: Sequence[RefusalReason], *, known: bool) -> None:
        """Fill in the reasons; of somebody signed in (`known`) no name is asked."""
        self._reasons = {r.code: r for r in reasons if r.code in AS_READERS_SAY}
        self.reason.choices = [(code, str(AS_READERS_SAY[code])) for code in self._reasons]
        if known:
            del self.name, self.email

    def validate_reason(self, field: RadioField) -> None:
        if field.data not in self._reasons:
            raise ValidationError(str(_("Choisissez ce qui ne va pas.")))

    def validate_email(self, field: Line) -> None:
        if not field.data:
            return
        try:
            address = parse(field.data)
        except InvalidInput as error:
            raise ValidationError(error.message) from None
        if address.kind is not ContactKind.EMAIL:
            raise ValidationError(str(_("Écrivez un e-mail, par exemple nour@exemple.fr.")))
        field.data = address.value

    def to_input(self) -> Complaint:
        """What was said, once it is valid."""
        return Complaint(
            reason=self._reasons[self.reason.data],
            explanation=self.explanation.data or "",
            name=self.name.data or "" if "name" in self else "",
            email=self.email.data or "" if "email" in self else "",
            language=i18n.current().code,
        )
