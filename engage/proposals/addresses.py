"""Where an idea lives: its number, then readable words."""

from engage.core.folding import slug


def path_of(proposal_id: int, title: str = "") -> str:
    """`/propositions/12-des-bancs-a-l-ombre`; the words help people, the number finds the idea."""
    words = slug(title)
    return f"/propositions/{proposal_id}-{words}" if words else f"/propositions/{proposal_id}"
