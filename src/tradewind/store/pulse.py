"""Has anything been committed since? Asked many times a second, so it may cost next to nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tradewind.store.database import Database


class Pulse:
    """The database's own mark of its latest commit, on a connection that does nothing else. For one thread.

    SQLite and PostgreSQL have such a mark; where a server has none, something may always have happened.
    """

    def __init__(self, database: Database) -> None:
        self._dialect = database.dialect
        self._cursor: Any = None
        self._last: object = None

    def moved(self) -> bool:
        """Whether somebody committed since this was asked last; True the first time. What is read after
        asking is at least as new as the answer. Raises DatabaseUnavailable and its like.
        """
        sql = self._dialect.pulse_sql
        if sql is None:
            return True
        try:
            if self._cursor is None:
                self._cursor = self._dialect.connect().cursor()
            self._cursor.execute(sql)
            (mark,) = self._cursor.fetchone()
        except self._dialect.driver_error as error:
            self.close()
            raise self._dialect.explain(error) from error
        before, self._last = self._last, mark
        return bool(before != mark)

    def close(self) -> None:
        """Give the connection up; the next question opens another, to which everything is new."""
        cursor, self._cursor, self._last = self._cursor, None, None
        if cursor is not None:
            with suppress(self._dialect.driver_error):
                cursor.connection.close()
