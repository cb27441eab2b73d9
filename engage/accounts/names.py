"""The name that others see: a pseudonym, else "Un habitant de …"; never an address."""

from engage.accounts.models import Person
from engage.core.i18n import _, label
from engage.territory.models import Neighbourhood


def shown_name(person: Person | None, neighbourhood: Neighbourhood | None = None) -> str:
    """What pages and moderators see of a person.

    The neighbourhood is said where it is the person's own; somebody who left is nobody's neighbour.
    """
    if person is None:
        return _("Un habitant")
    if person.public_name:
        return person.public_name
    if neighbourhood is not None and person.neighbourhood_id == neighbourhood.id:
        return _("Un habitant de {place}").format(place=label(neighbourhood.name))
    return _("Un habitant")
