"""The way of a reminder: a mail to a partner, a link without account, an answer that counts."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.deadlines.workdays import next_working_day
from tests import live
from tests.browser.phone import Phone, Town

pytestmark = pytest.mark.browser

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="session")
def reminded(running: Town) -> list[str]:
    """Let the clock make its round on a morning when much is due; returns who was written to."""
    day = next_working_day(date.today() + timedelta(days=20))
    moment = datetime.combine(day, time(10), PARIS).isoformat()
    lines = live.command(running.environ, "remind", "--now", moment).stdout.splitlines()
    return [line.split("\t")[1] for line in lines if "\tdigest\t" in line]


def link_in(letter: live.EmailMessage) -> str:
    found = re.search(r"http\S+/r/\S+", live.text_of(letter))
    assert found is not None
    return found.group()


def first_incident(page: Phone) -> tuple[str, str]:
    """The number of the first problem on the page of a link, and the id of its card."""
    for card in page.page.locator("article[id^=d]").all():
        number = re.search(r"G-\d+", card.inner_text())
        if number is not None and card.locator("summary").count():
            return number.group(), str(card.get_attribute("id"))
    raise AssertionError(f"no problem to answer about: {page.words}")


def answer(page: Phone, card: str, what: str, **fields: str) -> Phone:
    """Choose an answer in a card and confirm it."""
    box = page.page.locator(f"#{card}")
    box.locator("summary", has_text=what).click()
    fold = box.locator("details[open]")
    for label, text in fields.items():
        fold.get_by_label(label.replace("_", " ")).fill(text)
    page.check()
    with page.page.expect_navigation():
        fold.get_by_role("button").click()
    return page.check()


def test_a_partner_answers_from_the_mail_without_account(
    phone: Callable[[], Phone], reminded: list[str]
) -> None:
    partner = phone()
    who = "bailleur.1" if partner.scripts else "proprete.1"
    address = f"{who}@example.org"
    assert address in reminded
    letter = partner.letter(address, "répondez ici, sans compte")
    link = link_in(letter)

    scanner = phone()
    scanner.open(link).open(link)
    partner.begin().open(link).reads("Ce qui vous attend", "ni de compte ni de mot de passe")
    partner.reads_no("C’est noté :</strong> fait", "C’est noté :</strong> prévu")
    number, card = first_incident(partner)
    soon = date.today() + timedelta(days=3)
    answer(partner, card, "C’est prévu", Quel_jour=soon.isoformat()).reads("C’est noté : prévu le")

    coordinator = phone().be("coordinatrice")
    coordinator.open(f"/gup/{number}").reads("Intervention prévue", "une date est promise")
    answer(partner, card, "C’est fait").reads("C’est noté : fait le")
    coordinator.open(f"/gup/{number}").reads("À confirmer : est-ce vraiment réparé ?")
    coordinator.open("/relances").reads("Dernières réponses", "fait le").open("/partenaires")


def test_a_link_that_nobody_knows_says_what_to_do(phone: Callable[[], Phone]) -> None:
    phone().open("/r/aaaaaaaaaaaaaaaaaaaaaaaaaaa").reads("Nous ne connaissons pas ce lien")


def test_a_day_that_can_not_be_is_refused_beside_the_field(
    phone: Callable[[], Phone], reminded: list[str]
) -> None:
    partner = phone()
    who = "bailleur.2" if partner.scripts else "proprete.2"
    partner.open(link_in(partner.letter(f"{who}@example.org", "répondez ici, sans compte")))
    _number, card = first_incident(partner)
    long_ago = (date.today() - timedelta(days=2)).isoformat()
    answer(partner, card, "C’est prévu", Quel_jour=long_ago)
    partner.reads("Une chose est à revoir", "entre aujourd’hui et dans un an")
    fold = partner.page.locator(f"#{card} details[open]")
    assert fold.get_by_label("Quel jour").input_value() == long_ago
    answer(partner, card, "Ce n’est pas chez nous").reads("pas chez nous")
