"""What sealing moves, row by row: ballots to new keys, receipts apart, the roll in a fresh order.

All of it happens in the transaction of `commands.seal`, which has the vote to itself. Memory does
not grow with the ballots, but for ten bytes a receipt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    Integer,
    Label,
    Row,
    Text,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.models import Ballot, RollEntry, VotingCode
from engage.consultations.sealing import secrets
from engage.consultations.sealing.models import SealedBallot, SealedReceipt

CHUNK = 5_000
"""Rows of the roll that are looked at together."""

PERSON, CODE = "person:", "code:"

_DRAWN = {
    "sqlite": "lower(hex(randomblob(16)))",
    "postgresql": "replace(CAST(gen_random_uuid() AS text), '-', '')",
}
"""A new key, from the generators for secrets of both databases."""


@dataclass(frozen=True)
class Voted:
    """One entry of the roll; without receipt when no ballot lies under the key of its unit."""

    channel: str
    neighbourhood_id: int | None
    answers: str | None
    """As JSON, for counting by neighbourhood."""
    receipt: bytes | None


@dataclass
class Receipts:
    """Receipts of one question while they are drawn up, by their first byte: cheap to sort."""

    buckets: list[bytearray] = field(default_factory=lambda: [bytearray() for _ in range(256)])

    def add(self, raw: bytes) -> None:
        self.buckets[raw[0]] += raw

    def sorted(self) -> Iterator[list[str]]:
        """All of them, spelled, in portions; their order says nothing of the roll's."""
        size = secrets.RECEIPT_BYTES
        for bucket in self.buckets:
            found = sorted(bytes(bucket[i : i + size]) for i in range(0, len(bucket), size))
            yield [secrets.spelled(raw) for raw in found]


HOME = case((RollEntry.unit.startswith(PERSON), cast(func.substr(RollEntry.unit, 8), Integer)))
"""The id of the person that a unit is, in the database; NULL for a printed code."""


LETTER = case((RollEntry.unit.startswith(CODE), cast(func.substr(RollEntry.unit, 6), Integer)))
"""The id of the printed code that a unit is, in the database; NULL for a person."""

LIVES = func.coalesce(Person.neighbourhood_id, VotingCode.neighbourhood_id).label(
    "neighbourhood_id"
)
"""Where the unit lives: as the person says, or as the letter was addressed; `Person` and
`VotingCode` are joined."""


def voted(db: Session, secret: bytes | None, question_id: int) -> Iterator[Voted]:
    """Who used the right to answer this question, with what lies under the key of their unit."""
    entries = (
        select(RollEntry.unit, RollEntry.channel, LIVES)
        .outerjoin(Person, Person.id == HOME)
        .outerjoin(VotingCode, VotingCode.id == LETTER)
        .where(RollEntry.question_id == question_id)
        .execution_options(yield_per=CHUNK)
    )
    for rows in db.execute(entries).partitions():
        yield from _with_ballots(db, secret, question_id, rows)


def _with_ballots(
    db: Session, secret: bytes | None, question_id: int, rows: Sequence[Row[str, str, int | None]]
) -> Iterator[Voted]:
    keys = {r.unit: secrets.ballot_key(secret, question_id, r.unit) for r in rows if secret}
    lying = select(Ballot.key, cast(Ballot.answers, Text)).where(Ballot.key.in_(keys.values()))
    found = dict(db.execute(lying).all())
    for row in rows:
        answers = found.get(keys.get(row.unit, ""))
        receipt = None
        if secret and answers is not None:
            receipt = secrets.raw_receipt(secret, question_id, row.unit)
        yield Voted(row.channel, row.neighbourhood_id, answers, receipt)


def copy_ballots(db: Session, question_id: int) -> int:
    """Give each answer a new key, in an order drawn by lot; returns how many."""
    key: Label[str] = literal_column(_DRAWN[db.get_bind().dialect.name]).label("key")
    mine = Ballot.question_id == question_id
    drawn = select(Ballot.question_id, key, Ballot.answers).where(mine).subquery()
    names = ["question_id", "key", "answers"]
    copied = insert(SealedBallot).from_select(names, select(drawn).order_by(drawn.c.key))
    done = db.execute(copied, execution_options={"preserve_rowcount": True})
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def keep_receipts(db: Session, question_id: int, receipts: Receipts) -> int:
    """Write the receipts of a question in their own order; returns how many."""
    kept = 0
    for portion in receipts.sorted():
        rows = [{"question_id": question_id, "receipt": receipt} for receipt in portion]
        if rows:
            db.execute(insert(SealedReceipt), rows)
        kept += len(rows)
    return kept


def drop_ballots(db: Session, question_ids: Sequence[int]) -> int:
    """Remove the ballots under their old keys; returns how many."""
    gone = db.execute(delete(Ballot).where(Ballot.question_id.in_(question_ids)))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]


def rewrite_roll(db: Session, consultation_id: int) -> None:
    """Let all entries come from one transaction: PostgreSQL says of each row which one wrote it."""
    if db.get_bind().dialect.name == "postgresql":
        mine = RollEntry.consultation_id == consultation_id
        db.execute(update(RollEntry).where(mine).values(channel=RollEntry.channel))
