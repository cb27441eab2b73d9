"""What one town runs on: settings, database, file store, keys; hangs on the app."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engage.core import sms
from engage.core.config import Config
from engage.core.db import Database
from engage.core.gateways import Gateway, SmtpGateway
from engage.core.outbox import Channel
from engage.core.secrets import load_key
from engage.core.storage import Storage
from engage.core.throttle import Pace

T = TypeVar("T")


class TimedCache:
    """Values that may be a little old, for this process only."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, make: Callable[[], T]) -> T:
        """The value under `name`, made anew when it is older than the cache keeps.

        What is slow to make is kept longer: making it takes one hundredth of the time at most.
        """
        kept = self._values.get(name)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]  # type: ignore[no-any-return]
        started = time.monotonic()
        value = make()
        made = time.monotonic()
        self._values[name] = (made + max(self._seconds, 100 * (made - started)), value)
        return value

    def clear(self) -> None:
        self._values.clear()


@dataclass(frozen=True)
class Services:
    """One town."""

    config: Config
    database: Database
    storage: Storage
    secret_key: bytes
    cache: TimedCache = field(default_factory=lambda: TimedCache(60))
    pages: dict[tuple[str, ...], Any] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)

    @classmethod
    def of(cls, config: Config) -> "Services":
        """Open what the settings name; makes the instance folder and the keys when missing."""
        config.instance.mkdir(parents=True, exist_ok=True)
        return cls(
            config=config,
            database=Database(config.database_url, secrets=config.secrets),
            storage=Storage(config.uploads),
            secret_key=load_key(config.secrets, "app.key"),
        )

    def gateways(self) -> dict[str, Gateway]:
        """How messages leave; a channel without gateway keeps them in the outbox."""
        found: dict[str, Gateway] = {}
        if self.config.smtp_url:
            found[Channel.EMAIL] = SmtpGateway(self.config.smtp_url, self.config.mail_from)
        if self.config.sms_url:
            found[Channel.SMS] = sms.gateway(self.config)
        return found
