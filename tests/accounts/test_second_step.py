"""The second step as staff and council meet it, and as an attacker does."""

import pytest
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from engage.accounts import code_lists, passwords, second_steps, totp
from engage.accounts.models import Mandate, Opening, Person, Role, SignIn
from engage.accounts.proofs import Authenticator, ListKind, OneTimeCode
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Denied
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.throttle import hit_hourly
from engage.core.web import Engage
from tests.accounts.staff import (
    EMAIL,
    PASSWORD,
    SECRET,
    digits,
    half_sign_in,
    make_member,
    make_staff,
    recovery_codes,
    token_of,
    wrong_digits,
)
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person
from tests.parallel import in_parallel

STEP = "/compte/deuxieme-etape"


@pytest.fixture
def coordinator(app: Engage, town: Services) -> Person:
    with town.database.transaction() as db:
        return make_staff(db, app)


@pytest.fixture
def member(app: Engage, town: Services) -> tuple[Person, list[str]]:
    with town.database.transaction() as db:
        return make_member(db, app)


def enter(browser: Browser, password: str = PASSWORD, expects: int = 303) -> TestResponse:
    return browser.submit("/compte/equipe", {"contact": EMAIL, "password": password}, expects)


def test_staff_enter_with_a_password_and_the_app(client: Browser, coordinator: Person) -> None:
    client.get("/compte/equipe?suite=/gup")
    assert enter(client).headers["Location"] == STEP
    assert client.get("/gup", expects=303).headers["Location"] == f"{STEP}?suite=%2Fgup"
    answer = client.submit(f"{STEP}?suite=/gup", {"code": digits()})
    assert answer.headers["Location"] == "/gup"
    client.get("/gup")
    assert client.get(f"{STEP}?suite=/gup", expects=303).headers["Location"] == "/gup"


def test_the_way_in_of_staff_keeps_where_they_were_going(
    client: Browser, coordinator: Person
) -> None:
    answer = client.submit("/compte/equipe?suite=/gup", {"contact": EMAIL, "password": PASSWORD})
    assert answer.headers["Location"] == f"{STEP}?suite=/gup"


def test_who_came_by_code_types_the_password_too(client: Browser, coordinator: Person) -> None:
    half_sign_in(client, coordinator)
    client.submit(STEP, {"code": digits()}, expects=422)
    assert "Tapez votre mot de passe" in client.text
    client.submit(STEP, {"code": digits(), "password": "un autre mot de passe"}, expects=422)
    client.submit(STEP, {"code": digits(), "password": PASSWORD})
    client.get("/gup")


def test_a_wrong_password_does_not_use_the_digits_up(client: Browser, coordinator: Person) -> None:
    half_sign_in(client, coordinator)
    client.submit(STEP, {"code": digits(), "password": "un autre mot de passe"}, expects=422)
    client.submit(STEP, {"code": digits(), "password": PASSWORD})


def test_digits_work_once(
    client: Browser, app: Engage, coordinator: Person, moment: Moment
) -> None:
    for expects in (303, 422):
        browser = Browser(app)
        half_sign_in(browser, coordinator, Opening.PASSWORD)
        browser.submit(STEP, {"code": digits()}, expects)
    moment.forward(seconds=30)
    half_sign_in(client, coordinator, Opening.PASSWORD)
    client.submit(STEP, {"code": digits(steps=-1)}, expects=422)
    client.submit(STEP, {"code": digits()})


@pytest.mark.parametrize(("steps", "expects"), [(-2, 422), (-1, 303), (1, 303), (2, 422)])
def test_a_phone_may_be_half_a_minute_off(
    client: Browser, coordinator: Person, steps: int, expects: int
) -> None:
    half_sign_in(client, coordinator, Opening.PASSWORD)
    client.submit(STEP, {"code": digits(steps=steps)}, expects)


def test_digits_at_once_work_once(app: Engage, town: Services, coordinator: Person) -> None:
    shown = digits()

    def spend(_: int) -> bool:
        with town.database.transaction() as db:
            return totp.spend(db, coordinator, shown, key=app.services.secret_key)

    assert sum(in_parallel(spend, range(8))) == 1


def test_a_recovery_code_stands_for_the_app_once(
    client: Browser, app: Engage, town: Services, coordinator: Person
) -> None:
    with town.database.transaction() as db:
        codes = recovery_codes(db, app, coordinator)
    half_sign_in(client, coordinator, Opening.PASSWORD)
    client.submit(STEP, {"recovery": codes[0].lower().replace("-", " ")})
    client.get("/gup")
    assert "Il vous reste 9 codes de secours" in client.text
    other = Browser(app)
    half_sign_in(other, coordinator, Opening.PASSWORD)
    other.submit(STEP, {"recovery": codes[0]}, expects=422)


def test_the_council_enters_with_a_line_of_its_list(
    client: Browser, member: tuple[Person, list[str]]
) -> None:
    person, codes = member
    half_sign_in(client, person)
    client.get(STEP)
    assert "Il reste 10 codes" in client.text
    client.submit(f"{STEP}?suite=/moderation", {"code": codes[3].lower()})
    client.get("/moderation")
    assert "Il vous reste 9 codes" in client.text


def test_a_line_of_the_list_works_once(
    client: Browser, app: Engage, member: tuple[Person, list[str]]
) -> None:
    person, codes = member
    for expects in (303, 422):
        browser = Browser(app)
        half_sign_in(browser, person)
        browser.submit(STEP, {"code": codes[0]}, expects)


def test_of_one_line_typed_twice_at_once_one_works(
    app: Engage, town: Services, member: tuple[Person, list[str]]
) -> None:
    person, codes = member

    def spend(_: int) -> bool:
        with town.database.transaction() as db:
            key = app.services.secret_key
            return second_steps.prove_as_council(db, person, codes[0], key=key) is not None

    assert sum(in_parallel(spend, range(8))) == 1


def test_the_list_of_somebody_else_opens_nothing(
    client: Browser, app: Engage, town: Services, member: tuple[Person, list[str]]
) -> None:
    with town.database.transaction() as db:
        other, _codes = make_member(db, app)
    half_sign_in(client, other)
    client.submit(STEP, {"code": member[1][0]}, expects=422)
    with town.database.reading() as db:
        assert not db.scalar(select(func.count()).where(OneTimeCode.used_at.is_not(None)))


def test_few_codes_left_are_said(
    client: Browser, app: Engage, town: Services, member: tuple[Person, list[str]]
) -> None:
    person, codes = member
    with town.database.transaction() as db:
        for code in codes[:6]:
            second_steps.prove_as_council(db, person, code, key=app.services.secret_key)
    half_sign_in(client, person)
    client.get(STEP)
    assert "nouvelle liste" not in client.text
    client.submit(STEP, {"code": codes[6]})
    client.get("/compte/securite")
    assert "Il vous reste 3 codes sur votre liste. Demandez une nouvelle liste" in client.text


def test_a_new_list_replaces_the_old_one(
    client: Browser, app: Engage, town: Services, member: tuple[Person, list[str]]
) -> None:
    person, old = member
    with town.database.transaction() as db:
        mediator = make_person(db, Role.MEDIATOR)
        new = code_lists.give(db, person, by=mediator, key=app.services.secret_key)
    half_sign_in(client, person)
    client.submit(STEP, {"code": old[0]}, expects=422)
    client.submit(STEP, {"code": new[0]})


def test_a_list_opens_no_mandate_of_staff(
    client: Browser, app: Engage, town: Services, member: tuple[Person, list[str]]
) -> None:
    """Not when both are held, and not when the mandate of staff is given after the step."""
    person, codes = member
    half_sign_in(client, person)
    client.submit(STEP, {"code": codes[0]})
    client.get("/moderation")
    with town.database.transaction() as db:
        db.add(Mandate(person_id=person.id, role=Role.COORDINATOR.value, starts_on=clock.today()))
    assert client.get("/gup", expects=303).headers["Location"].startswith(STEP)
    client.get("/moderation", expects=303)
    client.get(STEP)
    assert "votre invitation" in client.text
    client.get("/langue")
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    client.post(STEP, {"csrf_token": token, "code": codes[1]}, expects=422)
    client.get("/gup", expects=303)


def test_who_has_nothing_yet_is_told_whom_to_ask(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        people = [make_person(db, Role.COUNCIL), make_person(db, Role.AGENT)]
    for person, words in zip(people, ("liste à la médiatrice", "votre invitation"), strict=True):
        half_sign_in(client, person)
        client.get(STEP)
        assert words in client.text


def test_five_wrong_tries_make_the_right_one_wait(
    client: Browser, app: Engage, coordinator: Person, moment: Moment
) -> None:
    half_sign_in(client, coordinator, Opening.PASSWORD)
    for _ in range(5):
        client.submit(STEP, {"code": wrong_digits()}, expects=422)
    refused = client.submit(STEP, {"code": digits()}, expects=429)
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    other = Browser(app)
    half_sign_in(other, coordinator, Opening.PASSWORD)
    other.submit(STEP, {"code": digits()}, expects=429)
    moment.forward(minutes=15)
    other.submit(STEP, {"code": digits()})


def test_thirty_wrong_tries_in_a_day_make_the_right_one_wait_for_tomorrow(
    client: Browser, coordinator: Person, moment: Moment
) -> None:
    half_sign_in(client, coordinator)
    client.get(STEP)
    assert client.page is not None
    fields = next(form.fields for form in client.page.forms if "recovery" in form.fields)
    fields["password"] = [PASSWORD]
    for _quarter in range(6):
        answers = [
            client.http.post(STEP, data=fields | {"code": [wrong_digits()]}) for _ in "12345"
        ]
        assert [answer.status_code for answer in answers] == [422] * 5
        moment.forward(minutes=15)
    refused = client.post(STEP, fields | {"code": [digits()]}, expects=429)
    assert 22 * 3600 < int(refused.headers["Retry-After"]) < 24 * 3600


def test_of_twenty_tries_at_once_five_are_looked_at(
    app: Engage, coordinator: Person, moment: Moment
) -> None:
    browsers = [Browser(app) for _ in range(20)]
    forms = []
    for browser in browsers:
        half_sign_in(browser, coordinator, Opening.PASSWORD)
        browser.get(STEP)
        assert browser.page is not None
        fields = next(form.fields for form in browser.page.forms if "recovery" in form.fields)
        forms.append(fields | {"code": [wrong_digits()]})
    answers = in_parallel(
        lambda n: browsers[n].http.post(STEP, data=forms[n]).status_code, range(20)
    )
    assert answers.count(422) == 5
    assert answers.count(429) == 15


def test_a_sign_in_planted_before_the_second_step_opens_nothing(
    client: Browser, app: Engage, town: Services, coordinator: Person
) -> None:
    planted = half_sign_in(client, coordinator, Opening.PASSWORD)
    client.submit(STEP, {"code": digits()})
    assert token_of(client) != planted
    thief = Browser(app)
    with thief.http.session_transaction() as session:
        session["_user_id"] = planted
    thief.get("/compte", expects=303)
    client.get("/gup")
    with town.database.reading() as db:
        assert db.scalar(select(func.count(SignIn.id))) == 1


def test_the_password_opens_a_new_session_too(
    client: Browser, app: Engage, town: Services, coordinator: Person
) -> None:
    with town.database.transaction() as db:
        resident = make_person(db)
    planted = half_sign_in(client, resident)
    enter(client)
    assert token_of(client) != planted


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer_and_work(
    client: Browser, town: Services, coordinator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    import argon2

    with town.database.transaction() as db:
        passwords.replace(db, coordinator, passwords.hashed(PASSWORD))
    seen: list[tuple[object, ...]] = []
    verify = argon2.PasswordHasher.verify

    def noted(self: argon2.PasswordHasher, hash: str, password: str) -> bool:  # noqa: A002
        seen.append((hash.split("$")[:4], town.database.engine.pool.checkedout()))
        return verify(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    answers, statements = [], []
    for contact in (EMAIL, "personne@example.org"):
        client.get("/compte/equipe")
        assert client.page is not None
        form = next(f.fields for f in client.page.forms if "password" in f.fields)
        with count_statements(town.database) as issued:
            client.post(
                "/compte/equipe", form | {"contact": [contact], "password": ["faux"]}, expects=422
            )
        answers.append(client.text)
        statements.append([one.split(" ")[:3] for one in issued])
    assert answers[0] == answers[1]
    assert statements[0] == statements[1]
    assert seen[0] == seen[1]
    assert seen[0][1] == 0, "a connection was held while hashing"


def test_passwords_are_counted_for_the_address_and_for_the_network(
    client: Browser, app: Engage, coordinator: Person, town: Services
) -> None:
    for _ in range(10):
        enter(client, "faux", expects=422)
    refused = enter(client, expects=429)
    assert int(refused.headers["Retry-After"]) > 0
    for _ in range(109):
        hit_hourly(town.database, "password-net:127.0.0.1", limit=200)
    wait = client.submit(
        "/compte/equipe", {"contact": "autre@example.org", "password": "x"}, expects=429
    )
    assert int(wait.headers["Retry-After"]) > 0


def test_a_refused_password_is_not_shown_again(client: Browser, coordinator: Person) -> None:
    phrase = "une phrase assez longue pour rester secrète"
    for n in range(11):
        answer = enter(client, phrase, expects=422 if n < 10 else 429)
        assert phrase not in answer.get_data(as_text=True)


def test_staff_pass_the_second_step_again_after_thirty_days(
    client: Browser, coordinator: Person, moment: Moment
) -> None:
    half_sign_in(client, coordinator, Opening.PASSWORD)
    client.submit(STEP, {"code": digits()})
    moment.forward(days=29, hours=23)
    client.get("/gup")
    moment.forward(hours=1)
    client.get("/gup", expects=303)
    client.submit(STEP, {"code": digits()}, expects=422)
    client.submit(STEP, {"code": digits(), "password": PASSWORD})
    client.get("/gup")


def test_the_council_stays_signed_in_as_residents_do(
    client: Browser, member: tuple[Person, list[str]], moment: Moment
) -> None:
    person, codes = member
    half_sign_in(client, person)
    client.submit(STEP, {"code": codes[0]})
    moment.forward(days=170)
    client.get("/moderation")


def test_a_password_without_the_app_asks_again_after_an_hour(
    client: Browser, coordinator: Person, moment: Moment
) -> None:
    half_sign_in(client, coordinator, Opening.PASSWORD)
    moment.forward(minutes=61)
    client.submit(STEP, {"code": digits()}, expects=422)
    client.submit(STEP, {"code": digits(), "password": PASSWORD})


def test_it_never_leads_to_another_site(client: Browser, coordinator: Person) -> None:
    half_sign_in(client, coordinator, Opening.PASSWORD)
    answer = client.submit(f"{STEP}?suite=//mal.example", {"code": digits()})
    assert answer.headers["Location"] == "/compte"


def test_who_signs_in_without_a_goal_is_led_to_the_second_step(
    client: Browser, town: Services, coordinator: Person
) -> None:
    code = client.submit("/compte/connexion", {"contact": EMAIL}).headers["Location"]
    with town.database.reading() as db:
        sent = db.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert sent is not None
    assert client.submit(code, {"code": sent.secret[:6]}).headers["Location"] == STEP
    client.get("/compte")
    assert client.page is not None
    assert STEP in client.page.links
    client.submit(STEP, {"code": digits(), "password": PASSWORD})
    client.get("/compte")
    assert STEP not in client.page.links


def test_a_resident_with_a_password_of_an_ended_mandate_is_a_resident(
    client: Browser, app: Engage, town: Services
) -> None:
    with town.database.transaction() as db:
        person = make_staff(db, app)
        person.mandates[0].ends_on = clock.today().replace(day=1)
    enter(client)
    assert client.get(STEP, expects=303).headers["Location"] == "/compte"
    client.get("/gup", expects=403)


def test_what_is_stored_shows_neither_secret_nor_codes(
    app: Engage, town: Services, coordinator: Person, member: tuple[Person, list[str]]
) -> None:
    with town.database.reading() as db:
        kept = repr(
            [
                db.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
                for table in ("authenticators", "one_time_codes", "passwords", "audit_entries")
            ]
        )
        row = db.get_one(Authenticator, coordinator.id)
        assert totp.unseal(app.services.secret_key, totp.PURPOSE, row.sealed_secret) == SECRET
        assert totp.unseal(b"x" * 32, totp.PURPOSE, row.sealed_secret) is None
        assert totp.unseal(app.services.secret_key, "other", row.sealed_secret) is None
    for secret in (SECRET, PASSWORD, *member[1]):
        assert secret not in kept


def test_only_mediators_coordinators_and_admins_give_lists(app: Engage, town: Services) -> None:
    key = app.services.secret_key
    with town.database.transaction() as db:
        person, resident = make_person(db, Role.COUNCIL), make_person(db)
        for role in (Role.COUNCIL, Role.AGENT):
            with pytest.raises(Denied):
                code_lists.give(db, person, by=make_person(db, role), key=key)
        for role in (Role.MEDIATOR, Role.COORDINATOR, Role.ADMIN):
            by = make_person(db, role)
            assert len(set(code_lists.give(db, person, by=by, key=key))) == 10
            with pytest.raises(Denied):
                code_lists.give(db, resident, by=by, key=key)
        assert code_lists.left(db, person, ListKind.COUNCIL) == 10


def test_each_proof_is_written_down_by_ids(
    client: Browser, app: Engage, town: Services, coordinator: Person
) -> None:
    with town.database.transaction() as db:
        codes = recovery_codes(db, app, coordinator)
    enter(client)
    client.submit(STEP, {"code": digits()})
    other = Browser(app)
    half_sign_in(other, coordinator, Opening.PASSWORD)
    other.submit(STEP, {"recovery": codes[0]})
    with town.database.reading() as db:
        entries = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.details) for entry in entries] == [
        ("password.set", {}),
        ("authenticator.set", {}),
        ("code_list.replace", {"kind": "recovery"}),
        ("sign_in.open", {"opened_with": "password"}),
        ("authenticator.spend", {}),
        ("sign_in.strengthen", {"proof": "app"}),
        ("sign_in.open", {"opened_with": "password"}),
        ("code_list.spend", {"kind": "recovery"}),
        ("sign_in.strengthen", {"proof": "recovery"}),
    ]
    assert {entry.actor_id for entry in entries} == {coordinator.id}
