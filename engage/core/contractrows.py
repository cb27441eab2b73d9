"""Rows that come from the contract file: matched by code, never overwriting what staff edited."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engage.core.db import Base

Row = TypeVar("Row", bound=Base)


class ContractRow(Base):
    """What the file said of one row when it was last loaded."""

    __tablename__ = "contract_rows"

    table_name: Mapped[str] = mapped_column(String(48), primary_key=True)
    code: Mapped[str] = mapped_column(String(96), primary_key=True)
    said: Mapped[dict[str, Any]]


@dataclass
class Difference:
    """What a load changed, a line each: `+` new, `~` updated, `=` kept because staff edited it."""

    lines: list[str] = field(default_factory=list)

    def summary(self) -> list[str]:
        """All lines; of a first load, where everything is new, one a table."""
        tables = Counter(line.split()[1] for line in self.lines)
        if all(line.startswith("+") for line in self.lines):
            return [f"+ {table} ({count})" for table, count in tables.items()]
        return self.lines


class Loader:
    """Brings rows to what a file says, three-way: the file now, the file last time, the row."""

    def __init__(self, db: Session, difference: Difference) -> None:
        self.db = db
        self._difference = difference
        self._said = {(r.table_name, r.code): r for r in db.scalars(select(ContractRow))}

    def put(self, model: type[Row], code: str, values: Mapping[str, Any], **identity: Any) -> Row:
        """Insert or update the row of `model` with this `code` (or `identity`); returns it."""
        identity = identity or {"code": code}
        said = {name: _plain(value) for name, value in values.items()}
        row = self.db.scalar(select(model).filter_by(**identity))
        earlier = self._said.get((model.__tablename__, code))
        if row is None:
            row = model(**identity, **values)
            self.db.add(row)
            self._note("+", model, code, "")
        else:
            self._update(row, code, values, earlier.said if earlier else {})
        if earlier is None:
            earlier = ContractRow(table_name=model.__tablename__, code=code, said=said)
            self._said[model.__tablename__, code] = earlier
            self.db.add(earlier)
        elif earlier.said != said:
            earlier.said = said
        self.db.flush()
        return row

    def _update(
        self, row: Base, code: str, values: Mapping[str, Any], said_before: Mapping[str, Any]
    ) -> None:
        for name, value in values.items():
            current = getattr(row, name)
            if current == value or said_before.get(name) == _plain(value):
                continue
            if name in said_before and _plain(current) != said_before[name]:
                self._note("=", type(row), code, name)
                continue
            setattr(row, name, value)
            self._note("~", type(row), code, name)

    def _note(self, mark: str, model: type[Base], code: str, name: str) -> None:
        self._difference.lines.append(f"{mark} {model.__tablename__} {code} {name}".rstrip())


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return (
        value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
    )
