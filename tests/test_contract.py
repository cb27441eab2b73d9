"""Loading a contract again: by code, never over what staff edited, and the difference is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engage import contract
from engage.core.services import Services
from engage.territory.models import Action, Neighbourhood, Organisation
from tests.conftest import CONTRACT, Moment


@pytest.fixture
def data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contract.json"


def load(town: Services, file: Path, data: object) -> list[str]:
    file.write_text(json.dumps(data), encoding="utf-8")
    return contract.load(town, file).lines


def test_the_same_file_again_changes_nothing(
    town: Services, file: Path, data: dict[str, Any]
) -> None:
    assert load(town, file, data) == []


def test_what_the_file_changes_is_updated_and_said(
    town: Services, file: Path, data: dict[str, Any]
) -> None:
    data["actions"][1]["short_label"]["fr"] = "Embellir les abords"
    assert load(town, file, data) == ["~ actions A2 short_label"]
    with town.database.reading() as db:
        action = db.scalars(select(Action).where(Action.code == "A2")).one()
    assert action.short_label["fr"] == "Embellir les abords"


def test_what_staff_edited_stays_and_is_said(
    town: Services, file: Path, data: dict[str, Any]
) -> None:
    with town.database.transaction() as db:
        action = db.scalars(select(Action).where(Action.code == "A1")).one()
        action.short_label = {"fr": "Notre mot"}
    data["actions"][0]["short_label"]["fr"] = "Le mot du fichier"
    assert load(town, file, data) == ["= actions A1 short_label"]
    with town.database.reading() as db:
        action = db.scalars(select(Action).where(Action.code == "A1")).one()
    assert action.short_label == {"fr": "Notre mot"}


def test_a_new_row_is_added(town: Services, file: Path, data: dict[str, Any]) -> None:
    data["organisations"].append(data["organisations"][0] | {"code": "new", "name": "Nouvelle"})
    assert load(town, file, data) == ["+ organisations new"]


def test_another_town_replaces_the_file(town: Services, file: Path, data: dict[str, Any]) -> None:
    """A row that is gone from the file stays in the database: something may refer to it."""
    data["neighbourhoods"] = [data["neighbourhoods"][0] | {"code": "ailleurs", "aliases": []}]
    data["places"] = []
    assert load(town, file, data) == ["+ neighbourhoods ailleurs"]
    with town.database.reading() as db:
        assert db.scalars(select(Neighbourhood).where(Neighbourhood.code == "ailleurs")).one()


@pytest.mark.parametrize(
    "wrong",
    [[], {}, {"schema": 2}, {"schema": 1}, {"schema": 1, "town": "Cahors"}, "text", None],
)
def test_a_file_that_is_no_contract_is_one_line_and_changes_nothing(
    town: Services, file: Path, wrong: object
) -> None:
    with pytest.raises(SystemExit) as refusal:
        load(town, file, wrong)
    assert str(refusal.value).startswith("engage: ")
    assert "\n" not in str(refusal.value)


def test_a_half_right_file_changes_nothing(
    town: Services, file: Path, data: dict[str, Any]
) -> None:
    data["organisations"][0]["name"] = "Autre nom"
    data["incident_kinds"][0]["circuit"] = "unknown"
    with pytest.raises(SystemExit):
        load(town, file, data)
    with town.database.reading() as db:
        names = db.scalars(select(Organisation.name)).all()
    assert "Autre nom" not in names


def test_a_folder_or_nothing_is_one_line(town: Services, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(SystemExit, match="engage: "):
            contract.load(town, path)


@pytest.mark.parametrize("hours", [11.5, 16])
def test_the_demonstration_can_be_loaded_late_in_the_evening_and_at_night(
    town: Services, moment: Moment, hours: float
) -> None:
    """Half past nine in the evening, and two in the morning."""
    moment.forward(hours=hours)
    assert contract.load_demo(town)
