"""The life of an idea as its page tells it: what was done, who has it now, what comes next."""

from dataclasses import dataclass

from engage.core import clock
from engage.core.i18n import _, date_short, lazy
from engage.core.words import ContributionChannel
from engage.proposals.answers import PROMISES, ProposalAnswer
from engage.proposals.models import Proposal
from engage.proposals.words import VERDICTS
from engage.proposals.workflow import READ_WITHIN, Status

CHANNELS = {
    ContributionChannel.WEB: lazy("en ligne"),
    ContributionChannel.IN_PERSON: lazy("sur place"),
    ContributionChannel.PAPER: lazy("sur papier"),
    ContributionChannel.PHONE: lazy("par téléphone"),
    ContributionChannel.WALK: lazy("en marchant ensemble"),
    ContributionChannel.API: lazy("par un autre site"),
}

STUDIED = frozenset({Status.STUDIED, Status.ANSWERED, Status.IN_PROGRESS, Status.DONE})
CARRIED_OUT = frozenset({Status.IN_PROGRESS, Status.DONE})


@dataclass(frozen=True)
class Step:
    """One step; `state` is done, now or todo."""

    label: str
    state: str
    detail: str = ""


def steps(proposal: Proposal, answer: ProposalAnswer | None = None) -> list[Step]:
    """The steps of an idea, in order; `answer` is the newest one; `partner` must be loaded."""
    received = Step(_("Reçue"), "done", date_short(proposal.created_at))
    if proposal.status is Status.REFUSED:
        return [received, Step(_("Lue par deux membres du conseil citoyen : non publiée"), "done")]
    if proposal.status is Status.WITHDRAWN:
        return [received, Step(_("Retirée par son auteur"), "done")]
    if proposal.status is Status.MERGED:
        return [received, Step(_("Réunie avec une idée semblable"), "done")]
    if proposal.status is Status.CONVERTED:
        return [received, Step(_("Devenue un signalement"), "done")]
    if proposal.published_at is None:
        return [received, *_unread(proposal)]
    published = Step(_("Lue et publiée"), "done", date_short(proposal.published_at))
    return [received, published, *_public(proposal, answer)]


def _unread(proposal: Proposal) -> list[Step]:
    until = date_short(proposal.created_at + READ_WITHIN)
    reading = _("Chez le conseil citoyen. Réponse avant le {day}.").format(day=until)
    return [
        Step(_("Lecture par le conseil citoyen"), "now", reading),
        Step(_("Publiée et ouverte aux soutiens"), "todo"),
        Step(_("Réponse publique"), "todo"),
    ]


def _public(proposal: Proposal, answer: ProposalAnswer | None) -> list[Step]:
    """From support to the end; after a no there is nothing more to wait for."""
    status = proposal.status
    next_is = _("Ensuite, le conseil citoyen l’étudie.")
    waits = status is Status.PUBLISHED
    supported = Step(_("Ouverte aux soutiens"), *(("now", next_is) if waits else ("done",)))
    found = [supported, _studied(proposal), _answered(proposal, answer)]
    if answer is None or answer.verdict in PROMISES:
        found += _carried_out(proposal, promised=answer is not None)
    return found


def _studied(proposal: Proposal) -> Step:
    label = _("Étudiée par le conseil citoyen")
    if proposal.status not in STUDIED:
        return Step(label, "todo")
    if proposal.status is Status.STUDIED:
        return Step(label, "now", holder(proposal))
    return Step(label, "done")


def _answered(proposal: Proposal, answer: ProposalAnswer | None) -> Step:
    if answer is None:
        is_answered = proposal.status in STUDIED - {Status.STUDIED}
        return Step(_("Réponse publique"), "done" if is_answered else "todo")
    said = _(", ").join((str(VERDICTS[answer.verdict]), date_short(answer.created_at)))
    return Step(_("Réponse publique"), "done", said)


def _carried_out(proposal: Proposal, *, promised: bool) -> list[Step]:
    status = proposal.status
    is_done = "done" if status is Status.DONE else "todo"
    if status is Status.DONE:
        begun = Step(_("Mise en œuvre"), "done")
    elif status is Status.IN_PROGRESS:
        begun = Step(_("Mise en œuvre"), "now", holder(proposal))
    elif promised and status is Status.ANSWERED:
        begun = Step(_("Mise en œuvre"), "now", _("Bientôt.") + " " + holder(proposal))
    else:
        begun = Step(_("Mise en œuvre"), "todo")
    return [begun, Step(_("C’est fait"), is_done)]


def holder(proposal: Proposal) -> str:
    """Who has it now and until when: "Elle est chez Lot Habitat. Réponse attendue avant le …"."""
    if proposal.partner is not None:
        who = _("Elle est chez {who}.").format(who=proposal.partner.name)
    elif proposal.status in CARRIED_OUT or proposal.status is Status.ANSWERED:
        who = _("Elle est chez l’équipe du contrat de ville.")
    else:
        who = _("Elle est chez le conseil citoyen.")
    if proposal.due_at is None:
        return who
    day = date_short(proposal.due_at)
    if proposal.due_at < clock.now():
        late = _("C’était attendu pour le {day}. Nous relançons.")
        return f"{who} {late.format(day=day)}"
    awaited = _("Réponse attendue avant le {day}.")
    if proposal.status is not Status.STUDIED:
        awaited = _("Prévu avant le {day}.")
    return f"{who} {awaited.format(day=day)}"
