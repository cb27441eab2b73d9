"""A phone of several people, and one that remembers what it sent without account."""

import re
from collections.abc import Callable

import pytest

from tests import live
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

WORDS = "Une girouette sur le préau"


def kept_by(phone: Phone) -> int:
    """How many typed texts the phone keeps."""
    return int(phone.page.evaluate("Object.keys(localStorage).length"))


def report(phone: Phone) -> Phone:
    """Report a lamp without saying who one is."""
    phone.open("/signalements/nouveau?choix=COM01")
    field = phone.page.locator("select[name=lieu]")
    field.select_option(index=2)
    return phone.press("Envoyer").reads("C’est envoyé")


def test_a_phone_lists_what_it_sent_and_erases_it(phone: Callable[[], Phone]) -> None:
    mine = phone()
    number = re.search(r"G-\d+", report(mine).words)
    assert number is not None
    mine.open("/signalements/nouveau").press("Ce que j’ai envoyé de ce téléphone")
    mine.reads(number[0], "Nous ne gardons pas cette liste")
    mine.press("Voir où ça en est").reads(number[0]).back()
    mine.press("Tout effacer de ce téléphone").reads("Rien sur ce téléphone").reads_no(number[0])


def test_a_shared_phone_keeps_nothing_of_who_leaves(phone: Callable[[], Phone]) -> None:
    mine = phone()
    report(mine)
    mine.open("/compte/connexion")
    mine.write("Votre numéro de téléphone ou votre e-mail", mine.mail("partage"))
    mine.press("Recevoir un code").pick("Ce téléphone sert à plusieurs personnes")
    mine.write("Le code à 6 chiffres", mine.code(mine.mail("partage"))).press("Valider")
    mine.open("/propositions/nouvelle").write("Votre idée en une phrase", WORDS)
    if mine.scripts:
        assert kept_by(mine) == 0
    mine.press("Me déconnecter et tout effacer").reads("Il ne reste rien de vous")
    assert kept_by(mine) == 0 if mine.scripts else True
    assert mine.page.context.cookies() == []
    mine.open("/compte/ce-telephone").reads("Rien sur ce téléphone")
    mine.open("/propositions/nouvelle")
    assert mine.value("Votre idée en une phrase") == ""


def test_an_idea_is_finished_on_another_phone_through_the_link_of_the_message(
    phone: Callable[[], Phone],
) -> None:
    lost, new = phone(), phone()
    address = lost.mail("perdu")
    lost.open("/propositions/nouvelle").write("Votre idée en une phrase", WORDS)
    lost.write("Expliquez", "Pour souffler.").choose("Quartier", "Terre-Rouge")
    lost.press("Envoyer").write("Votre numéro de téléphone ou votre e-mail", address)
    lost.press("Recevoir un code")
    code = lost.code(address)
    link = re.search(r"\S+/compte/code/\S+", live.text_of(lost.letter(address, "Votre code")))
    assert link is not None
    new.open(link[0]).write("Le code à 6 chiffres", code).press("Valider").reads(WORDS)
