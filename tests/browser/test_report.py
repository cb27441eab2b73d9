"""The way of a problem: three taps without account, the desk, the repair, the answer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import live
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

WORDS = "La lampe est noire devant le banc bleu."
PLACE = "Ailleurs dans le quartier"
LIGHTING = "Ville de démonstration – éclairage"


def report_lamp(phone: Phone, photo: Path) -> str:
    """Report a broken lamp from the first page on; returns the number."""
    phone.begin().open("/").press("Signaler un problème").press("Lumière")
    phone.press("Lampadaire éteint").choose("Où est-ce", PLACE)
    phone.attach("Une photo", photo).write("Un mot", WORDS).press("Envoyer")
    assert phone.sent_after <= 4
    number = re.search(r"G-\d+", phone.reads("Votre numéro", WORDS).words)
    assert number is not None
    return number.group()


def follow(phone: Phone, address: str) -> None:
    phone.write("Téléphone ou e-mail", address).press("Me prévenir")
    phone.reads("C’est noté", "Nous vous écrivons ici", f"{address[0]}•••@")
    assert "/suivi/" in live.text_of(phone.letter(address, "nous vous préviendrons"))


def find(staff: Phone, path: str, number: str) -> Phone:
    """Turn the pages of a list until the report is there, and open it."""
    staff.open(path)
    while not staff.page.get_by_role("link", name=number).count():
        staff.press("Voir la suite")
    return staff.press(number)


def decide(staff: Phone, number: str, what: str) -> Phone:
    """Open what one wants to do about a report."""
    return staff.open(f"/gup/{number}").unfold(what)


def say_repaired(agent: Phone, number: str, word: str, photo: Path) -> None:
    decide(agent, number, "Dire que c’est réparé").write("Ce qui a été fait", word)
    agent.attach("Photo après réparation", photo).press("Dire que c’est réparé").reads("Bravo")


def test_a_lamp_is_reported_repaired_contested_repaired_again_and_confirmed(
    phone: Callable[[], Phone], photo_file: Path
) -> None:
    resident = phone()
    number = report_lamp(resident, photo_file)
    page, address = resident.page.url, resident.mail("lampe")
    follow(resident, address)

    coordinator = phone().be("coordinatrice")
    find(coordinator, "/gup?etat=a-qualifier", number).reads(WORDS, "La table d’orientation")
    decide(coordinator, number, "Confier").choose("Confier à", LIGHTING)
    coordinator.press("Confier").reads("C’est confié", LIGHTING)
    assert "/suivi/" in live.text_of(resident.letter(address, f"confié à {LIGHTING}"))

    agent = phone().be("agent")
    decide(agent, number, "Prendre en charge").press("Prendre en charge").reads("pris en charge")
    decide(agent, number, "Prévoir un jour").write("Jour prévu", agent.in_days(2))
    agent.press("Prévoir un jour").reads("le jour est annoncé")
    resident.letter(address, f"{number} : prévu")
    say_repaired(agent, number, "Ampoule changée.", photo_file)

    told = live.text_of(resident.letter(address, "Est-ce vraiment réparé"))
    assert WORDS not in told
    resident.open(page).reads("Est-ce vraiment réparé ?", "Ampoule changée")
    resident.press("Non, pas encore").write("Que reste-t-il à faire", "Elle clignote encore.")
    resident.press("Le dire à l’équipe").reads("retourne à l’équipe", "pas encore bien")

    find(agent, "/gup?etat=", number).reads("Elle clignote encore")
    say_repaired(agent, number, "Câble changé.", photo_file)
    resident.open(page).press("Oui, c’est réparé").reads("Merci", "réparé et confirmé")
    resident.letter(address, "réparé et confirmé")

    public = phone().open("/signalements").press("Lampadaire éteint")
    public.open(f"/signalements/{number}")
    public.reads("Lampadaire éteint", "Terre-Rouge", "Confirmé par un habitant", LIGHTING)
    public.reads_no(WORDS, "Elle clignote", "Câble", address)
    assert public.page.locator("main img").count() == 0


def newest_numbers(reader: Phone) -> list[str]:
    """The numbers on the coordinator's list of what nobody has yet."""
    reader.be("coordinatrice").open("/gup?etat=a-qualifier")
    return re.findall(r"G-\d+", reader.words)


def test_danger_gets_a_number_to_call_and_leaves_no_trace(phone: Callable[[], Phone]) -> None:
    resident = phone()
    before = newest_numbers(phone())
    resident.begin().open("/signalements/nouveau").reads("Danger ?", "112", "114 par SMS")
    resident.press("Ascenseur, chauffage").press("Odeur de gaz")
    resident.reads("0 800 47 33 33", "Rien n’est enregistré ici")
    assert resident.page.locator("form[method=post]").count() == 0
    assert resident.page.locator("main a[href^='tel:']").count() >= 2
    assert newest_numbers(phone()) == before


def test_an_urgent_problem_says_first_who_answers_now(phone: Callable[[], Phone]) -> None:
    resident = phone().begin().open("/signalements/nouveau").press("Ascenseur, chauffage")
    resident.press("Ascenseur en panne").choose("Où est-ce", "Artix II")
    resident.press("Voir qui répond maintenant").reads("appelez d’abord", "01 99 00 20 00")
    resident.press("Envoyer").reads("Votre numéro", "Bailleur de démonstration")
    assert resident.sent_after <= 4


def test_what_frightens_in_a_hall_is_never_public(phone: Callable[[], Phone]) -> None:
    resident = phone().begin().open("/signalements/nouveau").press("Mon immeuble")
    resident.press("Des gens gênent").reads("jamais public")
    assert resident.page.locator("textarea, input[type=file]").count() == 0
    resident.choose("Où est-ce", "Les Écrivains").press("Envoyer").reads("Votre numéro")
    assert resident.sent_after <= 4
    number = re.findall(r"G-\d+", resident.words)[0]
    stranger = phone().open("/signalements").reads_no(number)
    stranger.open(f"/signalements/{number}").reads("Aucun signalement public")
