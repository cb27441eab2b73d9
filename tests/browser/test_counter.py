"""A mediator's afternoon: forty entries by keyboard, by three ways, and nothing left behind."""

import re
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engage.consultations import queries
from engage.consultations.demo import DEMO_CARD, DEMO_CODES
from engage.consultations.models import Consultation
from engage.core.config import Config
from engage.core.services import Services
from tests.browser.conftest import Shop
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

WAYS = ("En face de moi", "Au téléphone", "Sur papier")
FETE, WORKS = "Fête de quartier", "Réhabilitation"


class Counter:
    """What a mediator does at a laptop; only the first screens of a kind are examined."""

    def __init__(self, desk: Phone) -> None:
        self.desk, self.page, self.entries = desk, desk.page, 0
        self.tickets: list[tuple[str, str]] = []
        self.supported: list[str] = []

    def go(self, path: str) -> "Counter":
        self.page.goto(self.desk.base + path)
        return self

    def send(self) -> None:
        """Enter sends the form that the cursor is in."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.press("Enter")

    def way(self, name: str) -> None:
        self.go("/guichet/canal")
        self.page.get_by_role("radio", name=name).check(force=True)
        self.press("Ouvrir le guichet")

    def nobody(self) -> None:
        self.go("/guichet")
        self.press("Servir sans nom")

    def first_name(self, name: str) -> None:
        self.go("/guichet")
        self.page.get_by_label("Son prénom").fill(name)
        self.page.get_by_label("La personne est d’accord").check(force=True)
        self.press("Avec ce prénom")

    def card(self, code: str) -> None:
        self.go("/guichet")
        self.page.get_by_label("Le code de sa carte").fill(code)
        self.send()

    def next(self) -> None:
        self.go("/guichet")
        self.press("Personne suivante")

    def done(self) -> None:
        self.entries += 1

    def ticketed(self) -> None:
        """Read the ticket that came."""
        words = self.desk.words
        found = re.search(r"Numéro ([GPQ]-\d+) Mot ([A-Z]{6})", words)
        assert found is not None, words[:800]
        self.tickets.append((found[1], found[2]))
        self.done()

    def problem(self, kind: str) -> None:
        self.go("/guichet/probleme")
        self.page.get_by_label("Quel problème ?").select_option(kind)
        self.page.get_by_label("Où est-ce ?").select_option("terre-rouge-quartier")
        self.press("Envoyer et faire le ticket")
        self.ticketed()

    def idea(self, title: str) -> None:
        self.go("/guichet/idee")
        self.page.get_by_label("L’idée en une phrase").fill(title)
        self.page.get_by_label("Expliquer un peu").fill("Dit au guichet.")
        self.page.get_by_label("Quel quartier ?").select_option("terre-rouge")
        self.press("Envoyer et faire le ticket")
        self.ticketed()

    def question(self, text: str) -> None:
        self.go("/guichet/question")
        self.page.get_by_label("Sa question").fill(text)
        self.press("Envoyer et faire le ticket")
        self.ticketed()

    def support(self, place: int) -> None:
        self.go("/guichet/soutien")
        self.page.get_by_label("Une idée récente").select_option(index=place)
        self.supported.append(self.page.get_by_label("Une idée récente").input_value())
        self.press("Compter le soutien")
        self.desk.reads("Le soutien est compté")
        self.done()

    def make_card(self) -> str:
        self.go("/guichet/carte")
        self.press("Faire la carte")
        found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", self.desk.words)
        assert found is not None
        return found.group()

    def ballots(self) -> None:
        """The person answers every question; what was chosen is not looked at by anybody."""
        while self.page.get_by_role("button", name="Envoyer ma réponse").count():
            self.page.locator("main label.pick input").first.check(force=True)
            self.press("Envoyer ma réponse")
        self.desk.reads("C’est fini. Merci")
        self.done()

    def vote_by_letter(self, code: str) -> None:
        self.go("/guichet/vote")
        self.page.get_by_label("Le code de la lettre").fill(code)
        self.send()
        self.ballots()

    def vote_by_card(self) -> None:
        self.go("/guichet/vote")
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=FETE).press("Enter")
        self.ballots()


def counted(shop: Shop) -> dict[str, dict[str, int]]:
    """How many voted by each way, in the database: pages may be a minute old."""
    town = Services.of(Config.from_environ(shop.environ))
    with town.database.reading() as db:
        votes = {each.title["fr"]: each.id for each in db.scalars(select(Consultation))}
        found = queries.turnouts(db, list(votes.values()))
    town.database.close()
    ways = {title: dict(found[id_].by_channel) for title, id_ in votes.items() if id_ in found}
    return {name: next(w for t, w in ways.items() if name in t) for name in (FETE, WORKS)}


def supporters(reader: Phone, number: str) -> dict[str, int]:
    """How many support an idea by each way, as its page says it."""
    reader.open(f"/propositions/{number}")
    found = re.findall(r"(\d+) (sur place|par téléphone|sur papier)", reader.words)
    return {way: int(n) for n, way in found}


def test_an_afternoon_of_forty_entries(shop: Shop) -> None:
    reader = shop.phone()
    before = counted(shop)
    ideas = newest_ideas(reader)
    desk = shop.phone(width=1280, height=900).be("mediatrice")
    assert desk.page.url.endswith("/guichet")
    counter = Counter(desk)

    counter.way(WAYS[0])
    for number in range(4):
        counter.nobody()
        counter.problem("ECL01")
        counter.idea(f"Un banc rue {'ABCD'[number]}")
        counter.next()
    counter.first_name("Samira")
    code = counter.make_card()
    counter.done()
    counter.support(1)
    counter.support(2)
    counter.support(3)
    counter.vote_by_card()
    counter.question("Qui répare la fontaine ?")
    counter.next()
    desk.reads_no("Samira", code)
    counter.nobody()
    counter.vote_by_letter(DEMO_CODES[2])
    counter.next()

    counter.way(WAYS[1])
    for number in range(4):
        counter.first_name("Paul")
        counter.problem("COM01")
        counter.question(f"Quand passe le bus {'ABCD'[number]} ?")
        counter.next()
    counter.card(code)
    counter.idea("Un marché le soir")
    counter.problem("PRO01")
    counter.support(4)
    counter.next()
    _sign_up(counter, desk)

    counter.way(WAYS[2])
    _sheets(counter)
    assert counter.entries == 40

    counter.go("/guichet")
    desk.check()
    desk.reads("Pour qui ?").reads_no("Samira", "Paul", code, counter.tickets[0][1])
    _counts(shop, reader, before)
    _supports(reader, ideas, counter.supported)
    _follow(shop, counter)
    counter.go("/compte")
    desk.reads("Mon compte").reads_no("Samira")
    counter.go("/guichet")
    desk.press("Fermer le guichet").reads("Le guichet est fermé")
    desk.open("/guichet").reads("Votre téléphone ou votre e-mail")


def _sign_up(counter: Counter, desk: Phone) -> None:
    counter.nobody()
    counter.go("/guichet/inscription")
    address = "guichet.habitant@example.org"
    counter.page.get_by_label("Son numéro de téléphone").fill(address)
    counter.page.get_by_label("La personne est d’accord").check(force=True)
    counter.press("Envoyer le code")
    counter.page.get_by_label("Le code à 6 chiffres").fill(desk.code(address))
    counter.send()
    desk.reads("Le compte est ouvert", "Médiatrice")
    counter.done()
    counter.support(5)
    counter.next()


def _sheets(counter: Counter) -> None:
    """Ten problems typed from paper, one of them wrong at first, and two ideas."""
    counter.go("/guichet")
    counter.press("Saisir des feuilles")
    counter.go("/guichet/feuilles/problemes")
    for row in range(10):
        counter.page.locator(f"#a-{row}").select_option("ECL01")
        if row:
            counter.page.locator(f"#b-{row}").select_option("terre-rouge-quartier")
    counter.press("Enregistrer ces lignes")
    counter.desk.check().reads("9 lignes sont enregistrées", "Choisissez un lieu de la liste")
    counter.page.locator("#b-0").select_option("terre-rouge-quartier")
    counter.press("Enregistrer ces lignes")
    counter.desk.check().reads("10 feuilles enregistrées")
    counter.go("/guichet/feuilles/idees")
    for row in range(2):
        counter.page.locator(f"#a-{row}").fill(f"Un arbre place {'AB'[row]}")
        counter.page.locator(f"#b-{row}").fill("Écrit sur papier.")
        counter.page.locator(f"#c-{row}").select_option("terre-rouge")
    counter.press("Enregistrer ces lignes")
    counter.desk.check().reads("2 feuilles enregistrées")
    counter.entries += 12
    counter.next()


def _counts(shop: Shop, reader: Phone, before: dict[str, dict[str, int]]) -> None:
    """One more vote in each concertation came in person, and the page says so to everybody."""
    after = counted(shop)
    for title, ways in before.items():
        assert after[title] == ways | {"in_person": ways.get("in_person", 0) + 1}, title
    reader.open("/concertations").press(FETE)
    until = time.monotonic() + 65
    while f"{after[FETE]['in_person']} Au stand" not in reader.words:
        assert time.monotonic() < until, "counts are a minute old at most"
        time.sleep(1)
        reader.page.reload()


def newest_ideas(reader: Phone) -> dict[str, dict[str, int]]:
    """The public ideas of the first page with their supporters by way, before the afternoon."""
    reader.open("/propositions")
    links = reader.page.locator("article.link a").all()
    numbers = re.findall(
        r"/propositions/(\d+)", " ".join(str(a.get_attribute("href")) for a in links)
    )
    return {number: supporters(reader, number) for number in dict.fromkeys(numbers[:6])}


def _supports(reader: Phone, before: dict[str, dict[str, int]], supported: list[str]) -> None:
    """The first three came in person, the others by phone."""
    for place, number in enumerate(supported):
        way = "sur place" if place < 3 else "par téléphone"
        assert supporters(reader, number).get(way, 0) == before[number].get(way, 0) + 1, number


def _follow(shop: Shop, counter: Counter) -> None:
    """A resident opens each kind of ticket on a phone of her own."""
    resident = shop.phone()
    kinds = {number[0]: (number, word) for number, word in counter.tickets}
    for number, word in kinds.values():
        resident.open("/suivi").write("Le numéro du ticket", number)
        resident.write("Le mot du ticket", word).press("Voir où ça en est")
        resident.reads(number if number[0] != "G" else "G-")


def test_every_screen_of_the_counter_on_a_phone(phone: Callable[[], Phone]) -> None:
    mediator = phone().be("mediatrice")
    mediator.reads("Le guichet").pick("En face de moi").press("Ouvrir le guichet")
    mediator.reads("Pour qui ?").write("Le code de sa carte", DEMO_CARD)
    mediator.press("Avec sa carte").reads("Que faire ?")
    for page in ("probleme", "idee", "question", "soutien", "vote", "inscription", "carte"):
        mediator.open(f"/guichet/{page}")
    mediator.open("/guichet/probleme").press("Envoyer et faire le ticket")
    mediator.reads("Des choses sont à revoir")
    mediator.page.get_by_label("Quel problème ?").select_option("ECL01")
    mediator.page.get_by_label("Où est-ce ?").select_option("terre-rouge-quartier")
    mediator.press("Envoyer et faire le ticket").reads("Voici le ticket", "Numéro", "Mot")
    mediator.open("/guichet/vote").press(FETE).reads("Tournez l’écran")
    mediator.open("/guichet").press("Personne suivante").press("Saisir des feuilles")
    mediator.press("Des idées").press("Enregistrer ces lignes")
    mediator.open("/guichet/questions").open("/guichet/codes-conseil")
    mediator.write("Son téléphone, son e-mail", "personne@example.org")
    mediator.press("Faire une nouvelle liste").reads("Aucun membre du conseil")
