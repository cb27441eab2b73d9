"""What those in charge can decide about a report: one table of forms, rules and commands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engage.accounts.models import Person
from engage.core import photos
from engage.core.errors import InvalidInput
from engage.core.i18n import _
from engage.core.i18n import lazy as __
from engage.core.web import get_db, sent_photo
from engage.incidents import commands, following, queries
from engage.incidents.forms import (
    AssignForm,
    DecisionForm,
    DuplicateForm,
    ReasonForm,
    ResolveForm,
    ScheduleForm,
)
from engage.incidents.models import Incident
from engage.incidents.policy import can_act, can_triage
from engage.incidents.workflow import TRANSITIONS, Action
from engage.territory.models import Organisation

Form = Any
Run = Callable[[Incident, Person, Form], None]

FOR_THANKS = frozenset({Action.THANK, Action.DECLINE})


@dataclass(frozen=True)
class Decision:
    """One thing that can be decided: who may, when, with which form, and what it does."""

    action: Action
    policy: Callable[[Person | None, Incident], bool]
    form: type[DecisionForm]
    run: Run
    label: str
    icon: str
    done: str

    def fits(self, incident: Incident, person: Person) -> bool:
        """Whether this person may decide it about the report as it is now."""
        if incident.kind.is_thanks and self.action not in FOR_THANKS:
            return False
        if self.action is Action.THANK and not incident.kind.is_thanks:
            return False
        return (incident.status, self.action) in TRANSITIONS and self.policy(person, incident)


def _assign(incident: Incident, person: Person, form: Form) -> None:
    chosen = form.organisation.data
    known = chosen.isdecimal() and chosen.isascii() and len(chosen) < 10
    organisation = get_db().get(Organisation, int(chosen)) if known else None
    if organisation is None:
        raise InvalidInput("organisation", _("Choisissez une organisation de la liste."))
    commands.assign(
        get_db(), incident, organisation=organisation, actor=person, word=form.word.data
    )


def _schedule(incident: Incident, person: Person, form: Form) -> None:
    commands.schedule(get_db(), incident, actor=person, day=form.day.data, word=form.word.data)


def _resolve(incident: Incident, person: Person, form: Form) -> None:
    sent = sent_photo("photo")
    photo = photos.keep(get_db(), sent) if sent else None
    commands.resolve(get_db(), incident, actor=person, word=form.word.data, photo=photo)


def _duplicate(incident: Incident, person: Person, form: Form) -> None:
    original = queries.by_reference(get_db(), form.reference.data)
    following.mark_duplicate(get_db(), incident, original=original, actor=person)


def _plain(command: Callable[..., None]) -> Run:
    """A decision that needs nothing but a word."""

    def run(incident: Incident, person: Person, form: Form) -> None:
        command(get_db(), incident, actor=person, word=form.word.data)

    return run


DECISIONS: dict[str, Decision] = {
    "confier": Decision(
        Action.ASSIGN,
        can_triage,
        AssignForm,
        _assign,
        __("Confier"),
        "send",
        __("C’est confié."),
    ),
    "merci": Decision(
        Action.THANK,
        can_triage,
        DecisionForm,
        _plain(commands.thank),
        __("Le merci est transmis"),
        "heart",
        __("C’est noté : le merci est transmis."),
    ),
    "prendre-en-charge": Decision(
        Action.ACKNOWLEDGE,
        can_act,
        DecisionForm,
        _plain(commands.acknowledge),
        __("Prendre en charge"),
        "hand",
        __("C’est noté : pris en charge."),
    ),
    "prevoir": Decision(
        Action.SCHEDULE,
        can_act,
        ScheduleForm,
        _schedule,
        __("Prévoir un jour"),
        "calendar",
        __("C’est noté : le jour est annoncé."),
    ),
    "commencer": Decision(
        Action.START,
        can_act,
        DecisionForm,
        _plain(commands.start),
        __("Dire que les travaux commencent"),
        "tool",
        __("C’est noté : travaux en cours."),
    ),
    "reparer": Decision(
        Action.RESOLVE,
        can_act,
        ResolveForm,
        _resolve,
        __("Dire que c’est réparé"),
        "check",
        __("Bravo ! L’habitant dira si c’est bien réparé."),
    ),
    "rendre": Decision(
        Action.SEND_BACK,
        can_act,
        ReasonForm,
        _plain(commands.send_back),
        __("Ce n’est pas pour nous"),
        "back",
        __("C’est rendu : quelqu’un d’autre sera cherché."),
    ),
    "doublon": Decision(
        Action.MARK_DUPLICATE,
        can_triage,
        DuplicateForm,
        _duplicate,
        __("Déjà signalé"),
        "list",
        __("C’est noté : les deux sont réunis."),
    ),
    "hors-quartier": Decision(
        Action.MARK_OUT_OF_AREA,
        can_triage,
        DecisionForm,
        _plain(commands.mark_out_of_area),
        __("Hors du quartier"),
        "map",
        __("C’est noté : hors du quartier."),
    ),
    "ailleurs": Decision(
        Action.REDIRECT,
        can_triage,
        ReasonForm,
        _plain(commands.redirect),
        __("À demander ailleurs"),
        "exit",
        __("C’est noté : la bonne porte est indiquée."),
    ),
    "refuser": Decision(
        Action.DECLINE,
        can_triage,
        ReasonForm,
        _plain(commands.decline),
        __("Pas d’intervention"),
        "close",
        __("C’est noté : la raison est envoyée."),
    ),
}
"""Address → decision, in the order of the page: the first that fits is the main one."""
