"""What happened to an idea, in words: for its page and for the mails to its followers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.core.i18n import _, lazy
from engage.proposals.answers import ProposalAnswer, Verdict
from engage.proposals.news import Happening, ProposalEvent
from engage.territory.models import Organisation

VERDICTS: Mapping[Verdict, str] = {
    Verdict.ACCEPTED: lazy("C’est oui"),
    Verdict.PARTLY: lazy("C’est oui, en partie"),
    Verdict.NOT_NOW: lazy("Pas maintenant"),
    Verdict.NO: lazy("C’est non"),
}

WORDS: Mapping[Happening, str] = {
    Happening.PUBLISHED: lazy("Idée publiée"),
    Happening.REWRITTEN: lazy("Texte corrigé par son auteur"),
    Happening.ADDITION: lazy("Une précision de l’auteur"),
    Happening.STUDIED: lazy("Le conseil citoyen l’étudie"),
    Happening.ENTRUSTED: lazy("Confiée à {who}"),
    Happening.ANSWERED: lazy("Réponse de {who} : {verdict}"),
    Happening.STARTED: lazy("Le travail a commencé"),
    Happening.DONE: lazy("C’est fait"),
    Happening.JOINED: lazy("Une autre idée a rejoint celle-ci"),
    Happening.PUT_TO_VOTE: lazy("Proposée au vote des habitants"),
    Happening.CONVERTED: lazy("Devenue un signalement : {reference}"),
}


@dataclass(frozen=True)
class Names:
    """What the ids in events stand for: answers and organisations."""

    answers: Mapping[int, ProposalAnswer]
    organisations: Mapping[int, str]

    @classmethod
    def of(cls, db: Session, events: Collection[ProposalEvent]) -> "Names":
        """Look up what these events name, in two statements at most."""
        answers = _ids(events, "answer_id")
        partners = _ids(events, "organisation_id")
        wanted = select(ProposalAnswer).where(ProposalAnswer.id.in_(answers))
        names = select(Organisation.id, Organisation.name).where(Organisation.id.in_(partners))
        return cls(
            {answer.id: answer for answer in db.scalars(wanted)} if answers else {},
            dict(db.execute(names).tuples()) if partners else {},
        )


def _ids(events: Collection[ProposalEvent], name: str) -> set[int]:
    return {event.details[name] for event in events if event.details.get(name)}


def said(event: ProposalEvent, names: Names) -> str:
    """One line without its full stop, in the reader's language."""
    answer = names.answers.get(event.details.get("answer_id", 0))
    partner = names.organisations.get(event.details.get("organisation_id", 0))
    who = answer.decided_by if answer else partner or _("un partenaire")
    return str(WORDS[event.kind]).format(
        who=who,
        verdict=VERDICTS[answer.verdict] if answer else "",
        reference=event.details.get("reference", ""),
    )
