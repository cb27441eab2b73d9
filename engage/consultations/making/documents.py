"""Documents of a concertation: PDFs checked and kept as they are, pictures re-encoded."""

import re
from dataclasses import dataclass
from typing import IO

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, joinedload

from engage.accounts.models import Person
from engage.consultations.making import policy
from engage.consultations.making.commands import changed, lock
from engage.consultations.making.drafts import Texts
from engage.consultations.making.models import ConsultationDocument
from engage.consultations.models import Consultation, Option, Question
from engage.consultations.policy import can_see
from engage.core import clock, photos
from engage.core.errors import InvalidInput
from engage.core.photos import StoredPhoto
from engage.core.storage import Storage

PART = "documents"
MOST = 12
LARGEST = 10 * 1024 * 1024
"""Bytes of a PDF."""

SUFFIX = "-pdf"
BEGINS = b"%PDF-"
ENDS = re.compile(rb"%%EOF\s*\Z")
LAST_BYTES = 1024
"""The end mark stands in these, whatever a program wrote behind it."""

ACTS = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)\b")
"""What a PDF to read never needs; names so long that no picture holds them by chance."""


@dataclass(frozen=True)
class StoredPdf:
    """A PDF whose file is on the disk and that no row names yet; `size` in bytes."""

    key: str
    size: int


def store_pdf(storage: Storage, file: IO[bytes], field: str) -> StoredPdf:
    """Check and write what was sent, with no transaction open; raises `InvalidInput` on `field`."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InvalidInput(field, "Ce document est trop lourd\xa0: 10\xa0Mo au plus.")
    if not content.startswith(BEGINS) or not ENDS.search(content[-LAST_BYTES:]):
        raise InvalidInput(field, "Ce fichier n’est pas un PDF entier. Choisissez un PDF.")
    if ACTS.search(content):
        raise InvalidInput(
            field,
            "Ce PDF contient un programme ou un fichier caché. Enregistrez-le sans cela.",
        )
    key = f"{storage.new_key()}{SUFFIX}"
    storage.put(key, content)
    return StoredPdf(key, len(content))


def add(
    db: Session,
    consultation: Consultation,
    file: StoredPdf | StoredPhoto,
    *,
    title: Texts,
    alt: Texts,
    version: int,
    actor: Person,
) -> ConsultationDocument:
    """Give something to read or look at; raises `Conflict`, and `InvalidInput` when it is full."""
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    if len(of(db, consultation.id)) >= MOST:
        raise InvalidInput("title_fr", "Il y a déjà douze documents.")
    document = ConsultationDocument(
        consultation_id=consultation.id, title=title, added_on=clock.today()
    )
    if isinstance(file, StoredPdf):
        document.key, document.size = file.key, file.size
    else:
        document.photo, document.alt = photos.keep(db, file), alt
    db.add(document)
    db.flush()
    changed(db, consultation, PART, actor=actor)
    return document


def edit(
    db: Session,
    consultation: Consultation,
    document: ConsultationDocument,
    *,
    title: Texts,
    alt: Texts,
    version: int,
    actor: Person,
) -> None:
    """Name it anew."""
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    document.title = title
    document.alt = alt if document.photo_id else {}
    changed(db, consultation, PART, actor=actor)


def remove(
    db: Session,
    consultation: Consultation,
    document: ConsultationDocument,
    *,
    version: int,
    actor: Person,
) -> None:
    """Take it away; its file goes with the next clean-up."""
    lock(db, consultation, policy.can_change, actor=actor, version=version)
    db.delete(document)
    changed(db, consultation, PART, actor=actor)


def of(db: Session, consultation_id: int) -> list[ConsultationDocument]:
    """The documents of a concertation with their pictures, in the order in which they came."""
    return list(
        db.scalars(
            select(ConsultationDocument)
            .options(joinedload(ConsultationDocument.photo))
            .where(ConsultationDocument.consultation_id == consultation_id)
            .order_by(ConsultationDocument.id)
        )
    )


def keys(db: Session | Connection) -> set[str]:
    """The keys of all PDFs, for backups and self-checks."""
    named = select(ConsultationDocument.key).where(ConsultationDocument.key.is_not(None))
    return {key for key in db.scalars(named) if key}


def may_see_photo(db: Session, photo_id: int, person: Person | None) -> bool | None:
    """Whether `person` may see this picture; None when no concertation shows it."""
    of_answers = select(Question.consultation_id).join(Option).where(Option.photo_id == photo_id)
    shown = select(ConsultationDocument.consultation_id).where(
        ConsultationDocument.photo_id == photo_id
    )
    found = db.scalar(
        select(Consultation).where(Consultation.id.in_(shown.union_all(of_answers))).limit(1)
    )
    return None if found is None else may_read(person, found)


def may_read(person: Person | None, consultation: Consultation) -> bool:
    """Everybody from the announcement on; before it those who make concertations."""
    return can_see(consultation, clock.now()) or policy.can_make(person)
