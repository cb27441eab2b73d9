"""What a list of ideas is asked for, as its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar
from urllib.parse import urlencode

from engage.core.errors import NotFound
from engage.core.i18n import lazy as _
from engage.proposals.cards import Wanted
from engage.proposals.near import Spot
from engage.proposals.queries import Choices
from engage.proposals.workflow import Status

STATES = {
    "nouvelle": (Status.PUBLISHED, _("Pas encore étudiées")),
    "etudiee": (Status.STUDIED, _("Étudiées par le conseil")),
    "repondue": (Status.ANSWERED, _("Avec une réponse")),
    "en-cours": (Status.IN_PROGRESS, _("En cours")),
    "realisee": (Status.DONE, _("Réalisées")),
}
"""How an address calls the states of an idea, and how a page does."""

SUPPORTED = "soutiens"
LONGEST = 120
"""Characters of a question; the rest is not looked at."""


@dataclass(frozen=True)
class Asked:
    """The words of the address, checked; in the order in which addresses are written."""

    q: str = ""
    quartier: str = ""
    lieu: str = ""
    action: str = ""
    appel: str = ""
    etat: str = ""
    tri: str = ""
    pres: str = ""

    def path(self, *, page: str = "/propositions", **changes: str) -> str:
        """The address of the same list with `changes`, from its start."""
        asked = replace(self, **changes)
        pairs = [(f.name, getattr(asked, f.name)) for f in fields(asked)]
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"{page}?{query}" if query else page

    @property
    def narrows(self) -> bool:
        """Whether it is less than the whole list in its first order."""
        return self != Asked()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a search form carries along."""
        names = ("quartier", "lieu", "action", "appel", "etat", "tri", "pres")
        return [(name, getattr(self, name)) for name in names if getattr(self, name)]


def read(given: Mapping[str, str]) -> Asked:
    """The known words of an address."""
    known = {f.name: given.get(f.name, "") for f in fields(Asked)}
    known["q"] = " ".join(known["q"].split())[:LONGEST]
    return Asked(**known)


def wanted(
    asked: Asked, offered: Choices, spots: Mapping[str, Spot], calls: Mapping[str, int]
) -> Wanted:
    """The rows that the words stand for; raises `NotFound` for an unknown one."""
    hoods = {n.code: n.id for n in offered.quarters}
    actions = {str(a.number): a.id for a in offered.subjects}
    spot = chosen(asked.lieu, spots)
    chosen(asked.pres, spots)
    if asked.tri not in ("", SUPPORTED):
        raise NotFound
    state = chosen(asked.etat, STATES)
    return Wanted(
        neighbourhood_id=spot.neighbourhood_id if spot else chosen(asked.quartier, hoods),
        action_id=chosen(asked.action, actions),
        call_id=chosen(asked.appel, calls),
        status=state[0] if state else None,
        place_id=(spot.place_id or 0) if spot else None,
    )


T = TypeVar("T")


def chosen(word: str, offered: Mapping[str, T]) -> T | None:
    """What a word stands for, None for no word; an unknown one is a 404."""
    if word and word not in offered:
        raise NotFound
    return offered.get(word)
