"""The journal: filtered, paged, exported; as fast on a million entries as on a hundred."""

import ast
import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, text

from engage.accounts.models import Person, Role
from engage.core import audit
from engage.core.audit import AuditEntry
from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.services import Services
from engage.core.spreadsheet import harmless
from engage.incidents.workflow import Action as IncidentAction
from engage.moderation.alerts_workflow import Action as AlertAction
from engage.moderation.appeals_workflow import Action as AppealAction
from engage.moderation.notices_workflow import Action as NoticeAction
from engage.moderation.workflow import Action as ModerationAction
from engage.pages import audit_export, audit_queries
from engage.pages.audit_queries import Filters
from engage.pages.audit_words import ACTIONS, NOUNS, SUBJECTS
from engage.proposals.workflow import Action as ProposalAction
from engage.reminders.models import AnswerKind
from engage.schema import metadata
from tests.browsing import Browser
from tests.conftest import Moment
from tests.counting import count_statements
from tests.factories import make_person

JOURNAL = "/admin/journal"


@pytest.fixture
def admin(client: Browser, town: Services) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, Role.ADMIN)
    client.sign_in(person)
    return person


def write(town: Services, *actions: str, actor: Person | None = None) -> list[int]:
    """Entries about people; returns who they are about."""
    with town.database.transaction() as db:
        subjects = [make_person(db) for _ in actions]
        for action, subject in zip(actions, subjects, strict=True):
            audit.record(db, action, subject, actor_id=actor.id if actor else None)
    return [subject.id for subject in subjects]


def shown(client: Browser, query: str = "") -> list[str]:
    """The subjects of the entries on the page, the newest first."""
    client.get(f"{JOURNAL}?{query}")
    assert client.page is not None
    words = client.text.partition("Par qui Quand")[2]
    return [part.split()[0] for part in words.split("Personne n° ")[1:]]


def test_the_newest_comes_first_in_words(
    client: Browser, town: Services, admin: Person, moment: Moment
) -> None:
    write(town, "person.rename", "contact.reveal", actor=admin)
    moment.forward(hours=1)
    client.get(f"{JOURNAL}?acte=contact")
    assert f"Par qui Quand Coordonnées montrées Personne n° {admin.id + 2}" in client.text
    assert f"Personne n° {admin.id} mardi 2 juin 2026, 10 h" in client.text
    assert "Nom public changé Personne" not in client.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("acte=person.rename", [3, 1]),
        ("acte=person", [3, 2, 1]),
        ("acte=card.issue", [4]),
        ("acte=card", [4]),
        ("acte=person&du=2026-06-03", [3]),
        ("acte=person&au=2026-06-02", [2, 1]),
        ("acte=person&du=2026-06-02&au=2026-06-03", [3, 2, 1]),
        ("acte=person&du=2026-06-04", []),
        ("acte=person&au=2026-06-01", []),
    ],
)
def test_it_is_filtered_by_act_noun_and_days(
    client: Browser,
    town: Services,
    admin: Person,
    moment: Moment,
    query: str,
    expected: list[int],
) -> None:
    ids = write(town, "person.rename", "person.join")
    moment.move_to(datetime(2026, 6, 2, 22, 0, tzinfo=UTC))  # midnight in Paris
    ids += write(town, "person.rename", "card.issue")
    client.get(f"{JOURNAL}?{query}")
    found = [str(ids[place - 1]) for place in expected]
    with town.database.reading() as db:
        entries = db.scalars(select(AuditEntry.id).where(AuditEntry.subject_id.in_(ids)))
        links = {f"{JOURNAL}/{id_}" for id_ in entries}
    assert client.page is not None
    assert len([link for link in client.page.links if link in links]) == len(expected)
    assert [one for one in shown(client, query) if one in map(str, ids)] == found


def test_a_person_is_who_did_it_or_whom_it_touched_once_each(
    client: Browser, town: Services, admin: Person
) -> None:
    with town.database.transaction() as db:
        one, other = make_person(db), make_person(db)
        audit.record(db, "person.rename", one, actor_id=one.id)
        audit.record(db, "contact.reveal", one, actor_id=admin.id)
        audit.record(db, "person.merge", other, actor_id=one.id)
        audit.record(db, "person.leave", other, actor_id=other.id)
    client.get(f"{JOURNAL}?personne={one.id}")
    rows = client.text.partition("Par qui Quand")[2]
    assert rows.count("mardi 2 juin 2026") == 3
    assert "Compte supprimé" not in rows
    client.get(f"{JOURNAL}?personne={one.id}&acte=contact.reveal")
    assert client.text.partition("Par qui Quand")[2].count("mardi 2 juin 2026") == 1
    client.get(f"{JOURNAL}?sujet=people&numero={other.id}")
    assert client.text.partition("Par qui Quand")[2].count("mardi 2 juin 2026") == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("personne=x", "Écrivez un numéro, par exemple 12."),
        ("personne=99999999999", "Écrivez un numéro, par exemple 12."),
        ("numero=3", "Donnez les deux"),
        ("sujet=people", "Donnez les deux"),
        ("du=2026-13-01", "Écrivez un jour qui existe"),
        ("du=2026-06-02&au=2026-06-01", "Le dernier jour vient après le premier."),
    ],
)
def test_a_filter_that_can_not_be_says_so(
    client: Browser, admin: Person, query: str, words: str
) -> None:
    client.get(f"{JOURNAL}?{query}", expects=422)
    assert words in client.text


def test_pages_follow_each_other_without_loss_or_repeat_even_within_one_moment(
    client: Browser, town: Services, admin: Person
) -> None:
    ids = write(town, *["person.rename"] * 120)
    seen, page = [], shown(client, "acte=person.rename")
    while page:
        seen += page
        assert client.page is not None
        onward = [link for link in client.page.links if "suite=" in link]
        page = shown(client, onward[0].partition("?")[2]) if onward else []
    assert seen == [str(id_) for id_ in reversed(ids)]


def test_an_entry_is_shown_with_its_details_and_leads_on(
    client: Browser, town: Services, admin: Person
) -> None:
    with town.database.transaction() as db:
        audit.record(db, "contact.reveal", admin, actor_id=admin.id, role="admin", reason="danger")
    with town.database.reading() as db:
        newest = db.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    client.get(f"{JOURNAL}/{newest}")
    assert "Rôle admin Motif danger" in client.text
    assert client.page is not None
    assert f"{JOURNAL}?sujet=people&numero={admin.id}" in client.page.links
    client.get(f"{JOURNAL}/999999", expects=404)


def test_the_page_takes_as_many_statements_for_many_entries_as_for_one(
    client: Browser, town: Services, admin: Person
) -> None:
    counts = []
    client.get(JOURNAL)  # the town is read once
    for _ in range(2):
        with count_statements(town.database) as seen:
            client.get(f"{JOURNAL}?acte=person&du=2026-06-01&au=2026-06-30")
        counts.append(len(seen))
        write(town, *["person.rename"] * 60)
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(act="person"),
        Filters(act="card.issue"),
        Filters(person_id=7),
        Filters(subject_type="people", subject_id=7),
        Filters(act="card.issue", since=date(2026, 1, 1)),
        Filters(since=date(2026, 1, 1), until=date(2026, 1, 2)),
    ],
)
def test_no_search_reads_or_sorts_the_whole_journal(database: Database, filters: Filters) -> None:
    with database.transaction() as db:
        _many_entries(db, 20_000)
    with database.reading() as db, count_statements(database) as seen:
        audit_queries.journal(db, filters)
    plans = "\n".join(_plan(database, filters))
    assert len(seen) == 2
    assert "SCAN audit_entries\n" not in plans, plans
    assert "Seq Scan on audit_entries" not in plans, plans


def _many_entries(db: object, count: int) -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    person = make_person(db)  # type: ignore[arg-type]
    db.execute(  # type: ignore[attr-defined]
        insert(AuditEntry),
        [
            {
                "at": moment.replace(day=1 + number % 28, month=1 + number % 12),
                "action": "person.rename" if number % 1000 else "card.issue",
                "actor_id": person.id,
                "subject_type": "people",
                "subject_id": number % 500,
                "details": {},
            }
            for number in range(count)
        ],
    )
    if db.get_bind().dialect.name == "postgresql":  # type: ignore[attr-defined]
        db.execute(text("ANALYZE audit_entries"))  # type: ignore[attr-defined]


def _plan(database: Database, filters: Filters) -> Iterator[str]:
    """How the database finds the keys of a page."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.reading() as db:
        for branch in audit_queries._branches(filters):
            keys = (
                select(AuditEntry.at, AuditEntry.id)
                .where(*branch, *audit_queries._between(filters, None))
                .order_by(*audit_queries.NEWEST)
                .limit(51)
            )
            made = keys.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
            yield from (str(row[-1]) + "\n" for row in db.execute(text(explain + str(made))))


def export(client: Browser, **filters: str) -> list[list[str]]:
    client.get(JOURNAL)
    assert client.page is not None
    token = client.page.forms[-1].fields["csrf_token"][0]
    response = client.post(f"{JOURNAL}/export", {"csrf_token": token, **filters}, expects=200)
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")), delimiter=";"))


def test_the_export_holds_what_was_chosen_and_is_written_down(
    client: Browser, town: Services, admin: Person
) -> None:
    write(town, "person.rename", "card.issue", actor=admin)
    head, *rows = export(client, acte="card")
    assert head[0] == "numero"
    assert [row[2:6] for row in rows] == [["card.issue", "Carte donnée", str(admin.id), "people"]]
    assert rows[0][1] == "2026-06-02T10:00:00+02:00"
    _head, *rows = export(client, acte="journal.export")
    assert [row[4] for row in rows] == [str(admin.id)] * 2


def test_the_export_is_bounded_and_made_in_pieces(
    town: Services, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = write(town, *["person.rename"] * 30)
    monkeypatch.setattr(audit_queries, "CHUNK", 10)
    pieces = list(audit_export.lines(database, Filters(act="person.rename"), most=25))
    rows = list(csv.reader(io.StringIO("".join(pieces[1:])), delimiter=";"))
    assert len(pieces) == 4
    assert [int(row[6]) for row in rows] == ids[:-26:-1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_the_export_is_a_formula(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless(f"a{start}") == f"a{start}"


def test_a_word_in_an_entry_can_not_become_a_formula(
    client: Browser, town: Services, admin: Person
) -> None:
    with town.database.transaction() as db:
        audit.record(db, "=cmd|' /C calc'!A0", admin, actor_id=admin.id)
    rows = export(client, personne=str(admin.id))
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_export_is_no_link_that_somebody_can_be_made_to_open(
    client: Browser, admin: Person
) -> None:
    client.get(f"{JOURNAL}/export", expects=405)
    client.post(f"{JOURNAL}/export", {}, expects=400)


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AGENT, Role.MEDIATOR, Role.COORDINATOR])
def test_admins_alone_read_it(client: Browser, town: Services, role: Role) -> None:
    with town.database.transaction() as db:
        person = make_person(db, role)
    client.sign_in(person).get(JOURNAL, expects=403)


def recorded() -> Iterator[str]:
    """Every act that the program writes down by its name."""
    for path in sorted((ROOT / "engage").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                act = node.args[1]
                if isinstance(act, ast.Constant):
                    yield str(act.value)
    for noun, actions in (
        ("incident", IncidentAction),
        ("proposal", ProposalAction),
        ("moderation_item", ModerationAction),
        ("alert", AlertAction),
        ("notice_case", NoticeAction),
        ("appeal", AppealAction),
        ("answer", AnswerKind),
    ):
        yield from (f"{noun}.{action.value}" for action in actions)


def test_every_act_of_the_program_is_said_in_words() -> None:
    assert set(recorded()) == set(ACTIONS)
    assert {act.partition(".")[0] for act in ACTIONS} == set(NOUNS)


def test_what_acts_are_about_are_tables() -> None:
    assert set(SUBJECTS) <= set(metadata.tables)
