"""The same pages as other people see them: Arabic, large text, dark, by keyboard, at a desk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import CHROMIUM, Shop
from tests.browser.phone import Examiner, Phone, Town

pytestmark = pytest.mark.browser

MAIN = (
    "/",
    "/propositions",
    "/propositions/carte",
    "/propositions/nouvelle",
    "/appels",
    "/agenda",
    "/concertations",
    "/signalements",
    "/signalements/nouveau",
    "/signalements/nouveau?tuile=light",
    "/signalements/nouveau?tuile=light&choix=ECL01",
    "/signalements/nouveau?tuile=lift_heating&choix=LOG03",
    "/compte/connexion",
    "/code",
    "/contrat",
    "/aide",
    "/charte",
)
LARGE = "document.documentElement.style.fontSize = '225%'"


def firsts(phone: Phone) -> list[str]:
    """An idea, open and closed votes with results, a report: the newest of each list."""
    found = []
    for listing in ("/propositions", "/concertations", "/signalements"):
        phone.page.goto(phone.base + listing)
        links = phone.page.locator("article.link a")
        found += [str(link.get_attribute("href")) for link in (links.first, links.last)]
    return found


def wide_things(phone: Phone) -> str:
    """What sticks out of the screen, for the message of a failure."""
    return str(
        phone.page.evaluate(
            """() => [...document.body.querySelectorAll('*')].filter(e => {
                const box = e.getBoundingClientRect();
                return box.width && (box.right > innerWidth + 1 || box.left < -1);
            }).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40))
            .slice(0, 5)"""
        )
    )


def fits(phone: Phone) -> None:
    """Nothing is wider than the screen, and no word is cut at its edge."""
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= phone.size["width"], f"{phone.page.url}: {width} px, {wide_things(phone)}"


def test_reporting_in_arabic_reads_from_right_to_left(shop: Shop, photo_file: Path) -> None:
    resident = shop.phone(locale="ar")
    resident.open("/langue")
    resident.press("العربية").open("/signalements/nouveau")
    html = resident.page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    resident.press("الإنارة").press("عمود إنارة مطفأ أو يومض")
    resident.page.locator("#lieu").select_option("terre-rouge-quartier")
    resident.page.locator("#photo").set_input_files(photo_file)
    resident.page.locator("#description").fill("المصباح مطفأ")
    resident.go(resident.page.locator("main form button")).reads(
        "G-", "المصباح مطفأ", "عمود إنارة مطفأ أو يومض"
    )
    assert "/suivi/" in resident.page.url


def test_main_pages_fit_in_arabic(shop: Shop) -> None:
    reader = shop.phone(locale="ar")
    reader.open("/langue")
    reader.press("العربية")
    for path in (*MAIN, *firsts(reader)):
        reader.open(path)


def test_main_pages_fit_with_text_twice_as_large_and_on_a_narrow_phone(shop: Shop) -> None:
    large, narrow = shop.phone(), shop.phone(width=320, height=640)
    for path in (*MAIN, *firsts(large)):
        large.page.goto(large.base + path)
        large.page.evaluate(LARGE)
        fits(large)
        narrow.page.goto(narrow.base + path)
        fits(narrow)


def test_the_menu_gives_its_room_back_to_people_who_read_large(
    chromium: Browser, running: Town, examiner: Examiner
) -> None:
    """Their browser writes in 36 px; unlike a style, the rules for narrow screens see this."""
    options = ["--no-sandbox", "--disable-gpu", "--blink-settings=defaultFontSize=36"]
    large = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=options)
    shop = Shop(large, running, examiner)
    reader = shop.phone()
    for path in ("/", "/propositions", "/signalements/nouveau"):
        reader.page.goto(reader.base + path)
        fits(reader)
        top, position = reader.page.evaluate(
            """() => [document.querySelector('main').getBoundingClientRect().top,
            getComputedStyle(document.querySelector('nav.bar')).position]"""
        )
        assert position == "static"
        assert top <= reader.size["height"] / 2, f"{path} begins at {top} px"
    shop.close()
    large.close()


def test_the_first_problem_of_the_desk_is_on_the_first_screen_of_a_phone(shop: Shop) -> None:
    agent = shop.phone().be("agent").open("/gup")
    title, bar = agent.page.locator("ul.rows .t").first, agent.page.locator("nav.bar")
    first, menu = title.bounding_box(), bar.bounding_box()
    assert first
    assert menu
    assert first["y"] + first["height"] < menu["y"]


def test_main_pages_keep_their_contrast_in_the_dark(shop: Shop) -> None:
    reader = shop.phone(scheme="dark")
    for path in (*MAIN, *firsts(reader)):
        reader.open(path)


STAFF = {
    "conseil": ("/moderation",),
    "agent": ("/gup", "/gup?etat=retard"),
    "coordinatrice": ("/moderation", "/gup", "/relances", "/partenaires"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_pages_at_a_desk(shop: Shop, scheme: str) -> None:
    for persona, pages in STAFF.items():
        desk = shop.phone(width=1280, height=800, scheme=scheme).be(persona)
        for path in pages:
            desk.open(path)
            first = desk.page.locator("ul.rows a")
            if first.count() and first.first.is_visible():
                desk.open(str(first.first.get_attribute("href")))


def test_residents_pages_at_a_desk(shop: Shop) -> None:
    desk = shop.phone(width=1280, height=800)
    for path in (*MAIN, *firsts(desk)):
        desk.open(path)


FOCUS = """
() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const label = e.labels && e.labels.length ? e.labels[0].textContent : e.textContent;
  const shown = [e, e.parentElement, e.nextElementSibling].filter(Boolean).some(
    x => getComputedStyle(x).outlineStyle !== 'none' && getComputedStyle(x).outlineWidth !== '0px'
  );
  const box = e.getBoundingClientRect();
  const bar = document.querySelector('nav.bar').getBoundingClientRect();
  const hidden = !e.closest('nav.bar') && bar.top > 0 && box.top >= bar.top;
  return {words: label.trim().replace(/\\s+/g, ' '), shown, hidden, tag: e.tagName};
}
"""


def tab_to(phone: Phone, words: str) -> None:
    """Walk with Tab until something with these words has the focus, seen all the way."""
    for _step in range(60):
        phone.page.keyboard.press("Tab")
        here = phone.page.evaluate(FOCUS)
        if here is None:
            continue
        assert here["shown"], f"no visible focus on {here} at {phone.page.url}"
        assert not here["hidden"], f"behind the bar: {here} at {phone.page.url}"
        if words in here["words"]:
            return
    raise AssertionError(f"Tab never reached {words!r} at {phone.page.url}")


def enter(phone: Phone) -> Phone:
    with phone.page.expect_navigation():
        phone.page.keyboard.press("Enter")
    return phone.check()


def test_a_report_is_sent_with_the_keyboard_alone(phone: Callable[[], Phone]) -> None:
    resident = phone().open("/")
    tab_to(resident, "Aller au contenu")
    resident.page.keyboard.press("Enter")
    tab_to(resident, "Signaler un problème")
    enter(resident)
    tab_to(resident, "Lumière")
    enter(resident)
    tab_to(resident, "Lampadaire éteint")
    enter(resident)
    tab_to(resident, "Où est-ce")
    resident.page.keyboard.press("ArrowDown")
    tab_to(resident, "Un mot")
    resident.page.keyboard.type("Il fait noir.")
    tab_to(resident, "Envoyer")
    with resident.page.expect_navigation():
        resident.page.keyboard.press("Space")
    resident.check().reads("Votre numéro", "Il fait noir.")


def test_an_answer_is_ticked_with_the_keyboard_alone(shop: Shop) -> None:
    voter = shop.phone().open("/compte/carte").write("Le code de votre carte", "CART-5555-NPQR")
    voter.press("Entrer").open("/concertations").press("Fête de quartier").press("Voter")
    first, second = voter.page.locator("label:has(input[type=radio])").all_inner_texts()[:2]
    tab_to(voter, first.strip())
    voter.page.keyboard.press("Space")
    voter.page.keyboard.press("ArrowDown")
    assert voter.page.locator("label:has(input:checked)").inner_text() == second
