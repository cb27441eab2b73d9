"""Databases of PostgreSQL that tests take turns with: put back as they were instead of made anew.

Making one takes a checkpoint and a thousand files; finding what a test changed takes one statement.
A database whose schema changed is thrown away.
"""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True)
class _State:
    """What a database holds: its schema, a mark of each table, where each sequence stands."""

    schema: object
    tables: Mapping[str, object]
    sequences: Mapping[str, int | None]


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
            self.before = _state(template)
            self.rows = {table: _copied(template, table) for table in self.before.tables}

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
        return self.connections[name]

    def _put_back_with(self, connection: psycopg.Connection) -> bool:
        now = _state(connection)
        if now.schema != self.before.schema:
            return False
        connection.execute("SET LOCAL session_replication_role = replica")  # no trigger, no key
        for table, mark in now.tables.items():
            if mark != self.before.tables[table]:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                self._fill(connection, table)
        for sequence, value in now.sequences.items():
            if value != self.before.sequences[sequence]:
                _set(connection, sequence, self.before.sequences[sequence])
        return True

    def _fill(self, connection: psycopg.Connection, table: str) -> None:
        if self.rows[table]:
            into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with connection.cursor().copy(into) as copy:
                copy.write(self.rows[table])


def _state(connection: psycopg.Connection) -> _State:
    schema = connection.execute(_SCHEMA).fetchone()
    names = [name for (name,) in connection.execute(_TABLES)]
    marks = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {}, count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t"
        ).format(sql.Literal(name), sql.Identifier(name))
        for name in names
    )
    tables = {name: (count, mark) for name, count, mark in connection.execute(marks)}
    return _State(schema, tables, dict(connection.execute(_SEQUENCES).fetchall()))


def _copied(connection: psycopg.Connection, table: str) -> bytes:
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(out) as copy:
        return b"".join(bytes(block) for block in copy)


def _set(connection: psycopg.Connection, sequence: str, value: int | None) -> None:
    """None: nothing was taken from it yet."""
    connection.execute(
        "SELECT setval(%s::regclass, %s, %s)", (sequence, value or 1, value is not None)
    )
