"""Pages of letters, stand and paper: from the printed letter to the tally report."""

from dataclasses import dataclass

import pytest

from engage.accounts.models import Person, Role
from engage.consultations.models import Consultation, Electorate
from engage.consultations.paper import queries
from engage.core.services import Services
from engage.core.web import Engage
from tests import printed
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question
from tests.factories import make_person, photo_bytes


@dataclass
class Staff:
    """A vote by letters that takes paper, and those who work with it."""

    asked: Consultation
    coordinator: Browser
    mediator: Browser
    member: Browser
    phone: Browser

    @property
    def codes(self) -> str:
        return f"/concertations/codes/{self.asked.id}"

    @property
    def paper(self) -> str:
        return f"/concertations/papier/{self.asked.id}"

    @property
    def stand(self) -> str:
        return f"/concertations/stand/{self.asked.id}"

    def letters(self, **typed: str) -> list[str]:
        """The codes on the letters of a new batch, as they are printed."""
        sent = {"liste": "", "nombre": "", "quartier": "0", **typed}
        answer = self.coordinator.submit(self.codes, sent, 200, action="/lettres")
        assert answer.mimetype == "application/pdf"
        return [_code(page) for page in printed.pages(answer.data)]


def _code(page: str) -> str:
    return next(word for word in page.split() if len(word) == 14 and word.count("-") == 2)


@pytest.fixture
def staff(app: Engage, town: Services) -> Staff:
    with town.database.transaction() as db:
        people = [make_person(db, r) for r in (Role.COORDINATOR, Role.MEDIATOR, Role.COUNCIL)]
        asked = make_consultation(
            db,
            make_question("Oui", "Non", title="D’accord ?"),
            electorate=Electorate.DWELLING_CODE,
            takes_paper=True,
        )
    coordinator, mediator, member = (Browser(app).sign_in(person) for person in people)
    return Staff(asked, coordinator, mediator, member, Browser(app))


def test_letters_come_once_as_a_pdf_and_the_page_shows_no_code(staff: Staff) -> None:
    codes = staff.letters(liste="Logement 1 ; 3 rue A\nLogement 2 ; 3 rue A")
    assert len(set(codes)) == 2
    staff.coordinator.get(staff.codes)
    assert "2 lettres" in staff.coordinator.text
    assert not any(code in staff.coordinator.text for code in codes)


def test_a_code_in_hand_is_told_and_not_repeated(staff: Staff) -> None:
    used, unused = staff.letters(nombre="2")
    staff.mediator.submit(staff.stand, {"code": used}, 200)
    assert "Donnez un bulletin" in staff.mediator.text
    assert used not in staff.mediator.text
    for code, told in ((used, "a déjà voté"), (unused, "n’a pas encore voté")):
        staff.mediator.submit(staff.codes, {"code": f"http://localhost/code#{code}"}, 200)
        assert told in staff.mediator.text
        assert code not in staff.mediator.text


def test_whoever_voted_on_paper_hears_on_the_phone_that_it_is_counted(staff: Staff) -> None:
    (code,) = staff.letters(nombre="1")
    staff.mediator.submit(staff.stand, {"code": code}, 200)
    staff.mediator.submit(staff.stand, {"code": code}, 422)
    assert "Déjà voté" in staff.mediator.text
    staff.phone.submit("/code", {"code": code})
    staff.phone.get(f"/concertations/{staff.asked.id}/voter/fin")
    assert "compté" in staff.phone.text


def test_a_lost_letter_is_replaced_by_its_number(staff: Staff) -> None:
    first, _second = staff.letters(nombre="2")
    sent = {"perdu": "", "numero": "1-001", "remplacer": "y", "adresse": "Logement 1"}
    answer = staff.coordinator.submit(staff.codes, sent, 200, action="/annuler")
    (page,) = printed.pages(answer.data)
    assert "1-003" in page
    assert "Logement 1" in page
    staff.mediator.submit(staff.stand, {"code": first}, 422)
    staff.mediator.submit(staff.stand, {"code": _code(page)}, 200)
    again = {"perdu": "", "numero": "1-003", "adresse": ""}
    staff.coordinator.submit(staff.codes, again, 422, action="/annuler")
    assert "a déjà voté" in staff.coordinator.text


def test_a_wrong_list_is_refused_with_its_words_kept(staff: Staff) -> None:
    sent = {"liste": "", "nombre": "5000", "quartier": "0"}
    staff.coordinator.submit(staff.codes, sent, 422, action="/lettres")
    assert "1 000 lettres" in staff.coordinator.text
    staff.coordinator.submit(staff.codes, {**sent, "nombre": ""}, 422, action="/lettres")
    assert "Écrivez les logements" in staff.coordinator.text


def test_sheets_are_read_by_two_and_the_report_is_written(
    staff: Staff, moment: Moment, town: Services
) -> None:
    for code in staff.letters(nombre="2"):
        staff.mediator.submit(staff.stand, {"code": code}, 200)
    staff.coordinator.submit(staff.paper, {"bulletins": "20"}, action="/lots")
    ballot = staff.coordinator.get(f"{staff.paper}/lots/1.pdf")
    assert "Lot 1" in printed.pages(ballot.data)[0]
    moment.move_to(staff.asked.closes_at)
    staff.coordinator.submit(staff.paper, {"lot": "1", "found": "1"}, action="/urne")
    sheet = f"{staff.paper}/lots/1/1"
    _read(staff, staff.mediator, sheet, "Oui", photo=True)
    staff.mediator.get(sheet)
    assert "Une autre personne doit la lire" in staff.mediator.text
    staff.member.get(sheet)
    assert "Vous ne voyez pas la première lecture" in staff.member.text
    _read(staff, staff.member, sheet, "Non")
    staff.coordinator.get(sheet)
    assert "« Oui »" in staff.coordinator.text
    _read(staff, staff.coordinator, sheet, "Non", reason="La croix est dans Non.")
    staff.coordinator.get(f"{staff.paper}/fin")
    assert "Il manque 1 bulletin" in staff.coordinator.text
    question = f"q{staff.asked.questions[0].id}"
    staff.coordinator.submit(f"{staff.paper}/fin", {question: "", "sure": "y"}, 422)
    assert "Dites d’où vient" in staff.coordinator.text
    told = "Une personne est partie avec le sien."
    staff.coordinator.submit(f"{staff.paper}/fin", {question: told, "sure": "y"})
    staff.member.get(f"/concertations/{staff.asked.id}/depouillement")
    assert told in staff.member.text
    pdf = staff.member.get(f"/concertations/{staff.asked.id}/depouillement.pdf")
    assert printed.says_accessible(pdf.data)
    staff.phone.get(f"/concertations/{staff.asked.id}/depouillement", 404)
    with town.database.reading() as db:
        assert queries.is_settled(db, staff.asked.id)


def _read(
    staff: Staff,
    browser: Browser,
    sheet: str,
    answer: str,
    *,
    reason: str = "",
    photo: bool = False,
) -> None:
    question = staff.asked.questions[0]
    option = next(o.id for o in question.options if o.label["fr"] == answer)
    sent = {f"q{question.id}-choix": str(option)}
    if reason:
        sent["reason"] = reason
    taken = ("photo", photo_bytes(), "feuille.jpg") if photo else None
    browser.submit(sheet, sent, photo=taken)


def test_the_photo_of_a_sheet_is_for_those_who_read_it(
    staff: Staff, app: Engage, town: Services, moment: Moment
) -> None:
    staff.coordinator.submit(staff.paper, {"bulletins": "20"}, action="/lots")
    moment.move_to(staff.asked.closes_at)
    staff.coordinator.submit(staff.paper, {"lot": "1", "found": "1"}, action="/urne")
    _read(staff, staff.mediator, f"{staff.paper}/lots/1/1", "Oui", photo=True)
    with town.database.transaction() as db:
        sheet = queries.sheet(db, staff.asked.id, 1, 1)
        assert sheet is not None
        assert sheet.photo is not None
        agent: Person = make_person(db, Role.AGENT)
    address = f"/photos/{sheet.photo.key}"
    staff.member.get(address)
    for nobody in (staff.phone, Browser(app).sign_in(agent)):
        nobody.get(address, 404)


def test_what_is_ticked_wrong_is_said_and_kept(staff: Staff, moment: Moment) -> None:
    staff.coordinator.submit(staff.paper, {"bulletins": "20"}, action="/lots")
    moment.move_to(staff.asked.closes_at)
    staff.coordinator.submit(staff.paper, {"lot": "1", "found": "1"}, action="/urne")
    sheet, question = f"{staff.paper}/lots/1/1", f"q{staff.asked.questions[0].id}"
    staff.member.submit(sheet, {}, 422)
    assert "Recopiez la réponse" in staff.member.text
    option = str(staff.asked.questions[0].options[0].id)
    staff.member.submit(sheet, {question: "void", f"{question}-choix": option}, 422)
    assert "Pas les deux" in staff.member.text
    staff.member.submit(sheet, {f"{question}-choix": "999999"}, 422)
    assert "choisissez « Nul »" in staff.member.text
    assert "Une chose est à revoir" in staff.member.text


def test_landlords_and_the_council_find_no_page_of_codes(
    staff: Staff, app: Engage, town: Services
) -> None:
    staff.member.get(staff.codes, 403)
    staff.member.get(staff.stand, 403)
    with town.database.transaction() as db:
        person = make_person(db, Role.AGENT)
    agent = Browser(app).sign_in(person)
    for page in (staff.codes, staff.stand, staff.paper):
        agent.get(page, 403)
