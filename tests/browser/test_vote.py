"""Voting: with an account in the fête, with a letter's code in the Réhabilitation; results."""

from collections.abc import Callable

import pytest

from engage.consultations.demo import DEMO_CODES
from engage.consultations.models import QuestionKind
from tests.browser.phone import Phone, opened
from tests.consultations.factories import make_consultation, make_question

pytestmark = pytest.mark.browser

FETE, WORKS, PLAYGROUND = "Fête de quartier", "Réhabilitation", "L’aire de jeux"


def test_a_resident_with_an_account_votes_once(phone: Callable[[], Phone]) -> None:
    voter = phone()
    persona = "habitante" if voter.scripts else "habitant2"
    voter.be(persona).begin().open("/concertations").press(FETE).press("Voter")
    voter.reads("question 1 sur 2", "Votre vote est secret")
    voter.pick("Le deuxième samedi").press("Envoyer ma réponse")
    assert voter.sent_after <= 4
    voter.reads("c’est compté", "question 2 sur 2")
    voter.pick("Musique").pick("Repas partagé").press("Envoyer ma réponse")
    voter.reads("C’est compté. Merci", "sans votre nom", "Et après ?")
    poll = voter.page.url.removesuffix("/voter/fin")

    voter.back().reads("Vous pouvez le changer jusqu’au")
    again = phone().be(persona)
    again.open(f"{poll}/voter?question=2").reads("Vous pouvez le changer jusqu’au")
    assert again.page.locator("input:checked").count() == 2
    again.open(poll).reads("C’est compté", "Vous avez répondu à toutes les questions")
    again.open(f"{poll}/resultats").reads("Pas encore de résultats").reads_no("voix")


def test_a_visitor_votes_first_and_says_who_she_is_last(phone: Callable[[], Phone]) -> None:
    voter = phone()
    voter.open("/concertations").press(FETE).begin().press("Voter")
    voter.reads("question 1 sur 2", "Vous dites qui vous êtes à la fin")
    voter.pick("Le deuxième samedi").press("Continuer").reads("question 2 sur 2")
    voter.pick("Musique").pick("Repas partagé").identify(voter.mail("vote"), "Continuer")
    voter.reads("C’est compté. Merci", "Le deuxième samedi", "Musique", "Repas partagé")
    assert len(voter.screens) <= 4  # two questions, the last with an address, a code, the thanks

    neighbour = phone().open("/concertations").press(WORKS).press("Voter")
    neighbour.pick("Local vélos").press("Continuer")
    neighbour.open(neighbour.page.url.partition("?")[0])
    neighbour.reads("Ce sont vos réponses").reads_no("Local vélos")
    neighbour.press("Non, effacer ces réponses").reads("question 1 sur 2")
    assert neighbour.page.locator("input:checked").count() == 0


def test_the_code_of_a_letter_votes_once_whoever_is_signed_in(phone: Callable[[], Phone]) -> None:
    voter = phone()
    code = DEMO_CODES[0] if voter.scripts else DEMO_CODES[1]
    if voter.scripts:
        voter.be("habitante")
    voter.begin().open("/").press("J’ai reçu un code par lettre")
    voter.write("Votre code", code.lower().replace("-", " ")).press("Continuer")
    voter.reads(WORKS, "question 1 sur 2")
    for choice in ("Halls plus clairs", "Local vélos", "Entrées sans marche", "Plantations"):
        voter.pick(choice)
    poll = voter.page.url
    voter.press("Envoyer ma réponse").reads("Une chose est à revoir")
    assert voter.page.locator("fieldset .err").count() == 1
    assert voter.page.locator("input:checked").count() == 4
    voter.pick("Plantations").press("Envoyer ma réponse").reads("c’est compté")
    assert poll.split("?")[0] in voter.page.url
    voter.pick("Un SMS").press("Envoyer ma réponse").reads("C’est compté. Merci")
    assert voter.sent_after <= 5  # one more for the answer that was refused

    neighbour = phone()
    neighbour.open("/code")
    if neighbour.scripts:  # scanned off the letter: what stands behind the "#" is filled in
        neighbour.page.goto("about:blank")
        neighbour.page.goto(f"{neighbour.base}/code#{code}")
        assert neighbour.value("Votre code") == code
        assert neighbour.page.url.endswith("/code")
    neighbour.write("Votre code", code).press("Continuer")
    neighbour.reads("C’est compté")
    assert neighbour.page.get_by_role("button", name="Envoyer ma réponse").count() == 0
    neighbour.open("/code").write("Votre code", "AAAA-BBBB-CCCC").press("Continuer")
    assert neighbour.page.locator(".err").count() == 1
    assert neighbour.value("Votre code") == "AAAA-BBBB-CCCC"


def test_the_keyboard_alone_judges_every_answer(phone: Callable[[], Phone]) -> None:
    voter = phone()
    with opened(voter.town) as (_services, db):
        question = make_question("Des bancs", "Un jeu", title="Que pensez-vous de chaque idée ?")
        question.kind = QuestionKind.JUDGMENT
        asked = make_consultation(db, question, title="La placette", is_demo=True).id
    voter.be("habitante" if voter.scripts else "habitant2")
    voter.open(f"/concertations/{asked}/voter?question=1").reads("Excellent", "À rejeter")
    press = voter.page.keyboard.press
    voter.page.locator("fieldset input").first.focus()
    for key in ("Space", "Tab", "Space", "ArrowRight"):
        press(key)  # the best grade; for the next answer the second one
    if voter.scripts:  # the browser is killed, say: what was chosen waits on the phone
        voter.open("/aide").open(f"/concertations/{asked}/voter?question=1")
        voter.reads("Vos choix de tout à l’heure sont encore là")
        voter.page.locator("fieldset input:checked").last.focus()
    for key in ("Tab", "Tab", "Enter"):
        press(key)  # past "none", to the button
    voter.page.wait_for_url("**/voter/fin")
    voter.check().reads("C’est compté", "Excellent", "Très bien", "Changer ma réponse")


def test_results_show_when_the_vote_is_over_and_never_before(phone: Callable[[], Phone]) -> None:
    reader = phone()
    for title in (FETE, WORKS):
        reader.open("/concertations").press(title).reads_no("/resultats")
        assert reader.page.locator("table.bars").count() == 0
        reader.open(f"{reader.page.url}/resultats").reads("Pas encore de résultats")
        assert reader.page.locator("table.bars").count() == 0
    reader.open("/concertations").press(PLAYGROUND)
    reader.reads("Résultats", "Ce qui est décidé", "voix", "Qui a participé", "Comment on compte")
    assert reader.page.locator("table.bars tr").count() >= 7
    reader.unfold("Comment on compte").press("La concertation").reads(PLAYGROUND)
