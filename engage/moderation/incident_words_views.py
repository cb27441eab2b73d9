"""The page where the coordinator proposes to publish words or a photo of a problem."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, InputRequired

from engage.accounts import gate
from engage.core.errors import NotFound
from engage.core.forms import Form
from engage.core.i18n import _, lazy
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.incidents import queries as incidents
from engage.incidents.models import Incident
from engage.moderation import incident_words
from engage.moderation.incident_words import can_propose_words
from engage.moderation.incident_words_models import Shown

bp = Blueprint("incident_words", __name__)


class ShownForm(Form):
    """What everybody should read or see."""

    shown = RadioField(
        lazy("Que voulez-vous montrer à tous ?"),
        choices=[
            SelectChoice(Shown.WORDS.value, lazy("Les mots de l’habitant")),
            SelectChoice(Shown.PHOTO.value, lazy("Sa photo")),
            SelectChoice(Shown.BOTH.value, lazy("Les mots et la photo")),
        ],
        validate_choice=False,
        validators=[
            InputRequired(lazy("Choisissez une réponse.")),
            AnyOf([each.value for each in Shown], message=lazy("Choisissez une réponse.")),
        ],
    )


def _incident(reference: str) -> Incident:
    found = incidents.by_reference(get_db(), reference)
    person = gate.signed_in()
    if found is None:
        raise NotFound
    require(can_propose_words, person, found)
    return found


@bp.get("/moderation/signalement/<reference>")
def ask(reference: str) -> ResponseReturnValue:
    incident = _incident(reference)
    return form_page("moderation/incident_words.html", ShownForm(), incident=incident)


@bp.post("/moderation/signalement/<reference>")
def propose(reference: str) -> ResponseReturnValue:
    incident, form = _incident(reference), ShownForm()
    if form.validate_on_submit():
        with form.refusals():
            shown = Shown(form.shown.data)
            incident_words.propose(get_db(), incident, shown, person=gate.signed_in())
            flash(_("C’est proposé. Le conseil citoyen lit, puis décide."), "ok")
            return see_other(f"/gup/{incident.reference}")
    return form_page("moderation/incident_words.html", form, incident=_incident(reference))
