"""What each role may do, as a page made of the policy functions themselves."""

import ast
import importlib
from collections.abc import Callable, Iterator

import pytest

from engage.accounts.models import Role
from engage.core.config import ROOT
from engage.core.services import Services
from engage.pages import rights
from tests.accounts.staff import half_sign_in
from tests.browsing import Browser
from tests.factories import make_person

NOT_BY_ROLE = {
    "engage.consultations.policy.can_see": "everybody, from a day on",
    "engage.consultations.policy.can_vote": "who lives where, and when: no role has more votes",
    "engage.consultations.policy.can_see_results": "everybody, from a day on",
    "engage.moderation.policy.can_choose": "can_judge, and what the table of moves allows",
    "engage.moderation.policy.can_read_language": "which languages somebody reads, by their word",
    "engage.incidents.policy.can_act_for": "an organisation, by a link without account",
    "engage.incidents.policy.can_answer": "who reported it, by a link without account",
    "engage.reminders.policy.can_answer": "an organisation, by a link without account",
    "engage.accounts.passkeys.can_add": "whoever has a second step, while it is fresh",
    "engage.accounts.attesting.can_attest_somewhere": "who may attest for somebody: can_attest",
}
"""Policy functions that no role decides on, and what does."""


def policies() -> Iterator[str]:
    for path in sorted((ROOT / "engage").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("can_"):
                yield f"{module}.{node.name}"


def named(rule: Callable[..., bool]) -> str:
    return f"{rule.__module__}.{rule.__name__}"


def test_every_policy_function_is_on_the_page_or_says_why_not() -> None:
    shown = {named(act.rule) for acts in rights.ACTS.values() for act in acts}
    assert shown | set(NOT_BY_ROLE) == set(policies())
    assert not shown & set(NOT_BY_ROLE)


def test_the_functions_are_those_of_the_program() -> None:
    for act in (act for acts in rights.ACTS.values() for act in acts):
        assert getattr(importlib.import_module(act.rule.__module__), act.rule.__name__) is act.rule


def allowed(words: str) -> list[Role]:
    (row,) = (row for _theme, rows in rights.table() for row in rows if row.words == words)
    return list(row.roles)


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("Proposer une idée", list(rights.ROLES)),
        ("Accepter l’idée de quelqu’un d’autre", [Role.COUNCIL]),
        ("Accepter ma propre idée", []),
        ("Dire ce qui est prévu ou réparé", [Role.AGENT, Role.COORDINATOR]),
        (
            "Lire un problème confié à une autre organisation",
            [Role.COORDINATOR, Role.ADMIN],
        ),
        ("Écrire pour quelqu’un au guichet", [Role.MEDIATOR, Role.COORDINATOR]),
        ("Donner un rôle de coordination ou d’administration", [Role.ADMIN]),
        ("Prolonger mon propre rôle", []),
        ("Lire le journal", [Role.ADMIN]),
    ],
)
def test_the_table_says_what_the_policies_say(words: str, roles: list[Role]) -> None:
    assert allowed(words) == roles


def test_every_role_may_do_what_a_resident_may() -> None:
    residents = dict(rights.open_to([]))
    for role in rights.ROLES:
        mine = dict(rights.open_to([role]))
        assert all(set(acts) <= set(mine[theme]) for theme, acts in residents.items())


def test_a_resident_reads_what_everybody_may_do(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person).get("/compte/droits")
    mine = client.text.partition("Qui peut faire quoi")[0]
    assert "Tout le monde dans le quartier peut faire cela." in mine
    assert "Proposer une idée" in mine
    assert "Lire le journal" not in mine


def test_somebody_with_two_roles_reads_what_both_may_do(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        person = make_person(db, Role.AGENT, Role.COUNCIL)
    client.sign_in(person).get("/compte/droits")
    mine = client.text.partition("Qui peut faire quoi")[0]
    assert "Mes rôles : Conseil citoyen, Agent de terrain" in mine
    assert "Décider de ce qui est publié" in mine
    assert "Dire ce qui est prévu ou réparé" in mine
    assert "deuxième étape" not in mine.replace("Avoir une deuxième étape pour entrer", "")


def test_before_the_second_step_the_page_says_that_the_role_waits(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        person = make_person(db, Role.MEDIATOR)
    half_sign_in(client, person)
    client.get("/compte/droits")
    assert "votre rôle s’ouvre après la deuxième étape" in client.text
