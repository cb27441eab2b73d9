"""Signing somebody up at the counter for a party: hands to give, things to bring."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.validators import DataRequired, InputRequired, Length

from engage.consultations.kits import helping, party_words, queries
from engage.core import clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.forms import Line, send_once
from engage.core.i18n import _, label, lazy
from engage.core.web import get_db, see_other
from engage.fieldwork import counter
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.forms import VisitForm

bp = Blueprint("counter_parties", __name__)


class PromiseForm(VisitForm):
    """What the person does or brings, and under which name."""

    besoin = SelectField(
        lazy("Quoi"), validators=[InputRequired(lazy("Choisissez dans la liste."))]
    )
    prenom = Line(
        lazy("Prénom"),
        validators=[
            DataRequired(lazy("Écrivez un prénom. Les organisateurs seuls le lisent.")),
            Length(max=60, message=lazy("Ce texte est trop long.")),
        ],
    )

    def offer(self) -> int:
        """Fill the list with what is still needed; returns how much that is."""
        free = queries.still_needed(get_db(), clock.today())
        self.besoin.choices = {"": _("Choisissez")} | {str(need.id): _line(need) for need in free}
        return len(free)


def _line(need: queries.Need) -> str:
    """`Tenir un stand, de 14 h à 16 h (0 sur 4)`."""
    hours = party_words.hours(need.starts, need.ends)
    what = ", ".join(part for part in (label(need.title), hours) if part)
    told = _("{n} sur {total}").replace("{n}", str(need.promised))
    return f"{what} ({told.replace('{total}', str(need.wanted))})"


@bp.get("/guichet/fete")
@at_counter
def ask(visit: Visit) -> ResponseReturnValue:
    """A promise is somebody's: it takes a name at least."""
    person = visit.person()
    if person is None:
        return counter_page("needs_card", VisitForm(formdata=None), visit, what="fete")
    form = PromiseForm(formdata=None, visite=visit.token, prenom=person.public_name)
    return _page(visit, form)


def _page(visit: Visit, form: PromiseForm) -> ResponseReturnValue:
    return counter_page("party", form, visit, needed=form.offer())


@bp.post("/guichet/fete")
@at_counter
@send_once
def promise(visit: Visit) -> ResponseReturnValue:
    person, form = visit.person(), PromiseForm()
    if person is None:
        return see_other("/guichet/fete")
    form.offer()
    if form.validate_on_submit():
        with form.refusals():
            held = helping.Held(visit.channel, counter.actor().id)
            name = form.prenom.data or ""
            try:
                helping.promise(
                    get_db(), int(form.besoin.data), name=name, person=person, held=held
                )
            except Conflict as full:
                raise InvalidInput("besoin", full.message) from None
            flash(_("C’est noté. Merci !"), "ok")
            return see_other(counter.HOME)
    return _page(visit, form)
