"""Pages of those in charge: each act that moves a public idea on is a form of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engage.accounts import gate
from engage.accounts.models import Person
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.forms import send_once
from engage.core.policy import require
from engage.core.web import form_page, get_db, see_other
from engage.core.workflow import allows
from engage.proposals import follow_up, joining, queries
from engage.proposals import follow_up_policy as policy
from engage.proposals.addresses import path_of
from engage.proposals.follow_up_forms import (
    ActForm,
    EntrustForm,
    FinishForm,
    JoinForm,
    ReplyForm,
    StartForm,
    StudyForm,
)
from engage.proposals.models import Proposal
from engage.proposals.workflow import TRANSITIONS, Action
from engage.territory import queries as territory

bp = Blueprint("follow_up", __name__)


@dataclass(frozen=True)
class Act:
    """One page: its title, who may, its form, what it does and what is said then."""

    title: str
    action: Action
    rule: Callable[[Person | None, Proposal], bool]
    form: type[ActForm]
    does: Callable[[Session, Proposal, ActForm, Person], object]
    done: str
    button: str


def _study(db: Session, idea: Proposal, form: ActForm, person: Person) -> None:
    assert isinstance(form, StudyForm)
    follow_up.study(db, idea, person=person, day=form.day.data)


def _entrust(db: Session, idea: Proposal, form: ActForm, person: Person) -> None:
    assert isinstance(form, EntrustForm)
    partner, day = form.partner.chosen, form.day.data
    assert partner is not None
    assert day is not None
    follow_up.entrust(db, idea, partner=partner, day=day, person=person)


def _reply(db: Session, idea: Proposal, form: ActForm, person: Person) -> None:
    assert isinstance(form, ReplyForm)
    follow_up.answer(db, idea, form.to_input(), person=person)


def _start(db: Session, idea: Proposal, form: ActForm, person: Person) -> None:
    assert isinstance(form, StartForm)
    follow_up.start(db, idea, person=person, day=form.day.data)


def _finish(db: Session, idea: Proposal, _form: ActForm, person: Person) -> None:
    follow_up.finish(db, idea, person=person)


def _join(db: Session, idea: Proposal, form: ActForm, person: Person) -> None:
    assert isinstance(form, JoinForm)
    target = queries.proposal(db, form.number, None) if form.number else None
    if target is None:
        raise InvalidInput("target", "Aucune idée publique n’a ce numéro.")
    joining.join(db, idea, target, person=person)


ACTS = {
    "etudier": Act(
        "Mettre l’idée à l’étude",
        Action.STUDY,
        policy.can_study,
        StudyForm,
        _study,
        "C’est noté. La page de l’idée dit que le conseil citoyen l’étudie.",
        "Mettre à l’étude",
    ),
    "confier": Act(
        "Confier l’idée à un partenaire",
        Action.ENTRUST,
        policy.can_entrust,
        EntrustForm,
        _entrust,
        "C’est confié. Le partenaire reçoit les rappels.",
        "Confier l’idée",
    ),
    "repondre": Act(
        "Publier la réponse",
        Action.ANSWER,
        policy.can_reply,
        ReplyForm,
        _reply,
        "La réponse est publiée. L’auteur est prévenu.",
        "Publier la réponse",
    ),
    "commencer": Act(
        "Dire que ça commence",
        Action.START,
        policy.can_carry_out,
        StartForm,
        _start,
        "C’est noté : la mise en œuvre a commencé.",
        "Ça commence",
    ),
    "terminer": Act(
        "Dire que c’est fait",
        Action.FINISH,
        policy.can_carry_out,
        FinishForm,
        _finish,
        "C’est noté : l’idée est réalisée.",
        "C’est fait",
    ),
    "reunir": Act(
        "Réunir avec une autre idée",
        Action.MERGE,
        policy.can_join,
        JoinForm,
        _join,
        "Les deux idées sont réunies. L’auteur est prévenu.",
        "Réunir les deux idées",
    ),
}
NAMES = ", ".join(ACTS)
ADDRESS = f"/suite/<ref:proposal_id>/<any({NAMES}):act>"


@bp.get(ADDRESS)
def ask(proposal_id: int, act: str) -> ResponseReturnValue:
    """The form of one act, for who may do it and while it is possible."""
    idea = _idea(proposal_id, act)
    return _page(act, idea, _form(act, version=idea.version))


@bp.post(ADDRESS)
@send_once
def do(proposal_id: int, act: str) -> ResponseReturnValue:
    """Do it, on the state that was shown; somebody else's act meanwhile is a 409."""
    idea = _idea(proposal_id, act)
    form, person, db = _form(act), gate.signed_in(), get_db()
    if form.validate_on_submit():
        if form.version.data != idea.version:
            raise Conflict
        with form.refusals():
            ACTS[act].does(db, idea, form, person)
            flash(ACTS[act].done, "ok")
            return see_other(path_of(proposal_id))
        idea = _idea(proposal_id, act)  # what the refused act had changed is undone
    return _page(act, idea, form)


def _idea(proposal_id: int, name: str) -> Proposal:
    person, act = gate.signed_in(), ACTS[name]
    idea = queries.proposal(get_db(), proposal_id, person)
    if idea is None:
        raise NotFound
    require(act.rule, person, idea)
    if not allows(idea.status, act.action, TRANSITIONS):
        raise Conflict
    return idea


def _form(name: str, **values: object) -> ActForm:
    form = ACTS[name].form(**values)
    form.offer(territory.organisations(get_db()))
    return form


def _page(name: str, idea: Proposal, form: ActForm) -> ResponseReturnValue:
    revision = queries.shown_revision(get_db(), idea)
    context: dict[str, Any] = {"name": name, "act": ACTS[name], "proposal": idea}
    return form_page("proposals/act.html", form, revision=revision, **context)
