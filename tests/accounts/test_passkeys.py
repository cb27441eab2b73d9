"""Passkeys: a device that knows its holder proves both steps, and nothing else does."""

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from engage.accounts import invitations, passkey_ceremony, passkeys
from engage.accounts.models import Person, Role, SignIn
from engage.accounts.proofs import Passkey, PasskeyChallenge, Password
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import InvalidInput
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.throttle import ThrottleCounter
from engage.core.web import Engage
from tests.accounts.device import Device
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.parallel import in_parallel

ORIGIN = "https://quartier.example"
NEW = "/compte/securite/cles/nouvelle"
ADD = "/compte/securite/cles"
ENTER = "/compte/cle"
STEP = "/compte/deuxieme-etape/cle"


@pytest.fixture
def app(shared_app: Engage, town: Services) -> Iterator[Engage]:
    """The application under a host name: an IP address has no passkeys."""
    before = shared_app.services
    config = dataclasses.replace(town.config, base_url=ORIGIN)
    shared_app.services = dataclasses.replace(
        town, config=config, secret_key=shared_app.services.secret_key
    )
    yield shared_app
    shared_app.services = before


@pytest.fixture
def device() -> Device:
    return Device(ORIGIN)


class Member:
    """Somebody with a browser and a device; without `person` nobody is signed in."""

    def __init__(self, app: Engage, device: Device, person: Person | None = None) -> None:
        self.browser, self.device, self.person = Browser(app), device, person
        if person is not None:
            self.browser.sign_in(person)

    def options(self, address: str, expects: int = 200) -> dict[str, Any]:
        """Press the button: what the server asks of the device."""
        answer = self.browser.post(f"{address}/options", self._token(), expects)
        return dict(answer.get_json() or {})

    def send(self, address: str, said: dict[str, str], expects: int = 200) -> dict[str, str]:
        """What the device said goes to the server."""
        answer = self.browser.post(address, self._token() | said, expects)
        return dict(answer.get_json() or {})

    def _token(self) -> dict[str, str]:
        self.browser.get("/langue")
        assert self.browser.page is not None
        return {"csrf_token": self.browser.page.forms[0].fields["csrf_token"][0]}

    def add_key(self, name: str = "Mon téléphone", expects: int = 200) -> dict[str, str]:
        return self.send(ADD, self.device.make(self.options(ADD)) | {"name": name}, expects)

    def enter(self, address: str = ENTER, expects: int = 200) -> dict[str, str]:
        return self.send(address, self.device.sign(self.options(address)), expects)

    def is_signed_in(self) -> bool:
        return self.browser.http.get("/compte/securite").status_code == 200


def somebody(town: Services, role: Role = Role.COORDINATOR, **values: Any) -> Person:
    with town.database.transaction() as db:
        return make_person(db, role, email=values.pop("email", "claire@example.org"), **values)


@pytest.fixture
def claire(app: Engage, town: Services, device: Device) -> Member:
    """A coordinator with a key on her phone."""
    member = Member(app, device, somebody(town))
    member.add_key()
    return member


def keys(town: Services) -> list[Passkey]:
    with town.database.reading() as db:
        return list(db.scalars(select(Passkey).order_by(Passkey.id)))


def latest_sign_in(town: Services) -> SignIn:
    with town.database.reading() as db:
        return db.scalars(select(SignIn).order_by(SignIn.id.desc())).first()  # type: ignore[return-value]


def half_signed_in(app: Engage, town: Services, device: Device, person: Person) -> Member:
    """The same person after the first step only."""
    member = Member(app, device, person)
    with town.database.transaction() as db:
        newest = select(SignIn.id).order_by(SignIn.id.desc()).limit(1).scalar_subquery()
        db.execute(update(SignIn).where(SignIn.id == newest).values(second_step_at=None))
    return member


def test_a_key_signs_in_with_both_steps_at_once(
    app: Engage, town: Services, claire: Member
) -> None:
    phone = Member(app, claire.device)
    assert phone.enter() == {"next": "/compte"}
    assert phone.is_signed_in()
    row = latest_sign_in(town)
    assert (row.opened_with, row.second_step_with) == ("passkey", "passkey")
    assert keys(town)[0].last_used_on == clock.today()


def test_the_list_of_keys_shows_name_and_days(claire: Member, app: Engage) -> None:
    claire.browser.get("/compte/securite")
    assert "Mon téléphone" in claire.browser.text
    assert "Pas encore servie" in claire.browser.text
    Member(app, claire.device).enter()
    claire.browser.get("/compte/securite")
    assert "Depuis le mardi 2 juin 2026" in claire.browser.text
    assert "Servie le mardi 2 juin 2026" in claire.browser.text
    assert "seule façon" in claire.browser.text


def test_a_key_leads_back_to_where_one_was_going_and_never_to_another_site(
    app: Engage, claire: Member
) -> None:
    for suite, expected in (("/gup", "/gup"), ("//mal.example", "/compte")):
        phone = Member(app, claire.device)
        said = phone.device.sign(phone.options(ENTER))
        assert phone.send(ENTER, said | {"suite": suite}) == {"next": expected}


def test_nobody_learns_from_the_options_which_keys_there_are(app: Engage, claire: Member) -> None:
    options = Member(app, claire.device).options(ENTER)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert options["rpId"] == "quartier.example"


def test_a_key_is_made_for_this_site_and_says_nothing_of_its_holder(
    app: Engage, town: Services, device: Device
) -> None:
    member = Member(app, device, somebody(town))
    options = member.options(ADD)
    assert options["rp"]["id"] == "quartier.example"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert "claire@" not in str(options)
    assert len(options["user"]["id"]) == 43
    member.add_key()
    again = member.options(ADD)
    assert [one["id"] for one in again["excludeCredentials"]] == [keys(town)[0].credential_id]
    assert again["user"]["id"] == options["user"]["id"]


def test_the_same_answer_works_once(app: Engage, claire: Member) -> None:
    phone = Member(app, claire.device)
    said = phone.device.sign(phone.options(ENTER))
    phone.send(ENTER, said)
    phone.browser.http.delete_cookie("engage")
    assert "trop de temps" in phone.send(ENTER, said, 422)["message"]
    assert not phone.is_signed_in()


def test_of_two_same_answers_at_once_one_signs_in(
    app: Engage, town: Services, claire: Member
) -> None:
    phone = Member(app, claire.device)
    said = phone.device.sign(phone.options(ENTER)) | phone._token()
    cookie = phone.browser.http.get_cookie("engage")
    assert cookie is not None

    def send(_: int) -> int:
        http = app.test_client()
        http.set_cookie("engage", cookie.value)
        return http.post(ENTER, data=said).status_code

    assert sorted(in_parallel(send, range(2))) == [200, 422]


def test_an_answer_is_refused_after_five_minutes(
    app: Engage, claire: Member, moment: Moment
) -> None:
    phone = Member(app, claire.device)
    said = phone.device.sign(phone.options(ENTER))
    moment.forward(minutes=5)
    phone.send(ENTER, said, 422)


def test_a_challenge_belongs_to_the_browser_that_asked(app: Engage, claire: Member) -> None:
    said = claire.device.sign(Member(app, claire.device).options(ENTER))
    Member(app, claire.device).send(ENTER, said, 422)


def test_a_challenge_of_one_purpose_serves_no_other(
    app: Engage, town: Services, claire: Member
) -> None:
    assert claire.person is not None
    half = half_signed_in(app, town, claire.device, claire.person)
    said = half.device.sign(half.options(STEP))
    half.send(ENTER, said, 422)
    said = half.device.sign(half.options(ENTER))
    half.send(STEP, said, 422)


@pytest.mark.parametrize(
    "cheat",
    [
        {"origin": "https://quartier.example.mal.example"},
        {"origin": "http://quartier.example"},
        {"origin": "https://quartier.example:8443"},
        {"host": "mal.example"},
        {"verifies": False},
    ],
    ids=str,
)
def test_another_site_or_a_mere_touch_is_refused(
    app: Engage, town: Services, claire: Member, cheat: dict[str, Any]
) -> None:
    false = dataclasses.replace(claire.device, **cheat)
    phone = Member(app, false)
    assert "pas été acceptée" in phone.enter(expects=422)["message"]
    assert not phone.is_signed_in()
    claire.device = false
    claire.add_key(expects=422)
    assert len(keys(town)) == 1


def test_a_signature_of_another_key_is_refused(app: Engage, claire: Member) -> None:
    thief = Device(ORIGIN)
    phone = Member(app, thief)
    thief.make(claire.options(ADD))
    thief.keys[0].id = claire.device.keys[0].id
    phone.enter(expects=422)
    assert not phone.is_signed_in()


def test_a_key_that_is_not_known_here_is_refused(app: Engage, claire: Member) -> None:
    stranger = Device(ORIGIN)
    stranger.make(claire.options(ADD))
    assert "ne connaissons pas" in Member(app, stranger).enter(expects=422)["message"]


def test_a_key_that_was_copied_is_noticed_by_its_count(
    app: Engage, town: Services, claire: Member
) -> None:
    Member(app, claire.device).enter()
    Member(app, claire.device).enter()
    claire.device.keys[0].count = 0
    Member(app, claire.device).enter(expects=422)
    assert keys(town)[0].sign_count == 2


def test_a_key_that_never_counts_works_again_and_again(app: Engage, town: Services) -> None:
    cloud = Device(ORIGIN, counts=False)
    Member(app, cloud, somebody(town)).add_key()
    for _ in range(3):
        assert Member(app, cloud).enter() == {"next": "/compte"}


def test_the_device_must_name_the_right_person(app: Engage, claire: Member) -> None:
    claire.device.keys[0].handle = b"somebody else"
    Member(app, claire.device).enter(expects=422)


def test_a_closed_account_is_refused(app: Engage, town: Services, claire: Member) -> None:
    with town.database.transaction() as db:
        db.execute(update(Person).values(closed_at=clock.now()))
    assert "ne marche plus" in Member(app, claire.device).enter(expects=422)["message"]
    with town.database.reading() as db:
        assert db.scalars(select(Passkey.last_used_on)).one() is None


def test_a_member_of_the_council_passes_the_second_step_with_a_key(
    app: Engage, town: Services, device: Device, moment: Moment
) -> None:
    person = somebody(town, Role.COUNCIL)
    Member(app, device, person).add_key()
    half = half_signed_in(app, town, device, person)
    half.browser.get("/moderation", 303)
    half.browser.get("/compte/deuxieme-etape?suite=/moderation")
    options = half.options(STEP)
    assert [one["id"] for one in options["allowCredentials"]] == [keys(town)[0].credential_id]
    said = device.sign(options) | {"suite": "/moderation"}
    assert half.send(STEP, said) == {"next": "/moderation"}
    half.browser.get("/moderation")
    assert latest_sign_in(town).second_step_with == "passkey"


def test_somebody_elses_key_opens_no_second_step(
    app: Engage, town: Services, claire: Member
) -> None:
    other = somebody(town, Role.COUNCIL, email="nadia@example.org")
    half = half_signed_in(app, town, claire.device, other)
    assert half.options(STEP)["allowCredentials"] == []
    assert "pas la vôtre" in half.enter(STEP, expects=422)["message"]
    assert not half.is_signed_in()
    assert latest_sign_in(town).second_step_at is None


def test_the_button_of_the_second_step_is_for_who_has_a_key(
    app: Engage, town: Services, claire: Member
) -> None:
    assert claire.person is not None
    other = somebody(town, Role.COUNCIL, email="nadia@example.org")
    for person, there in ((claire.person, True), (other, False)):
        half = half_signed_in(app, town, claire.device, person)
        page = half.browser.get("/compte/deuxieme-etape").get_data(as_text=True)
        assert ("data-passkey" in page) is there
        assert ("js/passkey." in page) is there


def test_a_new_key_is_told_to_its_holder_and_signs_other_devices_out(
    app: Engage, town: Services, device: Device
) -> None:
    person = somebody(town)
    old, here = Member(app, device, person), Member(app, device, person)
    cookie = here.browser.http.get_cookie("engage")
    assert cookie is not None
    assert here.add_key() == {"next": "/compte/securite"}
    assert here.is_signed_in()
    assert not old.is_signed_in()
    old.browser.http.set_cookie("engage", cookie.value)
    assert not old.is_signed_in(), "the token was renewed"
    here.browser.submit(ADD.removesuffix("/cles"), action=f"/{keys(town)[0].id}/retirer")
    with town.database.reading() as db:
        told = [m.payload["what"] for m in db.scalars(select(OutboxMessage))]
        acts = db.scalars(select(AuditEntry.action).where(AuditEntry.action.like("passkey.%")))
        assert told == ["passkey_added", "passkey_removed"]
        assert list(acts) == ["passkey.add", "passkey.remove"]
    assert keys(town) == []


def test_a_removed_key_opens_nothing(app: Engage, town: Services, claire: Member) -> None:
    claire.browser.submit("/compte/securite", action="/retirer")
    Member(app, claire.device).enter(expects=422)


def test_nobody_removes_the_key_of_another(app: Engage, town: Services, claire: Member) -> None:
    other = Member(app, Device(ORIGIN), somebody(town, email="nadia@example.org"))
    other.browser.post(f"{ADD}/{keys(town)[0].id}/retirer", other._token(), 404)
    assert len(keys(town)) == 1


def test_a_key_is_added_within_an_hour_of_the_second_step(
    app: Engage, town: Services, claire: Member, moment: Moment
) -> None:
    moment.forward(hours=1)
    claire.options(ADD, 403)
    claire.browser.get(NEW)
    assert "prouvez encore une fois" in claire.browser.text
    answer = claire.browser.submit(NEW, action="/preuve")
    assert answer.headers["Location"] == f"/compte/deuxieme-etape?suite={NEW}"
    claire.browser.get("/compte/securite", 303)
    said = claire.device.sign(claire.options(STEP)) | {"suite": NEW}
    assert claire.send(STEP, said) == {"next": NEW}
    claire.browser.get(NEW)
    claire.add_key("Ordinateur du bureau")
    assert len(keys(town)) == 2


def test_who_passed_no_second_step_adds_no_key(app: Engage, town: Services, device: Device) -> None:
    half = half_signed_in(app, town, device, somebody(town))
    half.options(ADD, 403)
    resident = Member(app, device)
    resident.options(ADD, 403)
    with town.database.transaction() as db:
        neighbour = make_person(db)
    Member(app, device, neighbour).options(ADD, 403)


def test_a_key_without_a_name_is_called_after_the_device(claire: Member, town: Services) -> None:
    claire.device = Device(ORIGIN)
    claire.browser.http.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android) Mobile"
    claire.add_key("")
    assert keys(town)[-1].name == "Téléphone Android"


def test_one_device_is_added_once_and_ten_are_enough(claire: Member, town: Services) -> None:
    said = claire.device.make(claire.options(ADD))
    claire.send(ADD, said)
    again = claire.options(ADD)
    claire.device.keys.pop()
    renewed = dataclasses.replace(claire.device, keys=[])
    copied = renewed.make(again)
    assert claire.send(ADD, said | {"challenge": copied["challenge"]}, 422)
    for _ in range(8):
        claire.add_key()
    assert "déjà 10 clés" in claire.add_key(expects=422)["message"]
    assert len(keys(town)) == 10


def invited(town: Services) -> str:
    """The link's token of a member of staff who has nothing yet."""
    with town.database.transaction() as db:
        person = make_person(db, Role.AGENT, email="agent@example.org")
        return invitations.invite_first(db, person)


def test_an_invitation_may_be_answered_with_a_key_alone(
    app: Engage, town: Services, device: Device
) -> None:
    link = f"/compte/invitation/{invited(town)}"
    agent = Member(app, device)
    assert 'data-passkey="create"' in agent.browser.get(link).get_data(as_text=True)
    options = agent.options(f"{link}/cle")
    assert agent.send(f"{link}/cle", device.make(options)) == {"next": "/compte/securite"}
    assert agent.is_signed_in()
    agent.browser.get(link, 410)
    agent.options(f"{link}/cle", 410)
    assert Member(app, device).enter() == {"next": "/compte"}
    with town.database.reading() as db:
        assert db.scalars(select(Password)).all() == []


def test_an_invitation_takes_no_key_of_another_browser_or_another_link(
    app: Engage, town: Services, device: Device
) -> None:
    links = [f"/compte/invitation/{invited(town)}/cle"]
    with town.database.transaction() as db:
        other = make_person(db, Role.AGENT, email="autre@example.org")
        links.append(f"/compte/invitation/{invitations.invite_first(db, other)}/cle")
    agent = Member(app, device)
    said = device.make(agent.options(links[0]))
    Member(app, device).send(links[0], said, 422)
    said = device.make(agent.options(links[0]))
    agent.send(links[1], said, 422)
    assert keys(town) == []


BAD = ["", "!", "é" * 50, "A", "A" * 20_001, "\0", "AAAA", "e30", "gICA" * 900]
"""Nothing, other alphabets, too much, an empty object, arrays in arrays (CBOR)."""


SIGNED = (
    *("challenge", "credential_id", "client_data"),
    *("authenticator_data", "signature", "user_handle"),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda text: f"{len(text)} signs")
def test_what_no_device_says_is_refused_with_a_sentence(
    app: Engage, town: Services, claire: Member, bad: str
) -> None:
    phone = Member(app, claire.device)
    for name in SIGNED:
        said = phone.device.sign(phone.options(ENTER)) | {name: bad}
        if bad or name != "user_handle":
            assert phone.send(ENTER, said, 422)["message"]
    for name in ("challenge", "credential_id", "client_data", "attestation"):
        said = claire.device.make(claire.options(ADD)) | {name: bad}
        assert claire.send(ADD, said, 422)["message"]
    assert len(keys(town)) == 1


def test_deep_answers_are_refused(app: Engage, claire: Member) -> None:
    from webauthn.helpers import bytes_to_base64url

    deep = bytes_to_base64url(b"\x81" * 14_000)
    said = claire.device.make(claire.options(ADD)) | {"attestation": deep}
    claire.send(ADD, said, 422)
    json = bytes_to_base64url(b"[" * 2_900)
    said = claire.device.make(claire.options(ADD)) | {"client_data": json}
    claire.send(ADD, said, 422)


def test_every_door_is_limited(app: Engage, town: Services, claire: Member) -> None:
    assert claire.person is not None
    with town.database.transaction() as db:
        for bucket in ("passkey-net:127.0.0.1", f"passkey:{claire.person.id}"):
            id_ = hashlib.sha256(bucket.encode()).hexdigest()
            until = clock.now().replace(hour=23)
            db.merge(ThrottleCounter(bucket=id_, until=until, hits=10_000))
    visitor = Member(app, claire.device)
    for path in (f"{ENTER}/options", ENTER):
        fields = claire.device.sign({"challenge": "x", "rpId": "x"}) | visitor._token()
        answer = visitor.browser.post(path, fields, 429)
        assert int(answer.headers["Retry-After"]) > 0
    for address in (ADD, STEP):
        claire.options(address, 429)


def test_the_sixth_answer_at_the_second_step_waits(
    app: Engage, town: Services, claire: Member
) -> None:
    assert claire.person is not None
    half = half_signed_in(app, town, dataclasses.replace(claire.device, host="x"), claire.person)
    for _ in range(5):
        half.enter(STEP, expects=422)
    said = half.device.sign(half.options(STEP))
    half.browser.post(STEP, said | half._token(), 429)


def test_answers_without_the_token_of_the_page_are_refused(claire: Member) -> None:
    assert claire.browser.http.post(ENTER).status_code == 400
    assert claire.browser.http.post(f"{ENTER}/options").status_code == 400


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://quartier.example", ("quartier.example", "https://quartier.example")),
        ("https://Quartier.example:443", ("quartier.example", "https://quartier.example")),
        ("https://quartier.example:8443", ("quartier.example", "https://quartier.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("https://192.0.2.7", None),
        ("http://quartier.example", None),
    ],
)
def test_passkeys_need_a_host_name_and_https(
    address: str, expected: tuple[str, str] | None
) -> None:
    found = passkey_ceremony.site(address)
    assert (found and (found.host, found.origin)) == expected


def test_where_browsers_know_no_passkeys_no_button_is_shown(
    app: Engage, town: Services, device: Device
) -> None:
    config = dataclasses.replace(town.config, base_url="http://127.0.0.1:8000")
    app.services = dataclasses.replace(app.services, config=config)
    member = Member(app, device, somebody(town))
    for path in ("/compte/securite", f"/compte/invitation/{invited(town)}", "/compte/equipe"):
        assert "passkey" not in member.browser.get(path).get_data(as_text=True)
    member.browser.get(NEW, 404)
    for address in (ADD, ENTER, STEP):
        member.options(address, 404)


def test_a_challenge_names_nobody_and_is_gone_once_used(town: Services) -> None:
    with town.database.transaction() as db:
        text = passkeys.challenge(db, holder="a")
    with pytest.raises(InvalidInput):
        passkeys.spend(town.database, text, holder="b")
    assert passkeys.spend(town.database, text, holder="a")
    with town.database.reading() as db:
        assert db.scalars(select(PasskeyChallenge)).all() == []
