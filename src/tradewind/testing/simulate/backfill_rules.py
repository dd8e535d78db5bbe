"""What must be true of backfills. I15: no more of their runs are active than may be, none starts in a pause,
each date has its run, and each backfill is completed with its last run.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

import msgspec

from tradewind.testing.simulate.rules import Broken


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill that somebody makes in the middle of the history; moments in seconds after that."""

    at: float
    dag_id: str
    dates: int
    max_active_runs: int
    pause: tuple[float, float] | None = None
    """From when to when it is paused."""
    cancel: float | None = None


class BackfillRules:
    """Looks at committed rows after each thing that a scheduler did."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.asked: dict[int, int] = {}
        """Each backfill that was made, with how many dates it has."""
        self._states: dict[int, str] = {}
        self._paused: set[int] = set()
        self._missing: Counter[int] = Counter()

    def look(self) -> None:
        """Compare with what was seen last."""
        if not self.asked:
            return
        limits = dict(self._all("select id, max_active_runs from backfill"))
        paused = {
            number
            for (number,) in self._all("select id from backfill where is_paused and completed_at is null")
        }
        rows = self._all("select id, backfill_id, state from dag_run where backfill_id is not null")
        for pk, number, state in rows:
            began = state == "running" and self._states.get(pk, "queued") == "queued"
            if began and number in paused & self._paused:
                raise Broken(f"I15: a run of backfill {number} started, though it is paused")
        for number, count in Counter(number for _, number, state in rows if state == "running").items():
            if count > limits[number]:
                raise Broken(f"I15: backfill {number} has {count} active runs, may have {limits[number]}")
        self._states = {pk: state for pk, _, state in rows}
        self._paused = paused

    def deleted(self, number: int | None) -> None:
        """Somebody deleted a run of that backfill."""
        if number is not None:
            self._missing[number] += 1

    def unfinished(self) -> list[int]:
        """Backfills that go on."""
        return [number for (number,) in self._all("select id from backfill where completed_at is null")]

    def check_end(self) -> None:
        """Every backfill has had its runs, and is completed."""
        if self.unfinished():
            raise Broken(f"I15: backfills {self.unfinished()} are never completed")
        of = "select backfill_id, count(*) from dag_run where backfill_id is not null group by 1"
        found = dict(self._all(of))
        for number, dates in self.asked.items():
            if found.get(number, 0) != dates - self._missing[number]:
                raise Broken(f"I15: backfill {number} has {found.get(number, 0)} runs for {dates} dates")

    def _all(self, sql: str, *values: object) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()
