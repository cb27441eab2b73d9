"""HTML is made of plain text when it is written, and holds nothing but a few harmless tags."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core.html import TAGS, from_plain

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<a href='javascript:alert(1)'>clic</a>",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;",
    "<p style='position:fixed'>x</p>",
    "<iframe src=//mal.example>",
    "<form action=//mal.example><input>",
]


def test_paragraphs_lines_and_lists_are_kept() -> None:
    assert from_plain("Un\ndeux\n\n- pain\n- vin") == (
        "<p>Un<br>deux</p><ul><li>pain</li><li>vin</li></ul>"
    )


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_looks_like_html_is_shown_as_typed(typed: str) -> None:
    made = from_plain(typed)
    assert "<script" not in made
    assert re.fullmatch(r"<p>[^<>]*</p>", made)


@given(st.text(max_size=400))
def test_whatever_is_typed_only_harmless_tags_come_out(text: str) -> None:
    found = re.findall(r"</?([a-zA-Z0-9]+)([^>]*)>", from_plain(text))
    assert {name for name, _ in found} <= TAGS
    assert not any(attributes.strip() for _, attributes in found)
