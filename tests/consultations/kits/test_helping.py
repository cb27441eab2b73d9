"""Hands and things for a party: promised once, no more than asked, names for organisers alone."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engage.accounts.models import Role
from engage.consultations.kits import helping, party, queries
from engage.consultations.kits.models import NeedKind, Party, PartyHelper, PartyNeed
from engage.core import clock
from engage.core.audit import AuditEntry
from engage.core.errors import Conflict, Denied, InvalidInput
from engage.core.services import Services
from engage.core.words import ContributionChannel
from engage.privacy import purge
from engage.privacy.leaving import empty
from engage.privacy.portrait import portrait
from tests.browsing import Browser
from tests.consultations.kits.making import SATURDAY, held, make_need, make_party
from tests.factories import make_person
from tests.parallel import in_parallel


def names(db: Session, found: Party) -> list[str]:
    return sorted(h.name for hs in queries.helpers(db, found.consultation_id).values() for h in hs)


def test_a_promise_is_counted_once_and_taken_back(db: Session) -> None:
    found = make_party(db)
    need, person = make_need(db, found), make_person(db)
    helping.promise(db, need.id, name="Nour", person=person)
    helping.promise(db, need.id, name="Nour B.", person=person)
    seen = queries.need(db, need.id, found.consultation_id)
    assert seen is not None
    assert (seen.promised, seen.wanted, names(db, found)) == (1, 2, ["Nour B."])
    assert helping.take_back(db, need, person_id=person.id, actor=person)
    assert not helping.take_back(db, need, person_id=person.id, actor=person)
    acts = db.scalars(select(AuditEntry).where(AuditEntry.action.startswith("party_need")))
    assert [a.action for a in acts][-2:] == ["party_need.promise", "party_need.take_back"]
    assert "Nour" not in repr([a.details for a in db.scalars(select(AuditEntry))])


def test_no_more_come_than_were_asked_for(db: Session) -> None:
    need = make_need(db, make_party(db), wanted=1)
    helping.promise(db, need.id, name="Nour", person=make_person(db))
    with pytest.raises(Conflict, match="complet"):
        helping.promise(db, need.id, name="Léo", person=make_person(db))


def test_the_last_place_is_given_once_to_many_at_once(town: Services) -> None:
    with town.database.transaction() as db:
        need = make_need(db, make_party(db), wanted=3).id
        people = [make_person(db) for _one in range(8)]

    def promise(number: int) -> bool:
        try:
            with town.database.transaction() as db:
                helping.promise(db, need, name=f"N{number}", person=people[number])
        except Conflict:
            return False
        return True

    assert sorted(in_parallel(promise, range(8))) == [False] * 5 + [True] * 3
    with town.database.reading() as db:
        assert len(db.scalars(select(PartyHelper)).all()) == 3


def test_others_do_not_take_a_promise_back_but_organisers_do(db: Session) -> None:
    need, person = make_need(db, make_party(db)), make_person(db)
    helping.promise(db, need.id, name="Nour", person=person)
    with pytest.raises(Denied):
        helping.take_back(db, need, person_id=person.id, actor=make_person(db))
    organiser = make_person(db, Role.COORDINATOR)
    assert helping.take_back(db, need, person_id=person.id, actor=organiser)


def test_nobody_signs_up_after_the_party_or_for_a_cancelled_one(db: Session) -> None:
    found = make_party(db)
    need = make_need(db, found)
    found.day = clock.today() - timedelta(days=1)
    with pytest.raises(Conflict, match="finies"):
        helping.promise(db, need.id, name="Nour", person=make_person(db))


def test_what_is_asked_changes_and_goes_only_while_nobody_promised(db: Session) -> None:
    found = make_party(db)
    need, organiser = make_need(db, found), make_person(db, Role.COUNCIL)
    asked = helping.Asked(NeedKind.THING, {"fr": "Une table"}, None, None, 4)
    helping.change(db, need, asked, version=need.version, actor=organiser)
    db.flush()
    helping.promise(db, need.id, name="Nour", person=make_person(db))
    with pytest.raises(Conflict):
        helping.remove(db, need, actor=organiser)
    with pytest.raises(Conflict):
        helping.change(db, need, asked, version=0, actor=organiser)
    wrong = helping.Asked(NeedKind.HANDS, {"fr": "Ranger"}, time(12), time(9), 4)
    with pytest.raises(InvalidInput):
        helping.ask(db, found, wrong, actor=organiser)


def test_who_held_the_pen_is_noted(db: Session) -> None:
    need, mediator = make_need(db, make_party(db)), make_person(db, Role.MEDIATOR)
    by = helping.Held(ContributionChannel.PHONE, mediator.id)
    helping.promise(db, need.id, name="Nour", person=make_person(db), held=by)
    [row] = db.scalars(select(PartyHelper))
    assert (row.channel, row.captured_by_id) == ("phone", mediator.id)


def test_a_promise_is_in_ones_portrait_and_goes_with_the_account(db: Session) -> None:
    need, person = make_need(db, make_party(db)), make_person(db)
    helping.promise(db, need.id, name="Nour", person=person)
    db.flush()
    [told] = portrait(db, person)["aides_promises_pour_une_fete"]
    assert (told["quoi"], told["prenom"]) == ("Porter les bancs", "Nour")
    empty(db, person)
    assert db.scalars(select(PartyHelper)).all() == []


def test_names_go_a_month_after_the_party(town: Services) -> None:
    with town.database.transaction() as db:
        found = make_party(db)
        need = make_need(db, found)
        helping.promise(db, need.id, name="Nour", person=make_person(db))
        found.day = clock.today()
    for days, left in ((29, 1), (32, 0)):
        with clock.at(clock.now() + timedelta(days=days)):
            purge.purge(town.database, town.storage)
        with town.database.reading() as db:
            assert len(db.scalars(select(PartyHelper)).all()) == left


def page_of(found: Party) -> str:
    return f"/concertations/{found.consultation_id}/fete"


def test_a_visitor_promises_first_and_says_who_they_are_last(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        found = make_party(db)
        need, person = make_need(db, found), make_person(db, public_name="Zélie")
        party.hold(
            db, found, held(found), version=found.version, actor=make_person(db, Role.COUNCIL)
        )
    client.get(page_of(found))
    assert "0 sur 2" in client.text
    assert "samedi 3 octobre 2026" in client.text
    address = f"{page_of(found)}/aider/{need.id}"
    client.submit(address, {"name": ""}, expects=422)
    answer = client.submit(address, {"name": "Zélie"})
    assert answer.headers["Location"].startswith("/compte/connexion?brouillon=")
    client.sign_in(person)
    assert client.submit(address, {"name": "Zélie"}).headers["Location"] == address
    client.get(address)
    assert "On compte sur vous" in client.text
    client.submit(address, action="retirer")
    client.get(page_of(found))
    assert "0 sur 2" in client.text


def test_everybody_sees_numbers_and_organisers_names(town: Services, client: Browser) -> None:
    with town.database.transaction() as db:
        found = make_party(db)
        need, person = make_need(db, found), make_person(db)
        helping.promise(db, need.id, name="Zéphyrine", person=person)
        organiser = make_person(db, Role.COUNCIL)
    client.get(page_of(found))
    assert "1 sur 2" in client.text
    assert "Zéphyrine" not in client.text
    client.sign_in(organiser)
    client.get(page_of(found))
    assert "Zéphyrine" not in client.text
    desk = f"/concertations/fete/{found.consultation_id}"
    client.get(desk)
    assert "Zéphyrine" in client.text
    client.submit(desk, action=f"retirer/{person.id}")
    with town.database.reading() as db:
        assert db.scalars(select(PartyHelper)).all() == []
        assert db.get(PartyNeed, need.id) is not None


def test_organisers_prepare_date_plan_and_ask_through_the_pages(
    town: Services, client: Browser
) -> None:
    with town.database.transaction() as db:
        found, member = make_party(db), make_person(db, Role.COUNCIL)
    client.sign_in(member)
    desk = f"/concertations/fete/{found.consultation_id}"
    day = {"day": str(SATURDAY), "place_words": "Sur la place", "decided": "y"}
    client.submit(f"{desk}/jour", {"day": ""}, expects=422)
    client.submit(f"{desk}/jour", day)
    todo = {"title_fr": "Réserver la sono", "days": "10"}
    client.submit(f"{desk}/tache", {"title_fr": "", "days": "x"}, expects=422)
    client.submit(f"{desk}/tache", todo)
    client.get(f"/concertations/{found.consultation_id}/fete")
    assert "Réserver la sono" in client.text
    assert "jeudi 24 septembre" not in client.text
    assert "mercredi 23 septembre" in client.text
    client.submit(desk, action="/fait")
    need = {"title_fr": "Apporter une glacière", "wanted": "3", "kind": "thing"}
    client.submit(f"{desk}/besoin", need)
    client.get(desk)
    assert "Apporter une glacière" in client.text
    client.get("/agenda")
    assert "La fête du quartier" in client.text
