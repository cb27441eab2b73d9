"""The kinds of contributions that the queue reads, named in this one place."""

from collections.abc import Mapping

from engage.moderation.kind import Kind
from engage.moderation.of_additions import Additions
from engage.moderation.of_comments import Comments
from engage.moderation.of_concerns import Concerns
from engage.moderation.of_ideas import Ideas
from engage.moderation.of_incident_words import IncidentWords
from engage.moderation.of_notices import Notices
from engage.moderation.of_written import WrittenAnswers

_TEXTS: Mapping[str, Kind] = {
    "proposals": Ideas(),
    "proposal_additions": Additions(),
    "comments": Comments(),
}

KINDS: Mapping[str, Kind] = {
    **_TEXTS,
    "notices": Notices(_TEXTS),
    "incident_publications": IncidentWords(),
    "written_answers": WrittenAnswers(),
    "concerns": Concerns(),
}
"""Table of the contribution → how it is read and decided."""
