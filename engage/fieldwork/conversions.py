"""Between the contents: an idea becomes a report or an option of a vote, a report an idea."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts.models import Draft, Person
from engage.consultations.making import history
from engage.consultations.making.checks import MOST_OPTIONS
from engage.consultations.making.policy import SETTLED, is_changeable
from engage.consultations.models import Consultation, Option, Question, QuestionKind
from engage.consultations.policy import can_see
from engage.core import audit, clock
from engage.core.errors import Conflict, InvalidInput
from engage.core.i18n import _
from engage.core.policy import require
from engage.core.words import ContributionChannel, Visibility
from engage.core.workflow import advance
from engage.deadlines import commands as deadlines
from engage.fieldwork import messages
from engage.fieldwork.conversion_policy import can_ask_author
from engage.fieldwork.models import Conversion
from engage.incidents import commands as incidents
from engage.incidents.models import Circuit, Incident, IncidentKind, IncidentPhoto, Moment
from engage.incidents.workflow import OPEN
from engage.incidents.workflow import Action as ReportAction
from engage.moderation import ballots
from engage.moderation import commands as moderation
from engage.moderation import queries as in_queue
from engage.moderation.closing import close
from engage.moderation.notices_decisions import is_hidden
from engage.proposals import commands as proposals
from engage.proposals import finding, news
from engage.proposals import queries as ideas
from engage.proposals.addresses import path_of
from engage.proposals.follow_up_policy import can_convert, can_put_to_vote
from engage.proposals.models import Proposal, ProposalPhoto
from engage.proposals.news import Happening
from engage.proposals.workflow import TRANSITIONS, Action
from engage.territory.models import Place

TAKES_IDEAS = (
    QuestionKind.SINGLE,
    QuestionKind.APPROVAL,
    QuestionKind.FAVOURITES,
    QuestionKind.JUDGMENT,
)
"""The kinds of question that an idea can be an answer to; a project of a budget has a price."""

TITLE_FROM_WORDS = 80


def to_report(
    db: Session, idea: Proposal, *, kind: IncidentKind, place: Place, person: Person
) -> Incident:
    """An idea that is a broken lamp: whoever repairs it gets it, its author follows it there.

    The author keeps what a reporter has: the follow page, and the right to take the words back.
    Nothing becomes a report of the closed circuit that way. Raises `InvalidInput`.
    """
    require(can_convert, person, idea)
    if kind.circuit is not Circuit.OPEN or kind.is_thanks:
        raise InvalidInput("choix", _("Choisissez un problème de la liste."))
    words = ideas.shown_revision(db, idea)
    report = incidents.Report(
        kind,
        place,
        f"{words.title}\n{words.body}"[: incidents.MAX_WORDS],
        language=words.language,
        channel=idea.channel,
    )
    author = db.get(Person, idea.author_id) if idea.author_id else None
    incident, token = incidents.submit(db, report, reporter=author)
    _move_photos(db, words.id, incident)
    news.tell(
        db,
        idea,
        Happening.CONVERTED,
        actor_id=author.id if author else None,
        reference=incident.reference,
    )
    advance(db, idea, Action.CONVERT, TRANSITIONS, actor_id=person.id, incident_id=incident.id)
    idea.visibility = Visibility.HIDDEN
    idea.partner_id = idea.due_at = None
    db.flush()
    deadlines.withdraw_all(db, idea)
    finding.refresh(db, idea.id)
    ballots.leave(db, idea.__tablename__, idea.id)
    close(db, in_queue.items_about(db, [idea.id]), actor_id=person.id)
    _link(db, incident, idea, person, from_report=False)
    messages.became_report(db, incident, author, token=token)
    return incident


def _link(
    db: Session, incident: Incident, idea: Proposal | None, person: Person, *, from_report: bool
) -> Conversion:
    conversion = Conversion(
        incident_id=incident.id,
        proposal_id=idea.id if idea else None,
        from_report=from_report,
        asked_by_id=person.id,
        created_at=clock.now(),
    )
    db.add(conversion)
    db.flush()
    return conversion


def _move_photos(db: Session, revision_id: int, incident: Incident) -> None:
    """A photo belongs to one thing: it is the report's from now on, and no longer public."""
    shown = ProposalPhoto.revision_id == revision_id
    chosen = select(ProposalPhoto.photo_id).where(shown).order_by(ProposalPhoto.position)
    photo_ids = db.scalars(chosen).all()
    db.execute(delete(ProposalPhoto).where(ProposalPhoto.photo_id.in_(photo_ids)))
    db.add_all(
        IncidentPhoto(incident_id=incident.id, photo_id=photo_id, moment=Moment.BEFORE)
        for photo_id in photo_ids
    )
    db.flush()


def conversion_of(db: Session, incident: Incident) -> Conversion | None:
    """The newest conversion of a report that still stands."""
    wanted = select(Conversion).where(
        Conversion.incident_id == incident.id, Conversion.ended_at.is_(None)
    )
    return db.scalar(wanted.order_by(Conversion.id.desc()).limit(1))


def back_to_idea(db: Session, incident: Incident, *, person: Person) -> Proposal:
    """It was an idea all the same: it is public again as it was, and the report ends.

    Raises `Conflict` where the report was no public idea: its author has to agree first; and
    where the words were taken back with the report, or the council decided to hide them.
    """
    require(can_ask_author, person, incident)
    conversion = conversion_of(db, incident)
    found = conversion.proposal_id if conversion and not conversion.from_report else None
    idea = db.get(Proposal, found) if found else None
    if conversion is None or idea is None or idea.published_revision_id is None:
        raise Conflict
    if not incident.description or is_hidden(db, idea.__tablename__, idea.id):
        raise Conflict(_("Ces mots ne sont plus publics. Cela ne redevient pas une idée."))
    advance(db, idea, Action.RESTORE, TRANSITIONS, actor_id=person.id, incident_id=incident.id)
    idea.visibility = Visibility.PUBLIC
    _photos_back(db, idea.published_revision_id, incident)
    conversion.ended_at = clock.now()
    db.flush()
    finding.refresh(db, idea.id)
    _end_report(db, incident, idea, person)
    return idea


def _photos_back(db: Session, revision_id: int, incident: Incident) -> None:
    before = (IncidentPhoto.incident_id == incident.id, IncidentPhoto.moment == Moment.BEFORE)
    photo_ids = db.scalars(select(IncidentPhoto.photo_id).where(*before)).all()
    db.execute(delete(IncidentPhoto).where(*before))
    db.add_all(
        ProposalPhoto(revision_id=revision_id, position=position, photo_id=photo_id)
        for position, photo_id in enumerate(photo_ids)
    )
    db.flush()


def _end_report(db: Session, incident: Incident, idea: Proposal, actor: Person | None) -> None:
    """Say on the follow page where it goes on; nothing is owed any more."""
    if incident.status not in OPEN:
        return
    word = _("C’est devenu l’idée n° {n}.").format(n=idea.id)
    incidents.decide(db, incident, ReportAction.REDIRECT, actor, word=word)
    deadlines.withdraw_all(db, incident)


def ask_author(db: Session, incident: Incident, *, person: Person) -> None:
    """Ask who reported it whether it may become an idea: the words are theirs, and not public.

    Raises `Conflict` in the closed circuit, without words, and when it was asked already.
    """
    require(can_ask_author, person, incident)
    if incident.kind.circuit is not Circuit.OPEN or not incident.description:
        raise Conflict(_("Ce signalement ne peut pas devenir une idée."))
    if conversion_of(db, incident) is not None:
        raise Conflict(_("C’est déjà demandé."))
    _link(db, incident, None, person, from_report=True)
    audit.record(db, "incident.ask_idea", incident, actor_id=person.id)
    messages.may_become_idea(db, incident)


def asked_as_idea(db: Session, incident: Incident) -> bool:
    """Whether the author of a report is asked to make an idea of it."""
    conversion = conversion_of(db, incident)
    return conversion is not None and conversion.from_report and conversion.proposal_id is None


def proposed_words(incident: Incident) -> tuple[str, str]:
    """Title and text to begin with: the report's own words, for their author alone."""
    return ideas.first_words(incident.description, longest=TITLE_FROM_WORDS), incident.description


def finish_report_idea(db: Session, draft: Draft, person: Person) -> str:
    """The author agreed and is known: the idea is received and read like any other."""
    payload = dict(draft.payload)
    incident = db.scalar(
        select(Incident)
        .options(joinedload(Incident.kind))
        .where(Incident.id == payload.pop("incident_id"))
    )
    if incident is None or not asked_as_idea(db, incident):
        return "/propositions"
    idea = proposals.submit(
        db,
        proposals.Idea(**payload),
        author=person,
        channel=ContributionChannel(incident.channel),
        sent_at=draft.created_at,
    )
    moderation.receive_idea(db, idea)
    conversion = conversion_of(db, incident)
    assert conversion is not None
    conversion.proposal_id, conversion.ended_at = idea.id, clock.now()
    audit.record(db, "incident.become_idea", incident, proposal_id=idea.id)
    _end_report(db, incident, idea, None)
    return path_of(idea.id)


def put_to_vote(db: Session, idea: Proposal, question: Question, *, person: Person) -> Option:
    """Offer an idea as an answer of a concertation that is a draft or not open yet.

    `question` is loaded with its concertation and options. Raises `Conflict` once the vote is open
    (nobody votes on a list that grows) and `InvalidInput` when the idea is on it, or it is full.
    Who follows the idea hears of it once the concertation is public: see `voted_ideas`.
    """
    require(can_put_to_vote, person, idea)
    asked = question.consultation
    db.refresh(asked, with_for_update=True)
    if not is_changeable(asked, clock.now()) or question.kind not in TAKES_IDEAS:
        raise Conflict(
            _("Ce vote est ouvert, fini, ou ouvre bientôt. Ses réponses ne changent plus.")
        )
    if any(option.proposal_id == idea.id for option in question.options):
        raise InvalidInput("question", _("Cette idée y est déjà."))
    if len(question.options) >= MOST_OPTIONS:
        raise InvalidInput("question", _("Cette question a déjà vingt réponses."))
    option = _insert_before_none(db, question, idea)
    audit.record(db, "consultation.add_option", asked, actor_id=person.id, option_id=option.id)
    history.note(db, asked, "questions")
    if can_see(asked, clock.now()):
        ids = {"consultation_id": asked.id}
        news.tell(db, idea, Happening.PUT_TO_VOTE, actor_id=person.id, **ids)
    return option


def _insert_before_none(db: Session, question: Question, idea: Proposal) -> Option:
    """The answer for none of them stays the last; no two options ever have one position."""
    words = ideas.shown_revision(db, idea)
    last = max(option.position for option in question.options)
    for option in question.options:
        if option.is_none:
            last, option.position = option.position, last + 1
            db.flush()
            break
    else:
        last += 1
    made = Option(
        question_id=question.id,
        position=last,
        label={"fr": words.title, words.language: words.title},
        details={},
        proposal_id=idea.id,
    )
    db.add(made)
    db.flush()
    return made


def open_questions(db: Session) -> list[Question]:
    """Those that take an idea, of concertations that are drafts or not open yet, soonest first."""
    return list(
        db.scalars(
            select(Question)
            .join(Question.consultation)
            .options(joinedload(Question.consultation), selectinload(Question.options))
            .where(
                Consultation.cancelled_at.is_(None),
                Consultation.is_draft | (Consultation.opens_at > clock.now() + SETTLED),
                Question.kind.in_(TAKES_IDEAS),
            )
            .order_by(Consultation.opens_at, Question.position)
        )
    )


def take_out_of_votes(db: Session, idea: Proposal) -> None:
    """The author took the idea back: a vote that is not open loses it, another one the link.

    In an open vote the wording stays: what people answered would mean something else.
    """
    ballots.leave(db, idea.__tablename__, idea.id)
    db.execute(update(Option).where(Option.proposal_id == idea.id).values(proposal_id=None))
