"""Who sends what no page offers, or looks where nobody should: refused with a sentence."""

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engage.accounts import departures
from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, Role
from engage.consultations import verify
from engage.consultations.commands import AlreadyVoted, cast_ballot, take_right
from engage.consultations.counting.answers import GRADED
from engage.consultations.making import commands as making
from engage.consultations.models import BudgetCount, Electorate, QuestionKind, unit_of_person
from engage.consultations.paper import commands as paper
from engage.consultations.sealing import jobs, published
from engage.core.db import Database
from engage.core.errors import Conflict
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import ContributionChannel
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question, option_ids
from tests.consultations.kits.making import make_party, make_works
from tests.factories import make_organisation, make_person

FARTHEST = ("9999-12-31", "0001-01-01")


def staff(app: Engage, town: Services, *roles: Role, **values: Any) -> Browser:
    with town.database.transaction() as db:
        person = make_person(db, *roles, **values)
    return Browser(app).sign_in(person)


@pytest.mark.parametrize("day", FARTHEST)
def test_the_simulator_takes_any_day(client: Browser, town: Services, day: str) -> None:
    with town.database.transaction() as db:
        asked = make_works(db)
    sent = {"cas": "proposition", "concernes": "96", "oui": "50", "non": "1", "notifie": day}
    answer = client.http.get(f"/concertations/{asked.id}/simulateur", query_string=sent)
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("day", FARTHEST)
def test_a_vote_is_neither_extended_nor_planned_to_the_end_of_time(
    app: Engage, town: Services, day: str
) -> None:
    with town.database.transaction() as db:
        running = make_consultation(db, organisation_id=make_organisation(db).id)
        draft = make_consultation(db, is_draft=True)
    member = staff(app, town, Role.COUNCIL)
    sent = {"closes_day": day, "closes_hour": "00:00", "reason_fr": "Plus de temps."}
    member.submit(f"/concertations/{running.id}/prolonger", sent, 422)
    for name in ("announced", "opens", "closes", "decision"):
        sent = {f"{name}_day": day, f"{name}_hour": "00:00" if day < "1" else "23:59"}
        path = f"/concertations/{draft.id}/preparer/calendrier"
        member.submit(path, sent, 422, action="calendrier")


@pytest.mark.parametrize("day", FARTHEST)
def test_a_party_is_not_planned_to_the_end_of_time(app: Engage, town: Services, day: str) -> None:
    with town.database.transaction() as db:
        asked = make_party(db).consultation_id
        owner = make_organisation(db).id
    member = staff(app, town, Role.COUNCIL)
    home = f"/concertations/fete/{asked}"
    task = {"title_fr": "Barnums", "days": "3", "fixed_on": day, "organisation": str(owner)}
    member.submit(f"{home}/tache", task, 422, action="tache")
    when = {"day": day, "starts": "14:00", "ends": "18:00"}
    member.submit(f"{home}/jour", when, 422, action="jour")


@pytest.mark.parametrize("content", [b"Logement 1\rLogement 2\r", b"x" * 200_000])
def test_a_list_of_homes_that_is_no_table_is_refused_with_a_sentence(
    app: Engage, town: Services, content: bytes
) -> None:
    with town.database.transaction() as db:
        asked = make_consultation(db, electorate=Electorate.DWELLING_CODE)
    coordinator = staff(app, town, Role.COORDINATOR)
    path = f"/concertations/codes/{asked.id}"
    sent: dict[str, Any] = {"liste": "", "nombre": "", "quartier": "0"}
    sent["fichier"] = (io.BytesIO(content), "liste.csv")
    answer = coordinator.http.post(
        f"{path}/lettres", data={**sent, "csrf_token": coordinator.csrf_token()}
    )
    assert answer.status_code in (200, 422)


def test_signs_that_no_database_keeps_are_left_out_of_words(app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        question = make_question(title="Que manque-t-il ?")
        question.kind = QuestionKind.TEXT
        asked = make_consultation(db, question)
    voter = staff(app, town)
    path = f"/concertations/{asked.id}/voter?question=1"
    answer = voter.http.post(
        path, data={"choix": "Des\x00 bancs", "csrf_token": voter.csrf_token()}
    )
    assert answer.status_code in (303, 422)


def test_a_landlord_sees_nothing_of_a_draft(app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        owner = make_organisation(db)
        draft = make_works(db, organisation_id=owner.id, is_draft=True)
        agent = make_person(db, Role.AGENT, organisation=owner)
    browser = Browser(app).sign_in(agent)
    browser.get(f"/concertations/travaux/{draft.id}", 403)


def test_a_cancelled_vote_keeps_no_secret_without_ballots(
    database: Database, moment: Moment
) -> None:
    with database.transaction() as db:
        made = make_consultation(db)
        first = made.questions[0]
        take_right(
            db, first, unit_of_person(9), channel=ContributionChannel.PAPER, captured_by=None
        )
    with database.transaction() as db, pytest.raises(AlreadyVoted):
        cast_ballot(db, first, unit=unit_of_person(9), choices=option_ids(first, "Repas"))
    with database.transaction() as db:
        made = db.merge(made)
        made.cancelled_at = moment.now
    jobs.run(database)
    with database.reading() as db:
        assert verify.check(db) == []


def test_who_votes_and_leaves_is_the_same_voter_after_an_extension(
    db: Session, moment: Moment
) -> None:
    asked, key = make_consultation(db), b"k" * 32
    first, voter = asked.questions[0], make_person(db)
    cast_ballot(db, first, unit=unit_of_person(voter.id), choices=option_ids(first, "Repas"))
    address = ContactAddress(ContactKind.EMAIL, "parti@example.org")
    departures.note(db, key, voter, [address], until=asked.closes_at)
    db.flush()
    closing = asked.closes_at
    making.extend(
        db,
        asked,
        closes_at=closing + timedelta(days=7),
        reason={"fr": "Plus de temps."},
        version=asked.version,
        actor=make_person(db, Role.COUNCIL),
    )
    moment.move_to(closing + timedelta(days=1))
    back = departures.returning(db, key, address)
    assert back is not None
    assert back.id == voter.id


def test_nothing_is_printed_once_the_tally_report_is_written(db: Session, moment: Moment) -> None:
    coordinator, asked = make_person(db, Role.COORDINATOR), make_consultation(db, takes_paper=True)
    moment.move_to(asked.closes_at + timedelta(hours=1))
    paper.close_count(db, asked, reasons={}, actor=coordinator)
    with pytest.raises(Conflict):
        paper.print_batch(db, asked, 100, actor=coordinator)


ALL = tuple(QuestionKind)


@pytest.mark.parametrize(("labels", "voters"), [((), 1), (("Bancs",), 0), (("Bancs", "Jeux"), 12)])
def test_few_answers_few_voters_and_ties_have_all_their_pages(
    client: Browser, town: Services, moment: Moment, labels: tuple[str, ...], voters: int
) -> None:
    """An idea that was withdrawn, or hidden, may leave a question with "none of these" alone."""
    with town.database.transaction() as db:
        kinds = []
        for n, kind in enumerate(ALL, 1):
            made = make_question(*labels, position=n)
            made.kind, made.max_choices, made.budget = kind, max(1, len(labels)), 1000
            made.counting = BudgetCount.EQUAL_SHARES
            for option in made.options:
                option.cost = 1000
            kinds.append(made)
        asked = make_consultation(db, *kinds, tells_neighbourhoods=True)
        for question in asked.questions:
            if question.kind is QuestionKind.TEXT:
                continue
            for number in range(voters):
                option = question.options[number % len(question.options)]
                graded = question.kind in GRADED and not option.is_none
                choices = [[option.id, 3]] if graded else [option.id]
                cast_ballot(db, question, unit=unit_of_person(number + 900), choices=choices)
    moment.move_to(asked.closes_at + timedelta(days=1))
    assert jobs.run(town.database)
    page = f"/concertations/{asked.id}"
    paths = ("", "/resultats", "/bilan", "/mots", "/preuve", "/resultats.csv", "/bilan.pdf")
    paths += tuple(f"/preuve/{name}" for name in published.FILES)
    for path in ("/concertations", *(page + each for each in paths)):
        assert client.http.get(path).status_code == 200, path


def test_who_reads_a_published_file_slowly_holds_no_transaction_open(
    client: Browser, town: Services, moment: Moment
) -> None:
    """An open one would keep dropped ballots of other votes from being rewritten."""
    with town.database.transaction() as db:
        asked = make_consultation(db, title="Un titre sans fin " * 4_000)
    moment.move_to(asked.closes_at + timedelta(days=1))
    assert jobs.run(town.database)
    answer = client.http.get(f"/concertations/{asked.id}/preuve/preuve.json", buffered=False)
    assert next(answer.iter_encoded())
    assert town.database.engine.pool.checkedout() == 0
    answer.close()
