"""What pages of ideas keep of the contract for a minute, as plain values."""

from engage.core.web import get_db, services
from engage.proposals import queries


def choices() -> queries.Choices:
    """What ideas can be about; a minute old at most."""
    return services().cache.get("proposals.choices", lambda: queries.choices(get_db()))
