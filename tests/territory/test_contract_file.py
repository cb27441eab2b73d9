"""The contract file holds together: nothing dangling, nothing ambiguous, nothing invented."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.territory.contract_files import DEMO, HOODS, KINDS, ORGANISATIONS, TOWN, Row, by_code

DELAYS = ("ack_days", "ack_hours", "resolve_days", "resolve_hours")
LANDS = {"landlord", "city", "agglomeration", "department"}


def texts(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a file with the path that leads to it."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from texts(value, f"{path}/{number}")
    else:
        yield path, node


def labels(node: Any) -> Iterator[Row]:
    """Every per-language text of a file."""
    if isinstance(node, dict):
        if "fr" in node:
            yield node
        for value in node.values():
            yield from labels(value)
    elif isinstance(node, list):
        for value in node:
            yield from labels(value)


def has_arabic(label: Row) -> bool:
    return bool(re.search(r"[\u0600-\u06ff]", label.get("ar", "")))


@pytest.mark.parametrize("file", [TOWN, DEMO], ids=["contract", "demo"])
def test_codes_are_unique_and_plain_in_each_section(file: Row) -> None:
    for name, rows in file.items():
        if isinstance(rows, list) and rows and "code" in rows[0]:
            codes = [row["code"] for row in rows]
            assert [c for c, n in Counter(codes).items() if n > 1] == [], name
            assert [c for c in codes if not re.fullmatch(r"[A-Za-z0-9_-]+", c)] == [], name


def test_the_contract_has_the_counts_that_were_signed() -> None:
    signatories = [o for o in TOWN["organisations"] if o["is_signatory"]]
    counts = [len(TOWN[s]) for s in ("axes", "actions", "neighbourhoods", "incident_categories")]
    assert (counts, len(signatories), len(KINDS)) == ([5, 17, 5, 14], 20, 75)
    assert sorted(o["signatory_order"] for o in signatories) == list(range(1, 21))
    actions = [a["axis"] for a in TOWN["actions"]]
    assert [actions.count(f"O{n}") for n in range(1, 6)] == [5, 3, 4, 3, 2]
    assert [n["kind"] for n in TOWN["neighbourhoods"]].count("qpv") == 1


def test_only_the_signature_that_nobody_can_date_has_no_date() -> None:
    undated = [o["code"] for o in TOWN["organisations"] if o["is_signatory"] and not o["signed_on"]]
    assert undated == ["region-occitanie"]


def test_nothing_unknown_is_invented_in_the_contract() -> None:
    assert set(TOWN["town"]["legal"].values()) == {None}
    assert not any(o["contacts"] or o["on_call_phone"] for o in TOWN["organisations"])
    assert all(p["lat"] is p["lon"] is p["owner"] is None for p in TOWN["places"])
    assert {p["land_ownership"] for p in TOWN["places"]} == {"unknown"}


def test_every_neighbourhood_has_its_town_hall_and_a_place_to_report_from() -> None:
    reached = {p["neighbourhood"] for p in TOWN["places"] if p["kind"] == "area"}
    assert reached == HOODS.keys()
    assert all(ORGANISATIONS[n["commune_organisation"]]["is_signatory"] for n in HOODS.values())


def test_action_names_for_residents_are_short_and_keywords_are_folded() -> None:
    for action in TOWN["actions"]:
        assert len(action["short_label"]["fr"]) <= 45, action["code"]
        assert action["keywords"], action["code"]
        for word in action["keywords"]:
            folded = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
            assert word == folded


def test_a_place_comes_after_its_parent_in_the_same_neighbourhood() -> None:
    seen: dict[str, Row] = {}
    for place in TOWN["places"] + DEMO["places"]:
        assert place["neighbourhood"] in HOODS
        if place["parent"]:
            assert seen[place["parent"]]["neighbourhood"] == place["neighbourhood"]
        seen[place["code"]] = place


def test_each_tile_offers_four_to_seven_short_choices_in_order() -> None:
    assert [t["position"] for t in TOWN["tiles"]] == list(range(1, 9))
    for tile in TOWN["tiles"]:
        choices = [k for k in KINDS.values() if k["tile"] == tile["code"]]
        assert 4 <= len(choices) <= 7, tile["code"]
        positions = sorted(k["tile_position"] for k in choices)
        assert positions == list(range(1, len(choices) + 1)), tile["code"]
        assert all(len(k["resident_label"]["fr"]) <= 32 for k in choices)
        assert len({k["resident_label"]["fr"] for k in choices}) == len(choices)


def test_every_kind_is_a_choice_or_is_reached_through_one() -> None:
    for kind in KINDS.values():
        if kind["tile"]:
            assert kind["under"] is None
        else:
            assert KINDS[kind["under"]]["tile"], kind["code"]
            assert kind["resident_label"] is None


def test_a_redirect_is_never_hidden_behind_a_choice_that_stores() -> None:
    for kind in KINDS.values():
        if kind["under"] and "redirect" in (kind["circuit"], KINDS[kind["under"]]["circuit"]):
            assert kind["circuit"] == KINDS[kind["under"]]["circuit"], kind["code"]


def test_every_kind_that_is_stored_has_clear_delays_or_says_it_has_none() -> None:
    for kind in KINDS.values():
        given = {d for d in DELAYS if kind[d] is not None}
        assert all(isinstance(kind[d], int) and kind[d] > 0 for d in given), kind["code"]
        assert kind["no_target"] == (not given), kind["code"]
        if given:
            assert len(given & {"ack_days", "ack_hours"}) == 1, kind["code"]
            assert len(given & {"resolve_days", "resolve_hours"}) <= 1, kind["code"]
        plain = re.fullmatch(r"\d+ j / \d+ j", kind["source_target"])
        if not plain and kind["circuit"] != "redirect":
            assert kind["delay_note"], kind["code"]


def test_no_repair_is_promised_before_its_first_answer() -> None:
    for kind in KINDS.values():
        ack = kind["ack_hours"] or (kind["ack_days"] or 0) * 24
        resolve = kind["resolve_hours"] or (kind["resolve_days"] or 999) * 24
        assert ack <= resolve, kind["code"]


def test_redirects_store_nothing_and_name_whom_to_call() -> None:
    calls = by_code(TOWN["contacts_to_call"])
    for kind in KINDS.values():
        assert (kind["circuit"] == "redirect") == bool(kind["redirect_to"]), kind["code"]
        assert all(code in calls for code in kind["redirect_to"]), kind["code"]
        if kind["circuit"] == "redirect":
            assert kind["no_target"]
            assert any(
                calls[c]["number"] or calls[c]["kind"] != "phone" for c in kind["redirect_to"]
            ), kind["code"]


def test_danger_crime_and_private_matters_are_redirected_and_the_closed_circuit_is_named() -> None:
    redirected = {"ASC02", "LOG02", "LOG03", "LOG04", "STA03", "STA05", "STA06"}
    redirected |= {"NUI05", "BRU04", "TRA03", "TRA04"}
    circuits = {c: {k for k in KINDS if KINDS[k]["circuit"] == c} for c in ("redirect", "closed")}
    assert circuits == {"redirect": redirected, "closed": {"TRA02", "COM09", "BRU01"}}


def test_unsure_numbers_are_marked_and_the_danger_line_is_complete() -> None:
    calls = by_code(TOWN["contacts_to_call"])
    assert calls["gas"]["number"] == "0800473333"
    assert calls["gas"]["to_check"]
    assert {c["number"] for c in calls.values() if c["always_shown"]} == {"18", "112", "114"}
    assert {"15", "17"} < {c["number"] for c in calls.values()}
    assert all(c["to_check"] for c in calls.values() if c["kind"] == "phone" and not c["number"])


def test_every_stored_kind_has_a_route_unless_it_is_to_qualify_or_a_thank_you() -> None:
    routed = {r["kind"] for r in TOWN["routing"]}
    stored = {k for k, row in KINDS.items() if row["circuit"] != "redirect"}
    assert stored - routed == {"AUT01", "AUT02"}
    assert routed <= stored


@pytest.mark.parametrize("file", [TOWN, DEMO], ids=["contract", "demo"])
def test_routing_has_one_rule_for_each_kind_and_owner_of_the_land(file: Row) -> None:
    keys = Counter((r["kind"], r["land_ownership"]) for r in file["routing"])
    assert max(keys.values()) == 1
    for rule in file["routing"]:
        assert rule["land_ownership"] in LANDS
        assert (rule["target"] == "organisation") == (rule["organisation"] is not None)
        assert rule["organisation"] is None or rule["organisation"] in ORGANISATIONS


def test_what_residents_read_is_also_in_arabic() -> None:
    shown = [row["label"] for s in ("tiles", "axes", "contacts_to_call") for row in TOWN[s]]
    shown += [k["resident_label"] for k in KINDS.values() if k["tile"]]
    shown += [k["advice"] for k in KINDS.values() if k["advice"]]
    shown += [c["what_to_say"] for c in TOWN["contacts_to_call"]]
    shown += [r[key] for r in TOWN["refusal_reasons"] for key in ("label", "next_step")]
    shown += [c["text"] for c in TOWN["charter"]] + [a["short_label"] for a in TOWN["actions"]]
    assert [label["fr"] for label in shown if not has_arabic(label)] == []


def test_the_charter_has_ten_rules_and_ten_reasons_to_refuse() -> None:
    assert [c["number"] for c in TOWN["charter"]] == list(range(1, 11))
    assert [r["code"] for r in TOWN["refusal_reasons"]] == [f"R{n:02}" for n in range(1, 11)]


@pytest.mark.parametrize("file", [TOWN, DEMO], ids=["contract", "demo"])
def test_french_texts_carry_french_typography(file: Row) -> None:
    skipped = ("/code", "/source_target", "/page", "/email", "/slug", "/ar")
    for path, text in texts(file):
        if isinstance(text, str) and not path.endswith(skipped) and " " in text:
            assert not re.search(r"['\"]| [:;!?»]|« |\.\.\.", text), (path, text)


@pytest.mark.parametrize("file", [TOWN, DEMO], ids=["contract", "demo"])
def test_every_text_per_language_has_its_french(file: Row) -> None:
    allowed = {"fr", "ar", "days_ago"}  # an answer says when it was given beside what it says
    assert all(label["fr"].strip() and label.keys() <= allowed for label in labels(file))
