"""The counter as a mediator meets it: one person at a time, nothing left on the screen."""

import pytest
from sqlalchemy import func, select

from engage.accounts.commands import issue_card
from engage.accounts.consents import Consent
from engage.accounts.models import ContactPoint, Mandate, Person, Role, SignIn
from engage.core.config import ROOT
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.fieldwork.models import Enquiry, Ticket
from engage.incidents.models import Incident
from engage.proposals.models import Endorsement, Proposal
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import make_person
from tests.fieldwork import making
from tests.proposals.ideas import make_public

IDEA = {"title": "Un banc", "text": "À l’ombre.", "quartier": "terre-rouge"}


def count(town: Services, model: type) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def fields_of(client: Browser, path: str, action: str = "") -> dict[str, list[str]]:
    client.get(path)
    assert client.page is not None
    form = next(f for f in client.page.forms if action in f.action)
    return dict(form.fields)


def test_the_day_begins_with_the_channel_and_then_asks_for_whom(
    client: Browser, town: Services
) -> None:
    making.open_counter(client, town, "phone")
    client.get("/guichet")
    assert "Pour qui ?" in client.text
    assert "Au téléphone" in client.text
    making.serve_nobody(client)
    making.report(client, making.place_code(town))
    with town.database.reading() as db:
        assert db.scalars(select(Incident.channel)).one() == "phone"


def test_no_page_of_a_visit_opens_before_somebody_is_served(
    client: Browser, town: Services
) -> None:
    making.open_counter(client, town)
    for page in ("probleme", "idee", "question", "soutien", "vote", "inscription", "carte"):
        assert client.get(f"/guichet/{page}", expects=303).headers["Location"] == "/guichet"


def test_a_first_name_needs_the_consent_that_was_heard(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    client.submit("/guichet", {"prenom": "Amina"}, expects=422)
    assert "Demandez d’abord son accord" in client.text
    assert client.page is not None
    assert any(f.fields.get("prenom") == ["Amina"] for f in client.page.forms)
    assert count(town, Consent) == 0
    making.serve(client, "Amina")
    client.get("/guichet")
    assert "Pour Amina" in client.text
    assert count(town, Consent) == 1


def test_a_card_typed_or_scanned_finds_its_holder_and_shows_no_contact(
    client: Browser, app: Engage, town: Services
) -> None:
    making.card_holder(app, town, public_name="Aïcha", email="secret@example.org")
    making.open_counter(client, town)
    client.submit("/guichet", {"code": "AAAA-BBBB-CCCC"}, expects=422)
    client.submit("/guichet", {"code": f"https://x.example/compte/carte?code={making.CARD}"})
    client.get("/guichet")
    assert "Pour Aïcha" in client.text
    for page in ("/guichet", "/guichet/carte", "/guichet/inscription", "/guichet/soutien"):
        assert "secret@" not in client.get(page).get_data(as_text=True)


def test_the_counter_serves_others_not_oneself(
    client: Browser, app: Engage, town: Services
) -> None:
    mediator = making.open_counter(client, town)
    with town.database.transaction() as db:
        issue_card(db, mediator, making.CARD, key=app.services.secret_key)
    client.submit("/guichet", {"code": making.CARD}, expects=422)
    assert "Le guichet sert les autres" in client.text


def test_an_emergency_shows_the_numbers_and_stores_nothing(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    data = {"choix": "TRA03", "lieu": making.place_code(town), "description": "Un voisin"}
    client.submit("/guichet/probleme", data, expects=200)
    assert "Rien n’est enregistré ici" in client.text
    assert "tel:" in " ".join(client.page.links if client.page else [])
    assert count(town, Incident) == 0


def test_bad_choices_come_back_with_what_was_typed(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    data = {"choix": "XXX99", "lieu": making.place_code(town), "description": "Il fait noir."}
    client.submit("/guichet/probleme", data, expects=422)
    assert client.page is not None
    form = next(f for f in client.page.forms if "probleme" in f.action)
    assert form.fields["description"][0].strip() == "Il fait noir."
    client.submit("/guichet/probleme", data | {"choix": "ECL01", "lieu": "nulle-part"}, 422)
    assert count(town, Incident) == 0


def test_a_form_sent_twice_is_entered_once(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    sent = fields_of(client, "/guichet/idee", "idee") | {k: [v] for k, v in IDEA.items()}
    first = client.post("/guichet/idee", sent)
    again = client.post("/guichet/idee", sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert (count(town, Proposal), count(town, Ticket)) == (1, 1)
    client.get(again.headers["Location"])
    assert "Mot" in client.text


def test_words_that_point_at_somebody_are_shown_once_before_they_leave(
    client: Browser, town: Services
) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    telling = IDEA | {"text": "Appelez-moi au 06 12 34 56 78."}
    client.submit("/guichet/idee", telling, expects=422)
    assert "06 12 34 56 78" in client.text
    assert client.page is not None
    form = next(f for f in client.page.forms if "idee" in f.action)
    client.post("/guichet/idee", form.fields | {"quartier": ["terre-rouge"]})
    assert count(town, Proposal) == 1


def test_the_next_person_sees_nothing_of_the_one_before(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve(client, "Amina")
    address = making.report(client, making.place_code(town))
    _number, word = making.ticket(client, address)
    client.get("/guichet/carte")
    client.submit("/guichet/carte", action="/guichet/carte")
    client.get("/guichet/carte/imprimer")
    making.next_person(client)
    assert client.get(address, expects=303).headers["Location"] == "/guichet"
    making.serve(client, "Karim")
    for page in (address, "/guichet/carte/imprimer"):
        client.get(page, expects=303)
    answer = client.get("/guichet")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Amina" not in client.text
    assert word not in client.text


def test_a_page_opened_for_somebody_else_sends_nothing(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve(client, "Amina")
    sent = fields_of(client, "/guichet/idee", "idee") | {k: [v] for k, v in IDEA.items()}
    making.next_person(client)
    making.serve(client, "Karim")
    client.post("/guichet/idee", sent, expects=409)
    assert "autre personne" in client.text
    assert count(town, Proposal) == 0


def test_support_needs_somebody_who_can_be_recognised_and_counts_once(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        proposal = make_public(db)
    making.open_counter(client, town)
    making.serve_nobody(client)
    client.get("/guichet/soutien")
    assert "Il faut une carte" in client.text
    making.next_person(client)
    making.serve(client, "Amina")
    client.submit("/guichet/soutien", action="/guichet/carte")
    client.submit("/guichet/soutien", {"idee": str(proposal.id)})
    client.get("/guichet")
    assert "Le soutien est compté" in client.text
    client.submit("/guichet/soutien", {"numero": f"P-{proposal.id}"})
    client.get("/guichet")
    assert "soutenait déjà" in client.text
    client.submit("/guichet/soutien", {"numero": "P-99999"}, expects=422)
    with town.database.reading() as db:
        row = db.scalars(select(Endorsement)).one()
        assert row.channel == "in_person"


def test_an_author_can_not_support_the_own_idea(
    client: Browser, app: Engage, town: Services
) -> None:
    holder = making.card_holder(app, town)
    with town.database.transaction() as db:
        proposal = make_public(db, author=db.get_one(Person, holder.id))
    making.open_counter(client, town)
    client.submit("/guichet", {"code": making.CARD})
    client.submit("/guichet/soutien", {"idee": str(proposal.id)}, expects=422)
    assert "ne peut pas soutenir" in client.text


def test_an_account_is_opened_with_a_code_and_the_mediator_stays_signed_in(
    client: Browser, town: Services
) -> None:
    mediator = making.open_counter(client, town)
    making.serve(client, "Amina")
    data = {"contact": "06 39 98 00 01", "accord": "y"}
    address = client.submit("/guichet/inscription", data).headers["Location"]
    with town.database.reading() as db:
        digits = db.scalars(select(func.substr(OutboxMessage.secret, 1, 6))).one()
        sign_ins = db.scalars(select(SignIn.person_id)).all()
    client.submit(address, {"code": "000000" if digits != "000000" else "111111"}, expects=422)
    client.submit(address, {"code": digits})
    client.get("/guichet")
    assert "Pour Amina" in client.text
    assert "Médiatrice" in client.text
    with town.database.reading() as db:
        point = db.scalars(select(ContactPoint)).one()
        assert db.get_one(Person, point.person_id).public_name == "Amina"
        assert db.scalars(select(SignIn.person_id)).all() == sign_ins == [mediator.id]
    client.submit(address, {"code": digits}, expects=422)


def test_a_known_number_leads_to_its_holder_and_an_old_code_adds_nothing(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        holder = make_person(db, public_name="Aïcha", email="aicha@example.org")
    making.open_counter(client, town)
    making.serve_nobody(client)
    data = {"contact": "aicha@example.org", "accord": "y"}
    address = client.submit("/guichet/inscription", data).headers["Location"]
    with town.database.reading() as db:
        digits = db.scalars(select(func.substr(OutboxMessage.secret, 1, 6))).one()
    client.submit(address, {"code": digits})
    client.get("/guichet")
    assert "Pour Aïcha" in client.text
    with town.database.reading() as db:
        assert db.scalars(select(ContactPoint.person_id)).all() == [holder.id]


def test_ten_idle_minutes_close_the_counter(
    client: Browser, town: Services, moment: Moment
) -> None:
    making.open_counter(client, town)
    making.serve(client, "Amina")
    answer = client.get("/guichet")
    assert answer.headers["Refresh"] == "605; url=/guichet/fin"
    assert "10 minutes sans geste" in client.text
    sent = fields_of(client, "/guichet/idee", "idee") | {k: [v] for k, v in IDEA.items()}
    moment.forward(minutes=10)
    assert client.post("/guichet/idee", sent).headers["Location"] == "/guichet/fin"
    assert count(town, Proposal) == 0
    client.get("/guichet/fin")
    assert "Le guichet est fermé" in client.text
    assert "Amina" not in client.text
    location = client.get("/guichet", expects=303).headers["Location"]
    assert location.startswith("/compte/connexion")


def test_a_sleeping_tab_does_not_close_the_counter_of_a_working_one(
    client: Browser, town: Services, moment: Moment
) -> None:
    making.open_counter(client, town)
    moment.forward(minutes=9)
    client.get("/guichet")
    moment.forward(minutes=2)
    assert client.get("/guichet/fin", expects=303).headers["Location"] == "/guichet"


def test_closing_signs_the_mediator_out_in_the_database_too(
    client: Browser, town: Services
) -> None:
    making.open_counter(client, town)
    assert client.submit("/guichet", action="/fermer").headers["Location"] == "/guichet/fin"
    with town.database.reading() as db:
        assert db.scalars(select(SignIn.revoked_at)).one() is not None
    client.get("/guichet", expects=303)


def test_the_ticket_is_a_small_sheet_with_a_qr_code(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    answer = client.get(making.report(client, making.place_code(town)))
    html = answer.get_data(as_text=True)
    assert 'class="qr"' in html
    assert "/static/css/ticket." in html
    assert "size: 105mm 148mm" in (ROOT / "static" / "css" / "ticket.css").read_text()


def test_a_lost_card_is_replaced_with_a_ticket_and_the_mediators_word(
    client: Browser, app: Engage, town: Services
) -> None:
    making.card_holder(app, town, public_name="Aïcha")
    making.open_counter(client, town)
    client.submit("/guichet", {"code": making.CARD})
    number, word = making.ticket(client, making.report(client, making.place_code(town)))
    making.next_person(client)
    client.submit("/guichet", {"numero": number, "mot": "BBBBBB"}, expects=422)
    client.submit("/guichet", {"numero": number, "mot": word})
    client.get("/guichet/soutien")
    assert "Il faut une carte" in client.text, "a ticket found in the street is nobody"
    client.submit("/guichet/carte", action="/perdue", expects=422)
    client.submit("/guichet/carte", {"atteste": "y"}, action="/perdue")
    client.get("/guichet/soutien")
    assert "Soutenir une idée" in client.text
    client.get("/guichet/carte/imprimer")
    code = next(w for w in client.text.split() if len(w) == 14 and w.count("-") == 2)
    resident = Browser(app)
    resident.submit("/compte/carte", {"code": making.CARD}, expects=422)
    resident.get(f"/compte/carte?code={code}")
    resident.submit(f"/compte/carte?code={code}", {})
    resident.get("/compte")
    with town.database.reading() as db:
        assert making.acts(db, "card.cancel")[-1].details == {"proof": "ticket"}


@pytest.mark.parametrize("typed", ["membre@example.org", "card"])
def test_a_member_of_the_council_gets_ten_codes_by_exact_contact_or_card(
    client: Browser, app: Engage, town: Services, typed: str
) -> None:
    with town.database.transaction() as db:
        member = make_person(db, Role.COUNCIL, email="membre@example.org")
        make_person(db, email="habitante@example.org")
        issue_card(db, member, making.CARD, key=app.services.secret_key)
    mediator = making.open_counter(client, town)
    for other in ("habitante@example.org", "personne@example.org", "membre", "AAAA-BBBB-CCCC"):
        client.submit("/guichet/codes-conseil", {"contact": other}, expects=422)
        assert "Aucun membre du conseil" in client.text
    contact = making.CARD if typed == "card" else typed
    answer = client.submit("/guichet/codes-conseil", {"contact": contact}, expects=200)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_data(as_text=True).count('<li class="num">') == 10
    with town.database.reading() as db:
        assert making.acts(db, "code_list.give")[-1].actor_id == mediator.id


def test_a_question_answered_meanwhile_is_not_answered_again(
    client: Browser, town: Services
) -> None:
    making.open_counter(client, town)
    making.serve_nobody(client)
    client.submit("/guichet/question", {"question": "Quand ?"})
    sent = fields_of(client, "/guichet/questions/1", "questions") | {"reponse": ["Mardi."]}
    client.submit("/guichet/questions/1", {"reponse": "Jeudi."})
    client.post("/guichet/questions/1", sent | {"idem": ["autre"]}, expects=409)
    with town.database.reading() as db:
        assert db.scalars(select(Enquiry.answer)).one() == "Jeudi."
    client.get("/guichet/questions/99", expects=404)


def test_the_mediators_own_account_stays_as_it_was(client: Browser, town: Services) -> None:
    mediator = making.open_counter(client, town)
    making.serve(client, "Amina")
    making.report(client, making.place_code(town))
    client.submit("/guichet/idee", IDEA)
    with town.database.reading() as db:
        person = db.get_one(Person, mediator.id)
        assert (person.public_name, person.version) == ("Médiatrice", mediator.version)
        assert db.scalar(select(func.count()).where(Mandate.person_id == mediator.id)) == 1
        assert not db.scalars(select(Proposal).where(Proposal.author_id == mediator.id)).all()
        assert not db.scalars(select(Incident).where(Incident.reporter_id == mediator.id)).all()
