"""Mask words of a public idea, then hunt for them: tables, pages, feed, search, letters, caches."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import or_, select

from engage import clockwork
from engage.accounts.demo import personas
from engage.accounts.models import Person
from engage.core import clock
from engage.core.outbox import OutboxMessage
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation import notices, notices_decisions
from engage.moderation.models import RefusalReason
from engage.moderation.notices import Complaint
from engage.moderation.notices_models import NoticeCase
from engage.moderation.notices_targets import REPORTABLE
from engage.proposals import finding, follows, news
from engage.proposals.models import Proposal, ProposalRevision
from engage.proposals.news import Happening
from tests.access_table import ACCESS, ROLES, sample_addresses
from tests.browsing import Browser
from tests.conftest import Moment
from tests.factories import neighbourhood
from tests.hunting import found_in_tables
from tests.moderation.deciding import settle_town

pytestmark = pytest.mark.demo

WORDS = ("secretissime", "motcache")
KEPT = {"proposal_revisions"}
"""As they were sent: for their author, who may appeal, until retention forgets them."""

ASKING = (
    "/propositions?q=secretisime",
    "/propositions?q=motcahce",
    "/propositions?q=local+dans+le+texte",
    "/recherche?q=motcahce",
    "/propositions/semblables?titre=le+secretisime+local",
    "/propositions?tri=soutiens",
    "/propositions.atom?quartier=terre-rouge",
    "/propositions/carte?quartier=terre-rouge",
)
"""Questions that find it, misspelt (a page says again what was asked), and lists it stands in."""


@pytest.fixture
def people(town: Services) -> dict[str, Person]:
    with town.database.reading() as db:
        known = {demo.code: person for demo, person in personas(db)}
    return {role: known[code] for role, code in ROLES.items() if code in known}


@pytest.fixture
def idea_id(town: Services, people: dict[str, Person]) -> int:
    """A public idea of the demo, with words that stand nowhere else, followed and reported."""
    with town.database.transaction() as db:
        idea = db.scalars(select(Proposal).where(Proposal.published_at.is_not(None))).first()
        assert idea is not None
        idea.supporters = 9_999
        idea.neighbourhood_id = neighbourhood(db, "terre-rouge").id
        public = db.get_one(ProposalRevision, idea.published_revision_id)
        public.title = "Le secretissime local"
        public.body = "Un motcache dans le texte."
        public.body_html = "<p>Un motcache dans le texte.</p>"
        db.flush()
        finding.refresh(db, idea.id)
        follower = db.merge(people["resident"])
        follows.keep(db, idea.id, follower.id)
        target = REPORTABLE["proposals"].find(db, idea.id)
        reason = db.scalars(select(RefusalReason)).first()
        assert target is not None
        assert reason is not None
        notices.send(db, target, Complaint(reason, "Ce mot est de trop."), reporter=None)
        return idea.id


OF_IDEA = ("/propositions/{}", "/propositions/{}/soutenir", "/signaler-ce-texte/idee/{}")


def pages(app: Engage, town: Services, role: str, idea_id: int) -> Iterator[str]:
    """Every address that shows something to this role, the idea's own, and searches."""
    with town.database.reading() as db:
        addresses = sample_addresses(app, db)
    for endpoint, method, path in addresses:
        if method == "GET" and role in ACCESS[endpoint]:
            yield path
    yield from (path.format(idea_id) for path in OF_IDEA)
    yield from ASKING


def phone(app: Engage, person: Person | None) -> FlaskClient:
    """Of somebody signed in, or of a visitor who keeps no cookie: those get kept pages."""
    return Browser(app).sign_in(person).http if person else app.test_client(use_cookies=False)


def shown(http: FlaskClient, paths: Iterator[str]) -> set[str]:
    """Which of these pages say one of the words."""
    found = set()
    for path in paths:
        page = http.get(path, follow_redirects=True).get_data()
        if any(word.encode() in page.lower() for word in WORDS):
            found.add(path)
    return found


def mask(council: Browser, town: Services, idea_id: int) -> None:
    """As a member does it, from the queue."""
    with town.database.reading() as db:
        case = db.scalars(
            select(NoticeCase).filter_by(subject_type="proposals", subject_id=idea_id)
        ).one()
        item = notices_decisions.item_of(db, case)
        assert item is not None
    address = f"/moderation/{item.id}"
    council.submit(address, action="/lire")
    council.submit(f"{address}/masquer", {"title": ["1"], "body": ["1"]}, action="/masquer")
    settle_town(town)


def letters(town: Services, idea_id: int) -> str:
    """All that is or would be sent to others than the author, who wrote the words."""
    with town.database.reading() as db:
        author_id = db.get_one(Proposal, idea_id).author_id
        others = or_(OutboxMessage.person_id != author_id, OutboxMessage.person_id.is_(None))
        made = [
            clockwork.RENDERERS[message.kind](db, message, "https://quartier.example")
            for message in db.scalars(select(OutboxMessage).where(others))
        ]
    return repr([letter for letter in made if letter is not None]).lower()


def test_masked_words_are_in_no_table_page_feed_search_letter_or_cache(
    app: Engage, town: Services, idea_id: int, people: dict[str, Person], moment: Moment
) -> None:
    before = shown(phone(app, None), pages(app, town, "visitor", idea_id))
    assert {f"/propositions/{idea_id}", *ASKING} - before == {ASKING[-1]}  # a map has no words
    mask(Browser(app).sign_in(people["council"]), town, idea_id)
    with town.database.transaction() as db:
        news.tell(db, db.get_one(Proposal, idea_id), Happening.STUDIED)
    moment.move_to(clock.now().replace(hour=17))
    for job in clockwork.jobs(town):
        if job.name != "sender":  # the demo shows what it sends
            job.run()

    for role in ("visitor", "resident", "council"):
        found = shown(phone(app, people.get(role)), pages(app, town, role, idea_id))
        assert found == set(), role
    assert town.pages
    assert not any(word.encode() in kept.body for kept in town.pages.values() for word in WORDS)
    said = letters(town, idea_id)
    assert "le ▇▇▇ local" in said
    assert not [word for word in WORDS if word in said]
    with town.database.reading() as db:
        found = {line.partition(":")[0] for line in found_in_tables(db, *WORDS, "secretisim")}
    assert found == KEPT
