"""One's own data: seen, taken back piece by piece, agreed to; and never somebody else's."""

import dataclasses
import json

import pytest
from sqlalchemy import func, select

from engage.accounts import commands as accounts
from engage.accounts import consents
from engage.accounts.models import Opening, Person, Role
from engage.core.audit import AuditEntry
from engage.core.errors import InvalidInput, NotFound
from engage.core.services import Services
from engage.core.web import Engage
from engage.incidents import commands as incidents
from engage.incidents.models import FollowLink, Incident
from engage.moderation import commands as moderation
from engage.moderation.models import Decision, ModerationItem
from engage.ops.verify import verify
from engage.privacy import identities
from engage.privacy.commands import Ideas, close_account
from engage.privacy.models import RetainedIdentity
from engage.proposals import commands as proposals
from engage.proposals.models import Endorsement, Proposal, ProposalRevision
from tests.browsing import Browser
from tests.factories import make_person
from tests.incidents.making import make_estate, make_followed, make_photo
from tests.proposals.ideas import make_item, make_public


@pytest.fixture
def author(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, email="nour@example.org", public_name="Nour")


def test_the_page_is_reached_from_the_account_and_says_what_is_known(
    client: Browser, town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        make_public(db, author=author, title="Une fontaine")
    client.sign_in(author)
    client.get("/compte")
    assert client.page is not None
    assert "/compte/donnees" in client.page.links
    answer = client.get("/compte/donnees")
    assert answer.headers["Cache-Control"] == "no-store"
    for words in ("nour@example.org", "Une fontaine", "un bulletin n’a pas de nom"):
        assert words in client.text


def test_an_idea_is_taken_back_with_its_supports_after_both_were_said(
    client: Browser, town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        idea = make_public(db, author=author, photo_ids=[make_photo(db, town.storage).id])
        for _number in range(2):
            proposals.endorse(db, idea, person=make_person(db))
    client.sign_in(author)
    address = f"/compte/donnees/idee/{idea.id}"
    client.get(address)
    assert "Ses soutiens sont effacés avec elle : 2 personnes." in client.text
    client.submit(address)
    client.get("/compte/donnees")
    assert "Votre idée est retirée." in client.text
    client.get(f"/propositions/{idea.id}", expects=404)
    client.get("/propositions")
    assert "Des bancs" not in client.text
    assert list(town.storage.keys()) == []
    with town.database.reading() as db:
        assert db.get_one(Proposal, idea.id).status.value == "withdrawn"
        assert db.scalars(select(ProposalRevision.body)).all() == [""]
        assert db.scalar(select(func.count()).select_from(Endorsement)) == 0
    assert not [fault for faults in verify(town).values() for fault in faults]


def test_an_idea_taken_back_leaves_the_queue_even_while_it_is_read(
    client: Browser, app: Engage, town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        item, member = make_item(db, author=author), make_person(db, Role.COUNCIL)
        moderation.take(db, item, moderator=member)
    client.sign_in(author)
    client.submit(f"/compte/donnees/idee/{item.subject_id}")
    reader = Browser(app).sign_in(member)
    reader.get("/moderation")
    assert "Des bancs" not in reader.text
    reader.get(f"/moderation/{item.id}")
    assert "L’auteur a retiré son texte." in reader.text
    assert "Texte effacé" in reader.text
    with town.database.reading() as db:
        assert db.get_one(ModerationItem, item.id).status.value == "withdrawn"
        assert db.scalars(select(Decision)).all() == []


def test_words_and_photo_of_a_report_go_and_the_report_stays(
    client: Browser, town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        report, token = make_followed(
            db,
            make_estate(db),
            assigned=True,
            reporter=author,
            photo=make_photo(db, town.storage),
            description="Devant chez moi.",
        )
    client.sign_in(author)
    client.get(f"/suivi/{token}")
    assert "Devant chez moi." in client.text
    client.submit(f"/compte/donnees/signalement/{report.id}")
    client.get(f"/suivi/{token}", expects=404)
    client.get(f"/signalements/{report.reference}")
    assert list(town.storage.keys()) == []
    with town.database.reading() as db:
        left = db.get_one(Incident, report.id)
        assert (left.description, left.reporter_id, left.status.value) == ("", None, "assigned")
        assert db.scalar(select(func.count()).select_from(FollowLink)) == 0


def test_nobody_takes_back_what_is_not_theirs(
    client: Browser, town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        idea = make_public(db, author=author)
        report, _token = make_followed(db, make_estate(db), reporter=author)
        other = make_person(db)
    client.sign_in(other)
    client.get("/compte/donnees/effacer")
    assert client.page is not None
    sent = {"csrf_token": client.page.forms[-1].fields["csrf_token"][0]}
    for address in (f"idee/{idea.id}", f"signalement/{report.id}"):
        client.get(f"/compte/donnees/{address}", expects=404)
        client.post(f"/compte/donnees/{address}", sent, expects=404)
    with town.database.reading() as db:
        assert db.get_one(Proposal, idea.id).author_id == author.id


def test_an_agreement_is_given_and_taken_back_with_one_button(
    client: Browser, town: Services, author: Person
) -> None:
    client.sign_in(author)
    for answer, given in (("oui", True), ("oui", True), ("non", False)):
        client.get("/compte/donnees")
        assert client.page is not None
        form = next(f for f in client.page.forms if "accord" in f.action)
        client.post(form.action, {**form.fields, "reponse": answer})
        with town.database.reading() as db:
            purpose = consents.ACCOUNT_BY_MEDIATOR
            assert consents.has_consent(db, author, purpose) is given
    with town.database.reading() as db:
        acts = select(AuditEntry.action).where(AuditEntry.action.startswith("consent."))
        assert db.scalars(acts.order_by(AuditEntry.id)).all() == [
            "consent.give",
            "consent.withdraw",
        ]


def test_who_has_a_mandate_passes_the_second_step_before_leaving(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        member = make_person(db, Role.COUNCIL, email="membre@example.org")
        token = accounts.sign_in(db, member, Opening.CODE)
    with client.http.session_transaction() as session:
        session["_user_id"] = token
    answer = client.get("/compte/donnees/effacer", expects=303)
    assert answer.headers["Location"].startswith("/compte/deuxieme-etape")
    client.get("/compte/donnees")
    assert "membre@example.org" not in client.text


def test_a_copy_may_be_taken_ten_times_a_day(client: Browser, author: Person) -> None:
    client.sign_in(author)
    for _number in range(10):
        client.submit("/compte/donnees", action="copie", expects=200)
    answer = client.submit("/compte/donnees", action="copie", expects=429)
    assert int(answer.headers["Retry-After"]) > 0


KEY = b"k" * 32


def _closed(town: Services, person: Person) -> None:
    with town.database.transaction() as db:
        again = db.get_one(Person, person.id)
        close_account(db, again, ideas=Ideas.STAY, identity_key=KEY)


def test_an_identity_is_kept_sealed_only_of_who_published(town: Services, author: Person) -> None:
    with town.database.transaction() as db:
        make_public(db, author=author)
        silent = make_person(db, email="muet@example.org")
    _closed(town, author)
    _closed(town, silent)
    with town.database.transaction() as db:
        row = db.scalars(select(RetainedIdentity)).one()
        assert row.person_id == author.id
        assert (row.expires_on - row.closed_on).days in (1826, 1827)
        assert "nour" not in row.sealed
        opened = json.loads(identities.reveal(db, author.id, KEY, reason="Réquisition 12/2026"))
        assert opened["contact_points"] == ["nour@example.org"]
        assert opened["name"] == "Nour"


def test_each_look_at_an_identity_is_written_down_with_its_reason(
    town: Services, author: Person
) -> None:
    with town.database.transaction() as db:
        make_public(db, author=author)
    _closed(town, author)

    def look(person_id: int, key: bytes, reason: str) -> None:
        with town.database.transaction() as db:
            identities.reveal(db, person_id, key, reason=reason)

    look(author.id, KEY, "Réquisition 12/2026")
    with pytest.raises(InvalidInput):
        look(author.id, KEY, "  ")
    with pytest.raises(NotFound):
        look(author.id + 1, KEY, "Réquisition")
    with pytest.raises(NotFound):
        look(author.id, b"x" * 32, "Réquisition")
    with town.database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "identity.reveal")).one()
        assert entry.details == {"reason": "Réquisition 12/2026"}


def test_the_key_of_identities_is_a_file_of_its_own_and_made_only_where_they_are_kept(
    town: Services,
) -> None:
    assert identities.sealing_key(town.config) is None
    config = dataclasses.replace(town.config, keep_identities=True)
    key = identities.sealing_key(config)
    assert key != town.secret_key
    path = config.secrets / identities.KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_trail_does_not_say_who_reported_a_problem(town: Services, author: Person) -> None:
    with town.database.transaction() as db:
        estate = make_estate(db)
        make_followed(db, estate, reporter=author)
        incidents.submit(
            db,
            incidents.Report(kind=make_followed(db, estate)[0].kind, place=estate.hall),
            captured_by=estate.agent,
        )
        acts = select(AuditEntry.actor_id).where(AuditEntry.action == "incident.submit")
        assert db.scalars(acts.order_by(AuditEntry.id)).all() == [None, None, estate.agent.id]
