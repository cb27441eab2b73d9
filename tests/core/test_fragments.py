"""Kept pieces of pages: rendered once for each key and language, always escaped."""

from typing import NamedTuple

import pytest
from jinja2 import DictLoader

from engage.core import i18n
from engage.core.fragments import Fragments
from engage.core.lean import Templates
from engage.core.web import Engage


class Item(NamedTuple):
    title: str


@pytest.fixture
def templates(app: Engage) -> Templates:
    pages = {
        "item": "<li>{{ item.title }}</li>",
        "frame": '{% from "macro" import m %}{{ m() }}',
        "macro": "{% macro m() %}{{ word }}{% endmacro %}",
    }
    made = Templates(app, loader=DictLoader(pages), autoescape=True)
    made.globals["word"] = "bonjour"
    return made


def test_each_item_is_escaped_and_in_order(templates: Templates) -> None:
    shown = Fragments(templates).each("item", "item", [Item("b"), Item("<a>")])
    assert shown == "<li>b</li>\n<li>&lt;a&gt;</li>"


def test_a_changed_item_is_rendered_anew_and_an_equal_one_is_not(templates: Templates) -> None:
    fragments = Fragments(templates)
    first = fragments("item", Item("un"), item=Item("un"))
    assert fragments("item", Item("un"), item=Item("un")) is first
    assert fragments("item", Item("deux"), item=Item("deux")) == "<li>deux</li>"


def test_each_language_has_pieces_of_its_own(templates: Templates) -> None:
    fragments = Fragments(templates)
    french = fragments("item", 1, item=Item("un"))
    i18n.speak("ar")
    try:
        assert fragments("item", 1, item=Item("un")) is not french
    finally:
        i18n.speak("fr")


def test_macros_know_what_all_templates_share(templates: Templates) -> None:
    assert templates.get_template("frame").render() == "bonjour"
