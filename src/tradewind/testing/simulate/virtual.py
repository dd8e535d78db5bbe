"""SQLite whose time is the world's, and which trusts the disk: histories crash schedulers, not machines."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import ClassVar

from tradewind.runtime.clock import Clock
from tradewind.store import dialects
from tradewind.store.database import Database
from tradewind.store.dialects.sqlite import Sqlite, encode_time


class VirtualSqlite(Sqlite):
    """``tx.now()`` is the virtual clock's, so leases run out in virtual time."""

    now_sql: ClassVar[str] = "SELECT virtual_now()"

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(dialects.parse_url(f"sqlite:///{path}"))
        self._clock = clock

    def connect(self, *, create: bool = False) -> sqlite3.Connection:
        """A connection that knows the virtual time and never waits for the disk."""
        connection = super().connect(create=create)
        connection.create_function("virtual_now", 0, lambda: encode_time(self._clock.now()))
        connection.execute("PRAGMA synchronous=OFF")
        return connection


def database(path: Path, clock: Clock) -> Database:
    """The real database on that file, in virtual time."""
    return Database(f"sqlite:///{path}", dialect=VirtualSqlite(path, clock))
