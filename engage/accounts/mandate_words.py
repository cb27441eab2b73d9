"""Roles and colleges as pages and messages say them."""

from engage.accounts.models import College, Role
from engage.core.i18n import lazy

ROLE_WORDS = {
    Role.RESIDENT: lazy("Habitant"),
    Role.COUNCIL: lazy("Conseil citoyen"),
    Role.AGENT: lazy("Agent de terrain"),
    Role.MEDIATOR: lazy("Médiation"),
    Role.COORDINATOR: lazy("Coordination"),
    Role.ADMIN: lazy("Administration"),
}

COLLEGE_WORDS = {
    College.RESIDENTS: lazy("Collège des habitants"),
    College.ASSOCIATIONS: lazy("Collège des associations et acteurs locaux"),
}


def role_word(role: str) -> str:
    """The name of a role in the language of the moment."""
    return str(ROLE_WORDS[Role(role)])


def college_word(college: str | None) -> str:
    """The name of a college, empty for whoever is in none."""
    return str(COLLEGE_WORDS[College(college)]) if college else ""
