"""One's own data on a phone: read what becomes of it, take an idea back, leave."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.phone import Phone
from tests.browser.test_idea import write_idea

pytestmark = pytest.mark.browser


def test_a_resident_reads_what_goes_and_what_stays_then_leaves(
    phone: Callable[[], Phone], photo_file: Path
) -> None:
    mine = phone()
    title = f"Une horloge {'avec' if mine.scripts else 'sans'} aiguilles"
    write_idea(mine, title, "Pour savoir l’heure de l’école.")
    mine.attach("Des photos", photo_file).press("Envoyer mon idée")
    address = mine.mail("partant")
    mine.identify(address)

    mine.open("/compte").press("Mes données").reads(address, title, "un bulletin n’a pas de nom")
    mine.press("Dire oui").reads("C’est noté", "Vous avez dit oui")
    mine.press("Effacer mon compte").reads(
        "Ce qui part tout de suite", "Ce qui reste", "Qui a voté (jamais quoi)", "30 jours"
    )
    mine.press("Continuer").reads("On ne peut pas revenir")
    mine.press("Effacer mon compte").reads("Cochez la case")
    mine.page.get_by_label("Oui, effacer mon compte").check(force=True)
    mine.press("Effacer mon compte").reads("Votre compte est effacé")
    mine.open("/compte").reads("Votre téléphone ou votre e-mail")
    mine.open("/demo/courrier").reads_no(address)


def test_an_idea_is_taken_back_after_its_page_said_what_goes(phone: Callable[[], Phone]) -> None:
    mine = phone()
    title = f"Un hamac près du lavoir, {'avec' if mine.scripts else 'sans'}"
    write_idea(mine, title, "Pour les siestes.").press("Envoyer mon idée")
    mine.identify(mine.mail("retrait"))
    mine.open("/compte/donnees").press(title).reads("On ne peut pas revenir en arrière")
    mine.press("Retirer cette idée").reads("Votre idée est retirée").reads_no(title)
