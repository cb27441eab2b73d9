"""The way of an idea: written on a phone, read by the council, supported or refused."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engage.core import photos
from engage.core.images import prepare
from tests import live
from tests.browser.conftest import Shop
from tests.browser.phone import Phone, opened
from tests.proposals.ideas import make_item

pytestmark = pytest.mark.browser


def write_idea(phone: Phone, title: str, text: str) -> Phone:
    """Fill in the form, from the first page on."""
    phone.open("/").press("Proposer une idée")
    phone.write("Votre idée en une phrase", title).write("Expliquez un peu", text)
    return phone.choose("Quel quartier", "Terre-Rouge")


def read_idea(member: Phone, title: str) -> Phone:
    """Find an idea in the queue of the council and take it."""
    return member.open("/moderation").press(title).press("Lire")


def lift_veil(member: Phone) -> None:
    """Look at the photo; with scripts it comes in its place."""
    button = member.page.get_by_role("button", name="Voir la photo")
    button.click()
    member.page.get_by_alt_text("Photo 1").wait_for()


def comes_to_say(member: Phone, address: str, words: str) -> None:
    """A decision takes effect by itself a little later."""
    for _ in range(50):
        if words in member.open(address).words:
            return
        time.sleep(0.2)
    raise AssertionError(member.words)


def test_a_resident_writes_an_idea_the_council_publishes_it_a_neighbour_supports_it(
    phone: Callable[[], Phone], photo_file: Path
) -> None:
    author = phone()
    title = "Un robinet aux jardins" if author.scripts else "Un kiosque à musique"
    words = "Pour arroser sans porter de seaux." if author.scripts else "Quand il ne pleut pas."
    write_idea(author, title, words)
    author.attach("Des photos", photo_file).press("Envoyer mon idée")
    author.reads("Ce que vous avez écrit est gardé")
    address = author.mail("auteur")
    author.identify(address).reads("Reçu", "72 h", title)
    assert author.sent_after <= 4
    assert live.text_of(author.letter(address, "est arrivée")).count(title) == 1
    idea = author.page.url

    council = phone().be("conseil")
    read_idea(council, title).reads(words)
    assert council.page.get_by_alt_text("Photo 1").count() == 0
    lift_veil(council)
    council.reads_no(address)
    council.press("Publier").reads("Vous publiez ce texte", "Annuler")

    letter = author.letter(address, "Votre idée est publiée")
    assert title in live.text_of(letter)
    assert idea.split("/")[-1].split("-")[0] in live.text_of(letter)
    author.open(idea).reads("0 soutien").press("Toutes les idées").reads(title)

    neighbour, tablet = phone().be("habitant2"), phone().be("habitant2")
    tablet.open(f"{idea}/soutenir")
    neighbour.begin().open("/propositions").press(title).press("Soutenir")
    neighbour.press("Je soutiens cette idée")
    neighbour.reads("Votre soutien est compté", "1 soutien", "Vous soutenez cette idée")
    assert neighbour.sent_after <= 4
    tablet.press("Je soutiens cette idée")
    tablet.reads("Vous souteniez déjà cette idée", "compte une fois", "1 soutien")
    neighbour.back().reads("Vous soutenez cette idée", "compte une fois")
    phone().open("/propositions").reads(f"{title} {words[:12]}", "1 soutien")


def test_similar_ideas_are_shown_before_one_is_sent_again(phone: Callable[[], Phone]) -> None:
    author = phone().open("/propositions/nouvelle")
    author.write("Votre idée en une phrase", "atelier pour reparer son velo")
    if not author.scripts:
        author.write("Expliquez un peu", "Le samedi.").choose("Quel quartier", "Terre-Rouge")
        author.press("Envoyer mon idée").reads("Non, la mienne est différente")
    author.page.locator(".alike").wait_for()  # half a second after the last letter
    author.reads("Quelqu’un l’a déjà dit ?", "Un atelier pour réparer", "soutiens")
    author.press("Soutenir celle-là").reads("Soutenir cette idée", "Un atelier pour réparer")


def test_a_refusal_takes_two_members_and_tells_the_author_why(phone: Callable[[], Phone]) -> None:
    author = phone()
    title = f"Quelqu’un joue du violon, {'avec' if author.scripts else 'sans'}"
    write_idea(author, title, "Au troisième, tout le monde sait qui c’est.")
    author.press("Envoyer mon idée").identify(author.mail("refuse")).reads("Reçu")
    assert author.sent_after <= 4
    idea = author.page.url

    first = phone().be("conseil")
    read_idea(first, title).unfold("Faire corriger, ou proposer un refus")
    first.pick("permet de reconnaître quelqu’un").write("Un mot pour l’auteur", "Parlez du lieu.")
    item = first.page.url
    first.press("Proposer ce refus").reads("Vous proposez un refus")
    comes_to_say(first, item, "Votre avis est donné")
    assert first.page.get_by_role("button", name="Confirmer le refus").count() == 0

    second = phone().be("conseil2")
    read_idea(second, title).reads("Un membre propose de ne pas publier", "Parlez du lieu.")
    second.press("Confirmer le refus").reads("Vous confirmez le refus")

    words = live.text_of(author.letter(author.mail("refuse"), "n’est pas publiée"))
    for part in (title, "reconnaître quelqu’un", "Parlez du lieu.", "Règle", "deux personnes"):
        assert part in words
    author.open(idea).reads("Non publiée", "Pourquoi votre idée n’est pas publiée")
    phone().open("/propositions").reads_no(title)


def item_with(phone: Phone, photo: Path | None = None) -> tuple[str, str]:
    """A text in the queue, just sent; its address, and the key of its photo."""
    with opened(phone.town) as (services, db):
        kept = []
        if photo:
            stored = photos.store(services.storage, prepare(io.BytesIO(photo.read_bytes())))
            kept = [photos.keep(db, stored)]
        item = make_item(db, title="Un abri à vélos", photo_ids=[one.id for one in kept])
        return f"/moderation/{item.id}", kept[0].key if kept else ""


def focused(phone: Phone) -> str:
    """The words of what has the focus."""
    return str(phone.page.evaluate("document.activeElement.innerText")).strip()


def test_keys_lead_to_the_buttons_of_a_desk_once_they_are_switched_on(shop: Shop) -> None:
    desk = shop.phone(width=1280, height=900).be("conseil2")
    address, _key = item_with(desk)
    desk.open(address).press("Lire")
    desk.page.keyboard.press("p")
    assert focused(desk) != "Publier"
    desk.open("/moderation/reglages").pick("raccourcis").press("Enregistrer")

    keys = desk.open(address).reads("Entrée décide").page.keyboard
    keys.press("m")
    assert focused(desk) == "Masquer une partie"
    keys.press("c")
    desk.write("Un mot pour l’auteur", "")
    keys.type("pcm")
    assert desk.value("Un mot pour l’auteur") == "pcm", "what is typed is no shortcut"
    desk.page.locator("h1").click()
    keys.press("p")
    assert focused(desk) == "Publier"
    with desk.page.expect_navigation():
        keys.press("Enter")
    desk.reads("Vous publiez ce texte")


def test_a_finger_and_a_keyboard_cover_parts_of_a_photo(shop: Shop, photo_file: Path) -> None:
    member = shop.phone().be("conseil")
    address, key = item_with(member, photo_file)
    member.open(address).press("Lire")
    lift_veil(member)
    member.press("Masquer une partie")
    cells = member.page.locator(".grid48 input")
    cells.nth(24).scroll_into_view_if_needed()
    finger = member.page.context.new_cdp_session(member.page)
    for number in range(3):
        box = cells.nth(number).bounding_box()
        assert box is not None
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        move = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": move, "touchPoints": [at]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    cells.nth(46).focus()
    for step in ("Space", "Tab", "Space"):
        member.page.keyboard.press(step)
    ticked = [int(box.input_value()) for box in cells.all() if box.is_checked()]
    assert ticked == [0, 1, 2, 46, 47]

    member.check().press("Publier le reste").reads("Annuler")
    comes_to_say(member, address, "Voir la page")
    member.press("Voir la page")
    shown = member.page.locator("main img[src^='/photos/']").first.get_attribute("src")
    assert shown is not None
    assert key not in shown
    assert member.page.request.get(f"{member.base}/photos/{key}").status == 404


def test_words_wait_on_the_phone_until_they_are_sent_or_erased(
    phone: Callable[[], Phone], photo_file: Path
) -> None:
    author = phone()
    if not author.scripts:
        return
    write_idea(author, "Un verger", "Des pommiers pour tous.")
    author.open("/propositions").open("/propositions/nouvelle")
    author.reads("Votre texte d’aujourd’hui est encore là.")
    assert author.value("Votre idée en une phrase") == "Un verger"
    for number in range(2):
        author.attach("Des photos", photo_file)
        author.page.locator(".taken").nth(number).wait_for()
    author.page.locator(".taken button").first.click()
    assert author.page.locator(".taken").count() == 1
    author.page.get_by_text("Préciser le lieu ou le sujet").click()
    shown = author.page.locator("optgroup:not([hidden])")
    assert shown.count() == 1
    author.page.get_by_role("button", name="Effacer").click()
    assert author.value("Votre idée en une phrase") == ""
    author.open("/propositions").open("/propositions/nouvelle")
    assert "encore là" not in author.words
