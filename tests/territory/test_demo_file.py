"""The demo file is fictive from end to end, holds together and tells plausible stories."""

import re
from collections import Counter

import pytest

from tests.territory.contract_files import DEMO, HOODS, KINDS, TOWN, Row, by_code

PERSONAS = ["habitante", "habitant2", "conseil", "conseil2"]
PERSONAS += ["agent", "coordinatrice", "mediatrice", "admin"]
DONE = {"resolved", "confirmed", "reopened", "closed"}
ANSWERED = DONE | {"acknowledged", "scheduled", "in_progress"}
ORGANISATIONS = by_code(DEMO["organisations"])
PLACES = by_code(TOWN["places"], DEMO["places"])
PEOPLE = by_code(DEMO["people"])


def test_demo_codes_never_collide_with_contract_codes() -> None:
    for section in ("organisations", "places"):
        assert not by_code(TOWN[section]).keys() & by_code(DEMO[section]).keys()


def test_demo_organisations_say_that_they_are_fictive_and_have_two_contacts() -> None:
    for organisation in DEMO["organisations"]:
        assert organisation["is_demo"]
        assert "démonstration" in organisation["name"]
        assert [c["is_primary"] for c in organisation["contacts"]] == [True, False]
        assert all(c["email"].endswith("@example.org") for c in organisation["contacts"])


def test_every_demo_phone_number_is_in_a_range_kept_for_fiction() -> None:
    numbers = [p["phone"] for p in DEMO["people"]]
    for organisation in DEMO["organisations"]:
        numbers += [organisation["on_call_phone"], *(c["phone"] for c in organisation["contacts"])]
    for number in filter(None, numbers):
        assert re.fullmatch(r"\+33(19900|63998)\d{4}", number), number
    inside = [n for p in DEMO["proposals"] for n in re.findall(r"(?:\d\d ){4}\d\d", p["text"])]
    assert inside
    assert all(n.startswith("06 39 98") for n in inside)


def test_demo_people_are_the_eight_personas_and_neighbours() -> None:
    assert [p["code"] for p in DEMO["people"] if p["is_persona"]] == PERSONAS
    for person in DEMO["people"]:
        assert person["neighbourhood"] is None or person["neighbourhood"] in HOODS
        assert all(m["organisation"] in {None, *ORGANISATIONS} for m in person["mandates"])
    points = [p[key] for p in DEMO["people"] for key in ("email", "phone") if p[key]]
    assert len(points) == len(set(points))


def test_demo_ideas_look_alive_and_five_wait_for_the_council() -> None:
    ideas = DEMO["proposals"]
    actions = by_code(TOWN["actions"])
    assert len(ideas) >= 37
    assert [i["visibility"] for i in ideas].count("pending") == 5
    assert {i["lang"] for i in ideas} == {"fr", "ar"}
    assert {i["neighbourhood"] for i in ideas} == HOODS.keys()
    for idea in ideas:
        assert idea["action"] in actions
        assert idea["author"] in PEOPLE
        assert len(idea["title"]) <= 80
        assert idea["endorsements_in_person"] <= idea["endorsements"]
        alone = idea["visibility"] == "pending" or idea.get("joins")
        assert alone or 3 <= idea["endorsements"] <= 140
        assert (idea["channel"] == "web") == (idea["captured_by"] is None)
        if idea["follow_up"]:
            assert idea["follow_up"]["organisation"] in ORGANISATIONS
            assert idea["follow_up"]["days_ago"] < idea["days_ago"]


def test_ideas_have_enough_demo_people_to_support_and_to_vote() -> None:
    accounts = DEMO["supporters"]
    voters = [c for c in DEMO["consultations"] if c["electorate"]["access"] == "account"]
    assert max(sum(c["turnout"].values()) for c in voters) <= accounts
    assert max(p["endorsements"] for p in DEMO["proposals"]) <= accounts


@pytest.mark.parametrize("consultation", DEMO["consultations"], ids=lambda c: c["code"])
def test_demo_ballots_are_valid_and_match_the_turnout(consultation: Row) -> None:
    assert sum(b["count"] for b in consultation["ballots"]) == sum(consultation["turnout"].values())
    size = consultation["electorate"]["size"]
    assert size is None or sum(consultation["turnout"].values()) <= size
    for question in consultation["questions"]:
        alone = {o["code"] for o in question["options"] if o["is_none"]}
        known = by_code(question["options"])
        several = {"approval", "favourites", "budget", "judgment", "scale"}
        assert question["max_choices"] == 1 or question["type"] in several
        for ballot in consultation["ballots"]:
            if question["type"] == "text":  # words are kept apart from ballots
                assert question["code"] not in ballot["answers"]
                continue
            given = ballot["answers"][question["code"]]
            answer = [each[0] if isinstance(each, list) else each for each in given]
            assert len(answer) == len(set(answer)) <= question["max_choices"]
            assert set(answer) <= known.keys()
            assert len(answer) == 1 or not alone & set(answer)


def test_of_closed_consultations_one_is_decided_and_one_is_late() -> None:
    open_ones = [c for c in DEMO["consultations"] if c["closes_in_days"] > 0]
    closed = [c for c in DEMO["consultations"] if c["closes_in_days"] < 0]
    assert not any(c["results"] or c["decision"] for c in open_ones)
    assert {bool(c["decision"]) for c in closed if c.get("purpose") != "survey"} == {True, False}


def test_the_results_that_the_file_tells_are_those_that_a_recount_gives() -> None:
    assert any(consultation["results"] for consultation in DEMO["consultations"])
    for consultation in DEMO["consultations"]:
        for code, result in (consultation["results"] or {}).items():
            counted: Counter[str] = Counter()
            for ballot in consultation["ballots"]:
                counted.update(dict.fromkeys(ballot["answers"][code], ballot["count"]))
            assert {o: n for o, n in result["tallies"].items() if n} == dict(counted)
            cast = [b["count"] for b in consultation["ballots"] if b["answers"][code]]
            assert result["voters"] == sum(cast)


def resolved_owner(incident: Row) -> str | None:
    """The organisation that demo routing gives for an incident."""
    fictive = {o["place"]: o for o in DEMO["place_overrides"]}
    rules = {(r["kind"], r["land_ownership"]): r for r in TOWN["routing"] + DEMO["routing"]}
    place = PLACES[incident["place"]] | fictive.get(incident["place"], {})
    rule = rules.get((incident["kind"], place["land_ownership"]))
    if rule is None:
        return None
    owner: str | None = place["owner"] if rule["target"] == "place_owner" else rule["organisation"]
    return owner


@pytest.mark.parametrize("incident", DEMO["incidents"], ids=lambda i: i["code"])
def test_demo_incident_is_held_by_the_fictive_owner_that_routing_gives(incident: Row) -> None:
    assert KINDS[incident["kind"]]["circuit"] != "redirect"
    assert incident["reporter"] is None or incident["reporter"] in PEOPLE
    waiting = incident["status"] in ("received", "to_qualify") or incident["kind"] == "AUT02"
    assert incident["organisation"] == (None if waiting else resolved_owner(incident))
    assert waiting or incident["organisation"] in ORGANISATIONS


@pytest.mark.parametrize("incident", DEMO["incidents"], ids=lambda i: i["code"])
def test_demo_incident_tells_a_story_in_the_right_order(incident: Row) -> None:
    status, ago = incident["status"], incident["days_ago"]
    days = [ago, incident["acknowledged_days_ago"], incident["resolved_days_ago"]]
    known = [d for d in days if d is not None]
    assert known == sorted(known, reverse=True)
    if incident["kind"] != "AUT02":
        assert (incident["acknowledged_days_ago"] is not None) == (status in ANSWERED)
        assert (incident["resolved_days_ago"] is not None) == (status in DONE)
    assert (incident["scheduled_in_days"] is not None) == (status == "scheduled")
    assert (incident["resident_word"] is not None) == (status == "reopened")
    assert (incident["channel"] == "web") == (incident["captured_by"] is None)


def test_demo_incidents_show_every_status_both_circuits_and_some_that_are_late() -> None:
    incidents = DEMO["incidents"]
    statuses = ANSWERED | {"received", "to_qualify", "assigned"}
    assert {i["status"] for i in incidents} == statuses
    assert {KINDS[i["kind"]]["circuit"] for i in incidents} == {"open", "closed"}
    assert {i["lang"] for i in incidents} == {"fr", "ar"}
    late = [i for i in incidents if i["status"] == "assigned" and i["days_ago"] >= 11]
    assert len(late) >= 5


def test_no_place_of_the_demo_routes_to_a_real_partner() -> None:
    for place in DEMO["places"] + DEMO["place_overrides"]:
        assert place["owner"] is None or place["owner"] in ORGANISATIONS
        assert 44.40 < place["lat"] < 44.50
        assert 1.40 < place["lon"] < 1.50
    assert all(r["organisation"] in ORGANISATIONS for r in DEMO["routing"])
    replaced = {(r["kind"], r["land_ownership"]) for r in DEMO["routing"]}
    for rule in TOWN["routing"]:
        key = (rule["kind"], rule["land_ownership"])
        assert rule["target"] == "place_owner" or key in replaced


def test_three_reports_are_due_one_of_them_late() -> None:
    assert [r["due_in_days"] for r in DEMO["action_reports"]] == [-5, 3, 30]
    for report in DEMO["action_reports"]:
        assert report["action"] in by_code(TOWN["actions"])
        assert report["organisation"] in ORGANISATIONS
