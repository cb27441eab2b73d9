"""Authors send other words for their ideas, and add something to them, through the queue."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engage.accounts.models import Person, Role
from engage.core import clock
from engage.core.errors import Conflict, Denied
from engage.core.services import Services
from engage.core.web import Engage
from engage.core.words import Visibility
from engage.moderation import authoring
from engage.moderation import commands as moderation
from engage.moderation.models import Decision, ModerationItem
from engage.moderation.subjects import KINDS
from engage.moderation.workflow import Action, Status
from engage.proposals import additions, hiding, joining, policy, queries
from engage.proposals.models import Proposal, ProposalAddition, ProposalPhoto, ProposalRevision
from engage.proposals.news import Happening, ProposalEvent
from engage.proposals.workflow import Status as IdeaStatus
from engage.proposals.writing import Rewording
from tests.browsing import Browser
from tests.factories import make_person, photo_bytes
from tests.moderation import deciding
from tests.proposals.ideas import make_idea, make_public
from tests.proposals.test_queries import make_photo

BETTER = Rewording("Des bancs et une fontaine", "Deux bancs, une fontaine.", "fr")


@pytest.fixture
def author(db: Session) -> Person:
    return make_person(db)


def waiting(db: Session, author: Person) -> tuple[Proposal, ModerationItem]:
    idea = make_idea(db, author=author)
    return idea, moderation.receive_idea(db, idea)


def published_words(db: Session, idea: Proposal) -> str:
    db.expire(idea)
    found = queries.proposal(db, idea.id, None)
    assert found is not None
    return queries.shown_revision(db, found).title


def decide(db: Session, item: ModerationItem, act: str) -> None:
    getattr(KINDS[item.subject_type], act)(db, item, actor_id=make_person(db, Role.COUNCIL).id)
    db.flush()


def test_an_edit_takes_the_place_of_what_waits_in_the_queue(db: Session, author: Person) -> None:
    idea, item = waiting(db, author)
    due = item.due_at
    again = authoring.edit(db, idea, BETTER, author=author)
    assert again.id == item.id
    assert (again.status, again.due_at) == (Status.WAITING, due)
    assert KINDS["proposals"].read(db, again).title == "Des bancs et une fontaine"


def test_an_edit_after_a_proposed_refusal_is_read_anew(db: Session, author: Person) -> None:
    idea, item = waiting(db, author)
    item.status = Status.SECOND_LOOK  # what a first reader left
    db.flush()
    assert authoring.edit(db, idea, BETTER, author=author).status is Status.WAITING


def test_other_words_put_a_proposed_refusal_off_three_times_at_most(
    db: Session, author: Person
) -> None:
    idea, item = waiting(db, author)
    for _ in range(moderation.MOST_ESCAPES):
        deciding.propose_refusal(db, item, make_person(db, Role.COUNCIL))
        authoring.edit(db, idea, BETTER, author=author)
        assert item.status is Status.WAITING
    deciding.propose_refusal(db, item, make_person(db, Role.COUNCIL))
    with pytest.raises(Conflict):
        authoring.edit(db, idea, BETTER, author=author)
    assert item.status is Status.SECOND_LOOK


def test_a_correction_that_was_asked_for_keeps_its_place_and_gets_its_time(
    db: Session, author: Person
) -> None:
    idea, item = waiting(db, author)
    due = item.due_at
    item.status = Status.CORRECTION
    reader = make_person(db, Role.COUNCIL)
    db.add(
        Decision(
            item_id=item.id,
            moderator_id=reader.id,
            revision_id=item.revision_id,
            action=Action.ASK_CORRECTION,
            note="Dites où.",
            at=clock.now() - timedelta(hours=5),
        )
    )
    db.flush()
    db.expire(item, ["decisions"])
    again = authoring.edit(db, idea, BETTER, author=author)
    assert (again.id, again.status) == (item.id, Status.WAITING)
    assert timedelta(hours=4) < again.due_at - due < timedelta(hours=6)


def test_what_is_public_stays_until_the_edit_is_published(db: Session, author: Person) -> None:
    idea = make_public(db, author=author)
    item = authoring.edit(db, idea, BETTER, author=author)
    assert published_words(db, idea) == "Des bancs à l’ombre"
    decide(db, item, "publish")
    assert published_words(db, idea) == "Des bancs et une fontaine"
    assert idea.status is IdeaStatus.PUBLISHED
    kinds = db.scalars(select(ProposalEvent.kind).order_by(ProposalEvent.id)).all()
    assert kinds[-1] is Happening.REWRITTEN


def test_a_refused_edit_leaves_the_idea_as_it_was(db: Session, author: Person) -> None:
    idea = make_public(db, author=author)
    item = authoring.edit(db, idea, BETTER, author=author)
    decide(db, item, "refuse")
    assert published_words(db, idea) == "Des bancs à l’ombre"


def test_an_edit_of_an_idea_that_was_hidden_since_is_read_once_and_shows_nothing(
    db: Session, author: Person
) -> None:
    idea = make_public(db, author=author)
    item = authoring.edit(db, idea, BETTER, author=author)
    hiding.hide(db, idea, actor_id=None)
    db.flush()
    deciding.publish(db, item, make_person(db, Role.COUNCIL))
    assert (item.status, idea.visibility) == (Status.PUBLISHED, Visibility.HIDDEN)
    assert idea.published_revision_id == item.revision_id
    with pytest.raises(Denied):
        authoring.edit(db, idea, BETTER, author=author)


def test_what_joined_another_idea_meanwhile_leaves_the_queue(db: Session, author: Person) -> None:
    idea, item = waiting(db, author)
    member = make_person(db, Role.COUNCIL)
    joining.join(db, idea, make_public(db), person=member)
    deciding.publish(db, item, member)
    assert (item.status, item.in_queue) == (Status.WITHDRAWN, False)
    assert idea.visibility is Visibility.HIDDEN


def test_photos_that_an_edit_keeps_are_seen_with_both_versions(db: Session, author: Person) -> None:
    kept, dropped, new = (make_photo(db, key * 32) for key in "abc")
    idea = make_public(db, author=author, photo_ids=[kept.id, dropped.id])
    wanted = Rewording("Des bancs", "Deux bancs.", "fr", photo_ids=[kept.id, new.id])
    item = authoring.edit(db, idea, wanted, author=author)
    seen = [queries.may_see_photo(db, photo.id, None) for photo in (kept, dropped, new)]
    assert seen == [True, True, False]
    assert queries.may_see_photo(db, new.id, author) is True
    decide(db, item, "publish")
    seen = [queries.may_see_photo(db, photo.id, None) for photo in (kept, dropped, new)]
    assert seen == [True, False, True]


def test_only_the_author_edits_and_not_after_an_answer(db: Session, author: Person) -> None:
    idea = make_public(db, author=author)
    with pytest.raises(Denied):
        authoring.edit(db, idea, BETTER, author=make_person(db, Role.COORDINATOR))
    for status in IdeaStatus:
        own = Proposal(author_id=author.id, status=status)
        assert policy.can_edit(author, own) is (
            status in {IdeaStatus.RECEIVED, IdeaStatus.PUBLISHED, IdeaStatus.STUDIED}
        )


def test_nothing_changes_in_the_ten_seconds_of_a_decision(db: Session, author: Person) -> None:
    idea, item = waiting(db, author)
    item.settles_at = clock.now() + timedelta(seconds=9)
    db.flush()
    with pytest.raises(Conflict, match="Attendez une minute"):
        authoring.edit(db, idea, BETTER, author=author)


def test_nothing_changes_while_the_coordinator_reads_it(db: Session, author: Person) -> None:
    idea, item = waiting(db, author)
    item.status = Status.TO_COORDINATOR
    db.flush()
    with pytest.raises(Conflict):
        authoring.edit(db, idea, BETTER, author=author)


def test_an_addition_is_public_once_it_was_read_and_followers_hear_of_it(
    db: Session, author: Person
) -> None:
    idea = make_public(db, author=author)
    addition = authoring.add(db, idea, "La mairie est d’accord.", language="fr", author=author)
    assert additions.of_idea(db, idea, None) == []
    assert additions.of_idea(db, idea, author) == [addition]
    item = authoring.newest_item(db, "proposal_additions", addition.id)
    assert item is not None
    assert KINDS["proposal_additions"].read(db, item).body == "La mairie est d’accord."
    decide(db, item, "publish")
    assert additions.of_idea(db, idea, None) == [addition]
    event = db.scalars(select(ProposalEvent).order_by(ProposalEvent.id.desc())).first()
    assert event is not None
    assert (event.kind, event.details) == (Happening.ADDITION, {"addition_id": addition.id})


def test_a_refused_or_masked_addition_shows_nothing_of_what_was_written(
    db: Session, author: Person
) -> None:
    idea = make_public(db, author=author)
    refused, masked = (
        authoring.add(db, idea, f"Appelez le 06 39 98 00 0{n}.", language="fr", author=author)
        for n in (1, 2)
    )
    for addition, act in ((refused, "refuse"), (masked, "mask")):
        item = authoring.newest_item(db, "proposal_additions", addition.id)
        assert item is not None
        if act == "mask":
            reader = make_person(db, Role.COUNCIL)
            KINDS["proposal_additions"].mask(db, item, "", "Appelez ▇▇▇.", {}, actor_id=reader.id)
            assert item.revision_id == addition.version
        decide(db, item, "publish" if act == "mask" else "refuse")
    shown = additions.of_idea(db, idea, None)
    assert [one.body for one in shown] == ["Appelez ▇▇▇."]
    assert not db.scalars(
        select(ProposalAddition).where(ProposalAddition.body.contains("00 02"))
    ).all()


def test_additions_leave_with_their_idea_and_the_queue(db: Session, author: Person) -> None:
    photo = make_photo(db)
    idea = make_public(db, author=author, photo_ids=[photo.id])
    addition = authoring.add(db, idea, "Un mot de plus.", language="fr", author=author)
    gone = moderation.withdraw(db, idea, author=author)
    db.expire_all()
    item = authoring.newest_item(db, "proposal_additions", addition.id)
    assert item is not None
    assert item.status is Status.WITHDRAWN
    assert (addition.body, addition.visibility) == ("", Visibility.WITHDRAWN)
    assert [file.key for file in gone] == [photo.key]
    assert not db.scalars(select(ProposalPhoto)).all()


def test_an_addition_can_be_taken_back(db: Session, author: Person) -> None:
    idea = make_public(db, author=author)
    addition = authoring.add(db, idea, "Un mot de plus.", language="fr", author=author)
    authoring.take_back(db, addition, idea, author=author)
    assert addition.body == ""
    assert additions.of_idea(db, idea, author) == []
    assert additions.own(db, addition.id, author) is None


def test_one_adds_to_ones_own_public_idea_and_not_without_end(db: Session, author: Person) -> None:
    for idea, person in ((make_idea(db, author=author), author), (make_public(db), author)):
        with pytest.raises(Denied):
            authoring.add(db, idea, "Un mot.", language="fr", author=person)
    idea = make_public(db, author=author)
    for _ in range(additions.MOST):
        additions.write(db, idea, "Un mot.", language="fr", author=author)
    with pytest.raises(Conflict):
        additions.write(db, idea, "Un mot.", language="fr", author=author)


@pytest.fixture
def nour(town: Services) -> Person:
    with town.database.transaction() as db:
        return make_person(db, public_name="Nour")


@pytest.fixture
def signed(app: Engage, nour: Person) -> Browser:
    return Browser(app).sign_in(nour)


def of(town: Services, author: Person, **values: Any) -> str:
    with town.database.transaction() as db:
        return f"/propositions/{make_public(db, author=author, **values).id}"


def test_the_author_changes_words_and_photos_of_a_published_idea(
    signed: Browser, client: Browser, town: Services, nour: Person
) -> None:
    here = of(town, nour)
    signed.submit(
        f"{here}/modifier",
        {"title": "Des bancs et de l’eau"},
        photo=("photo", photo_bytes(), "banc.jpg"),
    )
    signed.get(here)
    assert "Vous avez envoyé une autre version le" in signed.text
    assert "Des bancs et de l’eau" not in signed.text
    client.get(here)
    assert "autre version" not in client.text
    signed.get(f"{here}/modifier")
    assert "Votre nouvelle version attend d’être lue." in signed.text
    assert signed.page is not None
    assert signed.page.forms[0].fields["title"] == ["Des bancs et de l’eau"]
    assert "Retirer la photo 1" in signed.text
    signed.submit(f"{here}/modifier", {"retirer": "0"})
    with town.database.reading() as db:
        counts = [len(r.photos) for r in _revisions(db)]
    assert counts == [0, 1, 0]


def _revisions(db: Session) -> list[Any]:
    wanted = select(ProposalRevision).options(selectinload(ProposalRevision.photos))
    return list(db.scalars(wanted.order_by(ProposalRevision.id)))


def test_a_warning_before_an_edit_keeps_words_and_the_photos_that_were_removed(
    signed: Browser, town: Services, nour: Person
) -> None:
    with town.database.transaction() as db:
        photo = make_photo(db).id
    here = of(town, nour, photo_ids=[photo])
    signed.submit(f"{here}/modifier", {"text": "Voir Mme Durand.", "retirer": "0"}, expects=422)
    assert "Vous nommez quelqu’un" in signed.text
    assert "Retirer la photo" not in signed.text
    assert signed.page is not None
    signed.post(f"{here}/modifier", dict(signed.page.forms[0].fields))
    with town.database.reading() as db:
        newest = _revisions(db)[-1]
    assert (newest.body, newest.photos) == ("Voir Mme Durand.", [])


def test_an_addition_is_written_read_and_shown_with_its_day(
    signed: Browser, client: Browser, town: Services, nour: Person
) -> None:
    here = of(town, nour)
    signed.submit(f"{here}/precision", {"text": "La mairie est d’accord."})
    signed.get(here)
    assert "La mairie est d’accord." in signed.text
    assert "En lecture, vue de vous seul" in signed.text
    client.get(here)
    assert "La mairie" not in client.text
    with town.database.transaction() as db:
        item = authoring.newest_item(db, "proposal_additions", 1)
        assert item is not None
        decide(db, item, "publish")
    client.get(here)
    assert "L’auteur précise" in client.text
    assert "mardi 2 juin 2026" in client.text
    signed.submit("/precisions/1/corriger", {"text": "Autre chose."}, expects=409)
    signed.submit("/precisions/1/retirer", action="/retirer")
    client.get(here)
    assert "La mairie" not in client.text


def test_an_addition_that_waits_can_be_corrected(
    signed: Browser, town: Services, nour: Person
) -> None:
    here = of(town, nour)
    signed.submit(f"{here}/precision", {"text": "La mairie est d’accord."})
    signed.submit("/precisions/1/corriger", {"text": "La mairie n’a pas dit non."})
    signed.get(here)
    assert "La mairie n’a pas dit non." in signed.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Écrivez votre précision."), ("é" * 1001, "1 000 caractères au plus")],
)
def test_an_addition_that_does_not_fit_comes_back(
    signed: Browser, town: Services, nour: Person, text: str, sentence: str
) -> None:
    here = of(town, nour)
    signed.submit(f"{here}/precision", {"text": text}, expects=422)
    assert sentence in signed.text


def test_others_find_no_page_to_change_an_idea(app: Engage, town: Services, nour: Person) -> None:
    here = of(town, nour)
    with town.database.transaction() as db:
        other = make_person(db, Role.COUNCIL)
    stranger = Browser(app).sign_in(other)
    for page in ("modifier", "precision"):
        stranger.get(f"{here}/{page}", expects=404)
