"""The one mail to partners: short, dated, grouped, one link; its words are made when it leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engage.core import clock, outbox
from engage.core.i18n import _, date_short, ngettext
from engage.core.outbox import Channel, Later, OutboxMessage, Rendered
from engage.core.words_of_mail import rendered
from engage.deadlines.workdays import is_office_hour, next_office_hour
from engage.reminders import queries
from engage.reminders.items import Item, items
from engage.reminders.models import Digest, Reminder, ReplyLink
from engage.reminders.policy import is_usable
from engage.reminders.queries import Contact
from engage.territory import queries as territory

KIND = "digest"


def digest(
    db: Session, made: Digest, contact: Contact, told: Sequence[Reminder], *, token: str
) -> None:
    """Queue the mail of one contact about `told`.

    An ordinary digest has one mail a contact. What becomes urgent later on the same day has its
    own, because it can not wait for tomorrow.
    """
    first, last = told[0].id, told[-1].id
    suffix = f":{first}" if made.urgent else ""
    outbox.post(
        db,
        KIND,
        channel=Channel.EMAIL,
        recipient=contact.email,
        dedupe_key=f"digest:{made.id}:{contact.id}{suffix}",
        secret=token,
        digest_id=made.id,
        first=first,
        last=last,
    )


def render_digest(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """What is still to be said; None when all was answered or the link was revoked meanwhile.

    Raises `Later` at night and on holidays, where a busy mail server may have pushed it.
    """
    now, payload = clock.now(), message.payload
    made = queries.digest_part(
        db, payload["digest_id"], first=payload["first"], last=payload["last"]
    )
    link = queries.reply_link(db, message.secret)
    if made is None or link is None or link.contact.ended_at or not is_usable(link, now):
        return None
    told = [r.deadline for r in made.reminders if queries.is_still_to_say(r, now)]
    found = items(db, told)
    if not found:
        return None
    if not made.urgent and not is_office_hour(now):
        raise Later(next_office_hour(now))
    return _worded(db, message, made, link, found, base_url)


def _worded(
    db: Session,
    message: OutboxMessage,
    made: Digest,
    link: ReplyLink,
    found: Sequence[Item],
    base_url: str,
) -> Rendered:
    now, town = clock.now(), territory.town(db)
    late = [item for item in found if item.is_late(now)]
    return rendered(
        "reminders/digest",
        message,
        line=line,
        subject=subject(found, sender=sender_name(found, town), now=now),
        count=summary(found, now=now),
        late=[(item, days_late(item, now)) for item in late],
        coming=[item for item in found if not item.is_late(now)],
        organisation=made.organisation,
        link=f"{base_url}/r/{message.secret}",
        until=link.expires_at,
        signature=queries.signature(db),
        town=town,
    )


def sender_name(found: Sequence[Item], town: territory.TownFacts) -> str:
    """What the subject begins with: the neighbourhood when there is only one, else the town."""
    hoods = {item.neighbourhood for item in found}
    return hoods.pop() if len(hoods) == 1 and "" not in hoods else town.tagline or town.name


def subject(found: Sequence[Item], *, sender: str, now: datetime) -> str:
    """`[Terre-Rouge] 4 signalements vous attendent, dont 1 urgent`."""
    if len(found) == 1 and found[0].is_report:
        due = date_short(found[0].deadline.due_at)
        return f"[{sender}] " + _("{what}, attendu le {day}").format(what=found[0].what, day=due)
    return f"[{sender}] {summary(found, now=now)}"


def summary(found: Sequence[Item], *, now: datetime) -> str:
    """How much waits, in one sentence without its full stop."""
    parts = _parts(found)
    what = _(" et ").join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
    waits = ngettext("{what} vous attend", "{what} vous attendent", len(found))
    return waits.format(what=what) + _which(found, now)


def _parts(found: Sequence[Item]) -> list[str]:
    """`4 signalements`, `2 idées`: each kind of thing that there is."""
    reports = sum(item.is_report for item in found)
    ideas = sum(item.is_idea for item in found)
    calls = sum(item.is_call for item in found)
    votes = sum(item.is_vote for item in found)
    tasks = sum(item.is_party for item in found)
    problems = len(found) - reports - ideas - calls - votes - tasks
    called = ngettext("{n} appel à participation", "{n} appels à participation", calls)
    said = (
        (problems, ngettext("{n} signalement", "{n} signalements", problems)),
        (ideas, ngettext("{n} idée", "{n} idées", ideas)),
        (calls, called),
        (votes, ngettext("{n} décision", "{n} décisions", votes)),
        (tasks, ngettext("{n} tâche pour la fête", "{n} tâches pour la fête", tasks)),
        (reports, ngettext("{n} bilan", "{n} bilans", reports)),
    )
    return [words.format(n=number) for number, words in said if number]


def _which(found: Sequence[Item], now: datetime) -> str:
    """`, dont 1 urgent et 2 en retard`, `, tous en retard`; one thing is not counted."""
    urgent = sum(item.urgent for item in found)
    late = sum(item.is_late(now) for item in found)
    if len(found) == 1:
        return _(", urgent") if urgent else _(", en retard") if late else ""
    some, all_ = [], []
    for number, words in (
        (urgent, ngettext("urgent", "urgents", urgent)),
        (late, _("en retard")),
    ):
        if number == len(found):
            all_.append(words)
        elif number:
            some.append(f"{number} {words}")
    said = _(", dont ") + _(" et ").join(some) if some else ""
    return said + (_(", tous ") + _(" et ").join(all_) if all_ else "")


def line(item: Item) -> str:
    """`G-1013 : Rats, souris, Centre ancien. Urgent. `; the date follows."""
    if item.is_report:
        return f"{item.what} ({item.reference.lower()}). "
    parts = ", ".join(part for part in (item.what, item.where) if part)
    if item.about == "idea":
        parts += f", {item.expected}"
    urgent = _("Urgent.") + " " if item.urgent else ""
    return f"{item.reference}\N{NO-BREAK SPACE}: {parts}. {urgent}"


def days_late(item: Item, now: datetime) -> str:
    """`il y a 3 jours`, in calendar days; `aujourd’hui`, `hier`."""
    days = (clock.local(now).date() - clock.local(item.deadline.due_at).date()).days
    if days < 2:
        return _("hier") if days == 1 else _("aujourd’hui")
    return ngettext("il y a {n} jour", "il y a {n} jours", days).format(n=days)


RENDERERS = {KIND: render_digest}
