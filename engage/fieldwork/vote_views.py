"""Voting at the counter: the person chooses, nothing of the choice is kept or shown again."""

import secrets

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts import residence
from engage.accounts.forms import EmptyForm
from engage.consultations import queries as consultations
from engage.consultations import words
from engage.consultations.casting import cast as cast_answer
from engage.consultations.commands import AlreadyVoted, NotOpen
from engage.consultations.forms import BallotForm, ballot_form, chosen
from engage.consultations.models import (
    Consultation,
    Question,
    unit_of_code,
    unit_of_person,
)
from engage.consultations.standing import DECLARING, Lack, Standing, lacks
from engage.consultations.standing import of as standing_of
from engage.core import clock, throttle
from engage.core.errors import Conflict, InvalidInput, NotFound
from engage.core.i18n import _
from engage.core.web import apart, get_db, see_other, services
from engage.core.words import ContributionChannel
from engage.fieldwork import counter, queries
from engage.fieldwork.counter import Visit, at_counter, counter_page
from engage.fieldwork.forms import ConditionsForm, VisitForm, VotingCodeForm
from engage.incidents import choices, kept

bp = Blueprint("counter_votes", __name__)

CODES_AN_HOUR = 600


@bp.get("/guichet/vote")
@at_counter
def index(visit: Visit) -> ResponseReturnValue:
    """What is open: by the code of a letter, or by an account."""
    return _index(visit, VotingCodeForm(formdata=None, visite=visit.token))


def _index(visit: Visit, form: VotingCodeForm) -> ResponseReturnValue:
    db = get_db()
    open_ = queries.open_votes(db)
    return counter_page(
        "votes",
        form,
        visit,
        by_code=[c for c in open_ if c.electorate.by_code],
        declared=[c for c in open_ if not c.electorate.by_code],
        paper=[c for c in open_ if c.takes_paper],
        has_identity=visit.has_identity(),
    )


@bp.post("/guichet/vote")
@at_counter
def take_code(visit: Visit) -> ResponseReturnValue:
    """The code of a letter votes by itself: nobody has to be named."""
    form = VotingCodeForm()
    if form.validate_on_submit():
        with form.refusals():
            bucket = f"counter-code:{counter.actor().id}"
            throttle.hit_hourly(apart(), bucket, limit=CODES_AN_HOUR)
            found = consultations.voting_code(get_db(), services().secret_key, form.code.data or "")
            if found is None or found[0].cancelled_at is not None:
                raise InvalidInput("code", _("Ce code ne vote pas. Vérifiez chaque lettre."))
            counter.hold_code(found[0].id)
            return see_other(f"/guichet/vote/{found[1].id}")
    return _index(visit, form)


@bp.get("/guichet/vote/<ref:consultation_id>")
@at_counter
def question(visit: Visit, consultation_id: int) -> ResponseReturnValue:
    """The next question without an answer, for the person to choose alone."""
    asked = _known(consultation_id)
    unit = _unit(visit, asked)
    if unit is None:
        return counter_page("needs_card", VisitForm(formdata=None), visit, what="vote")
    if missing := lacks(asked, _standing(visit, asked)):
        form = ConditionsForm(formdata=None, visite=visit.token)
        return _conditions_page(visit, asked, form, missing)
    following = _following(asked, unit, after=request.args.get("apres", 0, type=int))
    if following is None or not asked.is_open(clock.now()):
        return _end(visit, asked)
    return _question_page(visit, following, ballot_form(following, seed=secrets.token_hex(8)))


@bp.post("/guichet/vote/<ref:consultation_id>")
@at_counter
def cast(visit: Visit, consultation_id: int) -> ResponseReturnValue:
    asked = _known(consultation_id)
    wanted, unit = _question(asked), _unit(visit, asked)
    standing = _standing(visit, asked)
    if unit is None or lacks(asked, standing):
        return see_other(f"/guichet/vote/{asked.id}")
    form = ballot_form(wanted)
    if form.validate_on_submit():
        with form.refusals():
            try:
                cast_answer(
                    get_db(),
                    wanted,
                    unit=unit,
                    choices=chosen(form),
                    standing=standing,
                    channel=_channel(visit),
                    captured_by=counter.actor().id,
                )
            except (AlreadyVoted, NotOpen) as refusal:
                raise Conflict(refusal.message) from None
            return see_other(f"/guichet/vote/{asked.id}?apres={wanted.position}")
    again = _question(_known(consultation_id))
    form.choix.ask(again, secrets.token_hex(8))
    return _question_page(visit, again, form)


@bp.post("/guichet/vote/<ref:consultation_id>/avant")
@at_counter
def attest(visit: Visit, consultation_id: int) -> ResponseReturnValue:
    """The mediator attests where the person lives, and notes the age that they state."""
    asked, form = _known(consultation_id), ConditionsForm()
    missing = lacks(asked, _standing(visit, asked))
    if form.validate_on_submit():
        with form.refusals():
            if Lack.RESIDENCE in missing:
                _attest(visit, form)
            if Lack.AGE in missing:
                _state_age(asked, stated=form.age.data)
            return see_other(f"/guichet/vote/{asked.id}")
    return _conditions_page(visit, asked, form, missing)


def _channel(visit: Visit) -> ContributionChannel:
    """How the vote came: what is typed at the counter is never a ballot out of an urn, which two
    people read, and which the count on paper has to find again."""
    paper = visit.channel is ContributionChannel.PAPER
    return ContributionChannel.IN_PERSON if paper else visit.channel


def _state_age(asked: Consultation, *, stated: bool) -> None:
    if not stated:
        raise InvalidInput("age", _("Demandez son âge à la personne, puis cochez."))
    counter.hold_age(asked.min_age or 0)


def _attest(visit: Visit, form: ConditionsForm) -> None:
    person, place = visit.person(), choices.place(get_db(), form.lieu.data or "")
    if place is None:
        raise InvalidInput("lieu", _("Choisissez un lieu de la liste."))
    if not form.atteste.data:
        raise InvalidInput("atteste", _("Cochez seulement si vous le savez."))
    assert person is not None, "only people with an account lack something"
    residence.attest(get_db(), person, by=counter.actor(), place_id=place.id)


def _conditions_page(
    visit: Visit, asked: Consultation, form: ConditionsForm, missing: tuple[Lack, ...]
) -> ResponseReturnValue:
    return counter_page(
        "vote_conditions",
        form,
        visit,
        consultation=asked,
        missing=missing,
        groups=kept.place_groups(first=asked.neighbourhood_id),
    )


def _standing(visit: Visit, asked: Consultation) -> Standing:
    person = visit.person()
    if asked.electorate.by_code or person is None:
        return DECLARING
    return standing_of(get_db(), asked, person, stated_age=visit.stated_age)


def _question_page(visit: Visit, question: Question, form: BallotForm) -> ResponseReturnValue:
    consultation = question.consultation
    return counter_page(
        "ballot",
        form,
        visit,
        question=question,
        consultation=consultation,
        total=len(consultation.questions),
        declaration=words.declaration(consultation),
    )


def _end(visit: Visit, consultation: Consultation) -> ResponseReturnValue:
    """Nothing but that it is counted; the code of the letter is forgotten."""
    counter.hold_code(None)
    return counter_page("voted", EmptyForm(), visit, consultation=consultation)


def _known(consultation_id: int) -> Consultation:
    found = consultations.consultation(get_db(), consultation_id)
    if found is None:
        raise NotFound
    return found


def _question(consultation: Consultation) -> Question:
    number = request.args.get("question", type=int)
    for each in consultation.questions:
        if each.position == number:
            return each
    raise NotFound


def _unit(visit: Visit, consultation: Consultation) -> str | None:
    """Whose right is used: the dwelling of the code, or a person who can be recognised."""
    db = get_db()
    if consultation.electorate.by_code:
        code_id = visit.code_id
        if code_id is None or not consultations.standing_code(db, code_id, consultation.id):
            return None
        return unit_of_code(code_id)
    person = visit.person()
    if person is None or not visit.has_identity():
        return None
    return unit_of_person(person.id)


def _following(consultation: Consultation, unit: str, *, after: int) -> Question | None:
    """The next question without an answer; `after` is the place of one that was passed over."""
    done = consultations.answered(get_db(), consultation.questions, unit)
    left = (q for q in consultation.questions if q.id not in done and q.position > after)
    return next(left, None)
