"""``settings.Session()`` for scripts: objects are added, and written together when it commits."""

from __future__ import annotations

import getpass
import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from tradewind import config
from tradewind.domain.errors import AirflowException
from tradewind.runtime.clock import SystemClock
from tradewind.store import migrations
from tradewind.store.database import Database

if TYPE_CHECKING:
    from datetime import datetime

    from tradewind.store.database import Tx


class Writable(Protocol):
    """What a session takes."""

    def write(self, tx: Tx, now: datetime, by: str) -> None:
        """Write it."""


class Session:
    """Holds what was added until ``commit``. Raises AirflowException for what it cannot take or do."""

    def __init__(self) -> None:
        self._new: list[Writable] = []

    def add(self, thing: Any) -> None:
        """Write that at the next commit."""
        if not callable(getattr(thing, "write", None)) or not type(thing).__module__.startswith(
            "tradewind.admin"
        ):
            raise AirflowException(
                f"A session takes users (models.User, PasswordUser) so far, got {type(thing).__name__}. "
                "The commands 'airflow connections', 'variables' and 'pools' manage the others."
            )
        self._new.append(thing)

    def add_all(self, things: Any) -> None:
        """``add`` each."""
        for thing in things:
            self.add(thing)

    def commit(self) -> None:
        """Write everything that was added, in one transaction. Raises Conflict, InvalidValue; nothing is
        written.
        """
        if not self._new:
            return
        home = config.find_home(os.environ)
        home.mkdir(parents=True, exist_ok=True)
        database = Database(config.load(home, os.environ).database.sql_alchemy_conn)
        try:
            if database.dialect.name == "sqlite":
                migrations.migrate(database)
            else:
                migrations.check(database)
            with database.write() as tx:
                for thing in self._new:
                    thing.write(tx, SystemClock().now(), getpass.getuser())
        finally:
            database.close()
        self._new.clear()

    def rollback(self) -> None:
        """Forget what was added."""
        self._new.clear()

    close = expunge_all = rollback

    def flush(self) -> None:
        """Nothing is written before ``commit``."""

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rollback()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AirflowException(
            f"session.{name} is not available: a script's session adds users and commits. "
            "Use the commands or the REST API for everything else."
        )
