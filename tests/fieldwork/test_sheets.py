"""Piles of paper sheets: each good row is saved once, the others come back as they were typed."""

from sqlalchemy import func, select

from engage.core.services import Services
from engage.fieldwork.models import Ticket
from engage.incidents.models import Incident
from engage.proposals.models import Proposal
from tests.browsing import Browser
from tests.fieldwork import making

PROBLEMS, IDEAS = "/guichet/feuilles/problemes", "/guichet/feuilles/idees"


def open_pile(client: Browser, town: Services) -> None:
    making.open_counter(client, town)
    client.submit("/guichet", action="/guichet/pour/feuilles")


def rows(*lines: tuple[str, str, str]) -> dict[str, list[str]]:
    return {
        f"{name}-{n}": [value]
        for n, line in enumerate(lines)
        for name, value in zip("abc", line, strict=True)
    }


def form_of(client: Browser, path: str) -> dict[str, list[str]]:
    client.get(path)
    return form_shown(client, path)


def form_shown(client: Browser, path: str) -> dict[str, list[str]]:
    assert client.page is not None
    return dict(next(f for f in client.page.forms if f.action == path).fields)


def test_good_rows_are_saved_and_the_others_come_back(client: Browser, town: Services) -> None:
    open_pile(client, town)
    place = making.place_code(town)
    sent = form_of(client, PROBLEMS) | rows(
        ("ECL01", place, "Il fait noir"),
        ("ECL01", "", "Sans lieu"),
        ("TRA03", place, ""),
        ("COM01", place, ""),
    )
    client.post(PROBLEMS, sent, expects=422)
    assert "2 lignes sont enregistrées" in client.text
    again = form_shown(client, PROBLEMS)
    assert again["c-0"] == ["Sans lieu"]
    assert "appelez le bon numéro" in client.text
    answer = client.post(PROBLEMS, again | {"b-0": [place], "a-1": [""], "b-1": [""]})
    client.get(answer.headers["Location"])
    assert "3 feuilles enregistrées" in client.text
    with town.database.reading() as db:
        found = db.scalars(select(Incident).order_by(Incident.id)).all()
        assert [i.channel for i in found] == ["paper"] * 3
        assert found[0].description == "Il fait noir"


def test_a_page_sent_twice_saves_each_row_once(client: Browser, town: Services) -> None:
    open_pile(client, town)
    place = making.place_code(town)
    sent = form_of(client, PROBLEMS) | rows(("ECL01", place, "Un"), ("ECL01", "", "Deux"))
    for _time in range(3):
        client.post(PROBLEMS, sent, expects=422)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Incident.id))) == 1
        assert db.scalar(select(func.count(Ticket.id))) == 1
    client.post(PROBLEMS, sent | {"c-0": ["Changé"]}, expects=422)
    assert "déjà enregistrée" in client.text


def test_ideas_go_to_the_council_each_with_an_author_of_its_own(
    client: Browser, town: Services
) -> None:
    open_pile(client, town)
    hood = "terre-rouge"
    sent = form_of(client, IDEAS) | rows(
        ("Un banc", "Près des jeux.", hood),
        ("", "Sans titre.", hood),
        ("Un arbre", "", hood),
        ("Une lampe", "Au coin.", "ailleurs"),
        ("Un jeu", "Pour les petits.", hood),
    )
    client.post(IDEAS, sent, expects=422)
    again = form_shown(client, IDEAS)
    assert [again[f"{name}-2"][0].strip() for name in "ab"] == ["Une lampe", "Au coin."]
    with town.database.reading() as db:
        found = db.scalars(select(Proposal).order_by(Proposal.id)).all()
        assert [p.channel for p in found] == ["paper"] * 2
        assert len({p.author_id for p in found}) == 2


def test_tickets_are_printed_when_they_are_asked_for(client: Browser, town: Services) -> None:
    open_pile(client, town)
    place = making.place_code(town)
    sent = form_of(client, PROBLEMS) | rows(("ECL01", place, ""), ("COM01", place, ""))
    client.get(client.post(PROBLEMS, sent).headers["Location"])
    assert client.page is not None
    link = next(one for one in client.page.links if "ticket" in one)
    assert client.get(link).get_data(as_text=True).count('class="ticket"') == 2
    making.next_person(client)
    client.get(link, expects=303)


def test_a_blank_page_saves_nothing_and_other_visits_have_no_sheets(
    client: Browser, town: Services
) -> None:
    open_pile(client, town)
    client.post(PROBLEMS, form_of(client, PROBLEMS), expects=200)
    client.get("/guichet/feuilles/autre-chose", expects=404)
    making.next_person(client)
    making.serve(client)
    assert client.get(PROBLEMS, expects=303).headers["Location"] == "/guichet"
