"""Invented reports with their history and what is owed for them, as rows."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from engage.core.clock import NEVER
from engage.deadlines.models import Deadline, DeadlineKind
from engage.incidents.links import LIFETIME
from engage.incidents.models import FollowLink, Incident, IncidentEvent
from engage.incidents.workflow import OPEN, Status
from engage.ops.seedrows import Made, Town, step

OPEN_SHARE = 0.03
"""How much of what was reported still waits: the newest."""


def reports(town: Town, number: int) -> Iterator[Made]:
    """Most are repaired and confirmed; the newest are still with somebody."""
    settled = number - max(1, round(number * OPEN_SHARE)) if number else 0
    for index, moment in enumerate(town.moments(number)):
        path = _life(town, settled=index < settled)
        yield from _report(town, path, moment)


def _life(town: Town, *, settled: bool) -> list[Status]:
    state = Status
    given = [state.TO_QUALIFY, state.ASSIGNED]
    repaired = [*given, state.ACKNOWLEDGED, state.RESOLVED]
    if settled:
        lives = (
            [*repaired, state.CONFIRMED],
            [*repaired, state.CLOSED],
            [state.TO_QUALIFY, state.DUPLICATE],
            [state.TO_QUALIFY, state.OUT_OF_AREA],
            [*given, state.NO_ACTION],
        )
        return town.chance.choices(lives, (60, 26, 6, 4, 4))[0]
    lives = (given[:1], given, repaired[:-1], repaired, [*given, state.SCHEDULED])
    return town.chance.choices(lives, (15, 30, 25, 10, 20))[0]


def _report(town: Town, path: list[Status], moment: datetime) -> Iterator[Made]:
    id_, place, kind = town.new_id(Incident), *map(town.chance.choice, (town.places, town.kinds))
    given = Status.ASSIGNED in path
    organisation = (place.owner_id or town.chance.choice(town.organisations)) if given else None
    moments = [min(moment + timedelta(hours=20 * i), town.end) for i in range(len(path))]
    repaired = Status.RESOLVED in path
    due_at = moment + timedelta(days=town.chance.randint(3, 40))
    is_owed = organisation is not None and path[-1] in OPEN
    yield Made(
        Incident,
        {
            "id": id_,
            "reference": f"G-{1000 + id_}",
            "kind_id": kind.id,
            "place_id": place.id,
            "coarse_place_id": place.parent_id,
            "neighbourhood_id": place.neighbourhood_id,
            "organisation_id": organisation,
            "status": path[-1],
            "listed": True,
            "urgent": kind.urgent,
            "description": town.words(12),
            "channel": town.channel(),
            "reporter_id": town.somebody() if town.chance.random() < 0.5 else None,
            "scheduled_on": None,
            "created_at": moment,
            "resolved_at": moments[path.index(Status.RESOLVED)] if repaired else None,
            "next_due_at": due_at if is_owed else NEVER,
        },
    )
    link = secrets.token_hex(32)
    opens = {"created_at": moment, "expires_at": moments[-1] + LIFETIME}
    yield Made(FollowLink, {"token_hash": link, "incident_id": id_, **opens})
    yield step((Incident, id_), moment, "incident.submit", actor=None)
    for at, status in zip(moments, path, strict=True):
        values = {"incident_id": id_, "at": at, "status": status, "organisation_id": organisation}
        yield Made(IncidentEvent, values)
    for at, (before, after) in zip(moments[1:], pairwise(path), strict=True):
        yield step((Incident, id_), at, f"incident.{after}", before, after, actor=None)
    if organisation is not None:
        yield _deadline(id_, organisation, due_at, moments, is_open=is_owed)


def _deadline(
    incident: int, organisation: int, due_at: datetime, moments: list[datetime], *, is_open: bool
) -> Made:
    return Made(
        Deadline,
        {
            "kind": DeadlineKind.RESOLVE.value,
            "subject_type": Incident.__tablename__,
            "subject_id": incident,
            "organisation_id": organisation,
            "title": f"G-{1000 + incident}",
            "due_at": due_at,
            "met_at": None if is_open else moments[-1],
            "created_at": moments[0],
        },
    )
