"""Words that every contribution shares: by which channel it came and who may see it."""

from enum import StrEnum

from sqlalchemy import Enum


class ContributionChannel(StrEnum):
    """How a contribution reached us; public counts say how many came by each."""

    WEB = "web"
    PAPER = "paper"
    IN_PERSON = "in_person"
    PHONE = "phone"
    WALK = "walk"
    API = "api"


class Visibility(StrEnum):
    """Who sees a contribution; apart from its life, and set by moderation only."""

    PENDING = "pending"
    PUBLIC = "public"
    MASKED = "masked"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


def in_check(column: str, values: type[StrEnum]) -> str:
    """The condition of a table that `column` holds one of `values`."""
    return f"{column} IN ({', '.join(repr(v.value) for v in values)})"


CHANNEL_CHECK = in_check("channel", ContributionChannel)
VISIBILITY_CHECK = in_check("visibility", Visibility)


def enum_column(values: type[StrEnum]) -> Enum:
    """A text column that holds the values of a StrEnum; the check is the application's."""
    return Enum(
        values,
        native_enum=False,
        length=24,
        create_constraint=False,
        validate_strings=True,
        values_callable=lambda kind: [member.value for member in kind],
    )
