"""Pages whose forms show in one state only: half signed in, invited, with two accounts, leaving."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from engage.accounts import commands
from engage.accounts.models import ContactPoint, Opening, Person, Role
from engage.consultations.kits import queries, works
from engage.consultations.making.models import ConsultationDocument
from engage.consultations.models import Purpose, QuestionKind
from engage.core import clock, town_settings
from engage.core.services import Services
from engage.core.town_settings import TownSettings
from engage.core.web import Engage
from engage.fieldwork import conversions
from engage.incidents.models import Incident
from engage.moderation import alerts, appeals, authoring
from engage.moderation import commands as moderation
from engage.moderation import queries as moderation_queries
from engage.moderation.choices import Choice, Grounds
from engage.moderation.workflow import Action
from tests.accounts.staff import PASSWORD, half_sign_in, make_member, make_staff
from tests.accounts.test_invitations import BOTH, invited
from tests.accounts.test_views import ask_code
from tests.agenda.dates import make_event
from tests.browsing import Browser
from tests.consultations.factories import make_consultation
from tests.consultations.kits.making import make_need, make_party, make_works
from tests.consultations.kits.test_works import raised
from tests.consultations.making.drafts import asked, made
from tests.discussions.making import make_comment
from tests.discussions.test_moderation import member, sent
from tests.factories import make_person, neighbourhood
from tests.fieldwork.test_conversions import reported
from tests.moderation import deciding
from tests.pages.test_this_phone import report
from tests.privacy.test_merging import prove
from tests.proposals.calls import make_call
from tests.proposals.ideas import make_item, make_public
from tests.security import fresh_states, paper_states

NAMED = "Madame Zénobie Martin garde la corde."
"""Words under a veil that a member can lift."""

State = tuple[Browser, str]
"""Somebody's browser, and the page to look at: the one that is open when it is empty."""


def states(app: Engage, town: Services) -> Iterator[State]:
    """Each is made when its turn comes: the forms of the one before may have ended it.

    The town's settings were tried too: where it trusts ideas, none would wait any more.
    """
    with town.database.transaction() as db:
        town_settings.write(db, TownSettings())
    yield from _half_signed_in(app, town)
    yield from _invited(app, town)
    yield from _with_an_old_number(app, town)
    yield from _at_home(app, town)
    yield from _of_staff(app, town)
    yield from _of_the_council(app, town)
    yield from _of_appeals_and_alerts(app, town)
    yield from _with_comments(app, town)
    yield from _with_answers_that_wait(app, town)
    yield from _of_calls_and_dates(app, town)
    yield from _of_parties_and_works(app, town)
    yield from _making_a_concertation(app, town)
    yield from _of_the_life_of_ideas(app, town)
    yield from _after_a_vote(app, town)
    yield from paper_states.states(app, town)
    yield from fresh_states.states(app, town)
    browser = Browser(app)
    report(browser, town)
    yield browser, "/compte/ce-telephone"


def _half_signed_in(app: Engage, town: Services) -> Iterator[State]:
    """With a password and an app to show, and with a list of codes."""
    with town.database.transaction() as db:
        people = make_staff(db, app), make_member(db, app)[0]
    for person in people:
        browser = Browser(app)
        half_sign_in(browser, person, Opening.CODE)
        yield browser, "/compte/deuxieme-etape"


def _invited(app: Engage, town: Services) -> Iterator[State]:
    link, browser = invited(town, email="invitee@example.org"), Browser(app)
    yield browser, link
    browser.submit(link, BOTH)
    yield browser, f"{link}/application"


def _with_an_old_number(app: Engage, town: Services) -> Iterator[State]:
    """A number unseen for long was proved, then an e-mail is asked for besides."""
    with town.database.transaction() as db:
        number = _point(make_person(db, email="amina@example.org"), "phone", "+33639980071")
        number.seen_on = date(2025, 1, 1)
        db.add(number)
    browser = Browser(app)
    page, digits = ask_code(browser, town, "06 39 98 00 71")
    page = browser.submit(page, {"code": digits}).headers["Location"]
    code = browser.submit(page, {"contact": "amina@example.org"}).headers["Location"]
    yield browser, code
    yield browser, page


def _point(person: Person, kind: str, value: str) -> ContactPoint:
    return ContactPoint(person_id=person.id, kind=kind, value=value, verified_at=clock.now())


def _at_home(app: Engage, town: Services) -> Iterator[State]:
    """A resident with an idea, a report, two addresses, two devices and a second account."""
    with town.database.transaction() as db:
        me = make_person(db, email="ici@example.org", neighbourhood_id=neighbourhood(db).id)
        mine = _point(me, "phone", "+33639980072")
        db.add(mine)
        make_person(db, email="autre@example.org")
        commands.sign_in_fully(db, me, Opening.DEMO)
        idea = make_item(db, author=me).subject_id
    browser = Browser(app).sign_in(me)
    yield browser, "/compte/appareils"
    yield browser, prove(browser, town, me)
    page = browser.submit("/compte/adresses", {"contact": "la@example.org"}).headers["Location"]
    yield browser, page
    yield browser, "/compte/quartier/adresse"
    yield browser, f"/propositions/{idea}"
    yield browser, f"/propositions/{idea}/modifier"
    with town.database.transaction() as db:
        public = make_public(db, author=me)
        addition = authoring.add(db, public, "Un mot.", language="fr", author=me)
    yield browser, f"/propositions/{public.id}/precision"
    yield browser, f"/precisions/{addition.id}/corriger"
    yield browser, f"/precisions/{addition.id}/retirer"
    yield browser, f"/compte/donnees/idee/{idea}"
    report(browser, town)
    with town.database.reading() as db:
        problem = db.scalar(select(Incident.id).where(Incident.reporter_id == me.id))
    yield browser, f"/compte/donnees/signalement/{problem}"
    yield browser, f"/compte/adresses/{mine.id}/enlever"
    yield browser, "/compte/donnees/effacer/confirmer?idees=rester"


def _of_staff(app: Engage, town: Services) -> Iterator[State]:
    """Who looks somebody up, has new codes on the screen, gives a role for some days."""
    with town.database.transaction() as db:
        admin = make_staff(db, app, Role.ADMIN, email="alix@example.org")
        agent = make_person(db, Role.MEDIATOR, email="marc@example.org", ends_on=date(2026, 9, 1))
    browser = Browser(app).sign_in(admin)
    yield browser, f"/admin/mandats/{agent.mandates[0].id}"
    browser.submit("/admin/personnes", {"contact": "marc@example.org"}, expects=200)
    yield browser, ""
    browser.submit("/compte/securite/nouveaux-codes", {"current": PASSWORD})
    yield browser, "/compte/securite/codes"


def _of_the_council(app: Engage, town: Services) -> Iterator[State]:
    """Items at a first look, at a second, with the coordinator, held by another, to translate."""
    with town.database.transaction() as db:
        first, second = (make_person(db, Role.COUNCIL) for _ in range(2))
        lead, mediator = make_person(db, Role.COORDINATOR), make_person(db, Role.MEDIATOR)
        public = make_public(db, title="Une balançoire près du canal")
        held, seconded, disputed, elsewhere, foreign = (
            make_item(db, title="Une balançoire", text=NAMED, language=code)
            for code in ("fr", "fr", "fr", "fr", "ar")
        )
        for item in (seconded, disputed):
            deciding.propose_refusal(db, item, first)
        other = Grounds(moderation_queries.reasons(db)[7], "", "Publicité.")
        moderation.take(db, disputed, moderator=second)
        moderation.second_refusal(
            db, disputed, moderator=second, version=disputed.version, grounds=other
        )
        deciding.settle(db)
        moderation.take(db, seconded, moderator=second)
        moderation.take(db, held, moderator=first)
        moderation.take(db, elsewhere, moderator=second)
        moderation.take(db, disputed, moderator=lead)
        assert public.id
    reader = Browser(app).sign_in(first)
    yield reader, f"/moderation/{elsewhere.id}"
    yield reader, f"/moderation/{held.id}/masquer"
    yield reader, f"/moderation/{held.id}"
    yield Browser(app).sign_in(second), f"/moderation/{seconded.id}"
    yield Browser(app).sign_in(lead), f"/moderation/{disputed.id}"
    yield Browser(app).sign_in(mediator), f"/moderation/{foreign.id}/traduire"


def _of_appeals_and_alerts(app: Engage, town: Services) -> Iterator[State]:
    """A refusal that its author may appeal, one that somebody else reads again, two threats."""
    with town.database.transaction() as db:
        me, lead = make_person(db), make_person(db, Role.COORDINATOR)
        members = [make_person(db, Role.COUNCIL) for _ in range(3)]
        refused, appealed = make_item(db, author=me), make_item(db, author=me)
        for item in (refused, appealed):
            deciding.refuse(db, item, members[0], members[1])
        appeal = appeals.ask(db, appealed, "Personne n’est nommé.", author=me)
        taken, _open = (alerts.raise_threat(db, None, member=one) for one in members[:2])
        alerts.take(db, taken, person=lead, version=taken.version)
    yield Browser(app).sign_in(me), f"/nouvelle-lecture/{refused.id}"
    yield Browser(app).sign_in(members[2]), f"/moderation/recours/{appeal.id}"
    yield Browser(app).sign_in(lead), "/moderation/alertes"


def _of_the_life_of_ideas(app: Engage, town: Services) -> Iterator[State]:
    """Support, acts on public ideas, a vote to come, a report whose author is asked for an idea."""
    with town.database.transaction() as db:
        coordinator, reporter = make_person(db, Role.COORDINATOR), make_person(db)
        ideas = [make_public(db) for _ in range(5)]
        make_consultation(db, opens_at=clock.now() + timedelta(days=3))
        incident, token = reported(db, reporter=reporter)
        conversions.ask_author(db, incident, person=coordinator)
    browser = Browser(app).sign_in(coordinator)
    yield browser, f"/propositions/{ideas[0].id}/soutenir"
    acts = ("confier", "repondre", "reunir", "signalement", "vote")
    for idea, act in zip(ideas, acts, strict=True):
        yield browser, f"/suite/{idea.id}/{act}"
    yield Browser(app).sign_in(reporter), f"/suivi/{token}/idee"


def _of_calls_and_dates(app: Engage, town: Services) -> Iterator[State]:
    """A call before its first day and one after its last, and a date that still stands."""
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        coming, ended = make_call(db, begins=5), make_call(db, begins=-9, lasts=2)
        event = make_event(db, place_words="Ici")
    browser = Browser(app).sign_in(coordinator)
    yield browser, f"/appels/modifier/{coming.id}"
    yield browser, f"/appels/repondre/{ended.id}"
    yield browser, f"/agenda/modifier/{event.id}"


def _of_parties_and_works(app: Engage, town: Services) -> Iterator[State]:
    """A party before and after it has a plan, what is asked for it; works with a question."""
    with town.database.transaction() as db:
        coordinator = make_person(db, Role.COORDINATOR)
        bare = make_consultation(db, purpose=Purpose.PARTY)
        party = make_party(db)
        need, task = make_need(db, party), queries.tasks(db, party.consultation_id)[0]
        asked_for = make_works(db)
        question, event = (
            raised(db, asked_for),
            make_event(db, starts_at=clock.now() - timedelta(days=1)),
        )
        works.add_meeting(db, asked_for, event, actor=coordinator)
    browser, desk = Browser(app).sign_in(coordinator), "/concertations/fete"
    yield browser, f"{desk}/{bare.id}"
    for part in ("", "/jour", "/tache", f"/tache/{task.id}", "/besoin", f"/besoin/{need.id}"):
        yield browser, f"{desk}/{party.consultation_id}{part}"
    yield Browser(app), f"/concertations/{party.consultation_id}/fete/aider/{need.id}"
    yield Browser(app), f"/concertations/{asked_for.id}/questions/poser"
    desk = f"/concertations/travaux/{asked_for.id}"
    for part in ("", f"/question/{question.id}", f"/reunion/{event.id}/compte-rendu"):
        yield browser, f"{desk}{part}"


def _making_a_concertation(app: Engage, town: Services) -> Iterator[State]:
    """A draft with a budget and a document, step by step; one that is announced."""
    with town.database.transaction() as db:
        budget = asked(kind=QuestionKind.BUDGET, budget=900)
        draft, announced = made(db, budget, asked("Bancs", "Arbres")), made(db)
        announced.is_draft = False
        document = ConsultationDocument(
            consultation_id=draft.id,
            title={"fr": "Le plan"},
            key=f"{'0' * 32}-pdf",
            size=9,
            added_on=clock.today(),
        )
        db.add(document)
        coordinator = make_person(db, Role.COORDINATOR)
    browser = Browser(app).sign_in(coordinator)
    page, question = f"/concertations/{draft.id}", draft.questions[1]
    for step in ("", "/essentiel", "/questions", "/documents", "/votants", "/calendrier"):
        yield browser, f"{page}/preparer{step}"
    yield browser, f"{page}/preparer/documents/{document.id}"
    for one in draft.questions:
        yield browser, f"{page}/preparer/questions/{one.id}"
    yield browser, f"{page}/preparer/questions/nouvelle?kind=scale"
    yield browser, f"{page}/preparer/questions/{question.id}/reponses/{question.options[0].id}"
    yield browser, f"{page}/repetition"
    yield browser, f"{page}/repetition?question=2"
    yield browser, f"/concertations/{announced.id}/prolonger"
    yield browser, f"/concertations/{announced.id}/annuler"


def _with_answers_that_wait(app: Engage, town: Services) -> Iterator[State]:
    """Of a vote: before it is known whose they are, and once somebody has signed in."""
    with town.database.transaction() as db:
        vote, me = make_consultation(db), make_person(db)
    browser = Browser(app)
    page = f"/concertations/{vote.id}/voter"
    chosen = {"choix": str(vote.questions[0].options[0].id)}
    browser.submit(f"{page}?question=1", chosen, action="/voter")
    yield browser, page
    browser.submit(f"{page}?question=1", chosen, action="/voter")
    yield browser.sign_in(me), f"{page}/reponses"


def _with_comments(app: Engage, town: Services) -> Iterator[State]:
    """Where comments are open: say something, answer, correct as asked, take it back."""
    with town.database.transaction() as db:
        me, idea = make_person(db), make_public(db)
        root = make_comment(db, idea, author=me, public=True)
        mine, item = sent(db, author=me, idea=idea)
        why = deciding.grounds(db, "Karim Durand")
        deciding.decide(db, item, member(db), Choice(Action.ASK_CORRECTION, why))
    browser = Browser(app).sign_in(me)
    yield browser, f"/propositions/{idea.id}/commenter"
    yield browser, f"/propositions/{idea.id}/commenter?reponse={root.id}"
    yield browser, f"/commentaires/{mine.id}/corriger"
    yield browser, f"/compte/donnees/commentaire/{mine.id}"


def _after_a_vote(app: Engage, town: Services) -> Iterator[State]:
    """A decision to publish, to entrust, to complete, to archive; a result to wait for."""
    now = clock.now()
    ended = {"closes_at": now - timedelta(days=2), "sealed_at": now - timedelta(days=1)}
    with town.database.transaction() as db:
        opened = now - timedelta(days=9)
        sealed = make_consultation(db, opens_at=opened, **ended)
        decided = make_consultation(db, opens_at=opened, decided_on=clock.today(), **ended)
        works = make_consultation(db, purpose=Purpose.REHABILITATION)
        coordinator, resident = make_person(db, Role.COORDINATOR), make_person(db)
    browser = Browser(app).sign_in(coordinator)
    yield browser, f"/concertations/decider/{sealed.id}"
    yield browser, f"/concertations/confier/{sealed.id}"
    yield browser, f"/concertations/completer/{decided.id}"
    yield browser, f"/concertations/archiver/{decided.id}"
    yield Browser(app).sign_in(resident), f"/concertations/{works.id}/suivre"
    yield Browser(app), f"/concertations/{works.id}/simulateur"
