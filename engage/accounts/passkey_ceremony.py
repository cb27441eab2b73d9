"""What is asked of a device that holds passkeys, and whether its answers hold (WebAuthn level 3).

No database here: an answer is verified while no transaction is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from engage.core.errors import InvalidInput
from engage.core.i18n import _

LIFETIME = timedelta(minutes=5)
"""How long a device may take to answer."""

ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256, RS256 (COSE): what phones and computers have."""


@dataclass(frozen=True)
class Site:
    """What keys are made for: the host they belong to, and the address that browsers sign."""

    host: str
    origin: str


def site(base_url: str) -> Site | None:
    """The site of the town; None where browsers know no passkeys (WebAuthn, sections 5.1.2, 13.4).

    They want a host name, never an IP address, and https; `localhost` is safe as it is.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_ip(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return Site(host, f"{parts.scheme}://{host}{port}")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def creation_options(
    here: Site, *, town: str, label: str, handle: bytes, challenge: str, known: Sequence[str]
) -> dict[str, Any]:
    """What the browser asks the device for a new key (PublicKeyCredentialCreationOptionsJSON).

    `known` are the ids of the keys that its owner has: one device makes one. No device is asked
    which model it is.
    """
    from webauthn.helpers import bytes_to_base64url

    return {
        "challenge": challenge,
        "rp": {"id": here.host, "name": town},
        "user": {"id": bytes_to_base64url(handle), "name": label, "displayName": label},
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": one} for one in known],
        "authenticatorSelection": {
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": _timeout(),
    }


def request_options(here: Site, *, challenge: str, allowed: Sequence[str] = ()) -> dict[str, Any]:
    """What the browser asks the device to sign; nothing `allowed` means whichever key it has."""
    return {
        "challenge": challenge,
        "rpId": here.host,
        "allowCredentials": [{"type": "public-key", "id": one} for one in allowed],
        "userVerification": "required",
        "timeout": _timeout(),
    }


def _timeout() -> int:
    return int(LIFETIME.total_seconds() * 1000)


@dataclass(frozen=True)
class Made:
    """A new key as its device describes it; id and public key in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


def made(answer: Mapping[str, str], signed: bytes, here: Site) -> Made:
    """The new key in the device's `answer`; raises `InvalidInput` when anything is wrong with it.

    `answer` holds `credential_id`, `client_data` and `attestation` in base64url.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    response = {
        "clientDataJSON": answer["client_data"],
        "attestationObject": answer["attestation"],
    }
    try:
        found = verify_registration_response(
            credential=_credential(answer, response),
            expected_challenge=signed,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except Exception as error:  # a forged answer breaks the library in ways of its own
        raise InvalidInput("", _refused()) from error
    if bytes_to_base64url(found.credential_id) != answer["credential_id"]:
        raise InvalidInput("", _refused())
    return Made(
        answer["credential_id"],
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


@dataclass(frozen=True)
class Known:
    """A key that was added before, with the handle that its device must give back."""

    id: int
    person_id: int
    public_key: str
    sign_count: int
    handle: bytes


def proven(
    found: Known | None, answer: Mapping[str, str], signed: bytes, here: Site
) -> tuple[Known, int]:
    """The key that signed, and how often it says it did; raises `InvalidInput` when it did not.

    `answer` holds `credential_id`, `client_data`, `authenticator_data`, `signature` and perhaps
    `user_handle` in base64url. A count that did not grow tells of a copied key.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response

    if found is None:
        raise InvalidInput("", _("Nous ne connaissons pas cette clé. Entrez d’une autre façon."))
    response = {
        "clientDataJSON": answer["client_data"],
        "authenticatorData": answer["authenticator_data"],
        "signature": answer["signature"],
    }
    try:
        verified = verify_authentication_response(
            credential=_credential(answer, response),
            expected_challenge=signed,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=base64url_to_bytes(found.public_key),
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
        given = base64url_to_bytes(answer["user_handle"])
    except Exception as error:  # a forged answer breaks the library in ways of its own
        raise InvalidInput("", _refused()) from error
    if given not in (b"", found.handle):
        raise InvalidInput("", _refused())
    return found, verified.new_sign_count


def _credential(answer: Mapping[str, str], response: Mapping[str, str]) -> dict[str, Any]:
    id_ = answer["credential_id"]
    return {"id": id_, "rawId": id_, "type": "public-key", "response": dict(response)}


def _refused() -> str:
    return _("Cette clé n’a pas été acceptée. Recommencez, ou entrez d’une autre façon.")
