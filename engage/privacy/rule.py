"""What a rule of retention says: what, by which right, how long, counted from what, what then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from engage.core import clock
from engage.core.i18n import lazy as _
from engage.core.i18n import ngettext
from engage.privacy.expiry import Due

Forget = Callable[[Session, Due], int]


BATCH = 500
"""Things removed in one transaction: a vote waits for one of them, never for the whole purge."""


class Basis(StrEnum):
    """By which right it is kept: GDPR, article 6-1, points e, c and a."""

    TASK = "task"
    LAW = "law"
    CONSENT = "consent"


BASES = {
    Basis.TASK: _("intérêt public"),
    Basis.LAW: _("obligation légale"),
    Basis.CONSENT: _("votre accord"),
}


YEAR_DAYS = 365

ERASED = _("effacé tout de suite")
GONE = _("effacé")


@dataclass(frozen=True)
class Span:
    """A time to keep something: calendar months or days; neither means without end."""

    months: int = 0
    days: int = 0

    @property
    def limit(self) -> datetime:
        """What is older than this has had its time."""
        return clock.months_ago(self.months) - timedelta(days=self.days)

    @property
    def words(self) -> str:
        """E.g. "24 mois", "3 ans", "7 jours"."""
        years, rest = divmod(self.months, 12)
        if years > 2 and not rest:
            return ngettext("{n} an", "{n} ans", years).format(n=years)
        if self.days == YEAR_DAYS:
            return ngettext("{n} an", "{n} ans", 1).format(n=1)
        if self.months:
            return ngettext("{n} mois", "{n} mois", self.months).format(n=self.months)
        return ngettext("{n} jour", "{n} jours", self.days).format(n=self.days)


@dataclass(frozen=True)
class Rule:
    """One kind of data: how long, counted from what, what becomes of it, what when one leaves.

    Texts are French, said in the reader's language when shown. Without `span` there is no fixed
    time: `since` says it all. Without `forget` nothing is removed by time. `leaving` is empty where
    no resident is concerned. `technical` rules remove what was never a contribution: the archives
    are not asked. `optional` ones stand only where the operator keeps identities.
    """

    code: str
    what: str
    basis: Basis
    since: str
    after: str
    leaving: str
    tables: tuple[str, ...]
    span: Span | None = None
    forget: Forget | None = None
    technical: bool = False
    optional: bool = False
    most: int = BATCH
    """Things in one transaction: few where each of them takes long."""

    @property
    def kept(self) -> str:
        """How long, in words: "12 mois après la fin"."""
        return f"{self.span.words} {self.since}" if self.span else str(self.since)

    @property
    def limit(self) -> datetime:
        """What is older has had its time; now, for what expires by itself."""
        return self.span.limit if self.span else clock.now()
