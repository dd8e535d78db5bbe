"""Clearing an ``ExternalTaskMarker`` reaches further: the task of the other DAG that waits for it is cleared
too, with what comes after it there, and from markers among those onwards.

The marker's spec says which task; the run is the one of the marker's logical date. A marker whose words are
templates of the author's has run as a task, and its rendered fields say what they became: nothing is rendered
here. How far it goes, the ``recursion_depth`` of the first marker says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.domain import errors
from tradewind.domain.access import Access
from tradewind.engine import clearing
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.graph import Graph
from tradewind.store.queries import runs as run_queries
from tradewind.store.queries import scheduling
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.records import RunLoad, RunRecord

if TYPE_CHECKING:
    from tradewind.store.database import Tx

GraphOf = Callable[[str], Graph | None]
"""The newest version of a DAG, compiled; None where there is no such DAG."""
Marker = Mapping[str, Any]


class MarkersTooDeep(errors.BadRequest):
    """Markers lead on and on, further than the first of them allows."""

    def __init__(self, marker: str, depth: int) -> None:
        super().__init__(
            f"Maximum recursion depth {depth} reached for ExternalTaskMarker {marker}. Attempted to clear "
            f"too many "
            "tasks or there may be a cyclic dependency. Nothing was cleared. Give the first marker a larger "
            "recursion_depth, or remove the circle."
        )
        self.marker, self.depth = marker, depth


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """A run that markers lead to, with those of its task instances that are to be cleared."""

    graph: Graph
    load: RunLoad
    instances: list[InstanceFacts]


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """Task instances whose markers are still to be followed, ``level`` DAGs from the first."""

    graph: Graph
    load: RunLoad
    instances: Sequence[InstanceFacts]
    level: int = 0
    most: int | None = None


def reach(
    tx: Tx,
    graph: Graph,
    picked: Iterable[tuple[RunLoad, Sequence[InstanceFacts]]],
    *,
    graph_of: GraphOf,
    access: Access,
    only_failed: bool = False,
    only_running: bool = False,
) -> list[Reached]:
    """What is to be cleared besides ``picked``, of one DAG, because markers among them lead there.

    Runs of DAGs that are not within ``access`` are left alone. Raises MarkersTooDeep, InvalidValue.
    """
    steps = [_Step(graph=graph, load=load, instances=instances) for load, instances in picked]
    if not any(_markers(step) for step in steps):
        return []
    walk = _Walk(tx, graph_of, access, only_failed=only_failed, only_running=only_running)
    walk.taken.update(one.attempt_id for step in steps for one in step.instances)
    waiting = deque(steps)
    while waiting:
        waiting.extend(walk.further(waiting.popleft()))
    return walk.found()


class _Walk:
    """Goes from markers to what waits for them, and takes each task instance once."""

    def __init__(
        self, tx: Tx, graph_of: GraphOf, access: Access, *, only_failed: bool,
        only_running: bool,
    ) -> None:  # fmt: skip
        self._tx, self._graph_of, self._access = tx, graph_of, access
        self._only_failed, self._only_running = only_failed, only_running
        self.taken: set[str] = set()
        self._loads: dict[tuple[str, str], RunLoad | None] = {}
        self._found: dict[tuple[str, str], Reached] = {}

    def found(self) -> list[Reached]:
        """What was reached, run by run."""
        return list(self._found.values())

    def further(self, step: _Step) -> Iterator[_Step]:
        """One DAG further from each marker of a step. Raises MarkersTooDeep."""
        for one, marker in _markers(step):
            most = marker["recursion_depth"] if step.most is None else step.most
            if step.level and step.level + 1 > most:
                raise MarkersTooDeep(f"{step.load.run.dag_id}.{one.task_id}", most)
            target = self._target(step.load.run, one, marker)
            if target is not None:
                yield msgspec.structs.replace(target, level=step.level + 1, most=most)

    def _target(self, run: RunRecord, one: InstanceFacts, marker: Marker) -> _Step | None:
        place = self._place(run, one, marker)
        if place is None:
            return None
        dag_id, task_id, at = place
        row = run_queries.by_logical_date(self._tx, dag_id, at, access=self._access)
        graph = self._graph_of(dag_id) if row is not None else None
        load = self._load(dag_id, row.run_id) if row is not None else None
        if graph is None or load is None or task_id not in graph.index:
            return None
        tasks = clearing.select_tasks(graph, task_ids=[task_id], downstream=True)
        chosen = clearing.select(
            load.instances, tasks, only_failed=self._only_failed, only_running=self._only_running
        )
        fresh = [each for each in chosen if each.state is not None and each.attempt_id not in self.taken]
        self.taken.update(each.attempt_id for each in fresh)
        if not fresh:
            return None
        known = self._found.setdefault(
            (dag_id, load.run.run_id), Reached(graph=graph, load=load, instances=[])
        )
        known.instances.extend(fresh)
        return _Step(graph=graph, load=load, instances=fresh)

    def _load(self, dag_id: str, run_id: str) -> RunLoad | None:
        """The run, read once: each instance of a marker may lead there."""
        if (dag_id, run_id) not in self._loads:
            self._loads[dag_id, run_id] = scheduling.load_run(self._tx, dag_id, run_id)
        return self._loads[dag_id, run_id]

    def _place(self, run: RunRecord, one: InstanceFacts, marker: Marker) -> tuple[str, str, datetime] | None:
        """DAG, task and logical date that a marker names; None where that is not known."""
        told: Mapping[str, Any] = marker
        if marker.get("rendered"):
            row = browse.find(
                self._tx, run.dag_id, run.run_id, one.task_id, one.map_index, access=self._access
            )
            if row is None or not row.rendered_fields:
                return None  # it never ran, so nothing can have waited for it
            fields = msgspec.json.decode(row.rendered_fields)
            told = {
                "dag_id": fields.get("external_dag_id"), "task_id": fields.get("external_task_id"),
                "logical_date": fields.get("logical_date"),
            }  # fmt: skip
        at = _moment(str(told["logical_date"]), one.task_id) if told.get("logical_date") else run.logical_date
        return None if at is None else (str(told["dag_id"]), str(told["task_id"]), at)


def _markers(step: _Step) -> list[tuple[InstanceFacts, Marker]]:
    found: list[tuple[InstanceFacts, Marker]] = []
    for one in step.instances:
        task = step.graph.index.get(one.task_id)
        marker = step.graph.tasks[task].external if task is not None else None
        if marker is not None:
            found.append((one, marker))
    return found


def _moment(text: str, task_id: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.InvalidValue(
            f"The logical_date of ExternalTaskMarker {task_id!r}",
            text,
            "be a date and time as ISO 8601 has them",
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
