"""Files of documents: kept by backups, missed when gone, cleared away when nobody names them."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from engage.accounts.models import Role
from engage.consultations.making import documents
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.services import Services
from engage.ops import backup, verify
from engage.ops.archive import Manifest
from engage.privacy import purge
from tests.consultations.making.drafts import made
from tests.factories import make_person

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def _document(town: Services) -> str:
    """The key of a PDF that a draft names."""
    stored = documents.store_pdf(town.storage, io.BytesIO(PDF), "pdf")
    with town.database.transaction() as db:
        draft, actor = made(db), make_person(db, Role.COUNCIL)
        documents.add(
            db, draft, stored, title={"fr": "x"}, alt={}, version=draft.version, actor=actor
        )
    return stored.key


def test_a_document_is_in_the_backup_and_missed_when_it_is_gone(
    town: Services, tmp_path: Path
) -> None:
    key = _document(town)
    held: Manifest = backup.write(town, tmp_path / "all.tar.gz")
    assert f"uploads/{key[:2]}/{key}.pdf" in held.hashes
    with town.database.reading() as db:
        assert verify.photos(db, town) == []
    town.storage.delete(key)
    with town.database.reading() as db:
        assert verify.photos(db, town) == [f"file {key} is missing"]


def test_only_the_file_that_no_document_names_is_cleared_away(town: Services) -> None:
    kept = _document(town)
    lost = documents.store_pdf(town.storage, io.BytesIO(PDF), "pdf").key
    old = (clock.now() - timedelta(days=2)).timestamp()
    for key, _written in list(town.storage.keys()):
        os.utime(town.storage._path(key), (old, old))
    purge.purge(town.database, town.storage)
    assert {key for key, _written in list(town.storage.keys())} == {kept}
    assert lost != kept


BAD = (
    b"",
    b"%PDF-",
    PDF[:-8],
    b"GIF89a" + PDF,
    b"PK\x03\x04" + PDF,
    b"\xff\xd8\xff\xe0" + PDF,
    PDF.replace(b"<<>>", b"<</S /JavaScript /JS (app.alert(1))>>"),
    PDF.replace(b"<<>>", b"<</S /Launch>>"),
    PDF.replace(b"<<>>", b"<</Type /EmbeddedFile>>"),
    PDF + b"<script>" * 200,
)


def test_what_is_no_plain_pdf_leaves_no_file(town: Services) -> None:
    for content in BAD:
        with pytest.raises(InvalidInput) as refused:
            documents.store_pdf(town.storage, io.BytesIO(content), "pdf")
        assert refused.value.field == "pdf"
    assert list(town.storage.keys()) == []
