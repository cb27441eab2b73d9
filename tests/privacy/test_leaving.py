"""Delete, then search: after somebody left no table, file, message or log says who it was."""

import io
import logging
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engage import schema
from engage.accounts import commands as accounts
from engage.accounts import consents
from engage.accounts import queries as accounts_queries
from engage.accounts.addresses import parse
from engage.accounts.models import ContactPoint, Mandate, Person, Role, SignIn
from engage.accounts.proofs import Authenticator, Invitation, OneTimeCode, Passkey, Password
from engage.accounts.residence import ResidenceProof
from engage.agenda.models import EventReminder
from engage.consultations.commands import cast_ballot
from engage.consultations.models import Ballot, RollEntry, unit_of_person
from engage.consultations.verify import check
from engage.core import clock, outbox, photos
from engage.core.audit import AuditEntry
from engage.core.errors import Denied
from engage.core.images import prepare
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.photos import Photo
from engage.core.services import Services
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents import commands as incidents
from engage.incidents import following
from engage.incidents.models import Incident, IncidentFollower
from engage.moderation import authoring
from engage.moderation import commands as moderation
from engage.moderation import queries as moderation_queries
from engage.moderation.choices import Grounds
from engage.ops.verify import verify
from engage.privacy import leaving, portrait
from engage.privacy.commands import Ideas, close_account
from engage.privacy.purge import purge
from engage.proposals import additions, hiding
from engage.proposals import commands as proposals
from engage.proposals.models import Endorsement, Proposal
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, option_ids
from tests.factories import make_person, neighbourhood, photo_bytes
from tests.hunting import found_in_files, found_in_tables
from tests.incidents.making import link_of, make_estate, make_followed
from tests.moderation import deciding
from tests.proposals.ideas import make_idea, make_public

EMAIL = "amina.zidane@example.org"
PHONE = "+33639980042"
NAME = "Aminazed"
WORDS = ("Balançoireverte", "Lampadairemauve", "Escaliergluant", "Questionrare", "Brouillonrare")
SECRETS = (EMAIL, "amina.zidane", PHONE, "639980042", NAME, *WORDS)


@dataclass
class Life:
    """Somebody who did everything that can be done here."""

    person: Person
    public: Proposal
    refused: Proposal
    waiting: Proposal
    report: Incident
    supported: Proposal


def _photo(db: Session, town: Services) -> Photo:
    prepared = prepare(io.BytesIO(photo_bytes(64, 48)))
    return photos.keep(db, photos.store(town.storage, prepared))


@pytest.fixture
def life(town: Services) -> Life:
    with town.database.transaction() as db:
        person = make_person(
            db,
            Role.COUNCIL,
            email=EMAIL,
            public_name=NAME,
            neighbourhood_id=neighbourhood(db).id,
            birth_year=1987,
            last_seen_on=clock.today(),
        )
        db.add(
            ContactPoint(person_id=person.id, kind="phone", value=PHONE, verified_at=clock.now())
        )
        accounts.issue_card(db, person, "AAAA-BBBB-CCCC", key=town.secret_key)
        made = _contributions(db, town, person)
        _proofs(db, person)
        _waiting(db, town, person)
        _messages(db, person, made)
    return made


def _contributions(db: Session, town: Services, person: Person) -> Life:
    public = make_public(
        db, author=person, text=f"{WORDS[0]} ici.", photo_ids=[_photo(db, town).id]
    )
    refused = _refused(db, person)
    added = authoring.add(db, public, f"{WORDS[0]} en plus.", language="fr", author=person)
    additions.refuse(db, added, actor_id=person.id)
    waiting = make_idea(db, author=person, text=f"{WORDS[0]} aussi.")
    moderation.receive_idea(db, waiting)
    neighbour = make_person(db, email="voisin@example.org")
    proposals.endorse(db, public, person=neighbour)
    supported = make_public(db)
    proposals.endorse(db, supported, person=person)
    estate = make_estate(db)
    report, token = make_followed(
        db,
        estate,
        assigned=True,
        reporter=person,
        photo=_photo(db, town),
        description=f"{WORDS[1]} depuis lundi.",
    )
    incidents.resolve(db, report, actor=estate.agent, word="Nettoyé.", photo=_photo(db, town))
    incidents.reopen(db, report, link=link_of(db, token), word=f"{WORDS[2]} encore.")
    followed, _token = make_followed(db, estate)
    for address in (EMAIL, PHONE, "voisin@example.org"):
        following.follow(db, followed, parse(address), language="fr")
    question = make_consultation(db).questions[1]
    choice = option_ids(question, "Samedi")
    cast_ballot(db, question, unit=unit_of_person(person.id), choices=choice)
    return Life(person, public, refused, waiting, report, supported)


def _refused(db: Session, person: Person) -> Proposal:
    refused = make_idea(db, author=person, text=f"{WORDS[0]} refusée.")
    item = moderation.receive_idea(db, refused)
    reason = moderation_queries.reasons(db)[0]
    grounds = Grounds(reason, WORDS[0], f"Le mot {WORDS[0]} est de trop.")
    deciding.refuse(db, item, make_person(db, Role.COUNCIL), make_person(db, Role.COUNCIL), grounds)
    return refused


def _proofs(db: Session, person: Person) -> None:
    now, id_ = clock.now(), person.id
    db.add_all(
        [
            Password(person_id=id_, hash="argon", changed_at=now),
            Authenticator(person_id=id_, sealed_secret="sealed", confirmed_at=now),
            OneTimeCode(person_id=id_, kind="council", position=1, code_hash="h", created_at=now),
            Passkey(person_id=id_, credential_id="c", public_key="k", name=NAME, created_at=now),
            Invitation(token_hash="t", person_id=id_, created_at=now, expires_at=now),
            ResidenceProof(person_id=id_, level="declared", proven_on=clock.today()),
            Enquiry(person_id=id_, question=f"{WORDS[3]} ?", channel="phone", created_at=now),
        ]
    )
    db.add(EventReminder(event_id=make_event(db).id, person_id=id_, asked_on=clock.today()))
    consents.give(db, person, consents.ACCOUNT_BY_MEDIATOR, actor_id=id_)
    accounts.sign_in(db, person)
    db.add(SignIn(token_hash="old", person_id=id_, created_at=now, expires_at=now, device=NAME))


def _waiting(db: Session, town: Services, person: Person) -> None:
    payload = {"title": "Titre", "text": WORDS[4], "neighbourhood_id": 1}
    accounts.keep_draft(db, "proposal", payload, photo_ids=[_photo(db, town).id])
    draft = db.scalars(select(schema.accounts.Draft)).one()
    accounts.send_code(db, town.secret_key, parse(EMAIL), draft=draft, language="fr")
    accounts.send_code(db, town.secret_key, parse(PHONE), draft=None, language="fr")


def _messages(db: Session, person: Person, made: Life) -> None:
    """One that was sent with its words, one that failed and says the address, those that wait."""
    for number, delivery in enumerate((Delivery.SENT, Delivery.FAILED, Delivery.CLAIMED)):
        outbox.post(
            db,
            "news",
            channel="email",
            recipient=EMAIL,
            dedupe_key=f"news:{number}",
            person_id=person.id if number else None,
        )
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.dedupe_key == f"news:{number}")
            .values(
                delivery=delivery,
                sent_at=clock.now() if delivery is Delivery.SENT else None,
                subject=f"Bonjour {NAME}",
                body=f"Vous avez écrit : {WORDS[0]}",
                last_error=f"refused: {EMAIL}",
            )
        )
    now = clock.now()
    for subject in (made.report, made.public):
        db.add(
            Ticket(
                subject_type=subject.__tablename__,
                subject_id=subject.id,
                word_hash="w",
                created_at=now,
            )
        )


def _leave(client: Browser, ideas: Ideas) -> None:
    client.submit("/compte/donnees/effacer", {"ideas": ideas.value})
    client.submit(
        f"/compte/donnees/effacer/confirmer?idees={ideas.value}", {"sure": "y"}, expects=303
    )


def test_the_search_would_find_them(town: Services, life: Life) -> None:
    with town.database.reading() as db:
        found = {line.partition(": ")[2] for line in found_in_tables(db, *SECRETS)}
    assert found == set(SECRETS)


def test_nothing_says_who_it_was_after_somebody_left(
    client: Browser,
    town: Services,
    life: Life,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    client.sign_in(life.person)
    _leave(client, Ideas.GO)
    with town.database.reading() as db:
        assert list(found_in_tables(db, *SECRETS)) == []
        assert check(db) == []
    assert not [word for word in SECRETS if word in caplog.text]
    assert not [fault for faults in verify(town).values() for fault in faults]
    town.database.empty_log()
    if town.database.is_sqlite:
        town.database.close()
        assert list(found_in_files(tmp_path, *SECRETS)) == []


def test_the_photos_of_who_left_are_gone_from_the_disk_and_the_repair_is_still_shown(
    client: Browser, town: Services, life: Life
) -> None:
    assert len(list(town.storage.keys())) == 8
    client.sign_in(life.person)
    _leave(client, Ideas.GO)
    with town.database.reading() as db:
        left = db.scalars(select(Photo.key)).all()
    stored = [key for key, _written_at in list(town.storage.keys())]
    assert sorted(stored) == sorted([*left, *(f"{key}-small" for key in left)])
    assert len(left) == 1


def test_what_stays_is_what_was_said(client: Browser, town: Services, life: Life) -> None:
    client.sign_in(life.person)
    client.get("/compte/donnees/effacer")
    for words in ("Ce qui part tout de suite", "Qui a voté (jamais quoi)", "après 30 jours"):
        assert words in client.text
    _leave(client, Ideas.GO)
    with town.database.reading() as db:
        person = db.get_one(Person, life.person.id)
        assert person.closed_at == clock.now()
        assert (person.public_name, person.neighbourhood_id, person.birth_year) == ("", None, None)
        assert db.scalars(select(RollEntry.unit)).all() == [f"person:{person.id}"]
        assert db.scalar(select(func.count()).select_from(Ballot)) == 1
        assert db.scalars(select(Mandate.ends_on).where(Mandate.person_id == person.id)).all() == [
            clock.today()
        ]
        report = db.get_one(Incident, life.report.id)
        assert (report.description, report.reporter_id) == ("", None)
        assert report.reference == life.report.reference
        followers = db.scalars(select(IncidentFollower.address)).all()
        assert followers == ["voisin@example.org"]
        assert db.scalar(select(func.count()).select_from(Ticket)) == 0
        waiting = (Delivery.QUEUED, Delivery.CLAIMED)
        queued = select(OutboxMessage.recipient).where(OutboxMessage.delivery.in_(waiting))
        assert set(db.scalars(queued)) <= {"voisin@example.org", "coordination@example.org"}
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person.leave")).one()
        assert entry.details == {"ideas": "retirer", "identity_kept": 0}


def test_ideas_may_stay_without_name(client: Browser, town: Services, life: Life) -> None:
    client.sign_in(life.person)
    _leave(client, Ideas.STAY)
    with town.database.reading() as db:
        statuses = {
            idea.id: (idea.status.value, idea.visibility.value, idea.author_id)
            for idea in db.scalars(select(Proposal))
        }
        assert statuses[life.public.id] == ("published", "public", None)
        assert statuses[life.waiting.id] == ("received", "pending", None)
        assert statuses[life.refused.id] == ("withdrawn", "withdrawn", None)
        assert list(found_in_tables(db, EMAIL, PHONE, NAME, *WORDS[1:])) == []
    client.get(f"/propositions/{life.public.id}")
    assert "Un habitant, Terre-Rouge" in client.text.replace(" ,", ",")
    assert "1 soutien" in client.text


def test_the_support_of_who_left_is_no_longer_counted(
    client: Browser, town: Services, life: Life
) -> None:
    client.sign_in(life.person)
    _leave(client, Ideas.STAY)
    with town.database.reading() as db:
        chosen = Endorsement.proposal_id == life.supported.id
        assert db.scalar(select(func.count()).where(chosen)) == 0


def test_who_left_is_signed_out_and_the_address_is_free(
    client: Browser, town: Services, life: Life
) -> None:
    client.sign_in(life.person)
    _leave(client, Ideas.STAY)
    client.get("/compte", expects=303)
    with town.database.reading() as db:
        assert accounts_queries.person_at(db, parse(EMAIL)) is None
    newcomer = Browser(client.app)
    newcomer.submit("/compte/connexion", {"contact": EMAIL})
    with town.database.reading() as db:
        queued = select(OutboxMessage.kind).where(OutboxMessage.recipient == EMAIL)
        assert db.scalars(queued).all() == ["sign_in_code"]


def test_a_message_on_its_way_is_emptied_by_the_next_purge(
    client: Browser, town: Services, life: Life
) -> None:
    """The sender held it while the account was closed, and wrote its words down afterwards."""
    client.sign_in(life.person)
    _leave(client, Ideas.GO)
    with town.database.transaction() as db:
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.dedupe_key == "news:2")
            .values(delivery=Delivery.SENT, body=f"Bonjour {NAME}")
        )
    purge(town.database, town.storage)
    with town.database.reading() as db:
        assert list(found_in_tables(db, *SECRETS)) == []


def test_an_old_sign_in_proves_itself_again_first(
    client: Browser, town: Services, life: Life, moment: Moment
) -> None:
    client.sign_in(life.person)
    moment.forward(minutes=16)
    address = "/compte/donnees/effacer/confirmer?idees=rester"
    client.get(address)
    assert "nouveau code" in client.text
    assert client.page is not None
    again = next(link for link in client.page.links if link.startswith("/compte/connexion"))
    assert "effacer" in again
    client.get("/compte/donnees/effacer")
    token = client.page.forms[-1].fields["csrf_token"][0]
    client.post(
        "/compte/donnees/effacer/confirmer",
        {"ideas": "rester", "sure": "y", "csrf_token": token},
        expects=200,
    )
    with town.database.reading() as db:
        assert db.get_one(Person, life.person.id).closed_at is None


def test_without_the_box_nothing_is_done(client: Browser, town: Services, life: Life) -> None:
    client.sign_in(life.person)
    client.submit("/compte/donnees/effacer/confirmer?idees=rester", {"sure": ""}, expects=422)
    client.get("/compte/donnees/effacer/confirmer?idees=tout", expects=303)
    with town.database.reading() as db:
        assert db.get_one(Person, life.person.id).closed_at is None


def test_every_column_that_names_a_person_is_thought_of() -> None:
    named = {
        f"{table.name}.{key.parent.name}"
        for table in schema.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    moved = {str(column) for column in (*leaving.GOES, *leaving.FORGETS)}
    told = {name.replace(name.split(".")[0], _table(name), 1) for name in moved}
    assert told | set(leaving.STAYS) == named
    assert not told & set(leaving.STAYS)


def _table(name: str) -> str:
    """The table of a column that is written `Class.column`."""
    wanted = name.split(".")[0]
    mappers = schema.Base.registry.mappers
    return next(str(m.local_table) for m in mappers if m.class_.__name__ == wanted)


def test_closing_twice_is_refused(town: Services, life: Life) -> None:
    def close() -> None:
        with town.database.transaction() as db:
            person = db.get_one(Person, life.person.id)
            close_account(db, person, ideas=Ideas.STAY, identity_key=None)

    close()
    with pytest.raises(Denied):
        close()


def test_the_last_person_who_gives_roles_stays(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        last = make_person(db, Role.COORDINATOR)
    client.sign_in(last)
    page, sure = "/compte/donnees/effacer/confirmer?idees=rester", {"sure": "y"}
    client.submit(page, sure, expects=422)
    assert "Donnez d’abord ce rôle" in client.text
    with town.database.transaction() as db:
        assert db.get_one(Person, last.id).closed_at is None
        make_person(db, Role.ADMIN)
    client.submit(page, sure)
    with town.database.reading() as db:
        assert db.get_one(Person, last.id).closed_at


def test_an_account_unseen_for_two_years_leaves_as_little(
    town: Services, life: Life, moment: Moment
) -> None:
    with town.database.transaction() as db:
        db.execute(update(Mandate).values(ends_on=clock.today() - timedelta(days=1)))
    for days in (705, 31):
        moment.forward(days=days)
        purge(town.database, town.storage)
    with town.database.reading() as db:
        assert db.get_one(Person, life.person.id).closed_at == clock.now()
        assert list(found_in_tables(db, EMAIL, PHONE, NAME, *WORDS[1:])) == []


def test_the_copy_holds_everything_but_votes_and_can_be_read(
    client: Browser, town: Services, life: Life
) -> None:
    client.sign_in(life.person)
    answer = client.submit("/compte/donnees", action="copie", expects=200)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        data = archive.read("data.json").decode()
        page = archive.read("index.html").decode()
        names = [name for name in archive.namelist() if name.startswith("photos/")]
    for word in (EMAIL, PHONE, NAME, *WORDS[:4]):
        assert word in data
        assert word in page
    assert "Samedi" not in data
    assert "Fête de quartier" in data
    assert len(names) == 2
    assert "voisin@example.org" not in data
    with town.database.reading() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.action == "person.export")).one()


def test_a_copy_names_a_supported_idea_that_was_hidden_by_its_number_alone(db: Session) -> None:
    nour, idea = make_person(db), make_public(db, title="Karim fait du bruit")
    proposals.endorse(db, idea, person=nour)
    hiding.hide(db, idea, actor_id=None)
    (support,) = portrait.portrait(db, nour)["soutiens"]
    assert support["idee"].endswith(str(idea.id))
    assert "Karim" not in support["idee"]
