"""Towns to measure: the same contract and people, with little or much in them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from engage import contract, create_app
from engage.accounts import commands
from engage.accounts.demo import PERSONAS, DemoPerson
from engage.accounts.models import Opening, Person
from engage.consultations.models import Consultation
from engage.core import clock, migrate
from engage.core.config import ROOT, Config
from engage.core.secrets import new_token, token_hash
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import Visibility
from engage.incidents import links
from engage.incidents.models import Circuit, Incident, IncidentKind
from engage.ops import remind
from engage.ops.seed import Load, seed
from engage.proposals.models import Proposal
from engage.reminders.commands import LINK_LIFETIME
from engage.reminders.models import ReplyLink

CONTRACT = ROOT / "engage" / "contracts" / "grand-cahors.json"

SMALL = Load(proposals=100, endorsements=1_000, incidents=100, ballots=1_000)
LARGE = Load(proposals=100_000, endorsements=1_000_000, incidents=100_000, ballots=1_000_000)
QUICK_LARGE = Load(proposals=5_000, endorsements=50_000, incidents=5_000, ballots=50_000)


@dataclass
class Measured:
    """A town with its application, the cookies of people in it, and its secret addresses."""

    app: Engage
    config: Config
    cookies: dict[str, str]
    secret_paths: tuple[str, ...]

    @property
    def services(self) -> Services:
        return self.app.services


@contextmanager
def filled(load: Load, name: str) -> Iterator[Measured]:
    """A town of its own folder with the contract, the demo and `load`."""
    with tempfile.TemporaryDirectory(prefix=f"engage-bench-{name}-") as folder:
        config = Config.from_environ(
            {"ENGAGE_INSTANCE": folder, "ENGAGE_DEMO": "1", "ENGAGE_LOG_LEVEL": "WARNING"}
        )
        app = create_app(config)
        town = app.services
        migrate.upgrade(town.database)
        contract.load(town, CONTRACT)
        contract.load_demo(town)
        remind.demo_day(town)
        print(f"  filling the {name} town: {load.total} rows", flush=True)
        seed(town.database, load)
        yield Measured(app, config, _cookies(app), _secret_paths(town))
        town.database.close()


def _secret_paths(town: Services) -> tuple[str, ...]:
    """The follow page of the newest report, and the reply page of the first partner told."""
    with town.database.transaction() as db:
        report = db.scalars(select(Incident).order_by(Incident.id.desc()).limit(1)).one()
        told = db.scalars(select(ReplyLink).order_by(ReplyLink.id).limit(1)).one()
        token, moment = new_token(), clock.now()
        db.add(
            ReplyLink(
                token_hash=token_hash(token),
                digest_id=told.digest_id,
                contact_id=told.contact_id,
                created_at=moment,
                expires_at=moment + LINK_LIFETIME,
            )
        )
        return f"/suivi/{links.reporter_link(db, report)}", f"/r/{token}"


def _cookies(app: Engage) -> dict[str, str]:
    """The session cookie of each fictive person."""
    found = {}
    name = app.config["SESSION_COOKIE_NAME"]
    for code in PERSONAS:
        with app.services.database.transaction() as db:
            person_id = db.scalar(select(DemoPerson.person_id).where(DemoPerson.code == code))
            person = db.get_one(Person, person_id)
            token = commands.sign_in_fully(db, person, Opening.DEMO)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        cookie = client.get_cookie(name)
        assert cookie is not None
        found[code] = f"{name}={cookie.value}"
    return found


@dataclass(frozen=True)
class Page:
    """A page to measure: for whom, and how many SQL statements it may take.

    Of kind "rare" are questions with words that a small town does not have.
    """

    path: str
    kind: str
    persona: str = ""

    @property
    def name(self) -> str:
        """Secret addresses differ each time: only where they lead is shown."""
        path = self.path
        if self.kind == "secret":
            path = f"{path.rpartition('/')[0]}/<token>"
        return f"{path} ({self.persona or 'visiteur'})"


MOST_STATEMENTS = {"list": 6, "rare": 6, "detail": 8, "page": 12, "form": 8, "secret": 12}


def pages(town: Measured) -> list[Page]:
    """The pages that a visitor, a resident and those in charge open most."""
    with town.services.database.reading() as db:
        idea = db.scalar(
            select(Proposal.id)
            .where(Proposal.visibility == Visibility.PUBLIC)
            .order_by(Proposal.id.desc())
            .limit(1)
        )
        report = db.scalar(
            select(Incident.reference).where(Incident.listed).order_by(Incident.id.desc()).limit(1)
        )
        vote = db.scalar(
            select(Consultation.id)
            .where(Consultation.closes_at < clock.now())
            .order_by(Consultation.id.desc())
            .limit(1)
        )
        kind = db.scalar(
            select(IncidentKind.code)
            .where(IncidentKind.circuit == Circuit.OPEN, ~IncidentKind.urgent)
            .order_by(IncidentKind.id)
            .limit(1)
        )
    shared = [
        ("/propositions", "list"),
        (f"/propositions/{idea}", "detail"),
        ("/signalements", "list"),
        (f"/signalements/{report}", "detail"),
        ("/concertations", "list"),
        (f"/concertations/{vote}", "detail"),
        (f"/concertations/{vote}/resultats", "detail"),
        ("/", "page"),
        ("/contrat", "page"),
        ("/contrat/actions/1", "page"),
    ]
    return [
        *(Page(path, sort) for path, sort in shared),
        *(Page(path, sort, "habitante") for path, sort in shared),
        Page("/propositions?tri=soutiens", "list"),
        Page("/propositions?action=3&tri=soutiens", "list"),
        Page("/propositions?quartier=escales&etat=etudiee", "list"),
        Page("/propositions?pres=demo-bat-a-hall", "list"),
        Page("/propositions/carte", "list"),
        Page("/propositions.atom", "list"),
        Page("/propositions?q=fontaine+jardin", "list"),
        Page("/propositions?q=fontaine&tri=soutiens", "list"),
        Page("/recherche?q=fontaine", "list"),
        Page("/propositions/semblables?titre=Une+fontaine+au+jardin", "list"),
        Page("/propositions?q=marvau+balcordan", "rare"),
        Page("/recherche?q=un+atelier+de+cuisine+le+soir+entre+voisins+balcordan", "rare"),
        Page(f"/signalements/nouveau?choix={kind}", "form"),
        Page("/propositions/nouvelle", "form"),
        Page("/mentions-legales", "form"),
        *(Page(path, "secret") for path in town.secret_paths),
        Page("/moderation", "list", "conseil"),
        Page("/gup", "list", "agent"),
        Page("/gup", "list", "coordinatrice"),
        Page("/relances", "list", "coordinatrice"),
        Page("/partenaires", "list", "coordinatrice"),
    ]
