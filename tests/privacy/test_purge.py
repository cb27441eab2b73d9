"""Purging removes what expired, and nothing else."""

import io
import os
from pathlib import Path

import pytest

from engage.accounts import commands
from engage.accounts.addresses import parse
from engage.accounts.models import Draft, SignInCode
from engage.core import clock, idempotency, photos, throttle
from engage.core.errors import NotFound
from engage.core.images import prepare
from engage.core.photos import Photo
from engage.core.services import Services
from engage.incidents.models import FollowLink, Incident
from engage.privacy.purge import Purged, purge, rehearse
from tests.conftest import Moment
from tests.factories import photo_bytes
from tests.incidents.making import make_estate, make_incident


@pytest.fixture
def full(town: Services, moment: Moment) -> Services:
    """A draft with a photo, a code, a counter, a remembered form, a report's link, a lone file."""
    prepared = prepare(io.BytesIO(photo_bytes()))
    throttle.hit_hourly(town.database, "code:amina@example.org", limit=5)
    with town.database.transaction() as db:
        photo = photos.keep(db, photos.store(town.storage, prepared))
        commands.keep_draft(db, "idea", {}, photo_ids=[photo.id])
        commands.send_code(
            db, town.secret_key, parse("amina@example.org"), draft=None, language="fr"
        )
        idempotency.remember(db, "a" * 64, body_hash="b" * 64, key="k", location="/compte")
        make_incident(db, make_estate(db))
    town.storage.put("f" * 32, b"nobody's")
    _age_files(town)
    return town


def _age_files(town: Services) -> None:
    written_at = clock.now().timestamp()
    for path in Path(town.config.uploads).rglob("*.*"):
        os.utime(path, (written_at, written_at))


def count(town: Services, model: type) -> int:
    with town.database.reading() as db:
        return db.query(model).count()


def test_what_is_young_stays(full: Services) -> None:
    found = purge(full.database, full.storage)
    assert found == Purged(dict.fromkeys(found.rows, 0), 0)


def test_a_draft_older_than_seven_days_goes_with_its_photo(full: Services, moment: Moment) -> None:
    moment.forward(days=7)
    found = purge(full.database, full.storage)
    assert found.rows["drafts"] == found.rows["photos"] == 1
    assert count(full, Draft) == count(full, Photo) == 0
    assert not list(full.storage.keys())


def test_a_draft_of_six_days_keeps_its_photo(full: Services, moment: Moment) -> None:
    moment.forward(days=6)
    purge(full.database, full.storage)
    with full.database.reading() as db:
        assert full.storage.open(db.query(Photo).one().small_key)


def test_a_file_without_row_goes_after_a_day(full: Services, moment: Moment) -> None:
    moment.forward(hours=25)
    assert purge(full.database, full.storage).files == 1
    with pytest.raises(NotFound):
        full.storage.open("f" * 32)


def test_codes_counters_and_remembered_forms_go(full: Services, moment: Moment) -> None:
    moment.forward(days=31)
    found = purge(full.database, full.storage)
    gone = ["drafts", "sign_in_codes", "idempotency_records", "throttle_counters", "photos"]
    assert {rule: count for rule, count in found.rows.items() if count} == dict.fromkeys(gone, 1)
    assert count(full, SignInCode) == 0


def test_the_link_of_a_report_goes_after_a_year_and_the_report_stays(
    full: Services, moment: Moment
) -> None:
    moment.forward(days=364, hours=23)
    assert purge(full.database, full.storage).rows["incident_links"] == 0
    moment.forward(hours=1)
    assert purge(full.database, full.storage).rows["incident_links"] == 1
    assert (count(full, FollowLink), count(full, Incident)) == (0, 1)


def test_a_rehearsal_says_the_same_and_removes_nothing(full: Services, moment: Moment) -> None:
    moment.forward(days=31)
    announced = rehearse(full.database, full.storage)
    assert count(full, Draft) == 1
    assert len(list(full.storage.keys())) == 3
    assert announced.files == 3
    assert purge(full.database, full.storage) == announced


def test_what_an_interrupted_upload_left_goes(full: Services, moment: Moment) -> None:
    part = Path(full.config.uploads) / "ee" / f"{'e' * 32}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    _age_files(full)
    moment.forward(hours=25)
    purge(full.database, full.storage)
    assert not part.exists()
