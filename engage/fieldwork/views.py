"""Pages of the counter: begin the day, say for whom, choose what, end the visit."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engage.accounts import gate, idle
from engage.accounts.forms import EmptyForm
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import Form
from engage.core.i18n import _
from engage.core.web import form_page, get_db, see_other
from engage.core.words import ContributionChannel
from engage.fieldwork import commands, counter, finding
from engage.fieldwork.counter import Visit, counter_page
from engage.fieldwork.forms import CardForm, ChannelForm, NameForm, NobodyForm, TicketForm

bp = Blueprint("counter", __name__)


@bp.get("/guichet")
def home() -> ResponseReturnValue:
    """The first question that has no answer yet: by which way, for whom, what."""
    counter.actor()
    chosen, visit = counter.channel(), counter.current()
    if chosen is None:
        return counter_page("channel", ChannelForm(formdata=None), None)
    if visit is None:
        return _who_page(chosen, NobodyForm(formdata=None))
    return _menu(visit)


def _menu(visit: Visit) -> ResponseReturnValue:
    return counter_page("menu", EmptyForm(), visit, has_identity=visit.has_identity())


@bp.get("/guichet/canal")
def channel() -> ResponseReturnValue:
    counter.actor()
    chosen = counter.channel()
    form = ChannelForm(formdata=None, canal=chosen.value if chosen else None)
    return counter_page("channel", form, None)


@bp.post("/guichet/canal")
def choose_channel() -> ResponseReturnValue:
    counter.actor()
    form = ChannelForm()
    if form.validate_on_submit():
        counter.open_day(ContributionChannel(form.canal.data))
        return see_other(counter.HOME)
    return counter_page("channel", form, None)


def _who_page(chosen: ContributionChannel, form: Form) -> ResponseReturnValue:
    """The ways to say for whom; `form` is the one that was sent."""
    forms: dict[str, Form] = {
        name: form if isinstance(form, kind) else kind(formdata=None)
        for name, kind in (("name", NameForm), ("card", CardForm), ("ticket", TicketForm))
    }
    return counter_page("who", form, None, channel=chosen, forms=forms)


@bp.post("/guichet/pour/<how>")
def serve(how: str) -> ResponseReturnValue:
    """Begin a visit: nobody, a pile of sheets, a first name, a card, a ticket."""
    counter.actor()
    chosen = counter.channel()
    if how not in WAYS:
        raise NotFound
    if chosen is None:
        return see_other(counter.HOME)
    form, begin = WAYS[how]
    sent = form()
    if sent.validate_on_submit():
        with sent.refusals():
            return see_other(begin(sent))
    return _who_page(chosen, sent)


def _nobody(_form: Form) -> str:
    counter.begin("nobody", None)
    return counter.HOME


def _sheets(_form: Form) -> str:
    counter.begin("sheets", None)
    return "/guichet/feuilles"


def _first_name(form: Form) -> str:
    assert isinstance(form, NameForm)
    person = commands.welcome(get_db(), form.prenom.data or "", actor=counter.actor())
    counter.begin("name", person)
    return counter.HOME


def _card(form: Form) -> str:
    assert isinstance(form, CardForm)
    person = finding.by_card(counter.actor(), form.code.data or "")
    counter.begin("card", person)
    return counter.HOME


def _ticket(form: Form) -> str:
    assert isinstance(form, TicketForm)
    person = finding.by_ticket(counter.actor(), form.numero.data or "", form.mot.data or "")
    counter.begin("ticket", person)
    return "/guichet/carte"


WAYS: dict[str, tuple[type[Form], Callable[[Form], str]]] = {
    "personne": (NobodyForm, _nobody),
    "feuilles": (NobodyForm, _sheets),
    "prenom": (NameForm, _first_name),
    "carte": (CardForm, _card),
    "ticket": (TicketForm, _ticket),
}
"""The last word of the address → the form that is sent there, and what it begins."""


@bp.post("/guichet/suivant")
def next_person() -> ResponseReturnValue:
    """Forget who was served; whatever was opened for them says so."""
    counter.actor()
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    counter.end_visit()
    return see_other(counter.HOME)


@bp.post("/guichet/fermer")
def close() -> ResponseReturnValue:
    """The mediator leaves: signed out here and in the database."""
    if not EmptyForm().validate_on_submit():
        raise InvalidInput("", _("Rechargez la page et recommencez."))
    gate.forget()
    return see_other(counter.END)


@bp.get("/guichet/fin")
def closed() -> ResponseReturnValue:
    """What an empty desk shows; a tab that slept while another was used goes on."""
    if idle.is_watched():
        return see_other(counter.HOME)
    return form_page("fieldwork/closed.html", EmptyForm(), minutes=counter.IDLE_MINUTES)
