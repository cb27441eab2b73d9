"""Pieces of pages that come back unchanged on the next page: rendered once for each key.

For the frame of every page and the cards of long lists. A key names everything that the piece
depends on beside the language; a piece never holds a token or anything of a single visitor that
its key does not name.
"""

from collections.abc import Hashable, Iterable
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from engage.core import i18n

MOST = 2000


class Fragments:
    """What templates call as `fragment(template, key, …)`; kept for this process only."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._kept: dict[tuple[str, str, Hashable], Markup] = {}

    def __call__(self, template: str, key: Hashable, **context: Any) -> Markup:
        """`template` rendered with `context`, which `key` must tell apart."""
        name = (template, i18n.current().code, key)
        kept = self._kept.get(name)
        if kept is None:
            made = self._environment.get_template(template).render(context)
            kept = Markup(made)  # noqa: S704  rendered with escaping just now
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[name] = kept
        return kept

    def each(self, template: str, name: str, items: Iterable[Hashable]) -> Markup:
        """`template` for each of `items`, which it calls `name`; equal items look the same."""
        pieces = (self(template, item, **{name: item}) for item in items)
        return Markup("\n".join(pieces))  # noqa: S704  each was rendered with escaping
