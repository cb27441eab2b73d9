"""Pages whose buttons are gone once they were pressed: each on something of its own."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from engage.accounts.models import Role
from engage.agenda.models import EventReminder
from engage.consultations.kits import helping
from engage.consultations.models import Consultation
from engage.consultations.outcome.models import ResultFollow
from engage.core import clock, photos
from engage.core.secrets import token_hash
from engage.core.services import Services
from engage.core.web import Engage
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.consultations.kits.making import make_need, make_party
from tests.consultations.making.drafts import made
from tests.factories import make_person

State = tuple[Browser, str]

IN_A_MAIL = "un-lien-de-message"
"""What the link of a message holds."""


def states(app: Engage, town: Services) -> Iterator[State]:
    yield from _of_drafts(app, town)
    yield from _of_helpers(app, town)
    yield from _of_who_waits_for_a_message(app, town)
    yield from _of_sealing(app, town)


def _of_sealing(app: Engage, town: Services) -> Iterator[State]:
    """A vote that is over and not sealed, and the proof of one of the demonstration."""
    over = clock.now() - timedelta(hours=2)
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        closed = make_consultation(db, opens_at=over - timedelta(days=2), closes_at=over)
        sealed = select(Consultation.id).where(Consultation.sealed_at.is_not(None))
        proven = db.scalars(sealed.order_by(Consultation.id)).first()
    yield Browser(app).sign_in(coordinator), f"/concertations/sceller/{closed.id}"
    yield Browser(app), f"/concertations/{proven}/recu"


def _of_drafts(app: Engage, town: Services) -> Iterator[State]:
    """An answer with a picture, a ballot that is tried out, a draft that lacks nothing."""
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        pictured, tried, whole = made(db), made(db), made(db)
        option = pictured.questions[0].options[0]
        option.photo = photos.keep(db, photos.StoredPhoto("0" * 32, 4, 3))
        option.photo_alt = {"fr": "Un banc"}
    browser = Browser(app).sign_in(coordinator)
    question = f"/concertations/{pictured.id}/preparer/questions/{option.question_id}"
    yield browser, f"{question}/reponses/{option.id}"
    rehearsal = f"/concertations/{tried.id}/repetition"
    chosen = {"choix": str(tried.questions[0].options[0].id)}
    browser.submit(f"{rehearsal}?question=1", chosen, action="/repetition")
    yield browser, rehearsal
    yield browser, f"{rehearsal}?inventes=1"
    yield browser, f"/concertations/{whole.id}/annoncer"


def _of_helpers(app: Engage, town: Services) -> Iterator[State]:
    """Two who help at a party: one looks at it, one is on the list of the organisers."""
    with town.database.transaction() as db:
        coordinator, me, other = make_person(db, Role.COORDINATOR), make_person(db), make_person(db)
        need = make_need(db, make_party(db))
        for person in (me, other):
            helping.promise(db, need.id, name="Nadia", person=person)
    party = need.consultation_id
    yield Browser(app).sign_in(me), f"/concertations/{party}/fete/aider/{need.id}"
    yield Browser(app).sign_in(coordinator), f"/concertations/fete/{party}"


def _of_who_waits_for_a_message(app: Engage, town: Services) -> Iterator[State]:
    """Of a result, on its page and by the link of a message; of a date, by such a link."""
    link = token_hash(IN_A_MAIL)
    with town.database.transaction() as db:
        me, other, vote, event = (
            make_person(db),
            make_person(db),
            make_consultation(db),
            make_event(db),
        )
        db.add(ResultFollow(consultation_id=vote.id, person_id=me.id))
        db.add(ResultFollow(consultation_id=vote.id, person_id=other.id, results_link=link))
        reminder = {"event_id": event.id, "person_id": me.id, "link": link}
        db.add(EventReminder(asked_on=clock.today(), **reminder))
    yield Browser(app).sign_in(me), f"/concertations/{vote.id}/suivre"
    yield Browser(app), f"/concertations/arret/{IN_A_MAIL}"
    yield Browser(app), f"/agenda/arret/{IN_A_MAIL}"
