"""A vote that asks for an address and an age: the choice waits on the phone and is sent then."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from engage.consultations.models import Ballot, Consultation, Option, Question, RollEntry
from engage.core import clock
from engage.core.config import Config
from engage.core.services import Services
from tests.browser.phone import Phone, Town
from tests.consultations.factories import make_consultation, make_question
from tests.factories import neighbourhood

pytestmark = pytest.mark.browser


@pytest.fixture
def square(running: Town) -> Iterator[int]:
    """An open concertation of Terre-Rouge for who shows an address there and is sixteen."""
    town = Services.of(Config.from_environ(running.environ))
    with clock.at(datetime.now(UTC)), town.database.transaction() as db:
        asked = make_consultation(
            db,
            make_question("Place des Tilleuls", "Place du Lot", title="Quel nom ?"),
            title="Le nom du square",
            min_residence="perimeter",
            min_age=16,
        )
        asked.neighbourhood_id = neighbourhood(db).id
    yield asked.id
    with town.database.transaction() as db:
        questions = select(Question.id).where(Question.consultation_id == asked.id)
        for table in (RollEntry, Ballot, Option):
            db.execute(delete(table).where(table.question_id.in_(questions)))
        db.execute(delete(Question).where(Question.consultation_id == asked.id))
        db.execute(delete(Consultation).where(Consultation.id == asked.id))
    town.database.close()


def test_a_choice_waits_until_address_and_age_are_said(
    phone: Callable[[], Phone], square: int
) -> None:
    voter = phone()
    vote = f"/concertations/{square}/voter?question=1"
    voter.open(f"/compte/connexion?suite={vote}").identify(voter.mail("place"))
    voter.reads("Quel nom ?", "nous vous demandons encore une chose")
    voter.pick("Place du Lot").press("Continuer")
    voter.reads("Avant de voter", "Vos réponses attendent", "Avoir 16 ans ou plus")
    voter.press("Dire mon quartier").pick("Terre-Rouge").press("Garder ce choix")
    voter.press("Choisir mon adresse").press("J’habite ici").reads("Une chose est à revoir")
    voter.choose("Votre résidence", "Les Écrivains").press("J’habite ici")
    voter.reads("Personne ne voit votre adresse").reads_no("Choisir mon adresse")
    voter.press("Répondre sur mon âge").pick("Oui").press("Continuer")
    voter.reads("Vos réponses attendent", "Quel nom ?", "Place du Lot")
    voter.press("Compter ma réponse").reads("C’est compté. Merci")
    voter.open("/compte/quartier").reads("Vous avez choisi une adresse ici", "C’est fait")
    voter.unfold("Changer de quartier").pick("Les Escales").press("Garder ce choix")
    voter.reads("Vous dites que vous habitez ici : Les Escales")


def test_the_mediator_attests_who_stands_before_her(phone: Callable[[], Phone]) -> None:
    mediator = phone().be("mediatrice").open("/compte").press("Attester")
    mediator.write("Le code de sa carte", "inconnue@example.org")
    mediator.choose("Où elle habite", "Les Écrivains").pick("La personne est devant moi")
    mediator.press("J’atteste").reads("Rien ne correspond")
    mediator.write("Le code de sa carte", "voisin05@example.org").press("J’atteste")
    mediator.reads("C’est attesté pour trois ans")
