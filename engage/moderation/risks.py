"""What in a text asks for a closer look, before any member opens it."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from engage.core import wording
from engage.core.i18n import lazy as _
from engage.moderation.kind import Reading
from engage.moderation.models import HARMLESS

LABELS: Mapping[str, str] = {
    "reported": _("Signalé par des lecteurs"),
    "already_public": _("Déjà publié"),
    "emergency": _("Peut-être urgent"),
    "accusation": _("Accusation ?"),
    "insult": _("Insulte ?"),
    "name": _("Nom ?"),
    "personal": _("Numéro masqué"),
    "photo": _("Photo"),
}
"""Flag → how the queue shows it, the gravest first; a kind may add others with `receive`."""


def found(reading: Reading) -> set[str]:
    """The flags that the words and photos themselves give."""
    flags = {sign.value for sign in wording.signs(reading.words)}
    if reading.official:
        flags.discard("personal")
    return flags | ({"photo"} if reading.photos else set())


class Mark(NamedTuple):
    """A flag as pages show it."""

    label: str
    icon: str
    harmless: bool


def shown(flags: Collection[str]) -> list[Mark]:
    """These flags in words, the gravest first."""
    icons = {"photo": "photo", "emergency": "warning", "reported": "flag"}
    return [
        Mark(label, icons.get(flag, "eye"), flag in HARMLESS)
        for flag, label in LABELS.items()
        if flag in flags
    ]
