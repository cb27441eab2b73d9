"""Pages of letters and of votes on paper, open and while the urn is counted."""

from collections.abc import Iterator
from datetime import timedelta

from engage.accounts.models import Role
from engage.consultations.codes import commands as codes
from engage.consultations.models import Electorate
from engage.consultations.paper import commands, queries
from engage.core import clock
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.factories import make_person

State = tuple[Browser, str]


def states(app: Engage, town: Services) -> Iterator[State]:
    """The stand and letters of an open vote; sheets to read for the first and the third time."""
    with town.database.transaction() as db:
        people = [make_person(db, r) for r in (Role.COORDINATOR, Role.COUNCIL, Role.MEDIATOR)]
        mode, key = Electorate.DWELLING_CODE, town.secret_key
        asked = make_consultation(db, electorate=mode, takes_paper=True)
        codes.keep_letters(db, asked, codes.draw(2), key=key, batch=1, actor=people[0])
        over = make_consultation(db, takes_paper=True, closes_at=clock.now() - timedelta(minutes=1))
        commands.print_batch(db, over, 9, actor=people[0])
        batch = queries.batch(db, over.id, 1)
        assert batch is not None
        commands.open_urn(db, over, batch, 2, actor=people[0])
        for mark, person in zip(("blank", "void"), people[1:], strict=True):
            seen = [[question.id, mark, []] for question in over.questions]
            sheet = queries.sheet(db, over.id, 1, 1)
            assert sheet is not None
            commands.read_sheet(db, over, sheet, seen, actor=person)
    browser = Browser(app).sign_in(people[0])
    yield browser, f"/concertations/codes/{asked.id}"
    yield browser, f"/concertations/stand/{asked.id}"
    yield browser, f"/concertations/papier/{asked.id}"
    yield browser, f"/concertations/papier/{over.id}/lots/1/1"
    yield browser, f"/concertations/papier/{over.id}/lots/1/2"
    yield browser, f"/concertations/papier/{over.id}/fin"
    yield browser, f"/concertations/papier/{over.id}"
