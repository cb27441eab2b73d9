"""Pages of comments: off at first, act first and identify last, what a reader sees of them."""

import random

import brotli
import pytest
from sqlalchemy import select

from engage.accounts.models import Role
from engage.core import town_settings
from engage.core.services import Services
from engage.core.words import Visibility
from engage.discussions import commands
from engage.discussions.models import Comment, Voice
from engage.moderation.models import ModerationItem
from engage.proposals.models import Proposal
from tests.accounts.test_views import ask_code
from tests.browsing import Browser
from tests.counting import count_statements
from tests.discussions.making import OPEN, make_comment
from tests.factories import make_organisation, make_person
from tests.proposals.ideas import make_public

VOCABULARY = """
    bancs ombre jeux enfants parents arbres place marché dimanche lumière passage vélo poussette
    trottoir école soir matin samedi voisins jardin fontaine bus arrêt propreté poubelle hall porte
    ascenseur escalier parking terrain sport musique fête repas atelier bibliothèque médiathèque
    toujours jamais souvent peut-être vraiment surtout devant derrière ensemble aussi pourquoi quand
    nous vous ils elles avec sans pour contre près loin petit grand nouveau vieux calme bruyant
    demandons proposons voulons attendons pensons habitons passons trouvons manque faudrait serait
"""

WORDS = {"text": "Deux bancs, et une poubelle à côté."}


@pytest.fixture
def idea(town: Services) -> Proposal:
    """A public idea in a town that opened comments."""
    with town.database.transaction() as db:
        town_settings.write(db, OPEN)
        return make_public(db)


def be_somebody(client: Browser, town: Services) -> None:
    with town.database.transaction() as db:
        person = make_person(db)
    client.sign_in(person)


def words(seed: int) -> str:
    """As long as a comment may be, and as various as what people write."""
    chosen = random.Random(seed).choices(VOCABULARY.split(), k=300)
    return " ".join(chosen)[:1000]


def page_of(idea: Proposal) -> str:
    return f"/propositions/{idea.id}"


def only(town: Services) -> Comment:
    with town.database.reading() as db:
        return db.scalars(select(Comment)).one()


def test_a_new_town_has_no_comments_and_no_address_to_write_them(
    client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        idea = make_public(db)
    html = client.get(page_of(idea)).get_data(as_text=True)
    assert "Ce qu’en disent les autres" not in html
    client.get(f"{page_of(idea)}/commenter", expects=409)
    assert "Les commentaires sont fermés." in client.text
    sent = WORDS | {"csrf_token": client.csrf_token()}
    client.post(f"{page_of(idea)}/commenter", sent, expects=409)
    with town.database.reading() as db:
        assert db.scalars(select(Comment)).all() == []


def test_a_visitor_comments_and_says_last_who_they_are(
    client: Browser, town: Services, idea: Proposal
) -> None:
    client.get(page_of(idea))
    assert f"{page_of(idea)}/commenter" in (client.page.links if client.page else [])
    waiting = client.submit(f"{page_of(idea)}/commenter", WORDS).headers["Location"]
    assert waiting.startswith("/compte/connexion?brouillon=")
    page, digits = ask_code(client, town, "06 39 98 00 71", page=waiting)
    landed = client.submit(page, {"code": digits}).headers["Location"]
    client.get(landed)
    assert "Deux bancs, et une poubelle à côté." in client.text
    assert "Lu avant le vendredi 5 juin (72 h)." in client.text
    comment = only(town)
    assert comment.visibility is Visibility.PENDING
    with town.database.reading() as db:
        item = db.scalars(select(ModerationItem)).one()
    assert (item.subject_type, item.subject_id) == ("comments", comment.id)


def test_nobody_else_sees_what_waits(client: Browser, app, town: Services, idea: Proposal) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
    client.sign_in(author)
    landed = client.submit(f"{page_of(idea)}/commenter", WORDS).headers["Location"]
    client.get(page_of(idea))
    assert "En lecture, vous seul le voyez" in client.text
    other = Browser(app)
    other.get(landed, expects=404)
    for path in (page_of(idea), f"{page_of(idea)}/commentaires"):
        other.get(path)
        assert "poubelle" not in other.text


def test_what_is_published_stays_readable_when_comments_are_closed_again(
    client: Browser, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        root = make_comment(db, db.merge(idea), text="Avec un dossier.", public=True)
        make_comment(db, db.merge(idea), text="Oui.", parent=root, public=True)
        town_settings.write(db, town_settings.TownSettings())
    for path in (page_of(idea), f"{page_of(idea)}/commentaires"):
        client.get(path)
        assert "Avec un dossier." in client.text
        assert "Les commentaires sont fermés maintenant." in client.text
        assert client.page is not None
        assert not [link for link in client.page.links if "commenter" in link]


def test_opening_and_publishing_reach_pages_that_are_kept(
    client: Browser, app, town: Services
) -> None:
    with town.database.transaction() as db:
        coordinator, idea = make_person(db, Role.COORDINATOR), make_public(db)
    visitor = Browser(app)
    visitor.get(page_of(idea))
    client.sign_in(coordinator).submit("/admin/reglages", {"comments_open": "y"}, action="reglages")
    visitor.get(page_of(idea))
    assert "Personne n’a encore commenté cette idée." in visitor.text
    with town.database.transaction() as db:
        make_comment(db, db.merge(idea), text="Enfin ouvert.", public=True)
    visitor.get(page_of(idea))
    assert "Enfin ouvert." in visitor.text


def test_an_office_answers_at_once_under_its_own_name(
    client: Browser, app, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        root = make_comment(db, db.merge(idea), public=True)
        landlord = make_organisation(db, name="Bailleur d’essai")
        agent = make_person(db, Role.AGENT, organisation=landlord, public_name="Sofia")
    client.sign_in(agent)
    write = f"{page_of(idea)}/commenter?reponse={root.id}"
    client.get(write)
    assert "Vous parlez au nom de votre organisation." in client.text
    client.submit(write, {"text": "Nous posons deux bancs en juin."})
    visitor = Browser(app)
    visitor.get(page_of(idea))
    assert "Réponse officielle Bailleur d’essai" in visitor.text, visitor.text
    assert "Nous posons deux bancs en juin." in visitor.text
    assert "Sofia" not in visitor.text
    with town.database.reading() as db:
        answer = db.scalars(select(Comment).where(Comment.parent_id == root.id)).one()
        assert answer.voice is Voice.INSTITUTION
        assert db.scalars(select(ModerationItem)).all() == []


def test_an_answer_offers_no_answer_and_its_address_refuses_one(
    client: Browser, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        root = make_comment(db, db.merge(idea), public=True)
        answer = make_comment(db, db.merge(idea), parent=root, public=True)
    client.get(page_of(idea))
    assert client.page is not None
    assert f"{page_of(idea)}/commenter?reponse={root.id}" in client.page.links
    write = f"{page_of(idea)}/commenter?reponse={answer.id}"
    assert write not in client.page.links
    client.get(write, expects=409)
    sent = WORDS | {"csrf_token": client.csrf_token()}
    client.post(write, sent, expects=409)


@pytest.mark.parametrize("reponse", ["0", "-1", "abc", "99999999999", "4711"])
def test_an_answer_to_nothing_is_not_found_or_no_answer(
    client: Browser, idea: Proposal, reponse: str
) -> None:
    expects = 404 if reponse == "4711" else 200
    client.get(f"{page_of(idea)}/commenter?reponse={reponse}", expects=expects)


def test_what_could_point_at_somebody_is_shown_once_before_it_leaves(
    client: Browser, town: Services, idea: Proposal
) -> None:
    be_somebody(client, town)
    write = f"{page_of(idea)}/commenter"
    client.submit(write, {"text": "Appelez le 06 12 34 56 78 !"}, expects=422)
    assert "Avant d’envoyer, relisez ces mots." in client.text
    assert client.page is not None
    form = client.page.forms[-1]
    assert form.fields["text"][0].strip() == "Appelez le 06 12 34 56 78 !"
    again = {name: values[-1] for name, values in form.fields.items()}
    client.post(write, again | {"text": "Et le 07 12 34 56 78 !"}, expects=422)
    assert client.page is not None
    form = client.page.forms[-1]
    client.post(write, {name: values[-1] for name, values in form.fields.items()})
    assert "07 12" not in only(town).body


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Écrivez votre commentaire."),
        ("   ", "Écrivez votre commentaire."),
        ("a" * 1001, "Ce texte est trop long"),
    ],
)
def test_what_can_not_be_sent_comes_back_with_a_sentence(
    client: Browser, idea: Proposal, text: str, error: str
) -> None:
    client.submit(f"{page_of(idea)}/commenter", {"text": text}, expects=422)
    assert error in client.text


def test_a_comment_sent_twice_is_one(client: Browser, town: Services, idea: Proposal) -> None:
    be_somebody(client, town)
    client.get(f"{page_of(idea)}/commenter")
    assert client.page is not None
    form = client.page.forms[-1]
    sent = {name: values[-1] for name, values in form.fields.items()} | WORDS
    first = client.post(f"{page_of(idea)}/commenter", sent)
    assert client.post(f"{page_of(idea)}/commenter", sent).location == first.location
    assert only(town).body == WORDS["text"]


def test_one_person_is_stopped_after_a_dozen_in_an_hour(
    client: Browser, town: Services, idea: Proposal
) -> None:
    be_somebody(client, town)
    for number in range(12):
        client.submit(f"{page_of(idea)}/commenter", {"text": f"Encore {number}"})
    client.submit(f"{page_of(idea)}/commenter", WORDS, expects=429)


def test_a_draft_that_comes_too_late_is_told_so_and_writes_nothing(
    client: Browser, town: Services, idea: Proposal
) -> None:
    waiting = client.submit(f"{page_of(idea)}/commenter", WORDS).headers["Location"]
    page, digits = ask_code(client, town, "06 39 98 00 71", page=waiting)
    with town.database.transaction() as db:
        town_settings.write(db, town_settings.TownSettings())
    client.get(client.submit(page, {"code": digits}).headers["Location"], expects=409)
    assert "Les commentaires sont fermés." in client.text
    with town.database.reading() as db:
        assert db.scalars(select(Comment)).all() == []


def test_an_answer_to_what_is_gone_meanwhile_stands_on_its_own(
    client: Browser, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        author = make_person(db)
        root = make_comment(db, db.merge(idea), author=author, public=True)
    write = f"{page_of(idea)}/commenter?reponse={root.id}"
    waiting = client.submit(write, WORDS).headers["Location"]
    page, digits = ask_code(client, town, "06 39 98 00 71", page=waiting)
    with town.database.transaction() as db:
        commands.withdraw(db, db.merge(root), author=db.merge(author))
    client.submit(page, {"code": digits})
    with town.database.reading() as db:
        kept = db.scalars(select(Comment).where(Comment.body != "")).one()
    assert (kept.parent_id, kept.body) == (None, WORDS["text"])


def test_a_long_discussion_is_turned_page_by_page(
    client: Browser, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        for number in range(12):
            make_comment(db, db.merge(idea), text=f"Avis numéro {number}.", public=True)
    client.get(page_of(idea))
    assert "Avis numéro 9." in client.text
    assert "Avis numéro 8." not in client.text
    client.get(f"{page_of(idea)}/commentaires")
    assert "Avis numéro 4." in client.text
    assert "Avis numéro 3." not in client.text
    assert client.page is not None
    (further,) = [link for link in client.page.links if "avant=" in link]
    client.get(further)
    assert "Avis numéro 3." in client.text
    assert "Avis numéro 4." not in client.text


def test_many_answers_have_a_page_of_their_own(
    client: Browser, town: Services, idea: Proposal
) -> None:
    with town.database.transaction() as db:
        root = make_comment(db, db.merge(idea), text="La question.", public=True)
        answers = [
            make_comment(db, db.merge(idea), text=f"Réponse numéro {n}.", parent=root, public=True)
            for n in range(23)
        ]
    client.get(page_of(idea))
    assert "Réponse numéro 1." in client.text
    assert "Réponse numéro 2." not in client.text
    own = f"{page_of(idea)}/commentaires/{root.id}"
    assert client.page is not None
    assert own in client.page.links
    client.get(own)
    assert "La question." in client.text
    assert "Réponse numéro 19." in client.text
    assert "Réponse numéro 20." not in client.text
    assert client.page is not None
    (further,) = [link for link in client.page.links if "apres=" in link]
    client.get(further)
    assert "Réponse numéro 22." in client.text
    client.get(f"{page_of(idea)}/commentaires/{answers[21].id}")
    assert "Réponse numéro 21." in client.text
    assert "Réponse numéro 20." not in client.text


def test_pages_take_as_many_statements_and_few_bytes_however_much_was_said(
    client: Browser, town: Services, idea: Proposal
) -> None:
    pages = [page_of(idea), f"{page_of(idea)}/commentaires"]
    counts: list[list[int]] = []
    for _ in range(2):
        with town.database.transaction() as db:
            for number in range(11):
                root = make_comment(db, db.merge(idea), text=words(number), public=True)
                for answer in range(3):
                    text = words(number * 10 + answer)
                    make_comment(db, db.merge(idea), text=text, parent=root, public=True)
        counts.append([])
        for path in pages:
            client.get(path)
            town.pages.clear()
            with count_statements(town.database) as seen:
                html = client.get(path).data
            assert len(brotli.compress(html, quality=4)) <= 14_000, (path, len(html))
            counts[-1].append(len([s for s in seen if s.startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 8, counts
