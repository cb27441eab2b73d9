"""What goes wrong: nothing written, too much, a wrong code, a false photo, the same form twice."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

NOUVEAU = "/signalements/nouveau?tuile=light&choix=ECL01"


def refused(phone: Phone, *sentences: str) -> Phone:
    """The summary on top names each fault and leads to its field; nothing typed is lost."""
    summary = phone.page.locator("#erreurs")
    for sentence in sentences:
        link = summary.get_by_role("link", name=sentence)
        assert link.count() == 1, f"{sentence!r} not in: {summary.inner_text()}"
        target = str(link.get_attribute("href"))
        assert phone.page.locator(target).count() == 1, f"{target} leads nowhere"
    return phone


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "vacances.jpg"
    path.write_text("Ceci n’est pas une photo.")
    return path


def test_an_idea_says_what_is_missing_and_what_is_too_much(
    phone: Callable[[], Phone], text_file: Path
) -> None:
    author = phone().open("/propositions/nouvelle").press("Envoyer mon idée")
    refused(author, "en une phrase", "en quelques mots", "Choisissez un quartier")
    author.write("Votre idée en une phrase", "a" * 100).write("Expliquez un peu", "b" * 4100)
    author.choose("Quel quartier", "Terre-Rouge").press("Envoyer mon idée")
    refused(author, "80 caractères", "4 000 caractères")
    assert author.value("Expliquez un peu") == "b" * 4100
    author.write("Votre idée en une phrase", "Des fleurs").write("Expliquez un peu", "Partout.")
    author.attach("Des photos", text_file).press("Envoyer mon idée").reads("à revoir")
    assert author.page.locator(".field.bad input[type=file]").count() == 1
    assert author.value("Votre idée en une phrase") == "Des fleurs"


def test_a_report_says_what_is_missing_and_refuses_a_false_photo(
    phone: Callable[[], Phone], text_file: Path
) -> None:
    resident = phone().open(NOUVEAU).press("Envoyer")
    refused(resident, "Choisissez un lieu")
    resident.choose("Où est-ce", "Avenue Jean-Lurçat").write("Un mot", "c" * 1100)
    refused(resident.press("Envoyer"), "1 000 caractères")
    assert resident.value("Un mot") == "c" * 1100
    resident.write("Un mot", "Elle est noire.").attach("Une photo", text_file).press("Envoyer")
    resident.reads("à revoir")
    assert resident.page.locator(".field.bad input[type=file]").count() == 1
    assert resident.value("Un mot") == "Elle est noire."


def test_a_button_pressed_twice_sends_one_report(phone: Callable[[], Phone]) -> None:
    resident = phone()
    kind = "Feu de circulation en panne" if resident.scripts else "Chantier"
    before = len(listed(phone(), kind))
    code = "VOI03" if resident.scripts else "VOI07"
    resident.open(f"/signalements/nouveau?tuile=street&choix={code}")
    resident.choose("Où est-ce", "Avenue Jean-Lurçat")
    with resident.page.expect_navigation(url="**/suivi/*"):
        resident.page.get_by_role("button", name="Envoyer").dblclick()
    resident.check().reads("Votre numéro")
    assert len(listed(phone(), kind)) == before + 1


def listed(reader: Phone, kind: str) -> list[str]:
    """The public reports of a kind."""
    reader.open("/signalements")
    return reader.page.locator("article", has_text=kind).all_inner_texts()


def test_a_code_dies_after_five_wrong_ones(phone: Callable[[], Phone]) -> None:
    visitor = phone().open("/compte/connexion").press("Recevoir un code")
    refused(visitor, "Écrivez votre numéro de téléphone")
    visitor.write("Votre numéro de téléphone", "bonjour").press("Recevoir un code")
    refused(visitor, "06 12 34 56 78")
    assert visitor.value("Votre numéro de téléphone") == "bonjour"
    address = visitor.mail("etourdie")
    visitor.write("Votre numéro de téléphone", address).press("Recevoir un code")
    refused(visitor.press("Valider"), "Tapez les 6 chiffres")
    right = visitor.code(address)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _try in range(5):
        visitor.write("Le code à 6 chiffres", wrong).press("Valider").reads("pas le bon")
    visitor.write("Le code à 6 chiffres", wrong).press("Valider").reads("ne marche plus")
    visitor.write("Le code à 6 chiffres", right).press("Valider").reads("ne marche plus")
    visitor.press("recommencer").reads("Votre téléphone ou votre e-mail")


def test_a_code_that_is_too_old_is_refused(phone: Callable[[], Phone]) -> None:
    visitor = phone().open("/compte/connexion")
    address = visitor.mail("lente")
    visitor.write("Votre numéro de téléphone", address).press("Recevoir un code")
    code = visitor.code(address)
    let_codes_grow_old(Path(visitor.town.environ["ENGAGE_INSTANCE"]), address)
    visitor.write("Le code à 6 chiffres", code).press("Valider")
    visitor.reads("ne marche plus. Demandez un nouveau code")


def let_codes_grow_old(instance: Path, address: str) -> None:
    """What eleven minutes do."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    database = sqlite3.connect(instance / "engage.db", timeout=20)
    with database:
        database.execute(
            "UPDATE sign_in_codes SET expires_at = ? WHERE value = ?",
            (past.strftime("%Y-%m-%d %H:%M:%S.%f"), address),
        )
    database.close()


def test_votes_codes_and_contacts_left_empty_are_asked_for(phone: Callable[[], Phone]) -> None:
    visitor = phone().open("/code").press("Continuer")
    refused(visitor, "Tapez le code")
    visitor.open("/compte/carte").press("Entrer")
    refused(visitor, "Tapez le code")
    visitor.write("Le code de votre carte", "X" * 60).press("Entrer")
    refused(visitor, "Nous ne connaissons pas ce code")
    visitor.open(NOUVEAU).choose("Où est-ce", "Avenue Jean-Lurçat").press("Envoyer")
    refused(visitor.press("Me prévenir"), "Écrivez un téléphone ou un e-mail")
    visitor.write("Téléphone ou e-mail", "nulle part").press("Me prévenir")
    refused(visitor, "06 12 34 56 78")
    assert visitor.value("Téléphone ou e-mail") == "nulle part"

    voter = phone().open("/compte/carte").write("Le code de votre carte", "CART-5555-NPQR")
    voter.press("Entrer").open("/concertations").press("Fête de quartier").press("Voter")
    assert voter.press("Envoyer ma réponse").page.locator("fieldset .err").count() == 1


def test_staff_are_told_what_a_decision_lacks(phone: Callable[[], Phone]) -> None:
    member = phone().be("conseil2")
    member.press("Lire").unfold("Faire corriger, ou proposer un refus").press("Proposer ce refus")
    refused(member, "Choisissez un motif", "Expliquez votre choix")
    agent = phone().be("agent")
    agent.go(agent.page.locator("ul.rows a", has_text="Pris en charge"))
    agent.unfold("Prévoir un jour").press("Prévoir un jour")
    refused(agent, "Choisissez un jour")
    agent.unfold("Dire que c’est réparé").press("Dire que c’est réparé").reads("à revoir")


def test_pages_that_are_not_there_say_so(phone: Callable[[], Phone]) -> None:
    visitor = phone()
    for path in ("/nulle-part", "/suivi/aaaaaaaaaaaaaaaaaaaaaaaaaaa", "/propositions/999999"):
        visitor.open(path)
        assert visitor.page.locator("main a").count() >= 1, "a way out"
    visitor.open("/moderation").reads("téléphone ou votre e-mail")
    phone().be("habitante").open("/gup").reads("Accueil")
