"""A backup taken while people write comes back whole, on another machine and the other database."""

import dataclasses
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engage.accounts import commands
from engage.accounts.addresses import parse
from engage.accounts.models import Draft, Role
from engage.consultations.models import Ballot
from engage.core import audit, photos
from engage.core.config import ROOT, Config
from engage.core.errors import Conflict
from engage.core.images import prepare
from engage.core.secrets import load_key
from engage.core.services import Services
from engage.ops import archive, backup
from engage.ops import restore as restoring
from engage.territory.models import Place
from tests.conftest import BACKENDS
from tests.consultations.factories import make_consultation
from tests.factories import make_organisation, make_person, make_place, photo_bytes
from tests.ops.instances import all_files, all_rows, empty_config, engage, environment

WRITER = """
import sys
import engage.schema
from engage.accounts import commands
from engage.core.config import Config
from engage.core.db import Database
database = Database(Config.from_environ().database_url)
for number in range(100_000):
    with database.transaction() as db:
        commands.keep_draft(db, sys.argv[1], {"first": number})
        commands.keep_draft(db, sys.argv[1], {"second": number})
    if number == 0:
        print("writing", flush=True)
"""


@pytest.fixture
def source(town: Services, tmp_path: Path) -> Services:
    """A town with people, photos, messages, places in a tree, on its own keys."""
    config = dataclasses.replace(town.config, secrets=tmp_path / "secrets")
    own = dataclasses.replace(town, config=config, secret_key=load_key(config.secrets, "app.key"))
    with own.database.transaction() as db:
        person = make_person(db, Role.COORDINATOR, email="chef@example.org")
        make_place(db, owner=make_organisation(db, contacts=2))
        high = make_place(db, name="Résidence")
        for place in db.scalars(select(Place).limit(3)):
            place.parent_id = high.id
        photo = photos.keep(db, photos.store(own.storage, prepare(io.BytesIO(photo_bytes()))))
        commands.keep_draft(db, "idea", {"title": "Un banc 🌳 à l’ombre"}, photo_ids=[photo.id])
        commands.send_code(db, own.secret_key, parse("a@example.org"), draft=None, language="ar")
        audit.record(db, "person.test", person, actor_id=person.id, number=1, word="é")
    return own


@pytest.fixture(params=BACKENDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """Another machine, empty, on each database."""
    with empty_config(request, request.param, tmp_path / "elsewhere") as config:
        yield config


@pytest.fixture
def saved(source: Services, tmp_path: Path) -> Path:
    path = tmp_path / "town.tar.gz"
    backup.write(source, path)
    return path


@contextmanager
def opened(config: Config) -> Iterator[Services]:
    """A town at work, its connections closed at the end even when the test fails."""
    town = Services.of(config)
    try:
        yield town
    finally:
        town.database.close()


def test_everything_comes_back_elsewhere(source: Services, saved: Path, target: Config) -> None:
    restoring.restore(target, saved, force=False)
    with opened(target) as back:
        assert all_rows(back.database) == all_rows(source.database)
        assert all_files(back) == all_files(source)
        assert len(all_files(back)) == 2
        assert back.secret_key == source.secret_key


def test_life_goes_on_after_a_restore(source: Services, saved: Path, target: Config) -> None:
    restoring.restore(target, saved, force=False)
    with opened(target) as back, back.database.transaction() as db:
        highest = max(row[0] for row in all_rows(source.database)["people"])
        assert make_person(db, email="neuf@example.org").id == highest + 1


def test_a_backup_and_its_keys_are_for_nobody_else(saved: Path, target: Config) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    restoring.restore(target, saved, force=False)
    assert (target.secrets / "app.key").stat().st_mode & 0o777 == 0o600


def test_a_backup_never_writes_over_another(source: Services, saved: Path) -> None:
    with pytest.raises(Conflict):
        backup.write(source, saved)


def test_ballots_lie_in_the_order_of_their_random_keys(source: Services, tmp_path: Path) -> None:
    keys = [f"{n * 7919 % 1000:032d}" for n in range(50)]
    with source.database.transaction() as db:
        question = make_consultation(db).questions[0]
        db.add_all(Ballot(key=key, question_id=question.id, answers=[1]) for key in keys)
    backup.write(source, tmp_path / "votes.tar.gz")
    with tarfile.open(tmp_path / "votes.tar.gz") as found:
        member = found.extractfile("tables/ballots.jsonl")
        assert member is not None
        assert [json.loads(line)[0] for line in member] == sorted(keys)


def test_a_town_is_not_restored_over_another(source: Services, saved: Path, target: Config) -> None:
    restoring.restore(target, saved, force=False)
    with pytest.raises(restoring.NotEmpty):
        restoring.restore(target, saved, force=False)


def test_force_moves_the_earlier_town_aside(source: Services, saved: Path, target: Config) -> None:
    restoring.restore(target, saved, force=False)
    with opened(target) as there, there.database.transaction() as db:
        make_person(db, email="apres@example.org")
    (target.secrets / "app.key").write_bytes(b"another key")
    found = restoring.restore(target, saved, force=True)
    with opened(target) as back:
        assert all_rows(back.database) == all_rows(source.database)
        assert back.secret_key == source.secret_key
    assert len(found.aside) == 3  # database, photos, key
    for place in found.aside:
        assert place.startswith("schema before_restore_") or Path(place).exists()


def test_a_town_at_work_is_not_restored_over(source: Services, saved: Path, target: Config) -> None:
    restoring.restore(target, saved, force=False)
    with opened(target) as running:
        with running.database.reading() as db:
            before = db.scalar(select(func.count(Draft.id)))
            with pytest.raises(restoring.StillRunning):
                restoring.restore(target, saved, force=True)
        with running.database.reading() as db:
            assert db.scalar(select(func.count(Draft.id))) == before


def rewritten(path: Path, **changes: bytes | None) -> Path:
    """The same backup with the content of some members (by their first word) changed."""
    out = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(out, "w:gz") as new:
        for member in old:
            content = old.extractfile(member).read()  # type: ignore[union-attr]
            word = Path(member.name).name.partition(".")[0]
            changed = changes.get(word, content)
            if changed is None:
                continue
            member.size = len(changed)
            new.addfile(member, io.BytesIO(changed))
    return out


@pytest.mark.parametrize("target", ["sqlite"], indirect=True)
class TestDamage:
    """What is not a whole, true backup changes nothing."""

    def refused(self, target: Config, path: Path) -> str:
        with pytest.raises(archive.BadBackup) as refusal:
            restoring.restore(target, path, force=True)
        assert not list(target.instance.glob("engage.db*"))
        assert not list(target.instance.glob("restore-*"))
        return str(refusal.value)

    def test_a_changed_row_is_noticed(self, saved: Path, target: Config) -> None:
        assert "people" in self.refused(target, rewritten(saved, people=b"[1]\n"))

    def test_a_missing_member_is_noticed(self, saved: Path, target: Config) -> None:
        assert "people" in self.refused(target, rewritten(saved, people=None))

    def test_a_missing_manifest_is_noticed(self, saved: Path, target: Config) -> None:
        assert "manifest" in self.refused(target, rewritten(saved, manifest=None))

    def test_a_damaged_manifest_is_noticed(self, saved: Path, target: Config) -> None:
        assert "manifest" in self.refused(target, rewritten(saved, manifest=b"{}"))

    def test_half_a_file_is_noticed(self, saved: Path, target: Config) -> None:
        saved.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
        assert "whole" in self.refused(target, saved)

    def test_another_file_is_noticed(self, saved: Path, target: Config) -> None:
        saved.write_text("not a backup")
        assert "whole" in self.refused(target, saved)

    def test_a_newer_schema_is_refused(self, saved: Path, target: Config) -> None:
        with tarfile.open(saved) as found:
            manifest = json.load(found.extractfile("manifest.json"))  # type: ignore[arg-type]
        manifest["schema"] = "9999"
        path = rewritten(saved, manifest=json.dumps(manifest).encode())
        assert "newer" in self.refused(target, path)

    @pytest.mark.parametrize("name", ["../evil.key", "secrets/../../evil", "/etc/evil", "tables/x"])
    def test_no_file_is_written_elsewhere(self, target: Config, tmp_path: Path, name: str) -> None:
        path = tmp_path / "evil.tar.gz"
        with tarfile.open(path, "w:gz") as new:
            member = tarfile.TarInfo(name)
            new.addfile(member, io.BytesIO())
        assert "does not belong" in self.refused(target, path)

    def test_links_are_refused(self, target: Config, tmp_path: Path) -> None:
        path = tmp_path / "link.tar.gz"
        with tarfile.open(path, "w:gz") as new:
            member = tarfile.TarInfo("secrets/app.key")
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            new.addfile(member)
        assert "does not belong" in self.refused(target, path)


@pytest.mark.system
def test_a_backup_taken_while_people_write_is_one_moment(
    source: Services, target: Config, tmp_path: Path
) -> None:
    config = dataclasses.replace(source.config, instance=tmp_path)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"writer{n}"],
            env=environment(config),
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for n in range(3)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
        path = tmp_path / "busy.tar.gz"
        done = engage(config, "backup", str(path))
        assert done.returncode == 0, done.stderr
        assert all(writer.poll() is None for writer in writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    done = engage(target, "restore", str(path))
    assert done.returncode == 0, done.stderr
    with opened(target) as back, back.database.reading() as db:
        for number in range(3):
            drafts = db.scalars(select(Draft.payload).where(Draft.kind == f"writer{number}")).all()
            firsts = {p["first"] for p in drafts if "first" in p}
            seconds = {p["second"] for p in drafts if "second" in p}
            assert firsts == seconds == set(range(len(firsts)))
            assert firsts
