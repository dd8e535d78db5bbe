"""Cells of the grid: counted task instances as one state with counts; those of ended runs are remembered.

What a run's ``row_version`` was when its cells were read tells whether they still hold: every writer raises
it. So the cells of an ended run are read once, however often somebody scrolls over them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tradewind.api.schemas.ui.grid import NO_STATE, UIGridCell
from tradewind.domain.states import SUMMARY, DagRunState, TaskInstanceState
from tradewind.store.queries.ui import grid as queries

if TYPE_CHECKING:
    from tradewind.store.database import Tx

Cell = UIGridCell | None
Row = str | tuple[str, str]
"""A task's id, or of a group the hash of the version that it is in and its id."""
MOST_CELLS: Final = 300_000
_RANK: Final = {state: rank for rank, state in enumerate(SUMMARY)}


class Cells:
    """Cells of ended runs, the latest used runs. For several threads."""

    def __init__(self, most: int = MOST_CELLS) -> None:
        self._known: OrderedDict[int, tuple[int, dict[Row, Cell]]] = OrderedDict()
        self._most, self._size = most, 0
        self._lock = threading.Lock()

    def of(self, run: queries.Column) -> Mapping[Row, Cell]:
        """The cells that are known of it."""
        with self._lock:
            version, cells = self._known.get(run.pk, (-1, {}))
            if version != run.row_version:
                return {}
            self._known.move_to_end(run.pk)
            return dict(cells)

    def add(self, run: queries.Column, cells: Mapping[Row, Cell]) -> None:
        """Remember them, where the run has ended."""
        if run.state not in (DagRunState.SUCCESS, DagRunState.FAILED):
            return
        with self._lock:
            version, known = self._known.pop(run.pk, (run.row_version, {}))
            self._size -= len(known)
            if version == run.row_version:
                cells = {**known, **cells}
            self._known[run.pk] = run.row_version, dict(cells)
            self._size += len(cells)
            while self._size > self._most and len(self._known) > 1:
                _, (_, gone) = self._known.popitem(last=False)
                self._size -= len(gone)


def read(
    tx: Tx,
    known: Cells,
    runs: Sequence[queries.Column],
    task_ids: Sequence[str],
    groups: Mapping[tuple[str, str], Sequence[str] | None],
) -> dict[str, Mapping[Row, Cell]]:
    """Run id to the cells of these tasks and groups. ``groups``: the tasks in each, None for all."""
    found = {run.run_id: dict(known.of(run)) for run in runs}
    dag_id = runs[0].dag_id if runs else ""
    missing = [run for run in runs if not found[run.run_id].keys() >= set(task_ids)]
    counted = queries.of_tasks(tx, dag_id, [run.run_id for run in missing], task_ids)
    _fill(found, missing, task_ids, counted)
    for row, below in groups.items():
        lacking = [run for run in runs if row not in found[run.run_id]]
        ids = [run.run_id for run in lacking]
        _fill(found, lacking, [row], queries.of_group(tx, dag_id, ids, row[1], below), row=row)
        missing += lacking
    for run in {run.run_id: run for run in missing}.values():
        known.add(run, found[run.run_id])
    return dict(found)


def _fill(
    found: Mapping[str, dict[Row, Cell]],
    runs: Iterable[queries.Column],
    rows: Sequence[Row],
    counted: Iterable[queries.Counted],
    *,
    row: Row | None = None,
) -> None:
    """Add the cells of ``rows``; those of which nothing was counted are not in the run."""
    by_cell: defaultdict[tuple[str, Row], list[queries.Counted]] = defaultdict(list)
    for one in counted:
        by_cell[one.run_id, row or one.name].append(one)
    for run in runs:
        cells = found[run.run_id]
        for name in rows:
            parts = by_cell.get((run.run_id, name))
            cells[name] = None if parts is None else cell(parts, group=row is not None)


def cell(parts: Sequence[queries.Counted], *, group: bool) -> UIGridCell:
    """What is counted of one cell, by state, as the cell."""
    counts = counted_by_state((part.state, part.count) for part in parts)
    tries = max(part.try_number for part in parts)
    if group:
        return UIGridCell(state=summary(counts), counts=counts)
    if all(part.map_index < 0 for part in parts):
        return _plain(parts[0].state, max(tries, 1))
    return UIGridCell(state=summary(counts), counts=counts, mapped=True, try_number=max(tries, 1))


def _plain(state: str | None, try_number: int) -> UIGridCell:
    """Most cells are one of few."""
    key = state, try_number
    found = _PLAIN.get(key)
    if found is None:
        named = None if state is None else TaskInstanceState(state)
        found = UIGridCell(state=named, try_number=try_number)
        if try_number == 1:
            _PLAIN[key] = found
    return found


_PLAIN: Final[dict[tuple[str | None, int], UIGridCell]] = {}


def counted_by_state(parts: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """Counts by state as they are sent, the most telling state first."""
    totals: dict[str | None, int] = {}
    for state, count in parts:
        totals[state] = totals.get(state, 0) + count
    ordered = sorted(totals.items(), key=lambda one: _RANK[_state(one[0])])
    return {NO_STATE if state is None else state: count for state, count in ordered}


def summary(counts: Mapping[str, int]) -> TaskInstanceState | None:
    """The state that stands for all: the first, as ``counted_by_state`` orders them."""
    first = next(iter(counts))
    return None if first == NO_STATE else TaskInstanceState(first)


def _state(name: str | None) -> TaskInstanceState | None:
    return None if name is None else TaskInstanceState(name)
