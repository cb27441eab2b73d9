"""Making a concertation as the coordinator meets it, step by step, through the pages."""

import io
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engage.accounts.models import Person, Role
from engage.consultations.making import documents, queries
from engage.consultations.making.hours import moment_of
from engage.consultations.making.models import (
    ChangeKind,
    ConsultationChange,
    ConsultationDocument,
)
from engage.consultations.models import Ballot, Consultation, RollEntry
from engage.core import clock
from engage.core.errors import InvalidInput
from engage.core.services import Services
from tests.browsing import Browser
from tests.conftest import Moment
from tests.consultations.making.drafts import DAY, asked, made
from tests.counting import count_statements
from tests.factories import make_organisation, make_person, photo_bytes

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _staff(client: Browser, town: Services, role: Role = Role.COORDINATOR) -> Person:
    with town.database.transaction() as db:
        person = make_person(db, role)
    client.sign_in(person)
    return person


def _draft(town: Services, **changes: Any) -> Consultation:
    with town.database.transaction() as db:
        return made(db, **changes)


def _now(town: Services, draft: Consultation) -> Consultation:
    with town.database.reading() as db:
        found = queries.consultation(db, draft.id)
        assert found is not None
        return found


def _sent_to(client: Browser, path: str, data: dict[str, Any], **more: Any) -> str:
    return client.submit(path, data, **more).headers["Location"]


def _day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


DATES = {
    "announced_day": 1,
    "opens_day": 8,
    "closes_day": 22,
    "decision_day": 40,
}


def test_the_coordinator_makes_one_step_by_step(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        owes = make_organisation(db).id
    _staff(client, town)
    client.get("/concertations")
    assert "/concertations/preparer" in client.page.links  # type: ignore[union-attr]
    begun = _sent_to(
        client, "/concertations/nouvelle", {"template": "vide", "title_fr": "L’aire de jeux"}
    )
    home = begun.removesuffix("/essentiel")
    assert re.fullmatch(r"/concertations/\d+/preparer/essentiel", begun)
    words = {
        "title_ar": "ساحة اللعب",
        "summary_fr": "Il reste une place.",
        "asked_by_fr": "La Ville",
        "decided_by_fr": "Le maire",
        "already_decided_fr": "Le budget.\nLe lieu.",
        "organisation_id": str(owes),
    }
    assert _sent_to(client, begun, words) == f"{home}/questions"
    client.get(f"{home}/questions")
    new = f"{home}/questions/nouvelle?kind=budget"
    more = "Un composteur = 1 800 €\nDes bancs = 400\n\nDes fleurs"
    question = _sent_to(
        client, new, {"title_fr": "Partagez", "budget": "3000", "more": more}, action="nouvelle"
    )
    client.get(question)
    assert "Un composteur" in client.text
    option = next(
        link
        for link in client.page.links
        if "/reponses/" in link  # type: ignore[union-attr]
    )
    label = {"label_fr": "Un grand composteur", "label_ar": "سماد", "cost": "1900"}
    assert _sent_to(client, option, label, action=option) == question
    client.get(home)
    assert "Chaque projet a un prix" in client.text
    last = next(link for link in reversed(_links(client, question)) if "/reponses/" in link)
    _sent_to(client, last, {"cost": "90"}, action=last)
    who = {"electorate": "dwelling_code", "min_age": "16", "expected": "120", "quorum": "30"}
    assert _sent_to(client, f"{home}/votants", who) == f"{home}/calendrier"
    dates: dict[str, Any] = {name: _day(days) for name, days in DATES.items()}
    dates |= {name.replace("day", "hour"): "18:00" for name in DATES}
    _sent_to(client, f"{home}/calendrier", dates)
    client.get(home)
    assert "Tout est là" in client.text
    number = int(home.split("/")[2])
    client.get(f"/concertations/{number}/apercu")
    assert "Un grand composteur" in client.text
    _sent_to(client, f"/concertations/{number}/annoncer", {}, action="annoncer")
    with town.database.reading() as db:
        whole = queries.consultation(db, number)
        assert whole is not None
        assert not whole.is_draft
        assert whole.title == {"fr": "L’aire de jeux", "ar": "ساحة اللعب"}
        [asked_now] = whole.questions
        costs = [option.cost for option in asked_now.options]
        assert (asked_now.budget, costs) == (3000, [1900, 400, 90, None])
        assert clock.local(whole.closes_at).hour == 18


def _links(client: Browser, path: str) -> list[str]:
    client.get(path)
    assert client.page is not None
    return list(client.page.links)


def test_a_template_brings_its_own_questions(client: Browser, town: Services) -> None:
    _staff(client, town, Role.COUNCIL)
    for template in ("fete", "rehabilitation", "enquete"):
        begun = _sent_to(client, "/concertations/nouvelle", {"template": template})
        client.get(begun.replace("essentiel", "questions"))
        links = " ".join(client.page.links)  # type: ignore[union-attr]
        assert re.search(r"/questions/\d+", links)


BAD_STEPS = [
    ("essentiel", {"title_fr": "", "title_ar": "عيد"}, "Donnez un titre"),
    ("essentiel", {"title_fr": "x" * 200}, "trop long"),
    ("essentiel", {"organisation_id": "99999"}, ""),
    ("votants", {"min_age": "3"}, "de 6 à 99"),
    ("votants", {"min_age": "seize"}, "nombre entier"),
    ("votants", {"quorum": "٣"}, "nombre entier"),
    ("votants", {"electorate": "everybody"}, ""),
    ("calendrier", {"opens_day": "2026-02-30"}, "jour qui existe"),
    ("calendrier", {"opens_hour": "25:00"}, "heure qui existe"),
    ("calendrier", {"closes_day": "2020-01-01"}, "se termine après"),
    ("calendrier", {"opens_day": "2040-01-01"}, "Vérifiez l’année"),
]

BAD_QUESTIONS = [
    ("questions/nouvelle?kind=single", {"title_fr": ""}, "Écrivez la question"),
    ("questions/nouvelle?kind=single", {"title_fr": "?", "more": "x\n" * 25}, "Vingt réponses"),
    ("questions/nouvelle?kind=single", {"title_fr": "?", "more": "x" * 300}, "trop longue"),
    ("questions/nouvelle?kind=budget", {"title_fr": "?", "budget": "-4"}, "nombre entier"),
]


def test_a_step_refused_keeps_what_was_typed(client: Browser, town: Services) -> None:
    draft = _draft(town)
    _staff(client, town)
    home = f"/concertations/{draft.id}/preparer"
    for step, data, sentence in BAD_STEPS:
        client.submit(f"{home}/{step}", data, expects=422)
        assert sentence in client.text, sentence
    for path, data, sentence in BAD_QUESTIONS:
        client.submit(f"{home}/{path}", data, expects=422, action="nouvelle")
        assert sentence in client.text, sentence
    now = _now(town, draft)
    assert (now.version, len(now.questions)) == (draft.version, 1)


def test_an_unknown_kind_of_question_is_not_found(client: Browser, town: Services) -> None:
    draft = _draft(town)
    _staff(client, town)
    new = f"/concertations/{draft.id}/preparer/questions/nouvelle"
    for kind in ("", "lottery", "\x00"):
        client.get(f"{new}?kind={kind}", expects=404)


def test_a_draft_shows_in_no_public_place(client: Browser, town: Services, moment: Moment) -> None:
    draft = _draft(town)
    moment.move_to(draft.opens_at + DAY)
    page = f"/concertations/{draft.id}"
    for path in (page, f"{page}/voter", f"{page}/resultats", f"{page}/voter/fin"):
        client.get(path, expects=404)
    public = ("/", "/concertations", "/recherche?q=jeux", "/agenda", "/propositions.atom")
    for path in (*public, "/agenda.ics", "/code", "/guichet/voter"):
        said = client.http.get(path).get_data(as_text=True)
        assert "L’aire de jeux" not in said
        assert page not in said
    for rest in ("apercu", "preparer", "annoncer", "repetition"):
        client.get(f"{page}/{rest}", expects=303)
    _staff(client, town, Role.AGENT)
    for rest in ("apercu", "preparer", "annoncer"):
        client.get(f"{page}/{rest}", expects=403)
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(RollEntry)) == 0
        assert db.scalar(select(func.count()).select_from(Ballot)) == 0


def test_the_page_says_what_changed_and_why(
    client: Browser, town: Services, moment: Moment
) -> None:
    draft = _draft(town, announced_at=clock.now())
    _staff(client, town)
    page = f"/concertations/{draft.id}"
    _sent_to(client, f"{page}/annoncer", {}, action="annoncer")
    _sent_to(client, f"{page}/preparer/essentiel", {"summary_fr": "Autre chose."})
    moment.move_to(draft.opens_at + DAY)
    last = clock.local(draft.closes_at + 5 * DAY).date().isoformat()
    reason = {"reason_fr": "Les lettres sont en retard.", "reason_ar": "تأخرت الرسائل"}
    client.submit(f"{page}/prolonger", {"closes_day": last}, expects=422, action="prolonger")
    _sent_to(client, f"{page}/prolonger", {"closes_day": last, **reason}, action="prolonger")
    visitor = Browser(client.app)
    visitor.get(page)
    for words in ("Les textes ont changé", "Le vote est prolongé", "Les lettres sont en retard"):
        assert words in visitor.text
    visitor.get(page, headers={"Accept-Language": "ar"})
    assert "تأخرت الرسائل" in visitor.text
    client.submit(f"{page}/annuler", {"reason_fr": "Une erreur."}, expects=422, action="annuler")
    _sent_to(
        client,
        f"{page}/annuler",
        {"reason_fr": "Une réponse manquait.", "sure": "y"},
        action="annuler",
    )
    visitor.get(page)
    assert "Une réponse manquait." in visitor.text
    client.get(f"{page}/prolonger", expects=409)


def test_an_open_one_can_no_longer_be_changed(
    client: Browser, town: Services, moment: Moment
) -> None:
    draft = _draft(town, announced_at=clock.now())
    _staff(client, town)
    page = f"/concertations/{draft.id}"
    _sent_to(client, f"{page}/annoncer", {}, action="annoncer")
    client.get(f"{page}/preparer/essentiel")
    form = client.page.forms[0].fields  # type: ignore[union-attr]
    moment.move_to(draft.opens_at - timedelta(minutes=59))
    client.post(f"{page}/preparer/essentiel", form | {"title_fr": "Autre"}, expects=409)
    for step in ("essentiel", "questions", "documents", "votants", "calendrier"):
        client.get(f"{page}/preparer/{step}", expects=409)
    assert _now(town, draft).title == {"fr": "L’aire de jeux"}
    client.get(f"{page}/preparer")
    assert "ne change plus" in client.text


def test_a_text_without_translation_shows_in_french(client: Browser, town: Services) -> None:
    draft = _draft(town, announced_at=clock.now())
    _staff(client, town)
    page = f"/concertations/{draft.id}"
    _sent_to(client, f"{page}/preparer/essentiel", {"title_ar": "ساحة اللعب"})
    _sent_to(client, f"{page}/annoncer", {}, action="annoncer")
    visitor = Browser(client.app)
    visitor.get(page, headers={"Accept-Language": "ar"})
    assert "ساحة اللعب" in visitor.text
    assert "Il reste une place" in visitor.text
    assert "Bancs" in visitor.text


def test_a_bad_document_is_refused_with_a_sentence(
    client: Browser, town: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert documents.LARGEST == 10 * 1024 * 1024
    monkeypatch.setattr(documents, "LARGEST", 2000)
    draft = _draft(town)
    _staff(client, town)
    path = f"/concertations/{draft.id}/preparer/documents"
    for content, sentence in (
        (b"<html>", "pas un PDF"),
        (b"", "pas un PDF"),
        (PDF[:20] + b"/JavaScript (x)" + PDF[20:], "un programme"),
        (PDF[:20] + b" " * 3000 + PDF[20:], "trop lourd"),
    ):
        data = {"title_fr": "Le plan", "pdf": (io.BytesIO(content), "plan.pdf")}
        client.submit(path, data, expects=422, action=path)
        assert sentence in client.text, sentence
    assert list(town.storage.keys()) == []


def test_a_document_is_staffs_until_the_announcement_and_is_kept_apart(
    client: Browser, town: Services, moment: Moment
) -> None:
    draft = _draft(town)
    _staff(client, town)
    home = f"/concertations/{draft.id}/preparer"
    data = {"title_fr": "Le plan: «A/B»", "pdf": (io.BytesIO(PDF), "x.pdf")}
    _sent_to(client, f"{home}/documents", data, action="documents")
    with town.database.reading() as db:
        document = db.scalars(select(ConsultationDocument)).one()
        assert document.key is not None
        assert town.storage.open(document.key) == PDF
    file = f"/concertations/{draft.id}/documents/{document.id}"
    visitor = Browser(client.app)
    visitor.http.get(file)
    assert visitor.http.get(file).status_code == 404
    mine = client.http.get(file)
    assert (mine.status_code, mine.headers["Cache-Control"]) == (200, "private, no-store")
    _sent_to(client, f"/concertations/{draft.id}/annoncer", {}, action="annoncer")
    assert visitor.http.get(file).status_code == 404
    moment.move_to(draft.announced_at)
    sent = visitor.http.get(file)
    assert sent.data == PDF
    assert sent.mimetype == "application/pdf"
    assert sent.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    visitor.get(f"/concertations/{draft.id}")
    assert file in visitor.page.links  # type: ignore[union-attr]
    assert visitor.http.get(file.replace(str(draft.id), str(draft.id + 1), 1)).status_code == 404


def test_pictures_are_made_anew_and_need_words(
    client: Browser, town: Services, moment: Moment
) -> None:
    draft = _draft(town)
    _staff(client, town)
    home = f"/concertations/{draft.id}/preparer"
    picture = {"photo": (io.BytesIO(photo_bytes(64, 48, "PNG")), "plan.png")}
    client.submit(
        f"{home}/documents", {"title_fr": "Le plan", **picture}, expects=422, action="documents"
    )
    assert "pour qui ne la voit pas" in client.text
    assert list(town.storage.keys()) == []
    picture = {"photo": (io.BytesIO(photo_bytes(64, 48, "PNG")), "plan.png")}
    named = {"title_fr": "Le plan", "alt_fr": "Un plan de la place"}
    _sent_to(client, f"{home}/documents", {**named, **picture}, action="documents")
    [question] = draft.questions
    option = f"{home}/questions/{question.id}/reponses/{question.options[0].id}"
    bench = {
        "photo": (io.BytesIO(photo_bytes()), "banc.jpg"),
        "alt_fr": "Un banc",
        "alt_ar": "مقعد",
    }
    _sent_to(client, option, bench, action=option)
    keys = {key for key, _written in list(town.storage.keys())}
    large = [key for key in keys if "-" not in key]
    assert len(large) == 2
    assert all(town.storage.open(key).startswith(b"RIFF") for key in keys)
    visitor = Browser(client.app)
    for key in large:
        assert visitor.http.get(f"/photos/{key}").status_code == 404
        assert client.http.get(f"/photos/{key}").status_code == 200
    _sent_to(client, f"/concertations/{draft.id}/annoncer", {}, action="annoncer")
    moment.move_to(draft.announced_at)
    for key in large:
        assert visitor.http.get(f"/photos/{key}").status_code == 200
    said = visitor.http.get(f"/concertations/{draft.id}").get_data(as_text=True)
    assert 'alt="Un banc"' in said
    assert 'alt="Un plan de la place"' in said


def test_hours_are_those_of_the_town_when_the_clocks_change() -> None:
    spring, autumn = datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    at = moment_of
    assert at(spring.date(), time(1, 59), "x") == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert at(spring.date(), time(3), "x") == datetime(2027, 3, 28, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput) as refused:
        at(spring.date(), time(2, 30), "opens_hour")
    assert refused.value.field == "opens_hour"
    assert at(autumn.date(), time(2, 30), "x") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at(autumn.date(), time(3), "x") == datetime(2026, 10, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "opens", "closes", "opens_at", "closes_at"),
    [
        (
            datetime(2027, 3, 20, 9, tzinfo=UTC),
            ("2027-03-27", "18:00"),
            ("2027-03-28", "18:00"),
            datetime(2027, 3, 27, 17, tzinfo=UTC),
            datetime(2027, 3, 28, 16, tzinfo=UTC),
        ),
        (
            datetime(2026, 10, 10, 9, tzinfo=UTC),
            ("2026-10-25", "01:00"),
            ("2026-10-25", "20:00"),
            datetime(2026, 10, 24, 23, tzinfo=UTC),
            datetime(2026, 10, 25, 19, tzinfo=UTC),
        ),
    ],
)
def test_it_opens_and_closes_at_the_hour_typed_when_the_clocks_change(
    client: Browser,
    town: Services,
    moment: Moment,
    before: datetime,
    opens: tuple[str, str],
    closes: tuple[str, str],
    opens_at: datetime,
    closes_at: datetime,
) -> None:
    moment.move_to(before)
    draft = _draft(town, announced_at=clock.now())
    _staff(client, town)
    page = f"/concertations/{draft.id}"
    decision = (closes_at + 20 * DAY).date().isoformat()
    dates = {
        "opens_day": opens[0],
        "opens_hour": opens[1],
        "closes_day": closes[0],
        "closes_hour": closes[1],
        "decision_day": decision,
        "decision_hour": "18:00",
    }
    _sent_to(client, f"{page}/preparer/calendrier", dates)
    _sent_to(client, f"{page}/annoncer", {}, action="annoncer")
    second, visitor = timedelta(seconds=1), Browser(client.app)
    for when, open_now in (
        (opens_at - second, False),
        (opens_at, True),
        (closes_at - second, True),
        (closes_at, False),
    ):
        moment.move_to(when)
        visitor.get(page)
        assert (f"{page}/voter" in visitor.page.links) is open_now  # type: ignore[union-attr]


def test_the_pages_ask_as_little_with_many_answers_and_documents(
    client: Browser, town: Services
) -> None:
    few, many = _draft(town), None
    with town.database.transaction() as db:
        many = made(db, *[asked(*(f"Réponse {n}" for n in range(15))) for _ in range(8)])
        db.add_all(
            ConsultationDocument(
                consultation_id=many.id,
                title={"fr": f"Plan {n}"},
                key=f"{n:032x}-pdf",
                size=2048,
                added_on=clock.today(),
            )
            for n in range(12)
        )
    _staff(client, town)
    client.get("/concertations/preparer")
    for path in ("preparer", "preparer/questions", "preparer/documents", "apercu"):
        counts = []
        for draft in (few, many):
            with count_statements(town.database) as seen:
                client.get(f"/concertations/{draft.id}/{path}")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 12, (path, counts)


def test_the_public_page_asks_as_little_with_many_documents_and_changes(
    client: Browser, town: Services
) -> None:
    counts = []
    for turn, many in enumerate((1, 1, 12)):  # the first one warms what is kept
        with town.database.transaction() as db:
            draft = made(db, *[asked(*(f"Réponse {n}" for n in range(many)))])
            draft.is_draft, draft.announced_at = False, clock.now() - DAY
            db.add_all(
                ConsultationDocument(
                    consultation_id=draft.id,
                    title={"fr": f"Plan {n}"},
                    key=f"{turn:016x}{n:016x}-pdf",
                    size=2048,
                    added_on=clock.today(),
                )
                for n in range(many)
            )
            db.add_all(
                ConsultationChange(
                    consultation_id=draft.id,
                    kind=ChangeKind.CHANGED,
                    part="questions",
                    on_day=clock.today(),
                )
                for _change in range(many)
            )
        client.get("/concertations")
        with count_statements(town.database) as seen:
            client.get(f"/concertations/{draft.id}")
        counts.append(len(seen))
    assert counts[1] == counts[2] <= 8, counts
