"""Reads for who reports a problem: the pictures, the kinds behind them, a place."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from engage.incidents.models import Circuit, IncidentKind, Tile
from engage.incidents.queries import is_code
from engage.territory.models import Place


def tiles(db: Session) -> Sequence[Tile]:
    """The pictures of the first question."""
    return db.scalars(select(Tile).order_by(Tile.position)).all()


def tile(db: Session, code: str) -> Tile | None:
    if not is_code(code):
        return None
    return db.scalar(select(Tile).where(Tile.code == code))


def behind(db: Session, chosen: Tile) -> Sequence[IncidentKind]:
    """The choices behind a picture."""
    return db.scalars(
        select(IncidentKind)
        .where(IncidentKind.tile_id == chosen.id)
        .order_by(IncidentKind.tile_position)
    ).all()


KIND = (
    select(IncidentKind)
    .options(joinedload(IncidentKind.tile))
    .where(IncidentKind.code == bindparam("code"), IncidentKind.tile_id.is_not(None))
)


def kind(db: Session, code: str) -> IncidentKind | None:
    """What a resident can choose; kinds of staff only are not among them."""
    if not is_code(code):
        return None
    return db.scalar(KIND, {"code": code})


PLACE = (
    select(Place).options(joinedload(Place.neighbourhood)).where(Place.code == bindparam("code"))
)


def place(db: Session, code: str) -> Place | None:
    if not is_code(code):
        return None
    return db.scalar(PLACE, {"code": code})


def open_kinds(db: Session) -> Sequence[IncidentKind]:
    """All kinds of problems that anybody may read about, in the order of the nomenclature."""
    return db.scalars(
        select(IncidentKind)
        .where(IncidentKind.circuit == Circuit.OPEN, IncidentKind.is_thanks.is_(False))
        .order_by(IncidentKind.code)
    ).all()
