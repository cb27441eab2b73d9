"""Voting as a resident meets it: with a letter, with an account, twice, too late, and badly."""

import logging
import re
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from engage.accounts.commands import issue_card
from engage.accounts.models import Person, Role
from engage.consultations.commands import cast_ballot, keep_codes
from engage.consultations.models import (
    Ballot,
    Consultation,
    Electorate,
    RollEntry,
    VotingCode,
    unit_of_person,
)
from engage.consultations.sealing import jobs
from engage.core import clock
from engage.core.services import Services
from engage.core.web import Engage
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.factories import DAY, make_consultation, make_question, option_ids
from tests.counting import count_statements
from tests.factories import make_person

CODE = "TEST-2222-ABCD"


def _consultation(app: Engage, **values: object) -> Consultation:
    with app.services.database.transaction() as db:
        return make_consultation(db, **values)  # type: ignore[arg-type]


def _by_code(app: Engage, *codes: str, **values: object) -> Consultation:
    with app.services.database.transaction() as db:
        made = make_consultation(db, electorate=Electorate.DWELLING_CODE, **values)  # type: ignore[arg-type]
        keep_codes(db, made, app.services.secret_key, codes or [CODE])
        return made


def _person(town: Services, *roles: Role) -> Person:
    with town.database.transaction() as db:
        return make_person(db, *roles)


def _ids(consultation: Consultation, question: int, *labels: str) -> list[str]:
    return [str(i) for i in option_ids(consultation.questions[question - 1], *labels)]


def _counted(town: Services) -> tuple[int, int]:
    with town.database.reading() as db:
        roll = db.scalar(select(func.count()).select_from(RollEntry)) or 0
        return roll, db.scalar(select(func.count()).select_from(Ballot)) or 0


def _fill(town: Services, consultation: Consultation, answers: Sequence[tuple[str, int]]) -> None:
    """So many ballots for each label of the first question."""
    question = consultation.questions[0]
    number = 1000
    with town.database.transaction() as db:
        for label, count in answers:
            for _vote in range(count):
                number += 1
                choices = option_ids(question, label)
                cast_ballot(db, question, unit=unit_of_person(number), choices=choices)


def test_a_letter_votes_in_four_screens_without_account(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _by_code(app)
    page = f"/concertations/{asked.id}"
    client.get(page)
    assert f"{page}/voter" in client.page.links  # type: ignore[union-attr]
    sent = client.submit("/code", {"code": "test 2222 abcd"})
    assert sent.headers["Location"] == f"{page}/voter"
    first = client.get(f"{page}/voter", expects=303).headers["Location"]
    assert first == f"{page}/voter?question=1"
    second = client.submit(first, {"choix": _ids(asked, 1, "Repas", "Jeux")}).headers["Location"]
    assert second == f"{page}/voter?question=2"
    client.get(second)
    assert "Question 1\xa0: c’est compté" in client.page.text or (  # type: ignore[union-attr]
        "Question 1 : c’est compté" in client.text
    )
    last = client.submit(second, {"choix": _ids(asked, 2, "Samedi")}).headers["Location"]
    assert last == f"{page}/voter/fin"
    response = client.get(last)
    assert "C’est compté" in client.text
    assert response.headers["Cache-Control"] == "no-store"
    assert _counted(town) == (2, 2)
    with town.database.reading() as db:
        code_id = db.scalars(select(VotingCode.id)).one()
        assert set(db.scalars(select(RollEntry.unit))) == {f"code:{code_id}"}


def test_the_code_alone_votes_even_when_somebody_is_signed_in(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _by_code(app)
    client.sign_in(_person(town))
    client.submit("/code", {"code": CODE})
    client.submit(
        f"/concertations/{asked.id}/voter?question=2", {"choix": _ids(asked, 2, "Samedi")}
    )
    with town.database.reading() as db:
        assert db.scalars(select(RollEntry.unit)).one().startswith("code:")


def test_another_person_gets_a_clean_phone(client: Browser, app: Engage, town: Services) -> None:
    asked = _by_code(app, CODE, "TEST-3333-EFGH")
    page = f"/concertations/{asked.id}"
    client.submit("/code", {"code": CODE})
    client.submit(f"{page}/voter?question=1", {"choix": _ids(asked, 1, "Aucune")})
    sent = client.submit(f"{page}/voter/fin", action="/voter/autre")
    assert sent.headers["Location"] == f"{page}/voter"
    client.get(f"{page}/voter/fin", expects=303)
    client.submit("/code", {"code": "TEST-3333-EFGH"})
    client.submit(f"{page}/voter?question=1", {"choix": _ids(asked, 1, "Jeux")})
    assert _counted(town) == (2, 2)


def test_another_person_signs_the_account_out(client: Browser, app: Engage, town: Services) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    page = f"/concertations/{asked.id}"
    client.submit(f"{page}/voter?question=1", {"choix": _ids(asked, 1, "Aucune")})
    client.submit(f"{page}/voter/fin", action="/voter/autre")
    client.get("/compte", expects=303)


def test_a_card_typed_as_a_code_signs_its_holder_in(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _consultation(app)
    with town.database.transaction() as db:
        holder = make_person(db)
        issue_card(db, holder, "CART-5555-NPQR", key=app.services.secret_key)
    sent = client.submit(f"/code?pour={asked.id}", {"code": "cart5555npqr"})
    assert sent.headers["Location"] == f"/concertations/{asked.id}/voter"
    client.submit(
        f"/concertations/{asked.id}/voter?question=2", {"choix": _ids(asked, 2, "Samedi")}
    )
    with town.database.reading() as db:
        assert db.scalars(select(RollEntry.unit)).one() == unit_of_person(holder.id)


def test_a_resend_is_counted_once(client: Browser, app: Engage, town: Services) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    address = f"/concertations/{asked.id}/voter?question=1"
    client.get(address)
    form = client.page.forms[0]  # type: ignore[union-attr]
    sent = form.fields | {"choix": _ids(asked, 1, "Repas")}
    client.post(address, sent)
    client.post(address, sent)
    assert _counted(town) == (1, 1)


def test_a_vote_sent_after_the_closing_is_refused_with_the_day(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    address = f"/concertations/{asked.id}/voter?question=2"
    client.get(address)
    form = client.page.forms[0]  # type: ignore[union-attr]
    moment.move_to(asked.closes_at)
    client.post(address, form.fields | {"choix": _ids(asked, 2, "Samedi")}, expects=409)
    assert "Le vote est fini depuis" in client.text
    assert client.get(address, expects=303).headers["Location"] == f"/concertations/{asked.id}"
    assert _counted(town) == (0, 0)


@pytest.mark.parametrize(
    ("question", "values", "sentence"),
    [
        (1, [], "Choisissez une réponse"),
        (1, ["Repas", "Musique", "Jeux"], "2 au plus. Vous en avez coché 3"),
        (1, ["Repas", "Aucune"], "tout seul"),
        (2, ["Samedi", "Dimanche"], "une seule réponse"),
        (2, ["x"], "pas dans la liste"),
        (2, ["9" * 5000], "pas dans la liste"),
        (2, ["-1"], "pas dans la liste"),
        (2, ["1 OR 1=1"], "pas dans la liste"),
        (2, ["<b>\x00é🙂"], "pas dans la liste"),
        (2, ["٣"], "pas dans la liste"),
        (2, [""], "pas dans la liste"),
    ],
)
def test_a_bad_answer_comes_back_with_a_sentence_beside_it(
    client: Browser, app: Engage, town: Services, question: int, values: list[str], sentence: str
) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    known = {o.label["fr"]: str(o.id) for o in asked.questions[question - 1].options}
    sent = [known.get(value, value) for value in values]
    client.submit(
        f"/concertations/{asked.id}/voter?question={question}",
        {"choix": sent} if sent else {},
        expects=422,
        action="/voter",
    )
    assert sentence in client.text
    kept = sorted(client.page.forms[0].fields.get("choix", []), key=sent.index)  # type: ignore[union-attr]
    assert (
        kept == [value for value in sent if value in known.values()][: None if question == 1 else 1]
    )
    assert _counted(town) == (0, 0)


@pytest.mark.parametrize("number", ["0", "3", "x", "-1", "99999999999999999999"])
def test_a_question_that_does_not_exist_is_not_found(
    client: Browser, app: Engage, town: Services, number: str
) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    client.get(f"/concertations/{asked.id}/voter?question={number}", expects=404)


def test_a_form_without_token_is_refused_and_counts_nothing(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    address = f"/concertations/{asked.id}/voter?question=2"
    client.post(address, {"choix": _ids(asked, 2, "Samedi")}, expects=400)
    assert _counted(town) == (0, 0)


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "K7QM-2DXA-PR4T", "x" * 300, "<script>", "é🙂", "\x00", "' OR 1=1 --"]
)
def test_an_unknown_code_gets_a_sentence_and_stays_typed(
    client: Browser, app: Engage, typed: str
) -> None:
    _by_code(app)
    client.submit("/code", {"code": typed}, expects=422)
    assert "Une chose est à revoir" in client.text


def test_a_replaced_code_says_so(client: Browser, app: Engage, town: Services) -> None:
    _by_code(app)
    with town.database.transaction() as db:
        db.query(VotingCode).update({"cancelled_at": clock.now()})
    client.submit("/code", {"code": CODE}, expects=422)
    assert "a été remplacé" in client.text


def test_a_code_that_is_replaced_while_voting_votes_no_more(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _by_code(app)
    client.submit("/code", {"code": CODE})
    with town.database.transaction() as db:
        db.query(VotingCode).update({"cancelled_at": clock.now()})
    address = f"/concertations/{asked.id}/voter?question=2"
    sent = client.submit(address, {"choix": _ids(asked, 2, "Samedi")})
    sent = client.get(sent.headers["Location"], expects=303)
    assert sent.headers["Location"] == f"/code?pour={asked.id}"
    assert _counted(town) == (0, 0)


def test_a_good_code_of_a_closed_vote_leads_to_its_page(
    client: Browser, app: Engage, moment: Moment
) -> None:
    asked = _by_code(app)
    moment.move_to(asked.closes_at)
    client.submit("/code", {"code": CODE})
    sent = client.get(f"/concertations/{asked.id}/voter", expects=303)
    assert sent.headers["Location"] == f"/concertations/{asked.id}"
    client.get(f"/concertations/{asked.id}")
    assert "on ne peut pas voter" in client.text


def test_guessing_codes_is_slowed_down(
    client: Browser, app: Engage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.consultations.typed.CODES_AN_HOUR", 3)
    _by_code(app)
    for _try in range(3):
        client.submit("/code", {"code": "ABCD-EFGH-JKLM"}, expects=422)
    response = client.submit("/code", {"code": "ABCD-EFGH-JKLM"}, expects=429)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_sees_anything_of_the_answers_before_the_closing(
    client: Browser, app: Engage, town: Services, role: Role | None
) -> None:
    asked = _consultation(app)
    _fill(town, asked, [("Jeux", 47), ("Repas", 38)])
    if role is not None:
        client.sign_in(_person(town, role))
    page = f"/concertations/{asked.id}"
    client.get(f"{page}/resultats", expects=404)
    assert "personne ne les voit" in client.text
    for address in ("/concertations", page):
        client.get(address)
        assert not {"47", "38"} & set(re.findall(r"\d+", client.text))
        assert "85 personnes ont voté" in client.text


def test_results_come_with_numbers_reason_and_decision(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    asked = _consultation(app)
    _fill(town, asked, [("Jeux", 23), ("Repas", 11)])
    moment.move_to(asked.closes_at + jobs.AFTER)
    client.get(f"/concertations/{asked.id}/resultats")
    assert "Le dépouillement est en cours." in client.text
    assert "Jeux" not in client.text
    client.get("/concertations")
    assert "Jeux" not in client.text
    jobs.run(town.database)
    client.get(f"/concertations/{asked.id}/resultats")
    assert "« Jeux » arrive en tête" in client.text.replace("\xa0", " ")
    assert "23 votants sur 34" in client.text
    assert "23 voix" in client.text
    assert client.page is not None
    assert client.page.title.startswith(f"{asked.title['fr']} · Résultats")
    assert "Décision au plus tard le" in client.text
    client.get("/concertations")
    assert "« Jeux » arrive en tête" in client.text.replace("\xa0", " ")
    with town.database.transaction() as db:
        kept = db.get_one(Consultation, asked.id)
        kept.decision_statement, kept.decided_on = {"fr": "Ce sera les jeux."}, clock.today()
    client.sign_in(_person(town))
    client.get(f"/concertations/{asked.id}/resultats")
    assert "Ce sera les jeux." in client.text


def test_below_ten_voters_the_channels_are_not_told(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    asked = _consultation(app)
    _fill(town, asked, [("Jeux", 9)])
    client.get(f"/concertations/{asked.id}")
    assert "9 personnes ont voté" in client.text
    assert "En ligne" not in client.text
    moment.move_to(asked.closes_at + jobs.AFTER)
    jobs.run(town.database)
    client.get(f"/concertations/{asked.id}/resultats")
    assert "En ligne" not in client.text


def test_a_cancelled_concertation_says_why(client: Browser, app: Engage) -> None:
    asked = _consultation(app, cancelled_at=clock.now(), cancel_reason="Travaux reportés.")
    client.get("/concertations")
    assert "Travaux reportés." in client.text
    client.get(f"/concertations/{asked.id}")
    assert "Travaux reportés." in client.text
    client.get(f"/concertations/{asked.id}/resultats", expects=404)


def test_a_skipped_question_can_be_answered_later(
    client: Browser, app: Engage, town: Services
) -> None:
    asked = _consultation(app)
    client.sign_in(_person(town))
    page = f"/concertations/{asked.id}"
    client.submit(f"{page}/voter?question=2", {"choix": _ids(asked, 2, "Samedi")})
    client.get(f"{page}/voter/fin")
    assert "Sans réponse" in client.text
    client.get(page)
    assert "Finir mon vote" in client.text
    client.submit(f"{page}/voter?question=1", {"choix": _ids(asked, 1, "Jeux")})
    client.get(page)
    assert "C’est compté" in client.text


def test_pages_of_visitors_hold_no_form_and_are_kept(client: Browser, app: Engage) -> None:
    asked = _consultation(app)
    for address in ("/concertations", f"/concertations/{asked.id}"):
        response = client.get(address)
        assert client.page is not None
        assert client.page.forms == []
        assert "Set-Cookie" not in response.headers
        again = client.get(
            address, expects=304, headers={"If-None-Match": response.headers["ETag"]}
        )
        assert again.get_data() == b""


def test_no_statement_count_grows_with_the_rows(
    client: Browser, app: Engage, town: Services, moment: Moment
) -> None:
    now = clock.now()
    for number in range(12):
        asked = _consultation(app, title=f"Vote {number}")
        _fill(town, asked, [("Jeux", 3)])
        past = {"opens_at": now - 20 * DAY, "announced_at": now - 30 * DAY}
        ended = _consultation(app, **past, closes_at=now + DAY)
        _fill(town, ended, [("Jeux", 3)])
    moment.forward(days=2)
    jobs.run(town.database)
    client.get("/aide")
    for address, most in (
        ("/concertations", 6),
        (f"/concertations/{asked.id}", 8),
        (f"/concertations/{ended.id}/resultats", 8),
    ):
        town.cache.clear()
        client.get("/aide")
        with count_statements(town.database) as visitor:
            client.get(address)
        assert len(visitor) <= most, visitor
    client.sign_in(_person(town))
    for address, most in (("/concertations", 6), (f"/concertations/{asked.id}", 8)):
        town.cache.clear()
        client.get("/aide")
        with count_statements(town.database) as resident:
            client.get(address)
        assert len(resident) <= most, resident
    with count_statements(town.database) as voting:
        client.get(f"/concertations/{asked.id}/voter?question=1")
    assert len(voting) <= 8, voting


def test_logs_say_nothing_of_a_vote(
    client: Browser, app: Engage, town: Services, caplog: pytest.LogCaptureFixture
) -> None:
    asked = _by_code(app)
    with caplog.at_level(logging.DEBUG):
        client.submit("/code", {"code": CODE})
        chosen = _ids(asked, 1, "Repas")
        client.submit(f"/concertations/{asked.id}/voter?question=1", {"choix": chosen})
    said = [r for r in caplog.records if r.name.startswith("engage")]
    assert said
    assert not any("code:" in r.getMessage() or CODE in r.getMessage() for r in said)
    assert not any(hasattr(r, "actor") for r in said)


def test_texts_of_others_are_escaped(client: Browser, app: Engage) -> None:
    asked = _consultation(app, title="<script>alert(1)</script>")
    response = client.get(f"/concertations/{asked.id}")
    assert "<script>alert" not in response.get_data(as_text=True)


def test_an_unannounced_concertation_is_not_there(client: Browser, app: Engage) -> None:
    now = clock.now()
    asked = _consultation(app, announced_at=now + DAY, opens_at=now + 2 * DAY)
    for rest in ("", "/voter", "/resultats", "/voter/fin"):
        client.get(f"/concertations/{asked.id}{rest}", expects=404)


def test_one_question_alone_needs_two_screens(client: Browser, app: Engage, town: Services) -> None:
    with town.database.transaction() as db:
        asked = make_consultation(db, make_question("Oui", "Non"))
    client.sign_in(_person(town))
    sent = client.submit(
        f"/concertations/{asked.id}/voter?question=1", {"choix": _ids(asked, 1, "Oui")}
    )
    assert sent.headers["Location"].endswith("/voter/fin")
