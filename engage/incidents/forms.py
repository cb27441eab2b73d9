"""Forms of reports: sending one, following it, answering, and the decisions of those in charge."""

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import lazy as _
from engage.incidents.commands import MAX_WORDS

SHORT = Length(max=MAX_WORDS, message=_("C’est trop long : 1 000 caractères au plus."))


class ReportForm(SendOnceForm):
    """The place is enough; photo and words are extras."""

    choix = HiddenField()
    lieu = StringField(
        _("Où est-ce ?"), validators=[InputRequired(_("Choisissez un lieu dans la liste."))]
    )
    photo = FileField(_("Une photo"))
    description = Words(_("Un mot"), validators=[SHORT])


class FollowForm(Form):
    """Where to tell somebody."""

    contact = Line(
        _("Téléphone ou e-mail"),
        validators=[InputRequired(_("Écrivez un téléphone ou un e-mail.")), Length(max=254)],
    )


class AnswerForm(SendOnceForm):
    """A button is the whole answer."""


class NotRepairedForm(SendOnceForm):
    """Why it is not repaired, if the person wants to say."""

    word = Words(_("Que reste-t-il à faire ?"), validators=[SHORT])


class DecisionForm(SendOnceForm):
    """A decision on the report as it was when the page was read."""

    version = HiddenField()
    word = Words(_("Un mot pour l’habitant"), validators=[SHORT])


class AssignForm(DecisionForm):
    organisation = StringField(
        _("Confier à"), validators=[InputRequired(_("Choisissez une organisation."))]
    )


class ScheduleForm(DecisionForm):
    day = DateField(
        _("Jour prévu"),
        format=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[InputRequired(_("Choisissez un jour. Exemple : 12/06/2026."))],
    )


class ResolveForm(DecisionForm):
    word = Words(
        _("Ce qui a été fait"),
        validators=[InputRequired(_("Dites en quelques mots ce qui a été fait.")), SHORT],
    )
    photo = FileField(_("Photo après réparation"))


class DuplicateForm(DecisionForm):
    reference = Line(
        _("Numéro du premier signalement"),
        validators=[
            InputRequired(_("Tapez le numéro de l’autre signalement. Exemple : G-1001.")),
            Length(max=16, message=_("Ce numéro est trop long. Exemple : G-1001.")),
        ],
    )


class ReasonForm(DecisionForm):
    word = Words(
        _("Pourquoi"),
        validators=[InputRequired(_("Dites pourquoi : la personne lira cette raison.")), SHORT],
    )


def apart(form: Form, name: str) -> Form:
    """The same form with ids of its own: several stand on one page."""
    for field in form:
        field.id = f"{name}-{field.id}"
    return form
