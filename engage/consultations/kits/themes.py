"""Under which themes residents write about works: the list of `themes.json`."""

import json
from collections.abc import Mapping
from pathlib import Path

_FILE = Path(__file__).with_suffix(".json")

THEMES: Mapping[str, dict[str, str]] = {
    row["code"]: row["title"] for row in json.loads(_FILE.read_text(encoding="utf-8"))["themes"]
}
"""Code → its words per language, in the order of pages."""
