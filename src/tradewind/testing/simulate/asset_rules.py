"""What must be true of assets, asked without the engine and without the rows that ask for runs.

I13: a run is made for a DAG where what was updated since its last one satisfies its condition, and nowhere
else; it is told of every event that no run before was told of. I14: a task that ended well has left one event
for each of its outlets, and nothing else leaves any.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tradewind.domain.spec import TaskSpec
from tradewind.testing.simulate.rules import Broken
from tradewind.testing.simulate.shapes import Shape, condition_of
from tradewind.testing.simulate.structure import Structure
from tradewind.testing.simulate.witness import Ended, Witness

Condition = Mapping[str, Any]


def satisfied(condition: Condition, updated: Collection[str]) -> bool:
    """Whether updates of the assets with these names satisfy a condition."""
    ((kind, value),) = condition.items()
    if kind == "all":
        return all(satisfied(part, updated) for part in value)
    if kind == "any":
        return any(satisfied(part, updated) for part in value)
    return value["name"] in updated


def names(condition: Condition) -> frozenset[str]:
    """The assets that a condition is about."""
    ((kind, value),) = condition.items()
    if kind in ("all", "any"):
        return frozenset(name for part in value for name in names(part))
    return frozenset({value["name"]})


class _Waiting:
    """A DAG that waits for assets: what was updated, and what was not told, since its last run."""

    def __init__(self, dag_id: str, condition: Condition) -> None:
        self.dag_id, self.condition, self.names = dag_id, condition, names(condition)
        self.asked: set[str] = set()
        self.untold: set[int] = set()
        self.last_run = 0


class AssetRules:
    """Looks at committed rows after each thing that a scheduler did, which makes at most one run of a DAG."""

    def __init__(self, connection: sqlite3.Connection, shapes: Iterable[Shape]) -> None:
        self._connection = connection
        self._waiting = [
            _Waiting(shape.spec.dag_id, condition)
            for shape in shapes
            if (condition := condition_of(shape.spec)) is not None
        ]
        self._last_event = 0

    def look(self) -> None:
        """Events first: a scheduler records them, and then makes the runs that they ask for."""
        if not self._waiting:
            return
        paused = {dag_id for (dag_id,) in self._all("select dag_id from dag where is_paused")}
        for number, name in self._all(_EVENTS, self._last_event):
            self._last_event = number
            for one in self._waiting:
                if name in one.names:
                    one.untold.add(number)
                    one.asked.update([name] if one.dag_id not in paused else [])
        for one in self._waiting:
            self._look_at_runs(one)

    def _look_at_runs(self, one: _Waiting) -> None:
        for pk, run_id in self._all(_RUNS, one.dag_id, one.last_run):
            one.last_run = pk
            if not satisfied(one.condition, one.asked):
                raise Broken(f"I13: {run_id} was made, though since the last one came {sorted(one.asked)}")
            told = {number for (number,) in self._all(_TOLD, pk)}
            if told != one.untold:
                raise Broken(f"I13: {run_id} was told of {sorted(told)}, new were {sorted(one.untold)}")
            one.asked.clear()
            one.untold.clear()

    def due(self) -> list[str]:
        """The DAGs for which a run has yet to be made."""
        paused = {dag_id for (dag_id,) in self._all("select dag_id from dag where is_paused")}
        return [
            one.dag_id
            for one in self._waiting
            if one.dag_id not in paused and satisfied(one.condition, one.asked)
        ]

    def check_end(
        self, rows: Iterable[tuple[Ended, TaskSpec, bool]], versions: Collection[Structure], witness: Witness
    ) -> None:
        """At the end: whether a run is due, and how many events each task instance has left. The third of
        each row: nobody touched it. ``versions`` are those that the DAGs ever had.
        """
        if self.due():
            raise Broken(f"I13: no run was made for {self.due()}")
        found = {tuple(row[:4]): row[4] for row in self._all(_LEFT)}
        for row, task, is_untouched in rows:
            count, each = found.get(row.key, 0), len(task.outlets)
            if count > _most_outlets(versions, row) * witness.successes(row.key):
                raise Broken(f"I14: {row.key} left {count} events, more than it ended well")
            if is_untouched and count != each * witness.ended_well(row):
                raise Broken(f"I14: {row.key}, {row.state}, left {count} events of {each} outlets")

    def _all(self, sql: str, *values: object) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()


def _most_outlets(versions: Iterable[Structure], of: Ended) -> int:
    """How many a task has, or had before its file was edited."""
    dag_id, _, task_id, _ = of.key
    tasks = [each.tasks for each in versions if each.spec.dag_id == dag_id]
    return max(len(each[task_id].outlets) for each in tasks if task_id in each)


_TOLD = "select event_id from dagrun_asset_event where dag_run_id = ?"
_EVENTS = (
    "select e.id, a.name from asset_event e join asset a on a.id = e.asset_id where e.id > ? order by e.id"
)
_LEFT = (
    "select source_dag_id, source_run_id, source_task_id, source_map_index, count(*) from asset_event "
    "group by 1, 2, 3, 4"
)
_RUNS = (
    "select id, run_id from dag_run where dag_id = ? and run_type = 'asset_triggered' and id > ? order by id"
)
