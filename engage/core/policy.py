"""`require`: the first line of every command that somebody must be allowed to do."""

from collections.abc import Callable
from typing import ParamSpec

from engage.core.errors import Denied

P = ParamSpec("P")


def require(rule: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> None:
    """Raise `Denied` unless `rule(*args, **kwargs)` says yes."""
    if not rule(*args, **kwargs):
        raise Denied
