"""One's own account on a phone: addresses, devices, two accounts that become one."""

from collections.abc import Callable

import pytest

from tests import live
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def sign_in(phone: Phone, address: str) -> Phone:
    """Sign in, for the first time or again."""
    return phone.open("/compte/connexion").identify(address).open("/compte").reads("Mon compte")


def add(phone: Phone, address: str) -> Phone:
    """Add an address with the code that is sent to it."""
    phone.press("Mes numéros et adresses").write("Un numéro ou un e-mail", address)
    phone.press("Recevoir un code")
    return phone.write("Le code à 6 chiffres", phone.code(address)).press("Valider")


def test_an_address_is_added_and_changed_told_about_and_other_devices_leave(
    phone: Callable[[], Phone],
) -> None:
    mine, tablet = phone(), phone()
    first, second, third = (mine.mail(f"compte{n}") for n in "abc")
    sign_in(mine, first)
    sign_in(tablet, first)
    add(mine, second).reads("C’est ajouté", first, second)
    letter = live.text_of(mine.letter(first, "est ajouté à votre compte"))
    assert "c•••@example.org" in letter
    assert second not in letter
    assert f"{mine.base}/compte/adresses" in letter
    mine.open("/demo/courrier").reads("Un moyen d’entrer est ajouté à votre compte")
    tablet.open("/compte").reads("Votre téléphone ou votre e-mail")

    mine.open("/compte").press("Mes numéros et adresses").press(f"Changer {first}").reads(first)
    mine.write("Un numéro ou un e-mail", third).press("Recevoir un code")
    mine.write("Le code à 6 chiffres", mine.code(third)).press("Valider")
    mine.reads("Enlever de votre compte ?", first).press("Oui, enlever").reads("C’est enlevé")
    mine.reads(second, third).reads_no(first)
    assert "mentions-legales" in live.text_of(mine.letter(first, "est enlevé de votre compte"))

    sign_in(tablet, second).press("Mes appareils").reads("Ordinateur Linux, Chrome", "Cet appareil")
    tablet.press("Me déconnecter partout ailleurs").reads("Vos autres appareils sont déconnectés")
    mine.open("/compte").reads("Votre téléphone ou votre e-mail")


def test_somebody_with_two_accounts_makes_one_of_them(phone: Callable[[], Phone]) -> None:
    mine, other = phone(), phone()
    kept, gone = mine.mail("uni"), mine.mail("double")
    sign_in(other, gone).write("Le nom que les autres voient", "Mina").press("Garder ce nom")
    sign_in(mine, kept)
    add(mine, gone).reads("Vous avez deux comptes", gone, "On ne peut pas les séparer ensuite")
    mine.press("Oui, réunir").reads("Vos deux comptes n’en font plus qu’un", kept, gone)
    assert mine.open("/compte").value("Le nom que les autres voient") == "Mina"
    other.open("/compte").reads("Votre téléphone ou votre e-mail")
    sign_in(other, gone).press("Mes numéros et adresses").reads(kept, gone)
