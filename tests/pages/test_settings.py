"""The settings of a town: safe defaults, who changes them, what is kept and written down."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.core import clock, town_settings
from engage.core.audit import AuditEntry
from engage.core.errors import Denied
from engage.core.services import Services
from engage.core.town_settings import TownSetting, TownSettings
from engage.pages import commands
from tests.browsing import Browser
from tests.counting import count_statements
from tests.factories import make_person

PAGE = "/admin/reglages"
OPEN = TownSettings(comments_open=True, trusted=frozenset({"comments", "proposals"}))


def test_a_new_town_trusts_nothing_and_has_no_comments(db: Session) -> None:
    assert town_settings.read(db) == TownSettings(comments_open=False, trusted=frozenset())


def test_settings_are_read_as_they_were_written_in_one_statement(town: Services) -> None:
    with town.database.transaction() as db:
        changes = town_settings.write(db, OPEN)
    assert [(c.name, c.before, c.after) for c in changes] == [
        ("comments_open", False, True),
        ("trusted", [], ["comments", "proposals"]),
    ]
    with count_statements(town.database) as seen, town.database.reading() as db:
        assert town_settings.read(db) == OPEN
    assert len([s for s in seen if s.startswith("SELECT")]) == 1


@pytest.mark.parametrize("value", ["oui", 1, [1, 2], {"a": 1}])
def test_what_makes_no_sense_counts_as_the_default(db: Session, value: object) -> None:
    for name in ("comments_open", "trusted", "of_a_newer_version"):
        db.add(TownSetting(name=name, value=value, changed_at=clock.now()))
    db.flush()
    assert town_settings.read(db) == TownSettings()


def test_only_the_coordinator_and_admins_change_them(db: Session) -> None:
    for role in (Role.COUNCIL, Role.AGENT, Role.MEDIATOR):
        with pytest.raises(Denied):
            commands.change_settings(db, OPEN, by=make_person(db, role))
    for role in (Role.COORDINATOR, Role.ADMIN):
        commands.change_settings(db, OPEN, by=make_person(db, role))
    assert town_settings.read(db) == OPEN


def test_each_change_is_written_down_with_before_and_after(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
    client.sign_in(coordinator)
    client.submit(PAGE, {"comments_open": "y", "trusted": ["comments"]}, action="reglages")
    client.get(PAGE)
    assert "C’est changé." in client.text
    assert client.page is not None
    form = client.page.forms[-1]
    assert form.fields["comments_open"] == ["y"]
    assert form.fields["trusted"] == ["comments"]
    with town.database.reading() as db:
        entries = db.scalars(
            select(AuditEntry).where(AuditEntry.action == "town_setting.change")
        ).all()
        assert [(e.actor_id, e.details) for e in entries] == [
            (coordinator.id, {"setting": "comments_open", "before": "non", "after": "oui"}),
            (coordinator.id, {"setting": "trusted", "before": "", "after": "comments"}),
        ]


def test_saving_the_same_changes_nothing_and_writes_nothing_down(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        admin = make_person(db, Role.ADMIN)
    client.sign_in(admin)
    client.submit(PAGE, action="reglages")
    client.get(PAGE)
    assert "Rien n’a changé." in client.text
    with town.database.reading() as db:
        assert "town_setting.change" not in db.scalars(select(AuditEntry.action)).all()


def test_an_unknown_kind_of_text_can_not_be_trusted(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        admin = make_person(db, Role.ADMIN)
    client.sign_in(admin)
    client.submit(PAGE, {"trusted": ["incidents"]}, action="reglages", expects=422)
    with town.database.reading() as db:
        assert town_settings.read(db) == TownSettings()
