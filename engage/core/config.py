"""All settings of one town, read once from `ENGAGE_*` variables and checked at the start."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parents[2]

KNOWN = frozenset(
    f"ENGAGE_{name}"
    for name in (
        "BACKUP_DAYS",
        "BASE_URL",
        "BIND",
        "DATABASE_URL",
        "DEMO",
        "DEMO_ANYWHERE",
        "INSTANCE",
        "KEEP_IDENTITIES",
        "LOG_LEVEL",
        "MAIL_FROM",
        "METRICS_TOKEN",
        "REDIS_URL",
        "SECRETS",
        "SMS_DAILY",
        "SMS_FORMAT",
        "SMS_KEY",
        "SMS_PREFIXES",
        "SMS_SENDER",
        "SMS_URL",
        "SMTP_URL",
        "STORAGE_URL",
        "TILES_URL",
        "TIMEZONE",
        "TRUSTED_PROXIES",
        "WEB_THREADS",
        "WEB_WORKERS",
    )
)


FRENCH_MOBILES = "+336 +337 +262 +590 +594 +596"
"""Mobiles of mainland France, and the overseas departments: families keep such numbers here."""


SMS_ADDRESSES = {
    "plain": "",
    "ovh": "",
    "smsmode": "https://rest.smsmode.com/sms/v1/messages",
    "brevo": "https://api.brevo.com/v3/transactionalSMS/send",
}
"""Formats of SMS providers and where they are; OVHcloud's address names the account."""


class BadSetting(SystemExit):
    """A setting that stops the start, with one clear line."""


@dataclass(frozen=True)
class Config:
    """The checked settings. Folders are absolute; `demo` is True only where it is safe."""

    instance: Path
    secrets: Path
    database_url: str
    uploads: Path
    bind_host: str
    bind_port: int
    base_url: str
    smtp_url: str
    mail_from: str
    sms_url: str
    sms_format: str
    """Whose words `sms_url` understands: plain, ovh, smsmode or brevo (`core.sms`)."""
    sms_key: str = field(repr=False)
    sms_sender: str
    sms_prefixes: tuple[str, ...]
    """Where SMS may go: fraudsters earn on messages to costly countries (SMS pumping)."""
    sms_daily: int
    """The most SMS of one day for the whole town: what a day of abuse can cost."""
    demo: bool
    timezone: str
    tiles_url: str
    trusted_proxies: int
    web_workers: int
    web_threads: int
    metrics_token: str
    log_level: str
    backup_days: int
    """After how many days the operator throws a backup away: people are told so."""
    keep_identities: bool
    """Whether who published something is kept, sealed, for five years (decree 2021-1362)."""

    @property
    def secure(self) -> bool:
        """Whether the public address is https: decides Secure cookies and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def bind(self) -> str:
        return f"{self.bind_host}:{self.bind_port}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read and check the settings; raises `BadSetting` (a SystemExit) with one clear line."""
        env = os.environ if environ is None else environ
        _refuse_unknown(env)
        instance = Path(env.get("ENGAGE_INSTANCE") or ROOT / "instance").resolve()
        host, port = _bind(env.get("ENGAGE_BIND") or "127.0.0.1:8000")
        demo = _flag(env, "ENGAGE_DEMO")
        base_url = (env.get("ENGAGE_BASE_URL") or f"http://{host}:{port}").rstrip("/")
        _check_exposure(env, host, base_url, demo=demo)
        return cls(
            instance=instance,
            secrets=Path(env.get("ENGAGE_SECRETS") or instance / "secrets").resolve(),
            database_url=_database(
                env.get("ENGAGE_DATABASE_URL") or f"sqlite:///{instance / 'engage.db'}"
            ),
            uploads=_uploads(env.get("ENGAGE_STORAGE_URL") or str(instance / "uploads")),
            bind_host=host,
            bind_port=port,
            base_url=base_url,
            smtp_url=_url(env, "ENGAGE_SMTP_URL", ("smtp", "smtps")),
            mail_from=env.get("ENGAGE_MAIL_FROM") or "Mon quartier <ne-pas-repondre@localhost>",
            **_sms(env),
            sms_prefixes=_prefixes(env.get("ENGAGE_SMS_PREFIXES") or FRENCH_MOBILES),
            sms_daily=_number(env, "ENGAGE_SMS_DAILY", 500),
            demo=demo,
            timezone=_timezone(env.get("ENGAGE_TIMEZONE") or "Europe/Paris"),
            tiles_url=env.get("ENGAGE_TILES_URL") or "",
            trusted_proxies=_number(env, "ENGAGE_TRUSTED_PROXIES", 0),
            web_workers=_number(env, "ENGAGE_WEB_WORKERS", 2),
            web_threads=_number(env, "ENGAGE_WEB_THREADS", 16),
            metrics_token=env.get("ENGAGE_METRICS_TOKEN") or "",
            log_level=_level(env.get("ENGAGE_LOG_LEVEL") or "INFO"),
            backup_days=_number(env, "ENGAGE_BACKUP_DAYS", 30),
            keep_identities=_flag(env, "ENGAGE_KEEP_IDENTITIES"),
        )


def _refuse_unknown(env: Mapping[str, str]) -> None:
    unknown = sorted(name for name in env if name.startswith("ENGAGE_") and name not in KNOWN)
    if unknown:
        raise BadSetting(f"engage: unknown setting {', '.join(unknown)}")


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "")
    if value not in ("", "0", "1"):
        raise BadSetting(f"engage: {name} is 0 or 1, not {value!r}")
    return value == "1"


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name) or str(default)
    if not value.isdigit():
        raise BadSetting(f"engage: {name} is a whole number, not {value!r}")
    return int(value)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = env.get(name) or ""
    if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).hostname):
        raise BadSetting(
            f"engage: {name} is an address {schemes[0]}://host… (it is not shown here)"
        )
    return value


def _sms(env: Mapping[str, str]) -> dict[str, str]:
    """How SMS leave; a provider is complete or refused. Keys are never shown."""
    name = env.get("ENGAGE_SMS_FORMAT") or "plain"
    if name not in SMS_ADDRESSES:
        offered = ", ".join(SMS_ADDRESSES)
        raise BadSetting(f"engage: ENGAGE_SMS_FORMAT is one of {offered}, not {name!r}")
    url = _url(env, "ENGAGE_SMS_URL", ("http", "https")) or SMS_ADDRESSES[name]
    key, sender = env.get("ENGAGE_SMS_KEY") or "", env.get("ENGAGE_SMS_SENDER") or ""
    if name == "ovh" and not urlsplit(url).path.endswith("/jobs"):
        wanted = "https://eu.api.ovh.com/1.0/sms/<account>/jobs"
        raise BadSetting(f"engage: ENGAGE_SMS_URL is {wanted} for OVHcloud")
    if name == "ovh" and key.count(":") != 2:
        raise BadSetting("engage: ENGAGE_SMS_KEY is application:secret:consumer for OVHcloud")
    if name != "plain" and not key:
        raise BadSetting(f"engage: ENGAGE_SMS_KEY is missing for {name}")
    if name == "brevo" and not sender:
        raise BadSetting("engage: ENGAGE_SMS_SENDER is missing for brevo")
    return {"sms_url": url, "sms_format": name, "sms_key": key, "sms_sender": sender}


def _prefixes(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").split())
    if not found or any(not re.fullmatch(r"\+[1-9]\d{0,6}", prefix) for prefix in found):
        raise BadSetting(f"engage: ENGAGE_SMS_PREFIXES is like {FRENCH_MOBILES!r}, not {value!r}")
    return found


def _bind(value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise BadSetting(f"engage: ENGAGE_BIND is host:port, not {value!r}")
    return host.strip("[]"), int(port)


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "engage: ENGAGE_DATABASE_URL is sqlite:///file or postgresql+psycopg://user@host/name"
        )
    return value


def _level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise BadSetting(f"engage: ENGAGE_LOG_LEVEL is INFO, WARNING, ERROR…, not {value!r}")
    return value.upper()


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSetting(f"engage: ENGAGE_TIMEZONE {name!r} is not a time zone") from None
    return name


def _uploads(value: str) -> Path:
    if "://" in value and not value.startswith("file://"):
        raise BadSetting("engage: ENGAGE_STORAGE_URL is a folder or file:///folder")
    return Path(value.removeprefix("file://")).resolve()


def is_loopback(host: str) -> bool:
    """Whether `host` only answers this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _check_exposure(env: Mapping[str, str], host: str, base_url: str, *, demo: bool) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"engage: ENGAGE_BASE_URL is http(s)://host, not {base_url!r}")
    here = is_loopback(host) and is_loopback(parts.hostname)
    if demo and not here and not _flag(env, "ENGAGE_DEMO_ANYWHERE"):
        raise BadSetting(
            "engage: the demo lets anybody be anybody, so it only listens on this machine"
            " (ENGAGE_BIND=127.0.0.1:8000, or ENGAGE_DEMO_ANYWHERE=1 if you mean it)"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname) and not demo:
        raise BadSetting("engage: ENGAGE_BASE_URL must be https:// outside this machine")
