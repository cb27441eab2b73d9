"""Staff from their invitation to their desk, and the council with its printed list."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest

from engage.accounts import code_lists, queries
from engage.accounts.addresses import parse
from engage.accounts.models import Role
from tests import live
from tests.browser.phone import Phone, opened
from tests.factories import make_person

pytestmark = pytest.mark.browser

PASSWORD = "grenouille tambour lundi"


def leave(phone: Phone) -> Phone:
    return phone.open("/compte").press("Me déconnecter")


def digits(secret: str, *, steps: int = 0) -> str:
    """What an app shows at this moment, or `steps` half-minutes from now."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def secret_on(phone: Phone) -> str:
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", phone.words)
    assert found is not None
    return found.group().replace(" ", "")


def test_an_invitation_leads_to_a_password_an_app_and_the_desk(
    phone: Callable[[], Phone],
) -> None:
    desk = phone()
    address = desk.mail("coordination")
    told = live.command(desk.town.environ, "invite", address, "--role", "coordinator")
    assert "/compte/invitation/" not in told.stdout
    letter = live.text_of(desk.letter(address, "Votre invitation"))
    link = re.search(r"http\S+/compte/invitation/\S+", letter)
    assert link is not None

    desk.open(link.group()).reads("étape 1 sur 2", "14 caractères")
    desk.write("Votre nouveau mot de passe", "court").write("Le même", "court")
    desk.press("Continuer").reads("Choisissez au moins 14 caractères")
    desk.write("Votre nouveau mot de passe", PASSWORD).write("Le même", PASSWORD)
    desk.press("Continuer").reads("étape 2 sur 2", "Scannez cette image")
    assert desk.page.locator("svg.qr").bounding_box() is not None
    desk.unfold("Je ne peux pas scanner")
    secret = secret_on(desk)
    desk.write("Les 6 chiffres", digits(secret, steps=-1)).press("Valider")
    desk.reads("Vos codes de secours", "Vous ne les verrez plus")
    codes = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", desk.words)
    assert len(codes) == 10
    desk.press("J’ai gardé mes codes").reads("Ma sécurité", "Il en reste 10")
    desk.open("/gup")
    leave(desk)

    desk.open("/compte/connexion").press("Vous travaillez pour la ville")
    desk.write("Votre adresse e-mail", address).write("Votre mot de passe", "pas le bon")
    desk.press("Continuer").reads("L’adresse ou le mot de passe n’est pas le bon")
    desk.write("Votre mot de passe", PASSWORD).press("Continuer").reads("Encore une étape")
    desk.open("/gup").reads("Encore une étape")
    desk.write("Les 6 chiffres", "12").press("Valider").reads("Ce code n’est pas le bon")
    desk.write("Les 6 chiffres", digits(secret)).press("Valider")
    assert desk.page.url.endswith("/gup")
    leave(desk)

    desk.open("/compte/equipe").write("Votre adresse e-mail", address)
    desk.write("Votre mot de passe", PASSWORD).press("Continuer")
    desk.unfold("Je n’ai pas mon téléphone").write("Un code de secours", codes[2])
    desk.press("Valider").reads("Il vous reste 9 codes de secours")
    desk.open(link.group()).reads("Ce lien ne marche plus")


def test_a_member_of_the_council_crosses_codes_off_a_printed_list(
    phone: Callable[[], Phone],
) -> None:
    member = phone()
    address = member.mail("membre")
    live.command(member.town.environ, "invite", address, "--role", "council")
    member.open("/compte/connexion?suite=/moderation").identify(address)
    member.reads("Encore une étape", "Demandez votre liste à la médiatrice")
    with opened(member.town) as (services, db):
        person = queries.person_at(db, parse(address))
        assert person is not None
        mediator = make_person(db, Role.MEDIATOR)
        codes = code_lists.give(db, person, by=mediator, key=services.secret_key)

    member.open("/moderation").reads("Il reste 10 codes sur votre liste")
    member.write("Un code de votre liste", "AAAA-AAAA").press("Valider")
    member.reads("n’est pas sur votre liste")
    member.write("Un code de votre liste", codes[0].lower().replace("-", " ")).press("Valider")
    assert member.page.url.endswith("/moderation")
    member.reads("Il vous reste 9 codes sur votre liste")

    letters = member.town.mailbox.letters
    letters[:] = [letter for letter in letters if letter["To"] != address]
    other = phone()
    other.open("/compte/connexion?suite=/moderation").identify(address)
    other.write("Un code de votre liste", codes[0]).press("Valider")
    other.reads("il a déjà servi")
    other.open("/gup").reads("Encore une étape")
