"""Whatever changes something is written down, and stays written down."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engage.accounts import commands as accounts
from engage.accounts.addresses import parse
from engage.core import audit, clock
from engage.core.audit import AuditEntry
from engage.core.config import ROOT
from engage.core.db import Database
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.incidents import following
from engage.incidents.models import IncidentEvent
from engage.proposals import commands as proposals
from tests.factories import make_person
from tests.incidents.making import link_of, make_estate, make_incident
from tests.proposals.ideas import make_idea, make_public

WRITERS = (
    "commands.py",
    "alerts.py",
    "notices.py",
    "appeals.py",
    "incident_words.py",
    "rhythms.py",
    "call_commands.py",
    "mandates.py",
    "contacts.py",
    "following.py",
    "follow_up.py",
    "conversions.py",
    "follows.py",
    "joining.py",
    "partners.py",
    "recycled.py",
    "sign_ins.py",
    "writing.py",
    "additions.py",
    "authoring.py",
    "party.py",
    "helping.py",
    "works.py",
)
"""Modules whose public functions are acts; commands of the terminal are not in them."""

SILENT = {
    "accounts/commands.py:keep_draft": "nobody acts yet: it becomes an act once signed in",
    "accounts/commands.py:drop_draft": "nobody acted: it never became an act",
    "accounts/commands.py:count_try": "a counter; the code that was sent is written down",
    "accounts/commands.py:card_hash": "computes, changes nothing",
    "accounts/contacts.py:own": "reads",
    "accounts/recycled.py:waiting": "reads",
    "accounts/sign_ins.py:standing": "reads",
    "accounts/sign_ins.py:was_here": "reads",
    "accounts/sign_ins.py:shorten": "beside the sign-in that was just written down",
    "accounts/sign_ins.py:name_device": "a word beside the sign-in that was just written down",
    "accounts/mandates.py:held": "reads and holds rows, changes nothing",
    "accounts/mandates.py:require_somebody_else": "holds rows and refuses, changes nothing",
    "consultations/commands.py:cast_ballot": "the secret of the vote: no entry, no time",
    "consultations/commands.py:cast_waiting": "the same, for each answer that waited",
    "consultations/codes/commands.py:draw": "computes, changes nothing",
    "consultations/paper/commands.py:hand_out": "a time beside the vote would tell whose it is",
    "consultations/making/commands.py:lock": "reads and holds a row, changes nothing",
    "consultations/commands.py:require_right": "refuses, changes nothing",
    "consultations/commands.py:take_right": "the secret of the vote: no entry, no time",
    "consultations/written/commands.py:write": "the same",
    "consultations/written/commands.py:checked": "computes, changes nothing",
    "consultations/kits/works.py:raise_concern": "nobody acts; that the queue has it is written",
    "fieldwork/conversions.py:conversion_of": "reads",
    "fieldwork/conversions.py:asked_as_idea": "reads",
    "fieldwork/conversions.py:proposed_words": "computes, changes nothing",
    "fieldwork/conversions.py:open_questions": "reads",
    "fieldwork/conversions.py:take_out_of_votes": "beside the withdrawal that is written down",
    "proposals/follow_up.py:promised": "reads",
    "proposals/follows.py:follows": "reads",
    "proposals/follows.py:followed": "reads",
    "proposals/follows.py:whose": "reads",
    "proposals/follows.py:standing": "reads",
    "proposals/follows.py:keep": "beside the act that was just written down",
    "proposals/call_commands.py:answered_by": "reads",
    "proposals/call_commands.py:closed": "a sentence",
    "consultations/outcome/follows.py:follow": "no entry, no time: beside a vote it would tell",
    "consultations/outcome/follows.py:unfollow": "the same",
    "consultations/outcome/follows.py:stop": "the same",
    "consultations/outcome/follows.py:follows": "reads",
    "consultations/outcome/follows.py:by_link": "reads",
    "consultations/outcome/follows.py:finish_follow": "calls the act",
    "consultations/outcome/follows.py:forget": "the purge writes its own entry",
    "moderation/authoring.py:newest_item": "reads",
    "moderation/authoring.py:asked": "reads",
    "moderation/authoring.py:refused": "reads",
    "moderation/authoring.py:take_back_unread": "the same, for each",
    "moderation/authoring.py:take_back": "additions.withdraw writes it down",
    "proposals/additions.py:of_idea": "reads",
    "proposals/additions.py:own": "reads",
    "proposals/additions.py:ids_of": "reads",
    "proposals/writing.py:revision": "computes, changes nothing",
    "proposals/writing.py:check_place": "reads",
    "proposals/commands.py:suggested_action": "computes, changes nothing",
    "moderation/incident_words.py:can_propose_words": "says who may",
    "moderation/incident_words.py:photos_of": "reads",
    "moderation/incident_words.py:published": "reads",
    "moderation/incident_words.py:may_see_photo": "reads",
    "moderation/appeals.py:nobody_else": "reads",
    "moderation/appeals.py:item_of": "reads",
    "moderation/appeals.py:appealed": "reads",
    "moderation/appeals.py:appeal": "reads",
    "moderation/appeals.py:appeal_to_judge": "reads and holds a row, changes nothing",
    "moderation/appeals.py:waiting": "reads",
    "moderation/appeals.py:decided": "reads",
    "moderation/alerts.py:in_charge": "reads",
    "moderation/alerts.py:alert": "reads and holds a row, changes nothing",
    "moderation/alerts.py:standing": "reads",
    "moderation/alerts.py:closed": "reads",
    "moderation/alerts.py:without_phone": "reads",
    "moderation/alerts.py:call_again": "repeats the call of an alert that was written down",
    "incidents/following.py:left_on": "reads",
    "incidents/partners.py:report": "reads and holds a row, changes nothing",
}
"""What audits nothing, and why."""


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((ROOT / "engage").rglob("*.py")):
        if path.name in WRITERS and path.parent.name != "ops":
            yield from _functions_of(path)


def _functions_of(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield f"{path.relative_to(ROOT / 'engage')}:{node.name}", node


def called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}


def auditing() -> set[str]:
    """Functions that audit: themselves, or through a function that does."""
    bodies = {name: called(node) for name, node in functions()}
    found = {name for name, calls in bodies.items() if calls & {"audit.record", "advance"}}
    while True:
        more = {n for n, calls in bodies.items() if any(_is_one(c, n, found) for c in calls)}
        if more <= found:
            return found
        found |= more


def _is_one(call: str, caller: str, found: set[str]) -> bool:
    """Whether `call`, as `caller` writes it, is a function of `found`."""
    module, _dot, name = call.rpartition(".")
    here = caller.partition(":")[0]
    feature = here.partition("/")[0] if module == "commands" else module
    return (f"{feature}/commands.py:{name}" if module else f"{here}:{name}") in found


def test_every_act_is_audited_or_says_why_not() -> None:
    public = {name for name, _node in functions() if ":_" not in name}
    assert public - auditing() == set(SILENT)


def _sign_in(db: Session, town: Services) -> None:
    person = make_person(db, email="a@example.org")
    address = parse("a@example.org")
    challenge = accounts.send_code(db, town.secret_key, address, draft=None, language="fr")
    message = db.scalars(select(OutboxMessage)).one()
    entered = accounts.enter_with_code(db, town.secret_key, challenge, message.secret[:6])
    assert entered.person is person
    accounts.sign_out(db, entered.token)


def _rename(db: Session, _town: Services) -> None:
    accounts.rename(db, make_person(db), "Amina")


def _support(db: Session, _town: Services) -> None:
    person, proposal = make_person(db), make_public(db)
    proposals.endorse(db, proposal, person=person)
    proposals.withdraw_endorsement(db, proposal, person=person)


def _change_action(db: Session, _town: Services) -> None:
    author = make_person(db)
    proposals.change_action(db, make_idea(db, author=author), action_id=None, person=author)


def _follow(db: Session, _town: Services) -> None:
    incident = make_incident(db, make_estate(db))
    following.follow(db, incident, parse("a@example.org"), language="fr")
    following.unfollow(db, link_of(db, db.scalars(select(OutboxMessage)).one().secret))


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (_sign_in, ["code.send", "sign_in.open", "sign_in.revoke"]),
        (_rename, ["person.rename"]),
        (_support, ["proposal.endorse", "proposal.withdraw_endorsement"]),
        (_change_action, ["proposal.change_action"]),
        (_follow, ["incident.follow", "incident.unfollow"]),
    ],
)
def test_what_residents_do_is_audited_without_their_address(
    db: Session, town: Services, act: Callable[[Session, Services], None], expected: list[str]
) -> None:
    act(db, town)
    db.flush()
    entries = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [e.action for e in entries if e.action in expected] == expected
    assert "example.org" not in repr([e.details for e in entries])


@pytest.mark.parametrize("table", ["audit_entries", "incident_events"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_remove_what_was_written_down(
    database: Database, table: str, act: str
) -> None:
    with database.transaction() as db:
        person = make_person(db)
        audit.record(db, "person.join", person, actor_id=person.id)
        make_incident(db, make_estate(db))
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as db:
        db.execute(text(act.format(table)))
    with database.reading() as db:
        assert db.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608


def test_of_the_history_of_a_report_only_words_may_go_and_rows_once_it_is_anonymous(
    database: Database,
) -> None:
    with database.transaction() as db:
        incident = make_incident(db, make_estate(db))
        db.add(
            IncidentEvent(
                incident_id=incident.id, at=clock.now(), status=incident.status, word="Merci."
            )
        )
    for act in (
        "UPDATE incident_events SET word = 'Autre chose'",
        "UPDATE incident_events SET word = '', scheduled_on = '2030-01-01'",
        "DELETE FROM incident_events",
    ):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as db:
            db.execute(text(act))
    with database.transaction() as db:
        db.execute(text("UPDATE incident_events SET word = '' WHERE word <> ''"))
    with database.transaction() as db:
        db.execute(text("UPDATE incidents SET anonymised_on = '2030-01-01'"))
        db.execute(text("DELETE FROM incident_events"))
    with database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM incident_events")) == 0
