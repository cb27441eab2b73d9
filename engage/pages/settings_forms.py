"""The form of the town's settings: each with one sentence that says what follows from it."""

from wtforms import BooleanField, SelectMultipleField

from engage.core.forms import Form
from engage.core.i18n import lazy as _
from engage.core.town_settings import TownSettings

TRUSTED = {
    "proposals": _("Les idées, leurs photos et leurs corrections"),
    "proposal_additions": _("Les précisions que l’auteur ajoute à son idée"),
    "comments": _("Les commentaires"),
}
"""Subject types of the queue that a town may publish before they are read."""


def _offered() -> dict[str, str]:
    return {kind: str(words) for kind, words in TRUSTED.items()}


class SettingsForm(Form):
    """All settings at once: the page shows them all."""

    comments_open = BooleanField(_("Les habitants peuvent commenter les idées"))
    trusted = SelectMultipleField(
        _("Ce qui est publié tout de suite et lu après"), choices=_offered
    )

    @classmethod
    def showing(cls, settings: TownSettings) -> "SettingsForm":
        """The form as the town has set it now."""
        return cls(
            formdata=None,
            comments_open=settings.comments_open,
            trusted=sorted(settings.trusted),
        )

    def to_input(self) -> TownSettings:
        return TownSettings(
            comments_open=self.comments_open.data,
            trusted=frozenset(self.trusted.data or ()),
        )
