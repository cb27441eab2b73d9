"""Who asks the residents for ideas, and what of a call may still change."""

from collections.abc import Callable
from datetime import date

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Conflict
from engage.core.i18n import _
from engage.core.policy import require
from engage.proposals.call_models import Call
from engage.territory.models import Organisation

COUNCIL_KIND = "citizen_body"
"""The kind of organisation that the citizen council is in the contract file."""


def can_prepare_calls(person: Person | None) -> bool:
    """The coordinator for any organisation, the council in its own name."""
    return person is not None and person.holds(Role.COORDINATOR, Role.COUNCIL)


def can_ask_for(person: Person | None, organisation: Organisation) -> bool:
    """Whether `person` may ask in the name of this organisation."""
    if person is None:
        return False
    in_own_name = organisation.kind == COUNCIL_KIND and person.holds(Role.COUNCIL)
    return in_own_name or person.holds(Role.COORDINATOR)


def can_see_call(person: Person | None, call: Call, today: date) -> bool:
    """Everybody from its first day on; before that those who may have prepared it."""
    return call.has_begun(today) or can_ask_for(person, call.organisation)


def can_change_call(person: Person | None, call: Call, today: date) -> bool:
    """Who asks, until its first day: what residents answer to does not change under them."""
    ahead = not call.has_begun(today) and call.cancelled_at is None
    return ahead and can_ask_for(person, call.organisation)


def can_extend_call(person: Person | None, call: Call, today: date) -> bool:
    """Who asks, while it is open; the page says what the last day was before."""
    return call.is_open(today) and can_ask_for(person, call.organisation)


def can_stop_call(person: Person | None, call: Call, today: date) -> bool:
    """Who asks, until its last day, with a reason that everybody reads."""
    ended = call.cancelled_at is not None or call.is_over(today)
    return not ended and can_ask_for(person, call.organisation)


def can_answer_call(person: Person | None, call: Call, today: date) -> bool:
    """Who asks, once, after the last day."""
    return call.awaits_answer(today) and can_ask_for(person, call.organisation)


def require_stage(rule: Callable[[Person | None, Call, date], bool], who: Person, of: Call) -> None:
    """Raise `Denied` for who may not ask in this name, `Conflict` where it is too soon or late."""
    require(can_ask_for, who, of.organisation)
    if not rule(who, of, clock.today()):
        raise Conflict(_("L’appel n’en est pas là. Relisez sa page."))
