"""What in a text asks for a closer look, before any member opens it."""

from collections.abc import Mapping

from engage.core import masking
from engage.core.i18n import lazy as _
from engage.moderation.kind import Reading

LABELS: Mapping[str, str] = {
    "personal": _("Mots à vérifier"),
    "photo": _("Photo"),
    "reported": _("Signalé par des lecteurs"),
}
"""Flag → how the queue shows it; other features add theirs when they put something in."""


def found(reading: Reading) -> set[str]:
    """The flags that the words and photos themselves give."""
    flags = set()
    if masking.findings(reading.words):
        flags.add("personal")
    if reading.photos:
        flags.add("photo")
    return flags
