"""Words of moderation for its pages: what is being decided, where an item is."""

from collections.abc import Mapping

from engage.core.i18n import lazy as _
from engage.moderation.workflow import Action, Status

CHOSEN: Mapping[Action, str] = {
    Action.PUBLISH: _("Vous publiez ce texte."),
    Action.PUBLISH_MASKED: _("Vous publiez ce texte, une partie masquée."),
    Action.ASK_CORRECTION: _("Vous demandez une correction à l’auteur."),
    Action.MERGE: _("Vous réunissez cette idée avec une autre."),
    Action.REDIRECT: _("Vous envoyez l’auteur vers un autre service."),
    Action.PROPOSE_REFUSAL: _("Vous proposez un refus. Un deuxième membre le lit."),
    Action.CONFIRM_REFUSAL: _("Vous confirmez le refus."),
    Action.DISAGREE: _("Vous refusez pour un autre motif. La coordination décide."),
    Action.REFUSE: _("Vous refusez ce texte."),
    Action.RETURN: _("Vous rendez ce texte au conseil."),
}
"""What the member just decided, while it can be undone."""

DONE: Mapping[Status, str] = {
    Status.CORRECTION: _("L’auteur corrige son texte. Il revient ensuite à la même place."),
    Status.TO_COORDINATOR: _("La coordination décide."),
    Status.PUBLISHED: _("C’est publié."),
    Status.REFUSED: _("Ce n’est pas publié. L’auteur a reçu l’explication."),
    Status.REDIRECTED: _("Ce n’est pas publié. L’auteur sait vers quel service se tourner."),
    Status.MERGED: _("C’est réuni avec une autre idée."),
    Status.WITHDRAWN: _("L’auteur a retiré son texte. Il n’y a plus rien à lire."),
}
"""Where an item is once no member has to read it."""
