"""The secret of one concertation: a file outside the database, made at the first vote.

It turns whose right was used into the key of their ballot, so that a voter can change the answer
while the vote is open. Sealing destroys it. No backup holds it.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy.orm import Session

from engage.core.secrets import CODE_ALPHABET

BYTES = 32
KEY_LENGTH = 32
"""Hexadecimal digits of a ballot's key: 128 bits."""

RECEIPT_BYTES = 10
"""80 bits: a million receipts are all different, and nobody finds one by trying."""

VOTES = "votes"
FOLDER = "secrets"
"""The name under which a session knows the folder of the town's secrets."""


def read(db: Session, consultation_id: int) -> bytes | None:
    """The secret as it is now, or None: no vote yet, restored elsewhere, or sealed."""
    try:
        descriptor = os.open(f"{db.info[FOLDER]}/{VOTES}/{consultation_id}", os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return os.read(descriptor, BYTES)
    finally:
        os.close(descriptor)


def read_or_make(db: Session, consultation_id: int) -> bytes:
    """The secret, made at the first vote; of two processes at once the first one's stays.

    Only for who holds the lock of the vote (`sealing.lock`) and has seen that it is not sealed.
    """
    return read(db, consultation_id) or _make(path_of(db, consultation_id))


def _make(path: Path) -> bytes:
    """Write a whole file apart and link it in: nobody ever reads half a secret."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _fsync_folder(path.parent)
    return path.read_bytes()


def destroy(db: Session, consultation_id: int) -> None:
    """Overwrite the secret and remove its file; nothing happens where there is none."""
    path = path_of(db, consultation_id)
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)
    _fsync_folder(path.parent)


def path_of(db: Session, consultation_id: int) -> Path:
    """Where the secret of this concertation lies: `ENGAGE_SECRETS/votes/<id>`."""
    folder: Path = db.info[FOLDER]
    return folder / VOTES / str(consultation_id)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def ballot_key(secret: bytes, question_id: int, unit: str) -> str:
    """Under which key the answer of `unit` to this question lies until the vote is sealed."""
    return _mac(secret, "ballot", question_id, unit).hex()[:KEY_LENGTH]


def raw_receipt(secret: bytes, question_id: int, unit: str) -> bytes:
    """The receipt of `unit` for this question, before it is spelled."""
    return _mac(secret, "receipt", question_id, unit)[:RECEIPT_BYTES]


def receipt(secret: bytes, question_id: int, unit: str) -> str:
    """What a voter gets to find in the published list: `K7QM-2DXA-PR4T-9WBC`."""
    return spelled(raw_receipt(secret, question_id, unit))


def spelled(raw: bytes) -> str:
    """Sixteen letters and digits that nobody confuses, in groups of four; a code has three."""
    number = int.from_bytes(raw)
    letters = "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(15, -1, -1))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def _mac(secret: bytes, purpose: str, question_id: int, unit: str) -> bytes:
    return hmac.digest(secret, f"{purpose}|{question_id}|{unit}".encode(), hashlib.sha256)
