"""Published files: recounted by a program of its own; receipts say "counted" and no more."""

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engage.accounts.models import Role
from engage.consultations.commands import cast_ballot
from engage.consultations.models import (
    BudgetCount,
    Consultation,
    Option,
    Question,
    QuestionKind,
    unit_of_person,
)
from engage.consultations.sealing import jobs, published
from engage.consultations.sealing.views import SCRIPT
from engage.core.db import Database
from engage.core.errors import Denied
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import make_consultation, make_question
from tests.factories import make_person

NAMES = ("Bancs", "Jeux", "=2+5", "Arbres", "Allée")
KINDS = (
    (QuestionKind.YES_NO, None),
    (QuestionKind.SINGLE, None),
    (QuestionKind.APPROVAL, None),
    (QuestionKind.FAVOURITES, None),
    (QuestionKind.JUDGMENT, None),
    (QuestionKind.SCALE, None),
    (QuestionKind.BUDGET, BudgetCount.GREEDY),
    (QuestionKind.BUDGET, BudgetCount.EQUAL_SHARES),
)


def _question(kind: QuestionKind, counting: BudgetCount | None, position: int) -> Question:
    names = NAMES[:2] if kind is QuestionKind.YES_NO else NAMES
    options = [
        Option(position=n, label={"fr": name}, details={}, cost=1_000 * n)
        for n, name in enumerate(names, 1)
    ]
    options.append(Option(position=9, label={"fr": "Aucune"}, details={}, is_none=True))
    several = kind in (QuestionKind.APPROVAL, QuestionKind.BUDGET)
    return Question(
        position=position,
        kind=kind,
        max_choices=len(names) if several else 1,
        title={"fr": f"Question {position}"},
        help={},
        budget=9_000 if counting else None,
        counting=counting,
        options=options,
    )


def _answer(chance: random.Random, question: Question) -> list[Any]:
    ids = [option.id for option in question.options]
    if chance.random() < 0.1:
        return ids[-1:]
    most = 2 if question.budget else min(3, len(ids) - 1)
    chosen = chance.sample(ids[:-1], chance.randint(1, most))
    if question.kind in (QuestionKind.YES_NO, QuestionKind.SINGLE):
        return chosen[:1]
    if question.kind in (QuestionKind.JUDGMENT, QuestionKind.SCALE):
        least = 0 if question.kind is QuestionKind.JUDGMENT else 1
        return [[id_, chance.randint(least, 5)] for id_ in sorted(chosen)]
    return chosen if question.kind is QuestionKind.FAVOURITES else sorted(chosen)


def _fill(database: Database, voters: int, seed: int) -> Consultation:
    chance = random.Random(seed)
    with database.transaction() as db:
        asked = [_question(*kind, place) for place, kind in enumerate(KINDS, 1)]
        made = make_consultation(db, *asked)
        for number in range(voters):
            for question in asked:
                unit = unit_of_person(number)
                cast_ballot(db, question, unit=unit, choices=_answer(chance, question))
    return made


def _sealed(database: Database, moment: Moment, made: Consultation) -> None:
    moment.move_to(made.closes_at + jobs.AFTER)
    jobs.run(database)


def _recount(path: Path) -> "subprocess.CompletedProcess[str]":
    call = [sys.executable, "-I", str(SCRIPT), str(path)]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)


def test_the_program_is_short_and_needs_nothing() -> None:
    text = SCRIPT.read_text()
    assert len(text.splitlines()) < 150
    imported = [
        line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))
    ]
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize("voters", [10, 37])
def test_whoever_recounts_the_file_finds_what_the_page_says(
    client: Browser, town: Services, moment: Moment, tmp_path: Path, voters: int
) -> None:
    made = _fill(town.database, voters, seed=voters)
    _sealed(town.database, moment, made)
    page = f"/concertations/{made.id}"
    content = client.get(f"{page}/preuve/preuve.json").data
    file = tmp_path / "preuve.json"
    file.write_bytes(content)
    done = _recount(file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("le compte est bon") == len(KINDS)
    client.get(f"{page}/resultats")
    for asked in json.loads(content)["questions"]:
        texts = {option["id"]: option["label"]["fr"] for option in asked["options"]}
        assert all(texts[id_] in client.text for id_ in asked["result"]["winners"])
        assert asked["receipts"] == sorted(asked["receipts"])
    client.get(f"{page}/preuve")
    for name in published.FILES:
        sent = client.get(f"{page}/preuve/{name}").data
        assert hashlib.sha256(sent).hexdigest() in client.get(f"{page}/preuve").text.replace(
            " ", ""
        )


def test_a_changed_file_is_found_out(
    client: Browser, town: Services, moment: Moment, tmp_path: Path
) -> None:
    made = _fill(town.database, 12, seed=3)
    _sealed(town.database, moment, made)
    vote = json.loads(client.get(f"/concertations/{made.id}/preuve/preuve.json").data)
    for place, asked in enumerate(vote["questions"]):
        none = next(option["id"] for option in asked["options"] if option["is_none"])
        forged = json.loads(json.dumps(vote))
        answers = forged["questions"][place]["answers"]
        spot = next(n for n, answer in enumerate(answers) if answer != [none])
        answers[spot] = [none]
        file = tmp_path / f"{place}.json"
        file.write_text(json.dumps(forged))
        assert _recount(file).returncode == 1, asked["kind"]


def test_below_ten_ballots_only_totals_are_published(
    client: Browser, town: Services, moment: Moment, tmp_path: Path
) -> None:
    made = _fill(town.database, 9, seed=4)
    _sealed(town.database, moment, made)
    content = client.get(f"/concertations/{made.id}/preuve/preuve.json").data
    assert all(question["answers"] is None for question in json.loads(content)["questions"])
    assert len(client.get(f"/concertations/{made.id}/preuve/reponses.csv").text.splitlines()) == 1
    file = tmp_path / "preuve.json"
    file.write_bytes(content)
    assert _recount(file).returncode == 0


def test_no_cell_of_the_table_is_computed(client: Browser, town: Services, moment: Moment) -> None:
    made = _fill(town.database, 12, seed=5)
    _sealed(town.database, moment, made)
    text = client.get(f"/concertations/{made.id}/preuve/reponses.csv").text
    assert ";'=2+5" in text
    assert ";=2+5" not in text


def test_nothing_is_published_before_the_sealing(
    client: Browser, town: Services, moment: Moment
) -> None:
    made = _fill(town.database, 10, seed=6)
    moment.move_to(made.closes_at + jobs.AFTER)
    for name in (*(f"preuve/{file}" for file in published.FILES), "preuve", "recu"):
        client.get(f"/concertations/{made.id}/{name}", expects=404)
    with town.database.reading() as db, pytest.raises(Denied):
        published.vote(db, made.id)


def test_a_receipt_is_found_however_it_is_typed(
    client: Browser, town: Services, moment: Moment
) -> None:
    with town.database.transaction() as db:
        made = make_consultation(db, make_question("Oui", "Non", title="Un banc ?"))
        question = made.questions[0]
        cast = [
            cast_ballot(db, question, unit=unit_of_person(n), choices=[question.options[0].id])
            for n in range(12)
        ]
    _sealed(town.database, moment, made)
    page = f"/concertations/{made.id}/recu"
    client.submit(page, {"recu": cast[5].receipt.lower().replace("-", " ")}, expects=200)
    assert "ce vote est compté" in client.text
    assert "Un banc ?" in client.text
    assert "Oui" not in client.text
    client.submit(page, {"recu": "AAAA-BBBB-CCCC-DDDD"}, expects=200)
    assert "n’est pas dans la liste" in client.text
    client.submit(page, {"recu": ""}, expects=422)
    listed = client.get(f"/concertations/{made.id}/preuve/recus.csv").text
    assert all(each.receipt in listed for each in cast)


def test_the_coordinator_seals_with_a_button_and_nobody_else(
    client: Browser, town: Services, moment: Moment
) -> None:
    made = _fill(town.database, 10, seed=7)
    with town.database.transaction() as db:
        agent, coordinator = make_person(db, Role.AGENT), make_person(db, Role.COORDINATOR)
    page = f"/concertations/sceller/{made.id}"
    client.sign_in(coordinator)
    assert client.get(page, expects=303).headers["Location"] == f"/concertations/{made.id}"
    moment.move_to(made.closes_at)
    client.get(page)
    assert "dix minutes" in client.text
    moment.forward(minutes=10)
    sent = client.submit(page)
    assert sent.headers["Location"] == f"/concertations/{made.id}/resultats"
    client.get(page, expects=303)
    client.get(f"/concertations/{made.id}/preuve")
    Browser(client.app).sign_in(agent).get(page, expects=403)
