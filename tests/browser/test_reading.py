"""What a visitor only reads, on a phone, with and without scripts."""

from collections.abc import Callable

from tests.browser.phone import Phone

PAGES = [
    "/",
    "/propositions",
    "/propositions?q=bnacs&tri=soutiens",
    "/propositions/pres",
    "/propositions/carte",
    "/propositions/1",
    "/propositions/1/suivre",
    "/recherche?q=jeux",
    "/appels",
    "/appels/1",
    "/appels/2",
    "/agenda",
    "/agenda/1",
    "/agenda/1/rappel",
    "/concertations",
    "/signalements",
    "/contrat",
    "/contrat/actions/3",
    "/moderation/registre",
    "/signaler-ce-texte/idee/1",
    "/signaler-ce-texte/merci?numero=12",
    "/aide",
    "/charte",
    "/accessibilite",
    "/donnees-personnelles",
    "/mentions-legales",
    "/compte/connexion",
    "/langue",
    "/demo",
    "/demo/courrier",
    "/nulle-part",
]


def test_every_public_page_is_accessible_on_a_phone(phone: Callable[[], Phone]) -> None:
    reader = phone()
    for path in PAGES:
        reader.open(path)
