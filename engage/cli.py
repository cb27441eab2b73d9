"""The `engage` command: everything that the people who run a town's platform type."""

import os
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engage.core.config import Config
from engage.ops import commands as ops

if TYPE_CHECKING:
    from engage.core.db import Database


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Engage: ideas, concertations, problems of the neighbourhood, reminders to partners."""
    os.umask(0o077)  # what a town writes, its database above all, is for its own account alone


@main.command()
def run() -> None:
    """Web, clock and sender in one command, for one machine."""
    from engage import server

    config = Config.from_environ()

    def announce() -> None:
        click.echo(f"Engage : {config.base_url}")
        if config.demo:
            click.echo(f"Démonstration : {config.base_url}/demo")

    sys.exit(server.supervise(config, announce))


@main.command()
@click.option("--listener", type=int, hidden=True, help="Descriptor of a listening socket.")
def web(listener: int | None) -> None:
    """The web server alone."""
    from engage import server
    from engage.core import logs

    config = Config.from_environ()
    logs.configure(config.log_level)
    server.serve_web(config, listener=listener)


@main.command("clock")
def clock_() -> None:
    """The clock and the sender alone; two of them do no harm."""
    from engage import server
    from engage.core import logs

    config = Config.from_environ()
    logs.configure(config.log_level)
    server.serve_clock(config)


@main.command()
@click.option("--contract", type=click.Path(path_type=Path), required=True, help="Contract file.")
@click.option("--demo", is_flag=True, help="Add the fictive neighbourhood.")
def init(contract: Path, demo: bool) -> None:
    """Create or upgrade the database and load a contract; prints what changed."""
    from engage import contract as contracts
    from engage.core import clock
    from engage.core.services import Services

    config = Config.from_environ()
    clock.use_zone(config.timezone)
    town = Services.of(config)
    with closing(town.database):
        _upgrade(town.database)
        difference = contracts.load(town, contract)
        for line in difference.summary():
            click.echo(line)
        click.echo(f"Contract: {len(difference.lines)} changes")
        if demo and contracts.load_demo(town):
            from engage.ops import remind as reminding

            reminding.demo_day(town)
            click.echo("Demo: loaded")


@main.command()
def upgrade() -> None:
    """Bring the database to the newest schema, and the search to what is public."""
    from engage.core.services import Services

    with closing(Services.of(Config.from_environ()).database) as database:
        _upgrade(database)


def _upgrade(database: "Database") -> None:
    from engage.core import migrate
    from engage.ops import searched

    before, after = migrate.upgrade(database)
    click.echo(f"Schema: {before or 'none'} -> {after}")
    if mended := searched.mend(database):
        click.echo(f"Search: {mended} indexed again")


@main.command()
@click.option("--dry-run", is_flag=True, help="Say what would leave, change nothing.")
@click.option("--now", "moment", metavar="ISO", help="Do as if it were that moment.")
def remind(dry_run: bool, moment: str | None) -> None:
    """Send what is due: reminders to partners and all that waits; one line a message.

    Local time, address, kind and subject, separated by tabs.
    """
    from engage.core import clock
    from engage.ops.town import opened

    with opened() as town:
        from engage.ops import remind as reminding

        with clock.at(_moment(moment)):
            for line in reminding.foreseen(town) if dry_run else reminding.sent(town):
                click.echo(line)


def _moment(text: str | None) -> datetime:
    """The moment that was typed, on the town's clocks unless it names a zone; else now."""
    from engage.core import clock

    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not like 2026-06-02T10:00", param_hint="--now"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())


for command in ops.ALL:
    main.add_command(command)
