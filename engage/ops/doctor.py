"""Looks a town over before and after it opens; says in plain French what there is to do."""

import shutil
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engage.core import clock, migrate, sms_budget, town_settings
from engage.core.config import Config, is_loopback
from engage.core.db import Database
from engage.core.ticks import Tick
from engage.deadlines.models import Deadline
from engage.incidents.models import RoutingRule
from engage.territory.models import ContactPerson, Organisation, Place

FREE_BYTES = 1_000_000_000
CLOCK_SILENT_S = 180
SMTP_TIMEOUT_S = 5
CONTACTS = 2
FIXED_SQLITE = ((3, 44, 6), (3, 50, 7))
"""Backports of the fix of SQLite's WAL-reset fault; everything from 3.51.3 on has it."""


@dataclass(frozen=True)
class Finding:
    """One line: fine, to do, or (`broken`) something that keeps the town from working."""

    text: str
    todo: str = ""
    broken: bool = False

    @property
    def line(self) -> str:
        if not self.todo:
            return f"OK       {self.text}"
        return f"à faire  {self.text} → {self.todo}"


def look(config: Config) -> Iterator[Finding]:
    """Every finding, in the order in which one would repair."""
    yield Finding("Les réglages sont lisibles.")
    yield from _address(config)
    yield from _private_files(config)
    yield _disk(config)
    yield from _mail(config)
    yield from _database(config)


def _address(config: Config) -> Iterator[Finding]:
    host = urlsplit(config.base_url).hostname or ""
    here = is_loopback(host)
    if config.demo and not here:
        todo = "Enlevez ENGAGE_DEMO : chacun peut y être n’importe qui."
        yield Finding("La démonstration est ouverte.", todo, broken=True)
    elif config.demo:
        yield Finding("La démonstration est ouverte, sur cette machine seulement.")
    elif here:
        todo = "Donnez l’adresse publique : ENGAGE_BASE_URL=https://…"
        yield Finding(f"L’adresse est {config.base_url}, pour cette machine seulement.", todo)
    if not here and config.secure:
        yield Finding(f"L’adresse est protégée : {config.base_url}.")
    elif not here:
        todo = "Mettez ENGAGE_BASE_URL=https://… et un certificat."
        yield Finding("L’adresse n’est pas protégée (https).", todo, broken=True)


def _private_files(config: Config) -> Iterator[Finding]:
    places = [config.secrets, *sorted(config.secrets.glob("*"))]
    database = Database(config.database_url)
    if database.is_sqlite and database.url.database:
        places.append(Path(database.url.database))
    database.close()
    open_ones = [path for path in places if path.exists() and path.stat().st_mode & 0o077]
    for path in open_ones:
        todo = f"Tapez : chmod go= {path}"
        yield Finding(f"D’autres comptes peuvent lire {path}.", todo, broken=True)
    if not open_ones:
        yield Finding("Les clés et la base ne sont lisibles que par ce compte.")


def _disk(config: Config) -> Finding:
    folder = next(p for p in (config.instance, *config.instance.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    room = f"{free / 1e9:.1f} Go".replace(".", ",")
    if free < FREE_BYTES:
        todo = "Libérez au moins 1 Go."
        return Finding(f"Il reste {room} sur le disque.", todo, broken=True)
    return Finding(f"Il reste {room} sur le disque.")


def _mail(config: Config) -> Iterator[Finding]:
    if config.smtp_url:
        yield _smtp(config.smtp_url)
    elif config.demo:
        yield Finding("Les messages restent dans la boîte de la démonstration.")
    else:
        todo = "Donnez votre serveur : ENGAGE_SMTP_URL=smtp://…"
        yield Finding("Les e-mails ne partent pas.", todo)
    if not config.sms_url and not config.demo:
        todo = "Donnez votre passerelle : ENGAGE_SMS_URL=https://…"
        yield Finding("Les SMS ne partent pas.", todo)


def _smtp(url: str) -> Finding:
    """Say hello to the server and leave; nothing is sent."""
    parts = urlsplit(url)
    name = f"{parts.hostname}:{parts.port or (465 if parts.scheme == 'smtps' else 25)}"
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=SMTP_TIMEOUT_S) as server:
            server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        todo = f"Vérifiez ENGAGE_SMTP_URL ({type(error).__name__})."
        return Finding(f"Le serveur de messagerie {name} ne répond pas.", todo, broken=True)
    return Finding(f"Le serveur de messagerie {name} répond.")


def _database(config: Config) -> Iterator[Finding]:
    database = Database(config.database_url)
    try:
        schema = _schema(migrate.current_revision(database), migrate.newest_revision())
        yield schema
        if schema.broken:
            return
        yield _engine(database)
        with database.reading() as db:
            yield _clock(db)
            yield from _sms(config, db)
            yield from _contacts(db)
            yield from _settings(db)
    except SQLAlchemyError as error:
        todo = f"Vérifiez ENGAGE_DATABASE_URL ({type(error).__name__})."
        yield Finding("La base ne répond pas.", todo, broken=True)
    finally:
        database.close()


def _schema(found: str | None, newest: str) -> Finding:
    if found is None:
        todo = "Tapez : engage init --contract FICHIER"
        return Finding("Il n’y a pas encore de base.", todo, broken=True)
    if found < newest:
        return Finding(f"La base a le schéma {found}.", "Tapez : engage upgrade", broken=True)
    if found > newest:
        todo = "Installez la version d’Engage qui l’a écrite."
        return Finding(f"La base a un schéma plus récent ({found}).", todo, broken=True)
    return Finding(f"La base est à jour (schéma {newest}).")


def _engine(database: Database) -> Finding:
    name = migrate.engine_name(database)
    version = tuple(int(part) for part in name.split()[1].split("."))
    if database.is_sqlite and not is_fixed_sqlite(version):
        todo = "Réinstallez Engage (make setup) : cette version peut perdre des données."
        return Finding(f"La base est {name}.", todo, broken=True)
    return Finding(f"La base est {name}.")


def is_fixed_sqlite(version: tuple[int, ...]) -> bool:
    """Whether this SQLite keeps every committed write in WAL mode."""
    return version >= (3, 51, 3) or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_SQLITE
    )


def _clock(db: Session) -> Finding:
    ticked = db.scalar(select(func.max(Tick.at)))
    todo = "Démarrez-la : engage run (ou engage clock)."
    if ticked is None:
        return Finding("L’horloge n’a jamais tourné.", todo)
    if (clock.now() - ticked).total_seconds() > CLOCK_SILENT_S:
        since = clock.local(ticked)
        return Finding(
            f"L’horloge s’est tue depuis le {since:%d/%m/%Y à %H:%M}.", todo, broken=True
        )
    return Finding("L’horloge tourne.")


def _sms(config: Config, db: Session) -> Iterator[Finding]:
    """How far the day's SMS are used up."""
    if not config.sms_url:
        return
    used, daily = sms_budget.used_today(db), config.sms_daily
    text = f"{used} SMS aujourd’hui, {daily} au plus."
    if used >= daily:
        todo = "Cherchez qui en abuse, ou augmentez ENGAGE_SMS_DAILY."
        yield Finding(f"Les SMS du jour sont finis : {text}", todo, broken=True)
    elif used >= daily * sms_budget.SHARE_OF_NEWS:
        yield Finding(f"Les SMS du jour sont presque finis : {text}", "Regardez si c’est normal.")
    else:
        yield Finding(text)


def _contacts(db: Session) -> Iterator[Finding]:
    """A reminder needs somebody to reach, and somebody else when that one is away."""
    lacking = []
    for organisation in db.scalars(in_charge().order_by(Organisation.short_name)):
        reachable = db.scalar(
            select(func.count()).where(
                ContactPerson.organisation_id == organisation.id, ContactPerson.ended_at.is_(None)
            )
        )
        if (reachable or 0) < CONTACTS:
            lacking.append(f"{organisation.short_name} ({reachable})")
    if lacking:
        todo = f"Ajoutez des contacts : {', '.join(lacking)}."
        yield Finding("Des organismes responsables ont moins de deux contacts.", todo)
    else:
        yield Finding("Chaque organisme responsable a au moins deux contacts.")


def _settings(db: Session) -> Iterator[Finding]:
    """What the coordinator decided on /admin/reglages: nothing to repair, but good to know."""
    settings = town_settings.read(db)
    yield Finding(f"Les commentaires sont {'ouverts' if settings.comments_open else 'fermés'}.")
    if settings.trusted:
        kinds = ", ".join(sorted(settings.trusted))
        yield Finding(f"Publié tout de suite et lu après : {kinds}.")
    else:
        yield Finding("Le conseil citoyen lit tout avant publication.")


def in_charge() -> Select[Organisation]:
    """Organisations that get reports or owe something."""
    return select(Organisation).where(
        exists().where(RoutingRule.organisation_id == Organisation.id)
        | exists().where(Place.owner_id == Organisation.id)
        | exists().where(
            Deadline.organisation_id == Organisation.id,
            Deadline.met_at.is_(None),
            Deadline.withdrawn_at.is_(None),
        )
    )
