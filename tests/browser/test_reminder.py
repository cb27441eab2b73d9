"""The way of a reminder: a mail to a partner, a link without account, an answer that counts."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from engage.core import clock
from engage.deadlines.workdays import next_working_day
from tests import live
from tests.browser.phone import Phone, Town

pytestmark = pytest.mark.browser

MANAGER, DEPUTY = "bailleur.1@example.org", "bailleur.2@example.org"


@pytest.fixture(scope="session")
def links(running: Town) -> dict[str, str]:
    """Let the clock make its round on a morning when much is due: who got which link by mail."""
    day = next_working_day((datetime.now(clock.zone()) + timedelta(days=20)).date())
    moment = datetime.combine(day, time(10), clock.zone()).isoformat()
    before = len(running.mailbox.letters)
    lines = live.command(running.environ, "remind", "--now", moment).stdout.splitlines()
    assert any(line.split("\t")[1:3] == [MANAGER, "digest"] for line in lines), lines
    found: dict[str, str] = {}
    for letter in sorted(running.mailbox.letters[before:], key=mentioned):
        link = re.search(r"http\S+/r/\S+", live.text_of(letter))
        if link is not None:
            found[str(letter["To"])] = link.group()
    return found


def mentioned(letter: live.EmailMessage) -> int:
    """How many problems a letter speaks of."""
    return len(re.findall(r"G-\d+", live.text_of(letter)))


def unanswered(page: Phone) -> tuple[str, str]:
    """The number of the first problem that waits for an answer, and the id of its card."""
    for card in page.page.locator("article[id^=d]").all():
        words = card.inner_text()
        number = re.search(r"G-\d+", words)
        if number is not None and "C’est noté" not in words and card.locator("summary").count():
            return number.group(), str(card.get_attribute("id"))
    raise AssertionError(f"no problem to answer about: {page.words}")


def answer(page: Phone, card: str, what: str, **fields: str) -> Phone:
    """Choose an answer in a card and confirm it."""
    box = page.page.locator(f"#{card}")
    fold = box.locator("details", has=page.page.locator("summary", has_text=what))
    fold.locator("summary").click()
    for label, text in fields.items():
        fold.get_by_label(label.replace("_", " ")).fill(text)
    return page.check().go(fold.get_by_role("button"))


def test_a_partner_answers_from_the_mail_without_account(
    phone: Callable[[], Phone], links: dict[str, str]
) -> None:
    partner = phone()
    link = links[MANAGER]

    scanner = phone()
    seen = scanner.open(link).words
    assert scanner.open(link).words == partner.open(link).words == seen
    partner.reads("Ce qui vous attend", "ni de compte ni de mot de passe")
    number, card = unanswered(partner)
    answer(partner, card, "C’est prévu", Quel_jour=partner.in_days(3)).reads(
        "C’est noté : prévu le"
    )

    coordinator = phone().be("coordinatrice")
    coordinator.open(f"/gup/{number}").reads("Intervention prévue", "une date est promise")
    number, card = unanswered(partner)
    answer(partner, card, "C’est fait").reads("C’est noté : fait le")
    coordinator.open(f"/gup/{number}").reads("À confirmer : est-ce vraiment réparé ?")
    coordinator.open("/relances").reads("Dernières réponses", "fait le").open("/partenaires")


def test_a_link_that_nobody_knows_says_what_to_do(phone: Callable[[], Phone]) -> None:
    phone().open("/r/aaaaaaaaaaaaaaaaaaaaaaaaaaa").reads("Nous ne connaissons pas ce lien")


def test_a_day_that_can_not_be_is_refused_beside_the_field(
    phone: Callable[[], Phone], links: dict[str, str]
) -> None:
    partner = phone()
    partner.open(links[DEPUTY])
    _number, card = unanswered(partner)
    long_ago = partner.in_days(-2)
    answer(partner, card, "C’est prévu", Quel_jour=long_ago)
    partner.reads("Une chose est à revoir", "entre aujourd’hui et dans un an")
    fold = partner.page.locator(f"#{card} details[open]")
    assert fold.get_by_label("Quel jour").input_value() == long_ago
    answer(partner, card, "Ce n’est pas chez nous").reads("pas chez nous")
