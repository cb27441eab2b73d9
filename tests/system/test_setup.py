"""What a fresh clone says when something of the set-up is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engage.core.config import ROOT
from tests import live

pytestmark = pytest.mark.system


def test_without_its_static_files_it_says_what_to_type(tmp_path: Path) -> None:
    """As after a fresh clone without `make setup`: the font comes from npm and is not in git."""
    copy = tmp_path / "clone"
    for part in ("engage", "templates", "migrations", "static"):
        shutil.copytree(
            ROOT / part, copy / part, ignore=shutil.ignore_patterns("vendor", "dist", "__pycache__")
        )
    environ = live.environment(tmp_path / "instance")
    contract = str(copy / "engage" / "contracts" / "grand-cahors.json")
    command = [sys.executable, "-m", "engage"]
    subprocess.run([*command, "init", "--contract", contract], env=environ, cwd=copy, check=True)
    ended = subprocess.run(
        [*command, "web"],
        check=False,
        env=environ,
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "make setup" in ended.stderr
    assert "Traceback" not in ended.stderr
