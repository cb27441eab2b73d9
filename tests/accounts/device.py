"""A device with passkeys, in software: it answers as phones do, and can be told to cheat."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class Key:
    """A key on the device, with the person it was made for."""

    id: bytes
    private: ec.EllipticCurvePrivateKey
    handle: bytes
    count: int = 0


@dataclass
class Device:
    """`origin` is the page that it believes to be on; `verifies` its holder or only feels a touch.

    Phones whose keys are copied to a cloud do not count: `counts` is False.
    """

    origin: str
    verifies: bool = True
    counts: bool = True
    host: str = ""
    keys: list[Key] = field(default_factory=list)

    def make(self, options: dict[str, Any]) -> dict[str, str]:
        """A new key, as `passkey.js` sends it."""
        private = ec.generate_private_key(ec.SECP256R1())
        handle = base64url_to_bytes(options["user"]["id"])
        key = Key(secrets.token_bytes(32), private, handle)
        self.keys.append(key)
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + cose(private)
        data = self._data(options["rp"]["id"], ATTESTED, 0) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            **self._answer("webauthn.create", key, options),
            "attestation": bytes_to_base64url(attestation),
        }

    def sign(self, options: dict[str, Any], key: Key | None = None) -> dict[str, str]:
        """The signature of a key: of the newest one, unless another is asked for."""
        key = key or self.keys[-1]
        key.count += self.counts
        data = self._data(options["rpId"], 0, key.count)
        answer = self._answer("webauthn.get", key, options)
        signed = data + hashlib.sha256(base64url_to_bytes(answer["client_data"])).digest()
        return {
            **answer,
            "authenticator_data": bytes_to_base64url(data),
            "signature": bytes_to_base64url(key.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "user_handle": bytes_to_base64url(key.handle),
        }

    def _data(self, host: str, flags: int, count: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        hashed = hashlib.sha256((self.host or host).encode()).digest()
        return hashed + bytes([flags]) + count.to_bytes(4, "big")

    def _answer(self, kind: str, key: Key, options: dict[str, Any]) -> dict[str, str]:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return {
            "challenge": options["challenge"],
            "credential_id": bytes_to_base64url(key.id),
            "client_data": bytes_to_base64url(json.dumps(said).encode()),
        }


def cose(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as devices tell it (RFC 9052): ES256 on P-256."""
    numbers = private.public_key().public_numbers()
    point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, **point}))
