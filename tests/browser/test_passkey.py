"""Passkeys in a real browser: its virtual authenticator is the phone that knows its holder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession

from tests import live
from tests.browser.conftest import Shop
from tests.browser.phone import Examiner, Phone, Town

pytestmark = pytest.mark.browser

BUTTON = "Entrer avec ma clé d’accès"
COUNCIL = "conseil@example.org"


@pytest.fixture(scope="module")
def named(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town under a host name: browsers know no passkeys at an IP address."""
    with live.mail_server() as (smtp, mailbox):
        folder = shutil.copytree(demo_instance, tmp_path_factory.mktemp("named") / "instance")
        environ = live.environment(folder, ENGAGE_SMTP_URL=smtp)
        base = f"http://localhost:{environ['ENGAGE_BIND'].rpartition(':')[2]}"
        environ["ENGAGE_BASE_URL"] = base
        program = live.start_hurried(environ)
        try:
            yield Town(base, mailbox, environ)
        finally:
            program.stop()


@pytest.fixture
def shop(chromium: Browser, named: Town, examiner: Examiner) -> Iterator[Shop]:
    open_shop = Shop(chromium, named, examiner)
    yield open_shop
    open_shop.close()


class Finger:
    """The authenticator of a phone: says who holds it as soon as it is asked, or refuses."""

    def __init__(self, phone: Phone) -> None:
        self._session: CDPSession = phone.page.context.new_cdp_session(phone.page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = {"authenticatorId": added["authenticatorId"]}

    def recognises(self, yes: bool) -> None:
        self._session.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": yes})


def make_key(phone: Phone, name: str) -> Phone:
    """Add a key on the page of security."""
    phone.open("/compte/securite").press("Ajouter une clé d’accès")
    phone.write("Le nom de cette clé", name).press("Faire la clé")
    return phone.reads("Votre clé est prête", name, "Pas encore servie")


def leave(phone: Phone) -> Phone:
    return phone.open("/compte").press("Me déconnecter")


def test_staff_make_a_key_and_enter_with_it(shop: Shop) -> None:
    phone = shop.phone()
    finger = Finger(phone)
    make_key(phone.be("coordinatrice"), "Téléphone de service")

    phone.open("/compte/securite/cles/nouvelle")
    phone.page.get_by_role("button", name="Faire la clé").click()
    phone.page.get_by_text("Cet appareil a déjà une clé ici.").wait_for()
    phone.check()

    leave(phone).open("/compte/equipe?suite=/relances")
    finger.recognises(False)
    phone.page.get_by_role("button", name=BUTTON).click()
    phone.page.get_by_text("Vous pouvez recommencer").wait_for()
    phone.check()
    finger.recognises(True)
    phone.press(BUTTON)
    assert phone.page.url.endswith("/relances")
    phone.open("/compte/securite").reads("Servie le", "seule façon").press("Retirer")
    phone.reads("La clé est retirée").reads_no("Téléphone de service")

    leave(phone).open("/compte/equipe")
    phone.page.get_by_role("button", name=BUTTON).click()
    phone.page.get_by_text("Nous ne connaissons pas cette clé").wait_for()
    phone.check()


def test_a_member_of_the_council_enters_as_a_resident_and_opens_the_desk_with_a_key(
    shop: Shop,
) -> None:
    phone = shop.phone()
    Finger(phone)
    make_key(phone.be("conseil"), "Mon téléphone")
    assert "nouvelle clé" in str(phone.letter(COUNCIL, "nouvelle clé")["Subject"])
    leave(phone).open("/compte/connexion").identify(COUNCIL)
    phone.open("/moderation").reads("Encore une étape").press(BUTTON)
    assert phone.page.url.endswith("/moderation")


def test_pages_show_no_button_where_there_can_be_no_key(shop: Shop) -> None:
    without = shop.phone(scripts=False).open("/compte/equipe")
    assert not without.page.get_by_role("button", name=BUTTON).is_visible()
    without.be("agent").open("/compte/securite/cles/nouvelle")
    without.reads("Ici, votre appareil ne sait pas faire de clé")
    elsewhere = shop.phone()
    elsewhere.base = elsewhere.base.replace("localhost", "127.0.0.1")
    scripts: list[str] = []
    elsewhere.page.on("request", lambda request: scripts.append(request.url))
    elsewhere.open("/").open("/compte/connexion")
    assert not [url for url in scripts if "passkey" in url]
