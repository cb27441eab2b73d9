"""Who sees the lists of partners, and what a link may answer."""

from datetime import UTC, datetime, timedelta

import pytest

from engage.accounts.models import Mandate, Person, Role
from engage.core import clock
from engage.deadlines.models import Deadline
from engage.reminders.models import Digest, Reminder, ReplyLink
from engage.reminders.policy import can_answer, can_follow_partners, is_usable

NOW = datetime(2026, 6, 2, 8, tzinfo=UTC)


def person(role: Role) -> Person:
    return Person(mandates=[Mandate(role=role.value, starts_on=clock.today())])


def link(**values: object) -> ReplyLink:
    return ReplyLink(digest_id=1, expires_at=NOW + timedelta(days=1), **values)


def deadline(**values: object) -> Deadline:
    given = {"id": 5, "subject_type": "incidents", "subject_id": 7, "organisation_id": 3} | values
    return Deadline(**given)


def digest(told: Deadline) -> Digest:
    return Digest(id=1, organisation_id=3, reminders=[Reminder(deadline=told)])


@pytest.mark.parametrize("role", Role)
def test_only_coordinators_and_administrators_follow_partners(role: Role) -> None:
    expected = role in (Role.COORDINATOR, Role.ADMIN)
    assert can_follow_partners(person(role)) is expected


def test_a_visitor_follows_no_partner() -> None:
    assert not can_follow_partners(None)


def test_a_link_lives_until_it_expires_or_is_revoked() -> None:
    assert is_usable(link(), NOW)
    assert not is_usable(link(), NOW + timedelta(days=1))
    assert not is_usable(link(revoked_at=NOW), NOW)


def test_a_link_answers_what_its_digest_spoke_of() -> None:
    told = deadline()
    assert can_answer(link(), digest(told), told, NOW)
    same_thing = deadline(id=6)
    assert can_answer(link(), digest(told), same_thing, NOW)


@pytest.mark.parametrize(
    "values",
    [{"organisation_id": 4}, {"subject_id": 8}, {"subject_type": "actions"}],
)
def test_a_link_answers_nothing_else(values: dict[str, object]) -> None:
    assert not can_answer(link(), digest(deadline()), deadline(**values), NOW)


def test_a_dead_link_and_another_digest_answer_nothing() -> None:
    told = deadline()
    assert not can_answer(link(revoked_at=NOW), digest(told), told, NOW)
    other = digest(told)
    other.id = 2
    assert not can_answer(link(), other, told, NOW)
