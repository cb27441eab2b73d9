"""The partner's page without account, and the coordinator's lists, as people meet them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Role
from engage.core import audit, clock
from engage.core.services import Services
from engage.deadlines.models import Deadline
from engage.incidents.models import Incident, IncidentEvent
from engage.incidents.workflow import Status
from engage.reminders.models import Answer, AnswerKind, ReplyLink
from engage.territory.models import Organisation
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_organisation, make_person
from tests.reminders.making import make_owed_incident, make_owed_report, messages, queue

PARTNER = "Bailleur d’essai"


def told(town: Services, *, incidents: int = 1, reports: int = 0) -> list[str]:
    """Pages of the two contacts of a partner who has just been told what is due."""
    with town.database.transaction() as db:
        partner = make_organisation(db, contacts=2, name=PARTNER)
        for _ in range(incidents):
            make_owed_incident(db, partner, text="Marcel l’a cassée")
        for number in range(1, reports + 1):
            make_owed_report(db, partner, number=number)
    queue(town)
    return [f"/r/{message.secret}" for message in messages(town)]


def answers(town: Services) -> list[Answer]:
    with town.database.reading() as db:
        return list(db.scalars(select(Answer).order_by(Answer.id)))


def incident(town: Services) -> Incident:
    with town.database.reading() as db:
        return db.scalars(select(Incident).order_by(Incident.id)).first()  # type: ignore[return-value]


def deadlines_of(town: Services) -> list[Deadline]:
    with town.database.reading() as db:
        return list(db.scalars(select(Deadline).order_by(Deadline.id)))


def history(town: Services) -> list[str]:
    with town.database.reading() as db:
        return [e.word for e in db.scalars(select(IncidentEvent).order_by(IncidentEvent.id))]


def audited(town: Services) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count(audit.AuditEntry.id))) or 0


def test_the_link_shows_what_is_due_and_no_word_of_a_resident(
    client: Browser, town: Services
) -> None:
    page, _ = told(town, incidents=1, reports=1)
    response = client.get(page)
    assert "G-1001" in client.text
    assert "Placette, Terre-Rouge" in client.text
    assert "Attendu le jeudi 4 juin" in client.text
    assert "Bilan annuel" in client.text
    assert "Marcel" not in client.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_opening_the_link_changes_nothing(client: Browser, town: Services) -> None:
    page, _ = told(town)
    before = audited(town)
    for _ in range(3):
        client.get(page)
        client.http.head(page)
    for kind in ("fait", "prevu", "pas-chez-nous"):
        client.get(f"{page}/1/{kind}", expects=405)
    assert audited(town) == before
    assert answers(town) == []


def test_repaired_meets_the_dates_and_asks_the_resident(client: Browser, town: Services) -> None:
    page, other = told(town)
    client.submit(page, action="/fait")
    assert incident(town).status is Status.RESOLVED
    assert all(d.met_at for d in deadlines_of(town))
    assert f"Réparé, dit {PARTNER}." in history(town)
    client.get(other)
    assert "C’est noté : fait le mardi 2 juin" in client.text
    assert "Réponse de Contact 0, le mardi 2 juin" in client.text


def test_an_earlier_day_of_repair_decides_on_lateness(
    client: Browser, town: Services, moment: Moment
) -> None:
    page, _ = told(town)
    due_at = deadlines_of(town)[0].due_at
    moment.forward(days=6)
    client.submit(page, {"fait-1-day": "2026-06-03"}, action="/1/fait")
    met_at = deadlines_of(town)[0].met_at
    assert met_at is not None
    assert clock.local(met_at).date().isoformat() == "2026-06-03"
    assert met_at < due_at


def test_a_planned_day_silences_until_its_end_and_can_be_changed(
    client: Browser, town: Services, moment: Moment
) -> None:
    page, _ = told(town)
    response = client.submit(page, {"prevu-1-day": "2026-06-10"}, action="/prevu")
    assert incident(town).status is Status.SCHEDULED
    client.get(response.headers["Location"])
    assert "C’est noté. Merci de votre réponse." in client.text
    assert "C’est noté : prévu le mercredi 10 juin" in client.text
    client.submit(page, action="/prevu", data={"prevu-2-day": "2026-06-12"})
    assert [a.planned_for.isoformat() for a in answers(town) if a.planned_for] == [
        "2026-06-10",
        "2026-06-12",
    ]


def test_not_ours_goes_back_to_the_coordinator_with_what_they_say(
    client: Browser, town: Services
) -> None:
    page, _ = told(town)
    client.submit(page, {"pas-chez-nous-1-note": "la Ville"}, action="/pas-chez-nous")
    found = incident(town)
    assert (found.status, found.organisation_id) == (Status.TO_QUALIFY, None)
    assert all(d.withdrawn_at for d in deadlines_of(town))
    assert f"Ce n’est pas chez nous, dit {PARTNER}. Plutôt : la Ville" in history(town)
    client.get(page)
    assert "C’est noté : pas chez nous, plutôt : la Ville" in client.text


@pytest.mark.parametrize(
    ("kind", "field", "state"),
    [
        ("fait", "day", "met_at"),
        ("prevu", "day", "silenced_until"),
        ("pas-chez-nous", "note", "withdrawn_at"),
    ],
)
def test_a_report_about_an_action_is_answered_the_same_way(
    client: Browser, town: Services, kind: str, field: str, state: str
) -> None:
    page, _ = told(town, incidents=0, reports=1)
    value = "la Région" if field == "note" else "2026-06-02"
    client.submit(page, {f"{kind}-1-{field}": value}, action=f"/{kind}")
    assert getattr(deadlines_of(town)[0], state) is not None
    assert len(answers(town)) == 1


def test_the_same_answer_sent_twice_counts_once(client: Browser, town: Services) -> None:
    page, _ = told(town)
    client.get(page)
    assert client.page is not None
    form = next(f for f in client.page.forms if "/fait" in f.action)
    for _ in range(2):
        client.post(form.action, dict(form.fields))
    assert len(answers(town)) == 1


def test_the_second_contact_cannot_undo_what_is_done(client: Browser, town: Services) -> None:
    page, other = told(town)
    client.get(other)
    assert client.page is not None
    stale = next(f for f in client.page.forms if "/pas-chez-nous" in f.action)
    client.submit(page, action="/fait")
    client.post(stale.action, dict(stale.fields), expects=409)
    assert "quelqu’un a déjà répondu" in client.text
    assert [a.kind for a in answers(town)] == [AnswerKind.DONE]


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("fait", "2026-06-03", "pas encore passé"),
        ("fait", "2024-01-01", "trop ancien"),
        ("fait", "hier", "un jour qui existe"),
        ("fait", "", "Choisissez un jour"),
        ("fait", "2026-02-30", "un jour qui existe"),
        ("fait", "\x00" * 50, "un jour qui existe"),
        ("fait", "٢٠٢٦-٠٦-٠٢x", "un jour qui existe"),
        ("prevu", "2026-06-01", "entre aujourd’hui et dans un an"),
        ("prevu", "2199-12-31", "entre aujourd’hui et dans un an"),
        ("prevu", "9999-12-31", "un jour qui existe"),
        ("prevu", "", "Choisissez un jour"),
        ("prevu", "<script>", "un jour qui existe"),
        ("pas-chez-nous", "🏚" * 201, "trop long"),
    ],
)
def test_bad_answers_come_back_with_a_sentence_and_change_nothing(
    client: Browser, town: Services, kind: str, value: str, sentence: str
) -> None:
    page, _ = told(town)
    field = "note" if kind == "pas-chez-nous" else "day"
    client.submit(page, {f"{kind}-1-{field}": value}, 422, action=f"/{kind}")
    assert sentence in client.text
    assert answers(town) == []


def test_html_in_a_note_stays_text(client: Browser, town: Services) -> None:
    page, _ = told(town)
    note = "<b onclick=x>Ville</b>"
    client.submit(page, {"pas-chez-nous-1-note": note}, action="/pas-chez-nous")
    client.get(page)
    assert note in client.text


def test_without_our_form_nothing_is_taken(client: Browser, town: Services) -> None:
    page, _ = told(town)
    client.post(f"{page}/1/fait", {"fait-1-day": "2026-06-02"}, expects=400)
    assert answers(town) == []


def test_an_unknown_link_is_not_found_and_says_what_to_do(client: Browser) -> None:
    client.get("/r/x", expects=404)
    assert "Nous ne connaissons pas ce lien" in client.text
    assert "demandez un nouveau lien" in client.text


def test_a_link_is_gone_after_30_days(client: Browser, town: Services, moment: Moment) -> None:
    page, _ = told(town)
    client.get(page)
    assert client.page is not None
    form = next(f for f in client.page.forms if "/fait" in f.action)
    moment.forward(days=30)
    client.get(page, expects=410)
    assert "Ce lien ne marche plus" in client.text
    client.post(form.action, dict(form.fields), expects=410)
    assert answers(town) == []


def test_a_revoked_link_is_gone(client: Browser, town: Services) -> None:
    page, other = told(town)
    with town.database.transaction() as db:
        db.scalars(select(ReplyLink).order_by(ReplyLink.id)).first().revoked_at = clock.now()  # type: ignore[union-attr]
    client.get(page, expects=410)
    client.get(other)


def test_a_link_answers_nothing_of_another_organisation(client: Browser, town: Services) -> None:
    page, _ = told(town)
    with town.database.transaction() as db:
        other = make_organisation(db)
        theirs = make_owed_report(db, other).id
    client.get(page)
    assert client.page is not None
    token = client.page.forms[0].fields["csrf_token"]
    data = {"csrf_token": token, f"fait-{theirs}-day": "2026-06-02"}
    client.post(f"{page}/{theirs}/fait", data, expects=403)
    client.post(f"{page}/999999/fait", data, expects=404)
    assert answers(town) == []


def test_a_link_answers_nothing_any_more_after_the_report_went_elsewhere(
    client: Browser, town: Services
) -> None:
    page, _ = told(town, incidents=0, reports=1)
    client.get(page)
    assert client.page is not None
    form = next(f for f in client.page.forms if "/fait" in f.action)
    with town.database.transaction() as db:
        make_owed_report(db, make_organisation(db), number=1)
    client.post(form.action, dict(form.fields), expects=403)


def test_after_an_answer_nothing_more_is_said(
    client: Browser, town: Services, moment: Moment
) -> None:
    page, _ = told(town)
    client.submit(page, {"prevu-1-day": "2026-06-30"}, action="/prevu")
    for _ in range(20):
        moment.forward(days=1)
        assert queue(town) == 0


def test_the_page_asks_few_statements_however_much_is_due(client: Browser, town: Services) -> None:
    page, _ = told(town, incidents=1)
    client.get(page)
    with count_statements(town.database) as few:
        client.get(page)
    with town.database.transaction() as db:
        partner = db.scalars(select(Organisation).where(Organisation.name == PARTNER)).one()
        for _ in range(12):
            make_owed_incident(db, partner, kind="VER03")
    queue(town)
    page = f"/r/{messages(town)[-1].secret}"
    with count_statements(town.database) as many:
        client.get(page)
    assert client.text.count("G-10") >= 12
    assert len(few) == len(many) <= 6


def coordinator(client: Browser, town: Services) -> Browser:
    with town.database.transaction() as db:
        person = make_person(db, Role.COORDINATOR)
    return client.sign_in(person)


@pytest.mark.parametrize("path", ["/relances", "/partenaires"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200),
        (Role.ADMIN, 200),
        (Role.AGENT, 403),
        (Role.COUNCIL, 403),
        (Role.MEDIATOR, 403),
        (Role.RESIDENT, 403),
    ],
)
def test_only_the_coordinator_and_the_administration_see_the_lists(
    client: Browser, town: Services, path: str, role: Role, status: int
) -> None:
    with town.database.transaction() as db:
        person = make_person(db, role)
    client.sign_in(person).get(path, expects=status)


def test_visitors_are_shown_the_door(client: Browser) -> None:
    client.get("/relances", expects=303)
    client.get("/partenaires", expects=303)


def test_the_desk_is_calm_when_nothing_is_due(client: Browser, town: Services) -> None:
    coordinator(client, town).get("/relances")
    assert "Rien n’est en retard" in client.text


def test_the_desk_shows_who_owes_what_the_answer_and_the_messages(
    client: Browser, town: Services, moment: Moment
) -> None:
    page, _ = told(town, incidents=2, reports=1)
    client.submit(page, {"prevu-1-day": "2026-06-10"}, action="/1/prevu")
    moment.forward(days=3)
    coordinator(client, town).get("/relances")
    assert PARTNER in client.text
    assert "G-1002" in client.text
    assert "prévu le mercredi 10 juin" in client.text
    assert "Va partir" in client.text
    assert "Ce qui va partir" in client.text


def test_the_desk_foresees_what_the_clock_then_makes(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        make_owed_report(db, make_organisation(db, contacts=2, name=PARTNER))
    coordinator(client, town).get("/relances")
    assert f"{PARTNER} 1 chose, 2 contacts" in client.text
    queue(town)
    client.get("/relances")
    assert "Rien de nouveau à dire" in client.text


def test_a_partner_without_contact_stands_out(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        silent = make_organisation(db, contacts=0, name=PARTNER)
        make_owed_report(db, silent, due_at=clock.now() + timedelta(days=2))
    coordinator(client, town).get("/relances")
    assert "Personne à qui écrire" in client.text
    client.get("/partenaires")
    assert client.text.rindex("Sans contact :") < client.text.index(PARTNER)


def test_the_list_of_partners_does_not_say_again_and_again_what_is_missing(
    client: Browser, town: Services
) -> None:
    coordinator(client, town).get("/partenaires")
    assert "Sans contact : 20 organisations" in client.text
    assert client.text.count("à renseigner") == 1, "one has no date of signature"


def test_the_lists_ask_few_statements(client: Browser, town: Services) -> None:
    told(town, incidents=3, reports=2)
    staff = coordinator(client, town)
    staff.get("/aide")
    with count_statements(town.database) as seen:
        staff.get("/relances")
    assert len(seen) <= 12
    with count_statements(town.database) as seen:
        staff.get("/relances")
    assert len(seen) <= 6
    with count_statements(town.database) as seen:
        staff.get("/partenaires")
    assert len(seen) <= 6


def test_a_long_list_is_cut_and_says_how_many_more(client: Browser, town: Services) -> None:
    told(town, incidents=14)
    coordinator(client, town).get("/relances")
    assert client.text.count("G-10") == 10
    assert "et 4 autres" in client.text


def test_what_is_to_answer_and_to_repair_is_one_of_the_ten_things(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        partner = make_organisation(db, contacts=1)
        for _ in range(12):
            make_owed_incident(db, partner, kind="VER03")
        assert db.scalar(select(func.count(Deadline.id))) == 24
    coordinator(client, town).get("/relances")
    assert client.text.count("G-10") == 10
    assert "et 2 autres" in client.text


def test_after_twenty_things_further_partners_are_a_line_each(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        for name in ("Service Un", "Service Deux"):
            partner = make_organisation(db, contacts=1, name=name)
            for _ in range(10):
                make_owed_incident(db, partner)
        last = make_organisation(db, contacts=1, name="Service Trois")
        make_owed_report(db, last, due_at=clock.now() + timedelta(days=6, hours=20))
    coordinator(client, town).get("/relances")
    assert client.text.count("G-10") == 20
    assert "Bilan annuel" not in client.text
    assert "Attendus d’ici 7 jours Service Trois 0 1" in client.text


def test_the_desk_is_not_older_than_the_last_answer(client: Browser, town: Services) -> None:
    page, _ = told(town, incidents=1)
    staff = coordinator(Browser(client.app), town)
    staff.get("/relances")
    assert "Personne n’a encore répondu" in staff.text
    client.submit(page, {"prevu-1-day": "2026-06-10"}, action="/1/prevu")
    staff.get("/relances")
    assert "prévu le mercredi 10 juin" in staff.text
