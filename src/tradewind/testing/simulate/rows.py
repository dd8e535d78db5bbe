"""The committed rows, read through a connection of its own."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from tradewind.domain import keys
from tradewind.testing.simulate.ends import RunKey
from tradewind.testing.simulate.structure import Path
from tradewind.testing.simulate.witness import InstanceKey


class Row(msgspec.Struct, frozen=True):
    """What is looked at of a task instance; the first four are its key."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    id: str
    state: str | None
    try_number: int
    dispatch: int
    pool: str
    map_path: str | None = None

    @property
    def place(self) -> Path:
        """Its index at each level of mapping."""
        path = keys.path_of(self.map_path)
        return path if path is not None else ((self.map_index,) if self.map_index >= 0 else ())

    @property
    def key(self) -> InstanceKey:
        """Which task instance."""
        return (self.dag_id, self.run_id, self.task_id, self.map_index)

    @property
    def run(self) -> RunKey:
        """Of which run."""
        return (self.dag_id, self.run_id)


_ROWS = (
    "select dag_id, run_id, task_id, map_index, id, state, try_number, dispatch, pool, map_path "
    "from task_instance"
)


class Committed:
    """What other connections have committed."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self._seen_version = -1

    def news(self) -> bool:
        """Whether another connection has committed since the rows were read."""
        return self._version() != self._seen_version

    def read(self) -> tuple[dict[InstanceKey, Row], dict[RunKey, str]]:
        """All task instances, and the states of all runs."""
        self._seen_version = self._version()
        rows = {values[:4]: Row(*values) for values in self.all(_ROWS)}
        runs = self.all("select dag_id, run_id, state from dag_run")
        return rows, {(dag_id, run_id): state for dag_id, run_id, state in runs}

    def archived(self, attempt_id: str) -> bool:
        """Whether that attempt is one of the past."""
        return bool(self.all("select 1 from task_instance_history where task_instance_id = ?", attempt_id))

    def all(self, sql: str, *values: str) -> list[Any]:
        """The rows that a statement selects."""
        return self.connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _version(self) -> int:
        return int(self.connection.execute("pragma data_version").fetchone()[0])
