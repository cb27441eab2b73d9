"""The state of the counter in the session cookie: how people come today, who is served now."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Response, request, session
from flask.typing import ResponseReturnValue

from engage.accounts import gate, idle
from engage.accounts.models import Person
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.secrets import new_token
from engage.core.web import form_page, get_db, see_other
from engage.core.words import ContributionChannel
from engage.fieldwork import queries
from engage.fieldwork.commands import Capture
from engage.fieldwork.policy import can_capture

P = ParamSpec("P")

KEY = "counter"
HOME, END = "/guichet", "/guichet/fin"
IDLE_MINUTES = 10

CHANNELS = (
    ContributionChannel.IN_PERSON,
    ContributionChannel.PHONE,
    ContributionChannel.PAPER,
)
"""How people come to a counter."""


@dataclass(frozen=True)
class Visit:
    """One person at the counter; `token` is known to this cookie alone and ends with the visit."""

    channel: ContributionChannel
    token: str
    how: str
    person_id: int | None
    code_id: int | None
    stated_age: int

    def person(self) -> Person | None:
        """Who is served; None when nobody is named."""
        return queries.person(get_db(), self.person_id)

    def has_identity(self) -> bool:
        """Whether the person can be recognised another day; who holds a ticket alone can not.

        A ticket may have been found in the street: it opens one page, and after the mediator's
        word a new card.
        """
        return self.how != "ticket" and queries.has_identity(get_db(), self.person())

    def capture(self) -> Capture:
        return Capture(gate.signed_in(), self.channel, self.person())


def actor() -> Person:
    """The mediator or coordinator who asks; raises `Denied` for everybody else."""
    person = gate.signed_in()
    require(can_capture, person)
    return person


def channel() -> ContributionChannel | None:
    """How people come today; None until it was chosen."""
    state = session.get(KEY)
    return ContributionChannel(state["channel"]) if state else None


def open_day(chosen: ContributionChannel) -> None:
    """Begin to serve, or go on with people who come another way; ten idle minutes end it."""
    session[KEY] = {"channel": chosen.value}
    if not idle.is_watched():
        idle.watch(IDLE_MINUTES, then=END)


def begin(how: str, person: Person | None) -> None:
    """Somebody stands at the counter: `how` is nobody, name, card, ticket or contact."""
    session[KEY] = {
        "channel": session[KEY]["channel"],
        "visit": new_token(),
        "how": how,
        "person": person.id if person else None,
        "code": None,
        "age": 0,
    }


def become(how: str, person: Person) -> None:
    """The person of this visit is known better now."""
    session[KEY] = {**session[KEY], "how": how, "person": person.id}


def hold_code(code_id: int | None) -> None:
    """The voting code of this visit, until the last question."""
    session[KEY] = {**session[KEY], "code": code_id}


def hold_age(years: int) -> None:
    """The age that the person of this visit said to have reached."""
    session[KEY] = {**session[KEY], "age": years}


def end_visit() -> None:
    """Forget whom the counter served: nothing of the visit can be shown again."""
    if KEY in session:
        session[KEY] = {"channel": session[KEY]["channel"]}


def current() -> Visit | None:
    """The visit that goes on, or None."""
    state = session.get(KEY)
    if not state or "visit" not in state:
        return None
    return Visit(
        ContributionChannel(state["channel"]),
        state["visit"],
        state["how"],
        state["person"],
        state["code"],
        state["age"],
    )


def at_counter(
    view: Callable[Concatenate[Visit, P], ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Give `view` the visit that goes on; without one it starts at the first page.

    A form that was opened for somebody else, in another tab, is refused with its words shown.
    """

    @wraps(view)
    def served(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        actor()
        visit = current()
        if visit is None:
            return see_other(HOME)
        if request.method == "POST" and request.form.get("visite") != visit.token:
            raise Conflict(_("Cette page était ouverte pour une autre personne. Recommencez."))
        return view(visit, *args, **kwargs)

    return served


def counter_page(template: str, form: Any, visit: Visit | None, **context: Any) -> Response:
    """A page of the counter: it says whom it serves and that it closes by itself."""
    person = visit.person() if visit else None
    return form_page(
        f"fieldwork/{template}.html",
        form,
        visit=visit,
        served=person,
        minutes=IDLE_MINUTES,
        **context,
    )
