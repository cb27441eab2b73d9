"""Guessing the action of the contract from an idea's words."""

import json

import pytest

from engage.core.config import ROOT
from engage.core.folding import fold
from engage.core.language import language_of
from engage.proposals.addresses import path_of
from engage.proposals.suggest import suggested

ACTIONS = [
    (a["number"], a["keywords"])
    for a in json.loads((ROOT / "engage/contracts/grand-cahors.json").read_text())["actions"]
]


@pytest.mark.parametrize(
    ("title", "text", "number"),
    [
        ("Des bancs à l’ombre près des jeux", "Deux bancs sous les arbres.", 1),
        ("Fleurir les entrées des Escales", "Des jardinières et des fleurs.", 2),
        ("ÉCLAIRAGE DU HALL", "La lumière ne marche pas, le gardien le sait.", 3),
        ("Une épicerie", "Il n’y a plus de commerces.", 5),
        ("Aide aux devoirs pour les collégiens", "Le mercredi, au collège.", 10),
        ("Un médecin", "Un après-midi santé avec des vaccins.", 12),
        ("Trouver un emploi", "Un forum avec des offres et de la formation.", 14),
    ],
)
def test_the_words_find_the_action(title: str, text: str, number: int) -> None:
    assert suggested(title, text, ACTIONS) == number


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("Bonjour", "zzz"),
        ("دروس فرنسية", "في المساء"),
        ("🙂🙂", "\N{COMBINING ACUTE ACCENT}"),
    ],
)
def test_words_that_say_nothing_suggest_nothing(title: str, text: str) -> None:
    assert suggested(title, text, ACTIONS) is None


def test_a_short_keyword_is_a_whole_word() -> None:
    assert suggested("un buste", "", [(1, ["bus"])]) is None
    assert suggested("le bus", "", [(1, ["bus"])]) == 1


def test_the_title_counts_more_than_the_text() -> None:
    assert suggested("un jardin", "un marche", [(1, ["marche"]), (2, ["jardin"])]) == 2


def test_a_keyword_shared_by_many_counts_less_than_its_own() -> None:
    offered = [(1, ["atelier"]), (2, ["atelier"]), (3, ["velo"])]
    assert suggested("atelier velo", "", offered) == 3


def test_a_tie_is_won_by_the_first() -> None:
    assert suggested("atelier", "", [(5, ["atelier"]), (4, ["atelier"])]) == 5


def test_most_ideas_of_the_demo_get_an_action() -> None:
    ideas = json.loads((ROOT / "engage/contracts/demo.json").read_text())["proposals"]
    french = [i for i in ideas if i["lang"] == "fr"]
    found = [suggested(i["title"], i["text"], ACTIONS) for i in french]
    assert None not in found
    right = sum(f"A{n}" == i["action"] for n, i in zip(found, french, strict=True))
    assert right * 2 >= len(french) - 1


def test_folding_drops_accents_and_capitals() -> None:
    assert fold("Été à l’ŒUVRE, Łódź, straße") == "ete a l’oeuvre, lodz, strasse"


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Des bancs à l’ombre !", "/propositions/12-des-bancs-a-l-ombre"),
        ("دروس فرنسية", "/propositions/12"),
        ("", "/propositions/12"),
        ("<script>/../", "/propositions/12-script"),
        ("mot " * 40, "/propositions/12-" + "-".join(["mot"] * 15)),
    ],
)
def test_an_address_is_the_number_and_readable_words(title: str, path: str) -> None:
    assert path_of(12, title) == path


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("Des bancs", "fr", "fr"),
        ("دروس فرنسية في المساء", "fr", "ar"),
        ("Des bancs", "ar", "fr"),
        ("Un cours de دارجة", "fr", "fr"),
        ("1234 🙂", "fr", "fr"),
    ],
)
def test_arabic_letters_tell_the_language(text: str, page: str, language: str) -> None:
    assert language_of(text, page=page) == language
