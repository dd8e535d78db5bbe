"""Connections and transactions.

``Database.read()`` gives a transaction that sees one moment; ``Database.write()`` one that commits when its
block ends and rolls back when it raises. A transaction belongs to one thread. Do not nest them: a second
``write()`` inside the first would wait for itself, so it is refused.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from tradewind.domain import errors
from tradewind.store import dialects
from tradewind.store.dialects.base import Dialect
from tradewind.store.sealing import NO_SEAL, Seal
from tradewind.store.statements import Compiled, Row, Statement

_NO_ROW: Row = {}
_now = sa.DateTime(timezone=True)
_tokens = itertools.count(int.from_bytes(os.urandom(4), "big") << 31)

Runnable = Statement | sa.Executable


class Tx:
    """One transaction. ``statements`` counts what was sent in it; a batch counts once."""

    __slots__ = ("_connection", "_cursor", "_error", "_lock", "dialect", "seal", "statements", "writing")

    def __init__(self, connection: Any, dialect: Dialect, *, writing: bool, seal: Seal = NO_SEAL) -> None:
        self._connection, self._cursor, self._lock = connection, connection.cursor(), threading.Lock()
        self._error = dialect.driver_error
        self.dialect = dialect
        self.statements = 0
        self.writing = writing
        self.seal = seal

    def run(self, statement: Runnable, **values: Any) -> int:
        """Execute a statement that changes rows; how many it changed."""
        self._execute(*self._prepare(statement, values))
        return int(self._cursor.rowcount)

    def run_many(self, statement: Statement, rows: Sequence[Row]) -> int:
        """Execute a statement once for each row of parameters, in order, as one batch; how many rows
        changed.
        """
        if not rows:
            return 0
        compiled = statement.on(self.dialect)
        bind = compiled.bind
        self.statements += 1
        try:
            if len(rows) == 1:
                self._cursor.execute(compiled.sql, bind(rows[0]))
            else:
                self._cursor.executemany(compiled.sql, [bind(row) for row in rows])
        except self._error as error:
            raise self.dialect.explain(error) from error
        return int(self._cursor.rowcount)

    def rows(self, statement: Runnable, **values: Any) -> list[Any]:
        """All rows of a select (or of what a statement returns), each a sequence in column order."""
        compiled, parameters = self._prepare(statement, values)
        self._execute(compiled, parameters)
        try:
            return compiled.read(self._cursor.fetchall())
        except self._error as error:
            raise self.dialect.explain(error) from error

    def first(self, statement: Runnable, **values: Any) -> Any | None:
        """The first row, or None."""
        rows = self.rows(statement, **values)
        return rows[0] if rows else None

    def value(self, statement: Runnable, **values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.rows(statement, **values)
        return rows[0][0] if rows else None

    def insert(self, table: sa.Table, values: Row) -> int:
        """Insert one row; the number that the database gave it."""
        statement = sa.insert(table).values(dict(values))
        if self.dialect.returns_inserted:
            return int(self.value(statement.returning(*table.primary_key.columns)))
        self.run(statement)
        return int(self._cursor.lastrowid)

    def text(self, sql: str) -> None:
        """Execute SQL as it stands: begin, commit, schema changes."""
        try:
            self._cursor.execute(sql)
        except self._error as error:
            raise self.dialect.explain(error) from error

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A part that is undone alone where it raises; what came before it in the transaction stays. A server
        that ended the whole transaction (MySQL does at a deadlock) has no such part any more: its error is
        what is told.
        """
        self.text("SAVEPOINT part")
        try:
            yield
        except errors.DatabaseError:
            with suppress(errors.DatabaseError):
                self._undo_part()
            raise
        except BaseException:
            self._undo_part()
            raise
        self.text("RELEASE SAVEPOINT part")

    def _undo_part(self) -> None:
        self.text("ROLLBACK TO SAVEPOINT part")
        self.text("RELEASE SAVEPOINT part")

    def interrupt(self) -> None:
        """End what it does now with an error, from another thread; nothing where it is over."""
        with self._lock:
            if self._connection is not None:
                self.dialect.interrupt(self._connection)

    def close(self) -> None:
        """It is over: the connection may serve another."""
        with self._lock:
            self._connection = None

    def lock_schema(self) -> None:
        """Wait until no other process changes the schema; SQLite's writers are alone anyway."""
        lock = self.dialect.schema_lock()
        if lock is not None:
            self.text(lock)

    def now(self) -> datetime:
        """The database's time, aware, UTC."""
        self.text(self.dialect.now_sql)
        self.statements += 1
        value = self._cursor.fetchone()[0]
        decode = self.dialect.decoder(_now)
        moment: datetime = decode(value) if decode else value
        return moment

    def _prepare(self, statement: Runnable, values: Row) -> tuple[Compiled, Any]:
        if isinstance(statement, Statement):
            compiled = statement.on(self.dialect)
            return compiled, compiled.bind(values)
        compiled = Compiled(statement, self.dialect, once=True)
        return compiled, compiled.bind(values)

    def _execute(self, compiled: Compiled, parameters: Any) -> None:
        self.statements += 1
        try:
            self._cursor.execute(compiled.sql, parameters)
        except self._error as error:
            raise self.dialect.explain(error) from error
        except OverflowError as error:  # SQLite's driver, before it asks
            raise errors.InvalidValue("A number", "more than 64 bits", "be smaller") from error


class Database:
    """The metadata database behind ``url``. Connects at first use; cheap to make.

    Raises InvalidValue for an address that is not one. ``echo`` prints nothing here: it is handed to the
    engine that schema changes use. ``dialect`` replaces the server's own, for a world with a time of its own.
    ``seal`` encrypts what triggers carry.
    """

    def __init__(
        self,
        url: str,
        *,
        echo: bool = False,
        pool_size: int = 5,
        max_overflow: int = 10,
        dialect: Dialect | None = None,
        seal: Seal = NO_SEAL,
    ) -> None:
        self.url = dialects.parse_url(url)
        self.echo = echo
        self.dialect = dialect or dialects.for_url(self.url)
        self.where, self.seal = self.dialect.where, seal
        self._pool = QueuePool(
            self.dialect.connect, pool_size=pool_size, max_overflow=max_overflow, reset_on_return=None
        )
        self._turn = threading.Lock()
        self._holder: int | None = None
        self._writer: Any = None

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that sees one moment and changes nothing."""
        with self._pooled(self.dialect.begin_read, writing=False) as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that commits at the end of the block, or rolls back where that raises."""
        if not self.dialect.one_writer:
            with self._pooled(self.dialect.begin_write, writing=True) as tx:
                yield tx
            return
        self._take_turn()
        try:
            with self._transaction(self._open_writer(), self.dialect.begin_write, writing=True) as tx:
                yield tx
        except errors.DatabaseError:
            self._close_writer()  # what state it is in is not known
            raise
        finally:
            self._holder = None
            self._turn.release()

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._turn:
            self._close_writer()
        self._pool.dispose()

    @contextmanager
    def _pooled(self, begin: str, *, writing: bool) -> Iterator[Tx]:
        connection = self._checkout(begin)
        try:
            with self._transaction(connection, None, writing=writing) as tx:
                yield tx
        except errors.DatabaseUnavailable:
            connection.invalidate()
            raise
        finally:
            connection.close()

    @contextmanager
    def _transaction(self, connection: Any, begin: str | None, *, writing: bool) -> Iterator[Tx]:
        tx = Tx(connection, self.dialect, writing=writing, seal=self.seal)
        if begin is not None:
            tx.text(begin)
        try:
            yield tx
            tx.text("COMMIT")
        except BaseException:
            _roll_back(tx)
            raise
        finally:
            tx.close()

    def _checkout(self, begin: str) -> Any:
        """A pooled connection in a new transaction. One that died while idle is replaced, once."""
        for last in (False, True):
            connection = None
            try:
                connection = self._pool.connect()
                connection.cursor().execute(begin)
                return connection
            except self.dialect.driver_error as error:
                if connection is not None:
                    connection.invalidate()
                if last or connection is None or not self.dialect.is_disconnect(error):
                    raise self.dialect.explain(error) from error
        raise AssertionError("unreachable")

    def _take_turn(self) -> None:
        me = threading.get_ident()
        if self._holder == me:
            raise RuntimeError("a write transaction was begun inside another one of the same thread")
        if not self._turn.acquire(timeout=30):
            raise errors.DatabaseBusy(f"{self.where}: another thread of this process is writing for 30 s.")
        self._holder = me

    def _open_writer(self) -> Any:
        if self._writer is None:
            try:
                self._writer = self.dialect.connect(create=True)
            except self.dialect.driver_error as error:
                raise self.dialect.explain(error) from error
        return self._writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _roll_back(tx: Tx) -> None:
    """Undo, keeping the error that led here: a connection that is gone has rolled back already."""
    try:
        tx.text("ROLLBACK")
    except errors.TradewindError:
        pass
    except tx.dialect.driver_error:
        pass


def new_token() -> int:
    """A number that no other transaction of any process uses (63 bits): marks rows that a batch changed."""
    return next(_tokens)
