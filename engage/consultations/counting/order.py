"""The order in which a voter sees the answers: by chance, the same each time she looks."""

import hmac

from engage.consultations.counting.answers import AnyOption, AnyQuestion, real_options
from engage.consultations.models import QuestionKind

IN_ORDER = (QuestionKind.YES_NO, QuestionKind.SCALE, QuestionKind.TEXT)
"""Kinds whose answers do not compete, or that nobody expects in disorder."""


def mixed(question: AnyQuestion, seed: str) -> list[AnyOption]:
    """The options as `seed` orders them, "none of these" last.

    Who is listed first gains a few voices everywhere; so each option is first for as many voters.
    The seed belongs to one voter and is stored nowhere: see `way.seed`.
    """
    real = list(real_options(question))
    if question.kind not in IN_ORDER:
        real.sort(key=lambda option: hmac.digest(seed.encode(), b"%d" % option.id, "sha256"))
    return [*real, *(option for option in question.options if option.is_none)]
