"""What happened to an idea, in words: for its page and for the mails to its followers."""

from collections.abc import Mapping

from engage.core.i18n import _, lazy
from engage.proposals.answers import Verdict
from engage.proposals.news import Happening, ProposalEvent

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
    Happening.ANSWERED: lazy("Réponse : {verdict} ({who})"),
    Happening.STARTED: lazy("Le travail a commencé"),
    Happening.DONE: lazy("C’est fait"),
    Happening.JOINED: lazy("Une autre idée a rejoint celle-ci"),
    Happening.PUT_TO_VOTE: lazy("Proposée au vote des habitants"),
    Happening.CONVERTED: lazy("Devenue un signalement : {reference}"),
    Happening.CALL_ANSWERED: lazy("L’appel auquel elle répond a sa réponse"),
}


def said(event: ProposalEvent) -> str:
    """One line without its full stop, in the reader's language; answer and organisation loaded."""
    answer, partner = event.answer, event.organisation
    who = answer.decided_by if answer else partner.name if partner else _("un partenaire")
    return str(WORDS[event.kind]).format(
        who=who,
        verdict=VERDICTS[answer.verdict] if answer else "",
        reference=event.details.get("reference", ""),
    )
