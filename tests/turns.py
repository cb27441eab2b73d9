"""Databases of PostgreSQL that tests take turns with: put back as they were instead of made anew.

Making one takes a checkpoint and a thousand files; finding what a test changed takes one statement.
A database whose schema changed is thrown away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

_TABLES = (
    "SELECT relname FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
)
_SCHEMA = """
    SELECT
      (SELECT md5(string_agg(concat(oid, relname, relnatts), ',' ORDER BY oid))
         FROM pg_class WHERE relnamespace = 'public'::regnamespace),
      (SELECT md5(string_agg(concat(oid, tgenabled), ',' ORDER BY oid)) FROM pg_trigger),
      (SELECT md5(string_agg(oid::text, ',' ORDER BY oid))
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
      (SELECT md5(string_agg(prosrc, ',' ORDER BY oid))
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
"""
"""A copy has the numbers of its template: what was made again has others."""

_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences"

_MARK = sql.SQL("(count(*), md5(string_agg(t::text, ',' ORDER BY t::text)))::text")
"""What the rows of a table are known by."""


@dataclass
class Turns:
    """The databases made from one template, `name`; `server` is the address of any database."""

    server: str
    name: str
    free: list[str] = field(default_factory=list)
    made: int = 0
    connections: dict[str, psycopg.Connection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self._open(self.name) as template:
            self.schema = template.execute(_SCHEMA).fetchone()
            names = [name for (name,) in template.execute(_TABLES)]
            self.rows = {table: _copied(template, table) for table in names}
            self.sequences = _sequences(template)
            marks = {table: _mark(template, table) for table in names if self.rows[table]}
        self.changed = sql.SQL(" UNION ALL ").join(
            _unless(table, marks.get(table)) for table in names
        )

    @contextmanager
    def one(self) -> Iterator[str]:
        """The name of a database that is like the template; nobody else has it meanwhile."""
        name = self.free.pop() if self.free else self._make()
        yield name
        if self._put_back(name):
            self.free.append(name)
        else:
            self.connections.pop(name).close()
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def _make(self) -> str:
        self.made += 1
        name = f"{self.name}_{self.made}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(statement, name, self.name)
        return name

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))

    def _open(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.server.replace("/postgres?", f"/{name}?"))

    def _put_back(self, name: str) -> bool:
        """Make it like the template again; False when its schema is another one."""
        try:
            with self._to(name).transaction():
                return self._put_back_with(self._to(name))
        except psycopg.OperationalError:
            return False  # a test dropped it

    def _to(self, name: str) -> psycopg.Connection:
        """One connection a database, kept: it knows the tables and has planned what is asked."""
        if name not in self.connections:
            self.connections[name] = self._open(name)
            self.connections[name].autocommit = True
            self.connections[name].execute("SET max_parallel_workers_per_gather = 0")
        return self.connections[name]

    def _put_back_with(self, connection: psycopg.Connection) -> bool:
        if connection.execute(_SCHEMA).fetchone() != self.schema:
            return False
        connection.execute("SET LOCAL session_replication_role = replica")  # no trigger, no key
        for (table,) in connection.execute(self.changed).fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            self._fill(connection, table)
        for sequence, value in _sequences(connection).items():
            if value != self.sequences[sequence]:
                _set(connection, sequence, self.sequences[sequence])
        return True

    def _fill(self, connection: psycopg.Connection, table: str) -> None:
        if self.rows[table]:
            into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with connection.cursor().copy(into) as copy:
                copy.write(self.rows[table])


def _mark(connection: psycopg.Connection, table: str) -> str:
    statement = sql.SQL("SELECT {} FROM {} t").format(_MARK, sql.Identifier(table))
    found = connection.execute(statement).fetchone()
    assert found is not None
    return str(found[0])


def _unless(table: str, mark: str | None) -> sql.Composed:
    """Selects the name of `table` unless its rows are those of `mark`; None: there were none."""
    if mark is None:
        some = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        return some.format(sql.Literal(table), sql.Identifier(table))
    others = sql.SQL("SELECT {} FROM {} t HAVING {} <> {}")
    return others.format(sql.Literal(table), sql.Identifier(table), _MARK, sql.Literal(mark))


def _sequences(connection: psycopg.Connection) -> dict[str, int | None]:
    return dict(connection.execute(_SEQUENCES).fetchall())


def _copied(connection: psycopg.Connection, table: str) -> bytes:
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(out) as copy:
        return b"".join(bytes(block) for block in copy)


def _set(connection: psycopg.Connection, sequence: str, value: int | None) -> None:
    """None: nothing was taken from it yet."""
    connection.execute(
        "SELECT setval(%s::regclass, %s, %s)", (sequence, value or 1, value is not None)
    )
