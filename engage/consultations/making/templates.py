"""What a new concertation begins with: the words that are always there, and those of a template."""

from dataclasses import replace
from datetime import datetime

from engage.consultations.kits.drafts import ADVICE, KITS
from engage.consultations.making.drafts import Calendar, Draft, Texts, Voters, Wording
from engage.consultations.models import Electorate
from engage.core import clock

BLANK = "vide"
"""The template that holds nothing but the sentence that says that a vote gives an opinion."""

YOUNGEST = 16
"""The age that is proposed; it can be changed (domain notes, 4.3)."""


def begin(template: str, title: Texts, now: datetime) -> Draft:
    """A draft of this template, to be filled in; an own `title` takes the place of its own."""
    here = clock.local(now)
    if template == BLANK:
        wording = Wording(title=title, notice=ADVICE)
        voters = Voters(Electorate.DECLARED, min_age=YOUNGEST)
        return Draft(wording, Calendar.proposed(here), voters)
    draft = KITS[template].draft(here)
    return replace(draft, wording=replace(draft.wording, title=title)) if title else draft


def choices() -> dict[str, str]:
    """The templates as they are offered, an empty page first."""
    return {BLANK: "Une page vide"} | {code: str(kit.name) for code, kit in KITS.items()}


def hints() -> dict[str, str]:
    """What each of them is, in a line."""
    blank = "Vous écrivez tout\xa0: les questions, les réponses, les dates."
    return {BLANK: blank} | {code: str(kit.words) for code, kit in KITS.items()}
