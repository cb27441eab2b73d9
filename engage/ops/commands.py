"""The commands of the people who look after a town, apart from running it."""

import json
import sys
from pathlib import Path

import click

from engage.ops.town import opened

ROLES = ("council", "agent", "coordinator", "mediator", "admin")
FILE = click.Path(path_type=Path, dir_okay=False)
COUNT = click.IntRange(0, 10_000_000)


@click.command()
@click.argument("email_or_phone")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--organisation", metavar="CODE", help="Whom an agent works for.")
@click.option("--name", default="", help="The name that others see.")
def invite(email_or_phone: str, role: str, organisation: str | None, name: str) -> None:
    """Give the holder of an address a role, and send staff the link that sets up their way in.

    Typed again for somebody who has the role: a new link, for a lost password or phone. Members
    of the council sign in with EMAIL_OR_PHONE and a list of codes that a mediator prints.
    """
    from engage.ops import staff

    with opened() as town:
        for line in staff.invite(town, email_or_phone, role, organisation or "", name):
            click.echo(line)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--report", type=FILE, help="Write a table (CSV) for the archives' visa.")
def purge(dry_run: bool, report: Path | None) -> None:
    """Remove what has had its time: one line a rule, with how many things.

    The rules are those of /donnees-personnelles; the clock applies them every hour. Accounts unseen
    for long are given notice first.
    """
    from engage.privacy import identities
    from engage.privacy import purge as purging
    from engage.privacy import report as reporting

    with opened() as town:
        act = purging.rehearse if dry_run else purging.purge
        key = identities.sealing_key(town.config)
        found = act(town.database, town.storage, identity_key=key)
        for line in found.lines:
            click.echo(line)
        if report is not None:
            report.write_text(reporting.table(found, rehearsed=dry_run), encoding="utf-8-sig")
            click.echo(str(report))


@click.command()
@click.argument("person_id", type=int)
@click.option("--reason", required=True, help="Number of the demand; no name: it is written down.")
def identity(person_id: int, reason: str) -> None:
    """Say who published something before leaving, for a judge (ENGAGE_KEEP_IDENTITIES=1).

    Each look is an entry of the audit trail, with its reason.
    """
    from engage.core.errors import NotFound
    from engage.privacy import identities

    with opened() as town:
        key = identities.sealing_key(town.config)
        if key is None:
            raise NotFound("no identities are kept: ENGAGE_KEEP_IDENTITIES is off")
        with town.database.transaction() as db:
            opened_text = identities.reveal(db, person_id, key, reason=reason)
        click.echo(opened_text)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write database, photos and keys to FILE (.tar.gz), while Engage works.

    Keep it where nobody else reads it: it holds addresses of people and the town's keys.
    """
    from engage.ops import backup as backups

    with opened() as town:
        manifest = backups.write(town, file, _say)
    click.echo(
        f"{file}: {sum(manifest.counts.values())} rows, {len(manifest.hashes)} files,"
        f" {file.stat().st_size} bytes"
    )


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Move what is there aside (nothing is deleted).")
def restore(file: Path, force: bool) -> None:
    """Bring back what `engage backup` wrote, into SQLite or PostgreSQL alike.

    Stop `engage run` first. Ballots cast stand, and can no longer be changed.
    """
    from engage.core.config import Config
    from engage.ops import archive
    from engage.ops import restore as restoring

    config = Config.from_environ()
    try:
        found = restoring.restore(config, file, force=force, progress=_say)
    except archive.BadBackup as fault:
        raise click.ClickException(str(fault)) from None
    except restoring.NotEmpty as fault:
        raise click.ClickException(f"{fault}; with --force it is moved aside") from None
    except restoring.StillRunning:
        raise click.ClickException("the database is in use; stop `engage run` first") from None
    for place in found.aside:
        click.echo(f"The earlier state is in {place}")
    rows = sum(found.manifest.counts.values())
    click.echo(f"{rows} rows of {found.manifest.created_at}; now type: engage verify")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="All checks and their faults, for programs.")
def verify(as_json: bool) -> None:
    """Check that the state holds together: votes, audit trail, files, messages.

    One line a fault; ends with 1 when there is any.
    """
    from engage.ops import verify as verifying

    with opened() as town:
        found = verifying.verify(town, _say)
    faults = [f"{check}: {fault}" for check, lines in found.items() for fault in lines]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for line in faults:
            click.echo(line)
        click.echo(f"{len(found)} checks, {len(faults)} faults")
    sys.exit(bool(faults))


@click.command()
def doctor() -> None:
    """Look over settings, files, database, mail, clock and contacts; say what to do.

    Ends with 1 when something keeps the town from working.
    """
    from engage import schema  # noqa: F401 - every table
    from engage.core import clock
    from engage.core.config import Config
    from engage.ops import doctor as doctoring

    config = Config.from_environ()
    clock.use_zone(config.timezone)
    broken = False
    for finding in doctoring.look(config):
        click.echo(finding.line)
        broken = broken or finding.broken
    sys.exit(broken)


@click.command()
@click.option("--proposals", type=COUNT, default=0, show_default=True)
@click.option("--endorsements", type=COUNT, help="[default: five times the proposals]")
@click.option("--incidents", type=COUNT, default=0, show_default=True)
@click.option("--ballots", type=COUNT, default=0, show_default=True)
def seed(proposals: int, endorsements: int | None, incidents: int, ballots: int) -> None:
    """Fill a demo database with invented ideas, supports, reports and votes, to measure speed.

    Refused without ENGAGE_DEMO=1: nothing of it can be told from the real thing afterwards.
    """
    from engage.ops import seed as seeding

    with opened() as town:
        if not town.config.demo:
            raise click.ClickException("only a demo can be filled: ENGAGE_DEMO=1")
        wanted = seeding.Load(
            proposals=proposals,
            endorsements=5 * proposals if endorsements is None else endorsements,
            incidents=incidents,
            ballots=ballots,
        )
        with click.progressbar(length=wanted.total, label="Seeding", show_pos=True) as bar:
            seeding.seed(town.database, wanted, bar.update)


def _say(name: str) -> None:
    """Progress, for a person who watches."""
    if sys.stderr.isatty():
        click.echo(name, err=True)


ALL = (backup, doctor, identity, invite, purge, restore, seed, verify)
