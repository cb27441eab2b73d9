"""Writing an idea: photos, place, voice, call, language; what is pointed at before it leaves."""

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engage.accounts.models import College, Draft, DraftPhoto, Mandate, Person, Role
from engage.core import clock
from engage.core.errors import Denied, InvalidInput
from engage.core.language import language_of
from engage.core.photos import Photo
from engage.core.services import Services
from engage.core.web import Engage
from engage.moderation.models import ModerationItem
from engage.proposals import commands, policy, voices
from engage.proposals.models import Proposal, ProposalPhoto, ProposalRevision, Voice
from engage.territory.models import Organisation, Place
from tests.browsing import Browser
from tests.factories import make_person, neighbourhood, photo_bytes
from tests.proposals.ideas import make_idea, make_public

NEW = "/propositions/nouvelle"
IDEA = {
    "title": "Des bancs à l’ombre",
    "text": "Deux bancs près des jeux.",
    "neighbourhood": "terre-rouge",
}


@pytest.fixture
def nour(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, public_name="Nour")


@pytest.fixture
def signed(app: Engage, nour: Person) -> Browser:
    return Browser(app).sign_in(nour)


def count(town: Services, model: Any) -> int:
    with town.database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def fields(browser: Browser, changed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form of the open page would send, with these values changed."""
    assert browser.page is not None
    (form,) = [f for f in browser.page.forms if f.action == NEW]
    return {**form.fields, **(changed or {})}


def send(browser: Browser, sent: dict[str, Any], *photos: bytes, expects: int = 303) -> None:
    """Send the form with photos, as a browser does."""
    data: MultiDict[str, Any] = MultiDict()
    for name, values in sent.items():
        for value in values if isinstance(values, list) else [values]:
            data.add(name, value)
    for n, photo in enumerate(photos):
        data.add("photo", (io.BytesIO(photo), f"{n}.jpg"))
    browser._seen(browser.http.post(NEW, data=data, content_type="multipart/form-data"), expects)


def opened(browser: Browser, **changed: Any) -> dict[str, Any]:
    browser.get(NEW)
    return fields(browser, IDEA | changed)


def positions(town: Services) -> list[int]:
    with town.database.reading() as db:
        rows = select(ProposalPhoto.position).order_by(ProposalPhoto.position)
        return list(db.scalars(rows))


def test_three_photos_go_with_an_idea_in_their_order(signed: Browser, town: Services) -> None:
    send(signed, opened(signed), *[photo_bytes(80, 60) for _ in range(3)])
    assert positions(town) == [0, 1, 2]
    assert count(town, Photo) == 3


def test_a_fourth_photo_is_told_and_three_wait_for_the_form(
    signed: Browser, town: Services
) -> None:
    send(signed, opened(signed), *[photo_bytes(80, 60) for _ in range(4)], expects=422)
    assert "Trois photos au plus. Les premières sont gardées." in signed.text
    send(signed, fields(signed))
    assert positions(town) == [0, 1, 2]
    assert count(town, Draft) == count(town, DraftPhoto) == 0


def test_a_text_among_photos_is_told_and_the_good_ones_stay(
    signed: Browser, town: Services
) -> None:
    good = photo_bytes(80, 60)
    send(signed, opened(signed), good, b"ceci est un texte", good, expects=422)
    assert "Ce fichier n’est pas une photo" in signed.text
    assert "Retirer la photo 2" in signed.text
    assert count(town, Photo) == 2
    send(signed, fields(signed))
    assert positions(town) == [0, 1]


def test_photos_stay_when_words_are_missing_and_can_be_taken_off(
    signed: Browser, town: Services
) -> None:
    send(signed, opened(signed, title=""), photo_bytes(80, 60), photo_bytes(80, 60), expects=422)
    assert signed.page is not None
    send(signed, fields(signed, {"title": "Des bancs", "retirer": ["0"]}), photo_bytes(80, 60))
    assert positions(town) == [0, 1]
    assert count(town, Photo) == 3  # the one that was taken off goes with the next purge


def test_photos_that_wait_are_seen_by_who_holds_the_form_alone(
    client: Browser, signed: Browser
) -> None:
    send(client, opened(client, title=""), photo_bytes(80, 60), expects=422)
    token = fields(client)["brouillon"][0]
    client.get(f"/propositions/photos/{token}/0")
    signed.get(f"/propositions/photos/{token}/1", expects=404)
    signed.get("/propositions/photos/unknown/0", expects=404)


def test_photos_that_wait_are_no_way_to_sign_in(client: Browser, town: Services) -> None:
    send(client, opened(client, title=""), photo_bytes(80, 60), expects=422)
    token = fields(client)["brouillon"][0]
    client.get(f"/compte/connexion?brouillon={token}")
    assert "Ce que vous avez écrit est gardé." not in client.text


def test_an_invalid_form_without_photos_keeps_nothing(client: Browser, town: Services) -> None:
    send(client, opened(client, title=""), expects=422)
    assert count(town, Draft) == 0


def test_a_photo_too_many_pixels_wide_is_told(signed: Browser) -> None:
    from PIL import Image

    large = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(large, "PNG")
    send(signed, opened(signed), large.getvalue(), expects=422)
    assert "Cette photo est trop grande." in signed.text


def test_the_place_says_the_neighbourhood_and_is_shown(signed: Browser, town: Services) -> None:
    send(signed, opened(signed, neighbourhood="", lieu="structure-de-jeux"))
    with town.database.reading() as db:
        idea = db.scalars(select(Proposal)).one()
        place = db.get(Place, idea.place_id)
        assert idea.neighbourhood_id == neighbourhood(db, "terre-rouge").id
    assert place is not None
    signed.get(f"/propositions/{idea.id}")
    assert place.name["fr"] in signed.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"lieu": "ailleurs"}, "Choisissez un lieu de la liste."),
        ({"lieu": "terre-rouge-quartier"}, "Choisissez un lieu de la liste."),
        (
            {"lieu": "structure-de-jeux", "neighbourhood": "escales"},
            "Ce lieu n’est pas dans ce quartier.",
        ),
        ({"appel": "999"}, "Cet appel ne prend plus d’idées."),
        ({"appel": "x"}, "Cet appel ne prend plus d’idées."),
        ({"langue": "xx"}, "Choisissez une langue de la liste."),
        ({"voix": "council"}, "Vous ne pouvez pas écrire en ce nom."),
        ({"voix": "association-1"}, "Vous ne pouvez pas écrire en ce nom."),
    ],
)
def test_what_is_not_offered_comes_back_with_a_sentence_words_and_photos(
    signed: Browser, town: Services, changed: dict[str, str], sentence: str
) -> None:
    send(signed, opened(signed, **changed), photo_bytes(80, 60), expects=422)
    assert sentence in signed.text
    kept = fields(signed)
    assert kept["title"] == [IDEA["title"]]
    assert "Retirer la photo 1" in signed.text
    assert count(town, Proposal) == 0


def test_a_place_of_another_neighbourhood_is_refused_by_the_command_too(db: Session) -> None:
    place = db.scalars(select(Place.id).where(Place.code == "structure-de-jeux")).one()
    with pytest.raises(InvalidInput):
        make_idea(db, quartier="escales", place_id=place)


def test_a_warning_names_each_kind_with_what_stands_around_and_lets_it_pass(
    signed: Browser, town: Services
) -> None:
    words = "Le gardien, ce connard, dort. Voir Mme Durand. M. Dupont est un voleur. 06 39 98 00 01"
    send(signed, opened(signed, text=words), expects=422)
    for said in (
        "Vous nommez quelqu’un",
        "Ces mots peuvent blesser",
        "Vous semblez accuser quelqu’un",
        "Cela peut faire reconnaître quelqu’un",
        "Envoyer quand même",
    ):
        assert said in signed.text
    assert "appelez d’abord" not in signed.text
    send(signed, fields(signed))
    with town.database.reading() as db:
        flags = db.scalars(select(ModerationItem.flags)).one()
    assert set(flags) == {"accusation", "insult", "name", "personal"}


def test_an_emergency_shows_whom_to_call_first_and_blocks_nothing(
    signed: Browser, town: Services
) -> None:
    send(signed, opened(signed, text="Ça sent le gaz dans le hall."), expects=422)
    assert signed.text.index("appelez d’abord") < signed.text.index("Cela semble urgent")
    assert "18 Pompiers" in signed.text
    send(signed, fields(signed))
    assert count(town, Proposal) == 1


def test_what_is_added_after_the_warning_is_told_too(signed: Browser, town: Services) -> None:
    send(signed, opened(signed, text="Voir Mme Durand."), expects=422)
    sent = fields(signed, {"text": "Voir Mme Durand au 06 39 98 00 01."})
    send(signed, sent, expects=422)
    send(signed, fields(signed, {"text": "Voir Mme Durand."}))
    assert count(town, Proposal) == 1


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("نريد مقاعد في الظل", "fr", "ar"),
        ("Des bancs à l’ombre", "ar", "fr"),
        ("Un parque con sombra para los niños y bancos en la plaza del barrio", "fr", "es"),
        ("We would like more lights near the bus stop and the park", "fr", "en"),
        ("Daha çok ağaç ve bir park için istiyoruz", "fr", "tr"),
        ("Больше скамеек в тени", "fr", "ru"),
        ("Більше лавок у тіні, її", "fr", "uk"),
        ("Des bancs pour les enfants et les parents, con amore", "fr", "fr"),
        ("?", "fr", "fr"),
    ],
)
def test_the_language_is_told_by_letters_and_words(text: str, page: str, language: str) -> None:
    assert language_of(text, page=page) == language


def test_the_language_that_was_chosen_is_kept_with_the_words(
    signed: Browser, town: Services
) -> None:
    send(signed, opened(signed, langue="pt", text="Bancos."))
    with town.database.reading() as db:
        assert db.scalars(select(ProposalRevision.language)).one() == "pt"
    assert b'lang="pt" dir="auto"' in signed.get("/propositions/1").data


def office(db: Session, role: Role, organisation: str = "", **values: Any) -> Person:
    """Somebody who holds `role`, for an organisation if any."""
    person = make_person(db)
    organisation_id = None
    if organisation:
        wanted = select(Organisation.id).where(Organisation.code == organisation)
        organisation_id = db.scalars(wanted).one()
    person.mandates = [
        Mandate(
            role=role.value,
            organisation_id=organisation_id,
            starts_on=clock.today(),
            **values,
        )
    ]
    db.flush()
    return person


def test_the_council_mediators_and_associations_have_a_voice_beside_their_own(db: Session) -> None:
    assert voices.speakers(db, make_person(db)) == ()
    assert [s.key for s in voices.speakers(db, office(db, Role.COUNCIL))] == ["council"]
    assert [s.key for s in voices.speakers(db, office(db, Role.MEDIATOR))] == ["mediator"]
    member = office(db, Role.COUNCIL, "rertr", college=College.ASSOCIATIONS.value)
    assert [s.voice for s in voices.speakers(db, member)] == [Voice.COUNCIL, Voice.ASSOCIATION]
    # A landlord answers ideas; it proposes none in its name.
    assert voices.speakers(db, office(db, Role.AGENT, "lot-habitat")) == ()


def test_nobody_speaks_for_others_without_todays_mandate(db: Session) -> None:
    member = office(db, Role.COUNCIL)
    assert policy.can_speak_as(member, Voice.COUNCIL, None)
    assert not policy.can_speak_as(member, Voice.MEDIATOR, None)
    assert not policy.can_speak_as(member, Voice.ASSOCIATION, 1)
    assert not policy.can_speak_as(None, Voice.RESIDENT, None)
    member.mandates[0].ends_on = clock.today() - timedelta(days=1)
    with pytest.raises(Denied):
        make_idea(db, author=member, voice="council")


def test_an_idea_of_the_council_is_shown_as_such(
    app: Engage, client: Browser, town: Services
) -> None:
    with town.database.transaction() as db:
        member = office(db, Role.COUNCIL)
    browser = Browser(app).sign_in(member)
    send(browser, opened(browser, voix="council"))
    with town.database.transaction() as db:
        idea = db.scalars(select(Proposal)).one()
        words = db.scalars(select(ProposalRevision)).one()
        commands.publish(db, idea, revision=words, actor_id=make_person(db).id)
    client.get(f"/propositions/{idea.id}")
    assert "Le conseil citoyen" in client.text
    assert "Un habitant" not in client.text


def test_an_idea_of_an_association_names_it(db: Session) -> None:
    member = office(db, Role.COUNCIL, "rertr", college=College.ASSOCIATIONS.value)
    (_council, speaker) = voices.speakers(db, member)
    idea = make_public(
        db, author=member, voice="association", organisation_id=speaker.organisation_id
    )
    found = db.get(Organisation, speaker.organisation_id)
    assert found is not None
    assert voices.words(idea.voice, found.short_name) == f"l’association {found.short_name}"
