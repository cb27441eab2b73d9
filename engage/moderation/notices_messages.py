"""What both sides hear of a report: the receipt, "hidden meanwhile", the decision with its reasons.

No message repeats what a reader wrote: an address may be somebody else's.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from engage.accounts import queries as accounts
from engage.accounts.models import Person
from engage.core import outbox
from engage.core.outbox import Channel, OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.moderation import letters, queries
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.notices_models import Notice, NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.moderation.notices_workflow import Status
from engage.moderation.workflow import Action

RECEIVED, ANSWERED = "notice_received", "notice_answered"
HIDDEN, DECIDED = "text_hidden_meanwhile", "text_reported_decided"


def received(db: Session, notice: Notice) -> None:
    """The receipt with its number (DSA, article 16, paragraph 4)."""
    _tell_reporter(db, RECEIVED, notice)


def hidden_meanwhile(db: Session, case: NoticeCase) -> None:
    """Tell the author that nobody reads the text until the decision."""
    letters.to_author(db, case.author_id, HIDDEN, case.id, case_id=case.id)


def decided(db: Session, case: NoticeCase) -> None:
    """Tell every reporter and the author (DSA, articles 16, paragraph 5, and 17)."""
    tell_reporters(db, case)
    if case.status is not Status.GONE:
        letters.to_author(db, case.author_id, DECIDED, case.id, case_id=case.id)


def tell_reporters(db: Session, case: NoticeCase) -> None:
    """Say what was decided, once for each decision: an appeal may be a second one."""
    for notice in db.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id)):
        _tell_reporter(db, ANSWERED, notice, case.status.value)


def _tell_reporter(db: Session, kind: str, notice: Notice, turn: str = "") -> None:
    person = db.get(Person, notice.reporter_id) if notice.reporter_id else None
    address = accounts.address_of(db, person) if person else None
    if address is not None:
        channel, recipient = address.channel, address.value
    elif notice.email:
        channel, recipient = Channel.EMAIL, notice.email
    else:
        return
    outbox.post(
        db,
        kind,
        channel=channel,
        recipient=recipient,
        dedupe_key=f"{kind}:{notice.id}:{turn}",
        person_id=notice.reporter_id,
        language=person.language if person else notice.language,
        notice_id=notice.id,
    )


def render_received(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of the receipt; None when the words of the report are gone."""
    notice = _notice(db, message)
    return _to_reporter("notice_received", db, message, notice, base_url) if notice else None


def render_answered(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """What was decided, for who reported it."""
    notice = _notice(db, message)
    return _to_reporter("notice_answered", db, message, notice, base_url) if notice else None


def _to_reporter(
    template: str, db: Session, message: OutboxMessage, notice: Notice, base_url: str
) -> Rendered:
    case = db.get_one(NoticeCase, notice.case_id)
    return rendered(
        f"moderation/{template}",
        message,
        number=notice.id,
        sent_on=notice.created_at,
        reason=notice.reason.label,
        status=case.status.value,
        link=base_url + REPORTABLE[case.subject_type].link(db, case.subject_id),
        charter=f"{base_url}/charte",
    )


def _notice(db: Session, message: OutboxMessage) -> Notice | None:
    return db.scalar(
        select(Notice)
        .options(joinedload(Notice.reason))
        .where(Notice.id == message.payload["notice_id"])
    )


def render_hidden(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words to the author; None when it was decided meanwhile."""
    case = db.get(NoticeCase, message.payload["case_id"])
    if case is None or case.status is not Status.OPEN:
        return None
    link = base_url + REPORTABLE[case.subject_type].link(db, case.subject_id)
    return rendered("moderation/text_hidden", message, link=link, charter=f"{base_url}/charte")


def render_decided(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The decision to the author, with the statement of reasons where the text was hidden."""
    case = db.get(NoticeCase, message.payload["case_id"])
    if case is None:
        return None
    item, decision = _last(db, case)
    refusal = queries.statement(db, decision) if decision and decision.reason else None
    return rendered(
        "moderation/text_decided",
        message,
        status=case.status.value,
        link=base_url + REPORTABLE[case.subject_type].link(db, case.subject_id),
        refusal=refusal if case.status is Status.HIDDEN else None,
        appeal=f"{base_url}/nouvelle-lecture/{item.id}" if item else "",
    )


def _last(db: Session, case: NoticeCase) -> tuple[ModerationItem | None, Decision | None]:
    """The item of the case and the decision that ended it."""
    item = db.scalar(
        select(ModerationItem)
        .options(selectinload(ModerationItem.decisions).joinedload(Decision.reason))
        .where(ModerationItem.subject_type == "notices", ModerationItem.subject_id == case.id)
    )
    taken = [d for d in item.decisions if d.action is not Action.RECUSE] if item else []
    return item, taken[-1] if taken else None


RENDERERS = {
    RECEIVED: render_received,
    ANSWERED: render_answered,
    HIDDEN: render_hidden,
    DECIDED: render_decided,
}
