"""The two data files, read once, with the look-ups that their tests share."""

import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "engage" / "contracts"
TOWN: Row = json.loads((FOLDER / "grand-cahors.json").read_text("utf-8"))
DEMO: Row = json.loads((FOLDER / "demo.json").read_text("utf-8"))


def by_code(*lists: list[Row]) -> dict[str, Row]:
    return {row["code"]: row for rows in lists for row in rows}


KINDS = by_code(TOWN["incident_kinds"])
HOODS = by_code(TOWN["neighbourhoods"])
ORGANISATIONS = by_code(TOWN["organisations"], DEMO["organisations"])
