"""The administrator gives a role and finds what was done in the journal."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Shop
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def test_an_admin_gives_a_role_and_finds_it_in_the_journal(phone: Callable[[], Phone]) -> None:
    admin = phone().be("admin")
    address = admin.mail("nouvelle.mediatrice")
    admin.open("/admin").reads("Qui a quel rôle", "Coordination").press("Donner un rôle")
    admin.write("Son e-mail", address).choose("Le rôle", "Agent de terrain")
    admin.press("Donner ce rôle").reads("Choisissez l’organisation de cet agent.")
    assert admin.value("Son e-mail") == address
    admin.choose("Le rôle", "Médiation").write("Le nom que les autres voient", "Léna")
    admin.press("Donner ce rôle").reads("Léna", "Médiation", "En cours", "pas encore acceptée")
    assert "/compte/invitation/" in str(admin.letter(address, "Votre invitation"))
    admin.pick("Un autre jour").write(
        "Dernier jour, si vous en choisissez un autre", admin.in_days(9)
    )
    admin.press("Arrêter ce rôle").reads("C’est noté. La personne reçoit un message.")
    admin.press("Prolonger").reads("sans date de fin")
    admin.open("/admin/journal").unfold("Choisir ce qui est montré")
    admin.choose("Quoi", "Rôle donné").press("Montrer").reads("Rôle donné")
    assert "Connexion" not in admin.page.inner_text("tbody")
    admin.go(admin.page.locator("tbody a").first).reads("mandate.give", "mediator")


def test_staff_find_a_person_who_then_reads_who_looked(phone: Callable[[], Phone]) -> None:
    staff = phone().be("coordinatrice").open("/admin/personnes")
    staff.write("E-mail, téléphone ou code de carte", "personne.dici@example.org")
    staff.press("Chercher").reads("Personne ici").press("Chercher une autre personne")
    staff.write("E-mail, téléphone ou code de carte", "habitante@example.org")
    staff.press("Chercher").reads("Compte ouvert le").reads_no("habitante@example.org")
    staff.choose("Pourquoi ?", "La personne n’arrive plus à entrer")
    staff.press("Montrer les coordonnées").reads("habitante@example.org", "C’est écrit au journal.")
    seen = phone().be("habitante").open("/compte").press("Qui a regardé mes coordonnées")
    seen.reads("Coordination", "La personne n’arrive plus à entrer")
    seen.open("/compte/droits").reads("Proposer une idée").unfold("L’administration")
    seen.reads("Lire le journal")


def test_the_pages_hold_on_a_desk_and_in_the_dark(shop: Shop) -> None:
    for width, scheme in ((1280, "light"), (360, "dark")):
        admin = shop.phone(width=width, scheme=scheme).be("admin")
        for path in ("/admin", "/admin/mandats/nouveau", "/admin/mandats/1", "/admin/personnes"):
            admin.open(path)
        admin.open("/admin/journal?acte=person").open("/admin/journal/1").open("/compte/droits")
