"""For machines: is the process alive, is the whole ready, how much is there of what."""

import hmac
from datetime import datetime, timedelta
from importlib.metadata import version

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engage.core import clock, migrate, sms_budget
from engage.core.config import is_loopback
from engage.core.errors import NotFound
from engage.core.outbox import Delivery, OutboxMessage
from engage.core.ticks import Tick
from engage.core.web import services
from engage.deadlines.models import Deadline
from engage.incidents.models import Incident
from engage.incidents.workflow import OPEN
from engage.moderation.models import ModerationItem
from engage.moderation.workflow import TRANSITIONS as JUDGEMENTS

bp = Blueprint("health", __name__)

CLOCK_SILENT = timedelta(minutes=3)
MESSAGE_LATE = timedelta(minutes=10)
UNSENT = (Delivery.QUEUED.value, Delivery.CLAIMED.value)
UNDECIDED = {status for status, _ in JUDGEMENTS}


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers; the database is not asked."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """200, or 503 with what is wrong: database, schema, clock, sender."""
    faults = readiness_faults()
    if faults:
        return {"status": "fault", "faults": faults}, 503
    return {"status": "ready"}


def readiness_faults() -> list[str]:
    """What keeps the town from working, one line each."""
    database = services().database
    try:
        fault = migrate.fault(database)
        if fault:
            return [f"database: {fault}"]
        with database.reading() as db:
            return [*_clock_faults(db), *_sender_faults(db)]
    except SQLAlchemyError as error:
        return [f"database: {type(error).__name__}"]


def _clock_faults(db: Session) -> list[str]:
    ticked = db.scalar(select(func.max(Tick.at)))
    if ticked is None:
        return ["clock: has never run; type: engage clock"]
    if clock.now() - ticked > CLOCK_SILENT:
        return [f"clock: silent since {ticked:%Y-%m-%d %H:%M} UTC; type: engage clock"]
    return []


def _sender_faults(db: Session) -> list[str]:
    due = oldest_due(db)
    if due is not None and clock.now() - due > MESSAGE_LATE:
        return [f"sender: a message waits since {due:%Y-%m-%d %H:%M} UTC"]
    return []


def oldest_due(db: Session) -> datetime | None:
    """Since when the oldest message that should have left is due, or None."""
    return db.scalar(
        select(func.min(OutboxMessage.not_before)).where(
            OutboxMessage.delivery.in_(UNSENT), OutboxMessage.not_before <= clock.now()
        )
    )


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counts in the Prometheus text format, for this machine or who has the token."""
    if not (_asked_from_here() or _has_token()):
        raise NotFound
    with services().database.reading() as db:
        return Response(_exposition(db), content_type="text/plain; version=0.0.4; charset=utf-8")


def _asked_from_here() -> bool:
    """Whether a program of this machine asks; a request that a proxy passed on is not from here."""
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not passed_on and is_loopback(request.remote_addr or "")


def _has_token() -> bool:
    token = services().config.metrics_token
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _exposition(db: Session) -> bytes:
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"engage_{name}", text, labels, registry=registry)

    outbox = gauge("outbox_messages", "Messages in the outbox.", "state")
    counts = _counts_by_state(db)
    for state in Delivery:
        outbox.labels(state.value).set(counts.get(state.value, 0))
    gauge("sms_today", "SMS that left today or are about to.").set(sms_budget.used_today(db))
    gauge("sms_daily", "The most SMS of one day.").set(services().config.sms_daily)
    ages = gauge("tick_age_seconds", "Seconds since a job of the clock last ended.", "job")
    for tick in db.scalars(select(Tick)):
        ages.labels(tick.name).set((clock.now() - tick.at).total_seconds())
    gauge("incidents_open", "Reports somebody has to act on.").set(_open_incidents(db))
    gauge("incidents_late", "Open reports past a deadline.").set(_late_incidents(db))
    gauge("moderation_queue", "Items that wait for a decision.").set(_moderation_queue(db))
    build = gauge("build_info", "What runs.", "version", "schema", "database")
    database = services().database
    schema = migrate.current_revision(database) or ""
    build.labels(version("engage"), schema, migrate.engine_name(database)).set(1)
    return generate_latest(registry)


def _counts_by_state(db: Session) -> dict[str, int]:
    rows = db.execute(select(OutboxMessage.delivery, func.count()).group_by(OutboxMessage.delivery))
    return {row[0]: row[1] for row in rows}


def _open_incidents(db: Session) -> int:
    return db.scalar(select(func.count()).where(Incident.status.in_(OPEN))) or 0


def _late_incidents(db: Session) -> int:
    statement = select(func.count(Deadline.subject_id.distinct())).where(
        Deadline.subject_type == Incident.__tablename__,
        Deadline.met_at.is_(None),
        Deadline.withdrawn_at.is_(None),
        Deadline.due_at < clock.now(),
    )
    return db.scalar(statement) or 0


def _moderation_queue(db: Session) -> int:
    return db.scalar(select(func.count()).where(ModerationItem.status.in_(UNDECIDED))) or 0
