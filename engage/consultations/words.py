"""What pages say of a concertation in plain words: who votes, until when, who is in front."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engage.consultations.counting.answers import euros as euros
from engage.consultations.counting.words import why as why
from engage.consultations.models import Consultation, Electorate, Purpose
from engage.consultations.queries import Turnout
from engage.consultations.sheets import Listed, Sheet
from engage.consultations.standing import wanted
from engage.core import clock
from engage.core.i18n import _, date_long, label, ngettext
from engage.core.i18n import moment_long as moment_long


def electorate(consultation: Sheet, homes: Sequence[dict[str, str]] = ()) -> str:
    """Who may vote, without a technical word; `homes` are the names of its places, if any."""
    if consultation.electorate is Electorate.DWELLING_CODE:
        return _(
            "Un vote par logement, avec le code reçu par lettre. Il n’y a pas besoin de compte."
        )
    if consultation.electorate is Electorate.PERSON_CODE:
        parts = [_("Un vote par personne, avec le code reçu. Il n’y a pas besoin de compte.")]
    else:
        parts = [_inhabitants(consultation, homes)]
    if consultation.min_age:
        parts.append(_("À partir de {n} ans.").format(n=consultation.min_age))
    if not consultation.electorate.by_code:
        parts.append(proof(wanted(consultation)))
    return " ".join(parts)


def proof(level: str) -> str:
    """How somebody shows here that they live here; a stronger way does as well."""
    return {
        "declared": _("Vous dites vous-même que vous habitez là."),
        "perimeter": _("Vous choisissez votre adresse dans une liste."),
        "letter": _("Une lettre avec un code montre que vous habitez là."),
        "attested": _("Un médiateur ou votre bailleur confirme que vous habitez là."),
        "council": _("Seuls les membres du conseil citoyen votent."),
    }[level]


def _inhabitants(consultation: Sheet, homes: Sequence[dict[str, str]]) -> str:
    if homes:
        names = _(", ").join(label(name) for name in homes)
        return _("Seulement ceux qui habitent ici\xa0: {places}.").format(places=names)
    if consultation.neighbourhood is None:
        return _("Tous les habitants des quartiers du contrat.")
    return _("Les habitants du quartier {name}.").format(name=label(consultation.neighbourhood))


def _where(consultation: Consultation) -> str:
    if consultation.places:
        return _("un des lieux de ce vote")
    if consultation.neighbourhood:
        return label(consultation.neighbourhood.name)
    return _("un des quartiers du contrat")


def declaration(consultation: Consultation) -> str:
    """What a voter with a declared account states by voting; empty where a code votes."""
    if consultation.electorate.by_code:
        return ""
    where = _where(consultation)
    if consultation.min_age:
        return _("En votant, je dis que j’habite ici\xa0: {where}. J’ai {n} ans ou plus.").format(
            where=where, n=consultation.min_age
        )
    return _("En votant, je dis que j’habite ici\xa0: {where}.").format(where=where)


def time_left(consultation: Listed, now: datetime) -> str:
    """`Encore 6 jours`, `Dernier jour`: whole days on the town's calendar."""
    days = (clock.local(consultation.closes_at).date() - clock.local(now).date()).days
    if days == 0:
        return _("Dernier jour pour voter")
    return ngettext("Encore {n} jour pour voter", "Encore {n} jours pour voter", days).format(
        n=days
    )


def could_vote(consultation: Sheet) -> str:
    """How many dwellings or people could vote, as far as somebody knows."""
    return _units(consultation, consultation.expected or 0)


def wished(consultation: Sheet) -> str:
    """How many should take part; it decides nothing, and says so."""
    return _("{n}. C’est un souhait\xa0: il ne bloque rien.").format(
        n=_units(consultation, consultation.quorum or 0)
    )


def _units(consultation: Sheet, n: int) -> str:
    if consultation.electorate is Electorate.DWELLING_CODE:
        return ngettext("{n} logement", "{n} logements", n).format(n=n)
    return ngettext("{n} personne", "{n} personnes", n).format(n=n)


def weight(size: int | None) -> str:
    """`340 ko`, `2 Mo`: what a document costs to load."""
    kilobytes = max(1, (size or 0) // 1024)
    if kilobytes < 1000:
        return _("{n} ko").format(n=kilobytes)
    return _("{n} Mo").format(n=round(kilobytes / 1024) or 1)


@dataclass(frozen=True)
class Date:
    """One step of the calendar: what happens, when, and whether it is done, now or to come."""

    label: str
    detail: str
    state: str


def calendar(consultation: Sheet, now: datetime) -> list[Date]:
    """From the announcement to the decision; a survey ends with its results."""
    c = consultation
    results = _("Quand tout est compté. Personne ne les voit avant.")
    found = [
        (c.announced_at, _("L’annonce"), date_long(c.announced_at)),
        (c.opens_at, _("Le vote ouvre"), moment_long(c.opens_at)),
        (c.closes_at, _("Le vote se termine"), moment_long(c.closes_at)),
        (c.sealed_at or clock.NEVER, _("Les résultats"), results),
    ]
    if c.purpose is not Purpose.SURVEY:
        decided = clock.NEVER if c.decided_on is None else c.closes_at
        found.append((decided, _("La décision"), _decision(c, now)))
    done = [c.cancelled_at is None and when <= now for when, _said, _day in found]
    running = done.index(False) if False in done and c.cancelled_at is None else -1
    return [
        Date(said, day, "done" if done[n] else "now" if n == running else "todo")
        for n, (_when, said, day) in enumerate(found)
    ]


def _decision(consultation: Sheet, now: datetime) -> str:
    if consultation.decided_on:
        return _("Publiée le {day}").format(day=date_long(consultation.decided_on))
    return decision_awaited(consultation, now)


def took_part(consultation: Listed, turnout: Turnout) -> str:
    """How many dwellings or people voted."""
    n = turnout.total
    if consultation.electorate is Electorate.DWELLING_CODE:
        if not n:
            return _("Aucun logement n’a voté")
        return ngettext("{n} logement a voté", "{n} logements ont voté", n).format(n=n)
    if not n:
        return _("Personne n’a voté")
    return ngettext("{n} personne a voté", "{n} personnes ont voté", n).format(n=n)


def channel(name: str) -> str:
    """`sur papier`: how a vote came in."""
    return {
        "web": _("En ligne"),
        "paper": _("Sur papier"),
        "in_person": _("Au stand"),
        "phone": _("Par téléphone"),
        "walk": _("Pendant une marche"),
    }.get(name, _("Autrement"))


class Promised(Protocol):
    """What a decision was promised for."""

    @property
    def decision_due_at(self) -> datetime: ...


def is_late(consultation: Promised, now: datetime) -> bool:
    """Whether the decision is late: from the day after the promised one."""
    return clock.local(consultation.decision_due_at).date() < clock.local(now).date()


def decision_awaited(consultation: Promised, now: datetime) -> str:
    """Until when the decision comes, or since when it is late."""
    day = date_long(consultation.decision_due_at)
    if is_late(consultation, now):
        return _("Décision attendue depuis le {day}").format(day=day)
    return _("Décision au plus tard le {day}").format(day=day)
