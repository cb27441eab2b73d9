"""The life of an idea as its page tells it: what was done, who has it now, what comes next."""

from dataclasses import dataclass

from engage.core.i18n import _, date_short, lazy
from engage.core.words import ContributionChannel
from engage.proposals.models import Proposal
from engage.proposals.workflow import READ_WITHIN, Status

CHANNELS = {
    ContributionChannel.WEB: lazy("en ligne"),
    ContributionChannel.IN_PERSON: lazy("sur place"),
    ContributionChannel.PAPER: lazy("sur papier"),
    ContributionChannel.PHONE: lazy("par téléphone"),
    ContributionChannel.WALK: lazy("en marchant ensemble"),
    ContributionChannel.API: lazy("par un autre site"),
}


@dataclass(frozen=True)
class Step:
    """One step; `state` is done, now or todo."""

    label: str
    state: str
    detail: str = ""


def steps(proposal: Proposal) -> list[Step]:
    """The steps of an idea, in order."""
    received = Step(_("Reçue"), "done", date_short(proposal.created_at))
    if proposal.status is Status.REFUSED:
        return [received, Step(_("Lue par deux membres du conseil citoyen : non publiée"), "done")]
    if proposal.status is Status.WITHDRAWN:
        return [received, Step(_("Retirée par son auteur"), "done")]
    if proposal.published_at is None:
        return [received, *_unread(proposal)]
    published = Step(_("Lue et publiée"), "done", date_short(proposal.published_at))
    return [received, published, *_public(proposal.status)]


def _unread(proposal: Proposal) -> list[Step]:
    until = date_short(proposal.created_at + READ_WITHIN)
    reading = _("Chez le conseil citoyen. Réponse avant le {day}.").format(day=until)
    return [
        Step(_("Lecture par le conseil citoyen"), "now", reading),
        Step(_("Publiée et ouverte aux soutiens"), "todo"),
        Step(_("Réponse publique"), "todo"),
    ]


def _public(status: Status) -> list[Step]:
    supported = _("Ouverte aux soutiens")
    studied = _("Étudiée par le conseil citoyen")
    answered = _("Réponse publique")
    if status is Status.ANSWERED:
        return [Step(supported, "done"), Step(studied, "done"), Step(answered, "done")]
    if status is Status.STUDIED:
        with_council = _("Elle est chez le conseil citoyen.")
        return [Step(supported, "done"), Step(studied, "now", with_council), Step(answered, "todo")]
    next_is = _("Ensuite, le conseil citoyen l’étudie.")
    return [Step(supported, "now", next_is), Step(studied, "todo"), Step(answered, "todo")]
