"""Random tokens, codes and the town's secret keys; stored as hashes, or sealed with the key."""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import timedelta
from pathlib import Path

from engage.core import clock

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody confuses on paper (no I, O, 0, 1)."""


def new_token() -> str:
    """A 160-bit token for a link or a cookie, safe in an address."""
    return secrets.token_urlsafe(20)


def token_hash(token: str) -> str:
    """What is stored of a random token: SHA-256 is enough for 160 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_digits() -> str:
    """A six-digit code."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_printed_code() -> str:
    """A code for a letter or a card: three groups of four, 60 bits, e.g. `K7QM-2DXA-PR4T`."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def clean_printed_code(typed: str) -> str:
    """What a person typed, brought to the printed form; anything else stays unknown."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    if len(letters) != 12:
        return ""
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def keyed_hash(key: bytes, purpose: str, value: str) -> str:
    """What is stored of a short secret (six digits): useless without the town's key."""
    return hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def same(a: str, b: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(a, b)


def new_list_code() -> str:
    """A line of a printed list: two groups of four, 40 bits, e.g. `K7QM-2DXA`."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def clean_list_code(typed: str) -> str:
    """What a person typed, brought to the printed form; anything else stays unknown."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else ""


def seal(key: bytes, purpose: str, text: str) -> str:
    """Encrypt `text` with the town's key (Fernet); only `unseal` for the same purpose opens it."""
    from cryptography.fernet import Fernet

    moment = int(clock.now().timestamp())
    return Fernet(_derived(key, purpose)).encrypt_at_time(text.encode(), moment).decode()


def unseal(
    key: bytes, purpose: str, sealed: str, *, max_age: timedelta | None = None
) -> str | None:
    """What was sealed, or None: another key or purpose, tampered with, older than `max_age`."""
    from cryptography.fernet import Fernet, InvalidToken

    box, content = Fernet(_derived(key, purpose)), sealed.encode("ascii", "replace")
    try:
        if max_age is None:
            return box.decrypt(content).decode()
        moment = int(clock.now().timestamp())
        ttl = int(max_age.total_seconds())
        return box.decrypt_at_time(content, ttl, moment).decode()
    except InvalidToken:
        return None


def _derived(key: bytes, purpose: str) -> bytes:
    """One key for each purpose: what is sealed for one opens nothing elsewhere."""
    digest = hmac.new(key, f"seal:{purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)


def load_key(folder: Path, name: str) -> bytes:
    """Read the key `name` of 32 random bytes; made on first use with mode 0600."""
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # the first of two processes that start together wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
