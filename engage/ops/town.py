"""The town that a command works on: settings read, database checked, refusals as one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from engage.core.config import Config

if TYPE_CHECKING:
    from engage.core.services import Services


@contextmanager
def opened() -> Iterator["Services"]:
    """The town of the environment; a database that is not ready ends the command with one line.

    A refusal of the domain inside the block becomes one line, too.
    """
    from engage import schema  # noqa: F401 - every table, whatever the command touches
    from engage.core import clock, migrate
    from engage.core.errors import DomainError
    from engage.core.services import Services

    config = Config.from_environ()
    clock.use_zone(config.timezone)
    town = Services.of(config)
    try:
        fault = migrate.fault(town.database)
        if fault:
            raise click.ClickException(fault)
        yield town
    except DomainError as refusal:
        raise click.ClickException(refusal.message or type(refusal).__name__) from None
    finally:
        town.database.close()
