"""The kinds of contributions that the queue reads, named in this one place."""

from collections.abc import Mapping

from engage.moderation.kind import Kind
from engage.moderation.of_comments import Comments
from engage.moderation.of_ideas import Ideas

KINDS: Mapping[str, Kind] = {
    "proposals": Ideas(),
    "comments": Comments(),
}
"""Table of the contribution → how it is read and decided."""
