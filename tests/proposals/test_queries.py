"""Who sees which idea, in which list, and which photo."""

import pytest
from sqlalchemy.orm import Session

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.photos import Photo
from engage.proposals import cards, commands, queries
from engage.proposals.cards import Wanted
from engage.proposals.models import Proposal
from tests.factories import make_person, neighbourhood
from tests.proposals.ideas import make_idea, make_public


def make_photo(db: Session, key: str = "a" * 32) -> Photo:
    photo = Photo(key=key, width=1280, height=960, created_at=clock.now())
    db.add(photo)
    db.flush()
    return photo


@pytest.fixture
def author(db: Session) -> Person:
    return make_person(db)


def refused(db: Session, author: Person) -> Proposal:
    proposal = make_idea(db, author=author)
    commands.refuse(db, proposal, revision=proposal.revisions[0], actor_id=author.id)
    db.flush()
    return proposal


def test_a_waiting_or_refused_idea_is_seen_by_its_author_alone(db: Session, author: Person) -> None:
    for proposal in (make_idea(db, author=author), refused(db, author)):
        assert queries.proposal(db, proposal.id, author) is not None
        for other in (None, make_person(db), make_person(db, Role.COUNCIL, Role.ADMIN)):
            assert queries.proposal(db, proposal.id, other) is None


def test_the_list_holds_what_is_public_newest_first(db: Session, author: Person) -> None:
    first, second = make_public(db, title="Un"), make_public(db, title="Deux")
    make_idea(db, author=author)
    refused(db, author)
    assert [c.id for c in cards.newest(db).items] == [second.id, first.id]
    assert [w.title for w in queries.own_waiting(db, author)] == ["Des bancs à l’ombre"] * 2


def test_pages_of_twenty_follow_each_other_without_gap(db: Session, author: Person) -> None:
    made = [make_public(db, author=author).id for _ in range(45)]
    seen: list[int] = []
    key = ""
    for size in (20, 20, 5):
        page = cards.newest(db, after=key)
        assert len(page.items) == size
        seen += [card.id for card in page.items]
        key = page.next_key or ""
    assert not key
    assert seen == made[::-1]


def test_the_list_is_narrowed_by_neighbourhood_and_action(db: Session) -> None:
    here = make_public(db, title="Fleurir", text="Des fleurs.", quartier="escales")
    make_public(db, title="Fleurir", text="Des fleurs.")
    place = neighbourhood(db, "escales")
    assert [c.id for c in cards.newest(db, Wanted(neighbourhood_id=place.id)).items] == [here.id]
    both = cards.newest(db, Wanted(neighbourhood_id=place.id, action_id=here.action_id))
    assert [c.id for c in both.items] == [here.id]
    assert not cards.newest(db, Wanted(action_id=999_999)).items


def test_a_card_has_first_words_supporters_and_a_small_photo(db: Session) -> None:
    photo = make_photo(db)
    proposal = make_public(db, text="mot " * 100, photo_ids=[photo.id])
    commands.endorse(db, proposal, person=make_person(db))
    (card,) = cards.newest(db).items
    assert card.words.endswith("mot…")
    assert len(card.words) <= queries.FIRST_WORDS + 1
    assert card.supporters == 1
    assert card.picture == queries.Picture(f"/photos/{photo.key}-small", 480, 360)


@pytest.mark.parametrize("text", ["court", "a" * 180, "🙂" * 180])
def test_a_short_text_is_shown_whole(text: str) -> None:
    assert queries.first_words(text) == text


def test_a_word_without_end_is_cut(db: Session) -> None:
    assert queries.first_words("a" * 300) == "a" * 180 + "…"


def test_a_waiting_photo_is_for_the_author_and_those_who_read_first(
    db: Session, author: Person
) -> None:
    photo = make_photo(db)
    make_idea(db, author=author, photo_ids=[photo.id])
    assert queries.may_see_photo(db, photo.id, author) is True
    assert queries.may_see_photo(db, photo.id, make_person(db, Role.COUNCIL)) is True
    assert queries.may_see_photo(db, photo.id, make_person(db, Role.AGENT)) is False
    assert queries.may_see_photo(db, photo.id, None) is False


def test_a_published_photo_is_for_everybody(db: Session) -> None:
    photo = make_photo(db)
    make_public(db, photo_ids=[photo.id])
    assert queries.may_see_photo(db, photo.id, None) is True


def test_a_photo_of_another_feature_is_not_ours_to_judge(db: Session) -> None:
    assert queries.may_see_photo(db, make_photo(db).id, None) is None
