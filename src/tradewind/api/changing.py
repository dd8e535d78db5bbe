"""What people do to runs and task instances: which rows are meant, what becomes of them, written and told.

``engine.clearing`` says both; this module fetches the rows it needs and writes its answer. Every touched
run's version is raised in the same transaction, and the scheduler woken after it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.api import markers, triggering
from tradewind.domain import errors
from tradewind.domain.states import FINISHED_RUN, DagRunState, TaskInstanceState
from tradewind.engine import clearing
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.graph import Graph
from tradewind.store.queries import dags as dag_queries
from tradewind.store.queries import scheduling
from tradewind.store.queries.browse import runs as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.records import RunLoad
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as run_transitions

if TYPE_CHECKING:
    from tradewind.api.door import Call

MOST_TOLD = 100
Picked = list[tuple[RunLoad, list[InstanceFacts]]]
"""Runs with those of their task instances that are meant."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks, and which other runs, a change reaches besides what it names."""

    task_ids: frozenset[str] | None = None
    map_indexes: dict[str, frozenset[int]] = {}
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    future: bool = False
    only_failed: bool = False
    only_running: bool = False


def graph_of(call: Call, dag_id: str, version_hash: str | None) -> Graph:
    """The compiled version of a DAG. Raises DagNotFound."""
    return Graph.compile(call.services.specs.spec(call.tx, dag_id, version_hash))


def load(call: Call, row: browse.RunRow) -> RunLoad:
    """A run with its task instances. Raises DagRunNotFound."""
    found = scheduling.load_run(call.tx, row.dag_id, row.run_id)
    if found is None:
        raise errors.DagRunNotFound(row.dag_id, row.run_id)
    return found


def runs_in_reach(call: Call, row: browse.RunRow, scope: Scope) -> list[browse.RunRow]:
    """The run, and with ``past`` or ``future`` the DAG's runs before or after it."""
    found = [row]
    by_date = row.logical_date is not None
    field, value = ("logical_date", row.logical_date) if by_date else ("run_after", row.run_after)
    for wanted, op in ((scope.past, "lt"), (scope.future, "gt")):
        if wanted:
            where = [Where("dag_id", "eq", row.dag_id), Where(field, op, value)]
            found += browse.runs.page(call.tx, where, access=call.access, page=Page(limit=None))
    return found


def pick(call: Call, rows: Iterable[browse.RunRow], graph: Graph, scope: Scope) -> Picked:
    """The task instances that are meant, run by run. Raises TaskNotFound."""
    tasks = clearing.select_tasks(
        graph, task_ids=scope.task_ids, upstream=scope.upstream, downstream=scope.downstream
    )
    picked, rows = [], list(rows)
    run_transitions.lock(call.tx, (row.pk for row in rows))
    for row in rows:
        loaded = load(call, row)
        meant = clearing.select(
            loaded.instances, tasks, map_indexes=scope.map_indexes, only_failed=scope.only_failed,
            only_running=scope.only_running,
        )  # fmt: skip
        if meant:
            picked.append((loaded, meant))
    return picked


def clear(
    call: Call, picked: Picked, graph: Graph, *, reset_runs: bool, version_hash: str | None = None
) -> None:
    """Run these again. ``version_hash``: with that version of the DAG from now on."""
    now = call.services.clock.now()
    for loaded, instances in picked:
        retries = {spec.task_id: spec.retries for spec in graph.tasks}
        changes = [(one.attempt_id, clearing.clear(one, retries.get(one.task_id, 0))) for one in instances]
        by_hand.change(call.tx, loaded.run, changes, now=now)
        if reset_runs and loaded.run.state in FINISHED_RUN:
            by_hand.queue_run_again(call.tx, loaded.run, now=now)
        if version_hash is not None:
            by_hand.use_version(call.tx, loaded.run.pk, version_hash)
        _wake(call, loaded)


def beyond(call: Call, picked: Picked, graph: Graph, scope: Scope) -> list[markers.Reached]:
    """What ExternalTaskMarkers among these lead to, in DAGs that the asker may see. Raises MarkersTooDeep."""

    def newest(dag_id: str) -> Graph | None:
        row = dag_queries.get(call.tx, dag_id, access=call.access)
        return None if row is None or row.version_hash is None else graph_of(call, dag_id, row.version_hash)

    return markers.reach(
        call.tx, graph, picked, graph_of=newest, access=call.access, only_failed=scope.only_failed,
        only_running=scope.only_running,
    )  # fmt: skip


def clear_beyond(call: Call, beyond: Iterable[markers.Reached], *, reset_runs: bool) -> None:
    """Run again what markers lead to, each by its own DAG."""
    for reached in beyond:
        clear(call, [(reached.load, reached.instances)], reached.graph, reset_runs=reset_runs)
        run, task_ids = reached.load.run, sorted({one.task_id for one in reached.instances})
        call.audit("clear_by_marker", dag_id=run.dag_id, run_id=run.run_id, extra={"task_ids": task_ids})


def mark(call: Call, picked: Picked, graph: Graph, state: TaskInstanceState) -> None:
    """Say that these ended so; what failed behind them gets another chance, and a finished run goes on."""
    now = call.services.clock.now()
    for loaded, instances in picked:
        changes = [(one.attempt_id, clearing.mark(one, state)) for one in instances if one.state is not state]
        by_hand.change(
            call.tx, loaded.run, changes, now=now, reason=f"marked {state.value} by {call.who.name}"
        )
        again = clearing.after_mark(graph, loaded.instances, {one.task_id for one in instances})
        retries = {spec.task_id: spec.retries for spec in graph.tasks}
        by_hand.change(
            call.tx,
            loaded.run,
            [(one.attempt_id, clearing.clear(one, retries.get(one.task_id, 0))) for one in again],
            now=now,
        )
        if again and loaded.run.state in FINISHED_RUN:
            by_hand.queue_run_again(call.tx, loaded.run, now=now)
        _wake(call, loaded)


def run_out_of_turn(call: Call, loaded: RunLoad, one: InstanceFacts, graph: Graph) -> None:
    """Have one task instance run now whatever it waits for. Raises IllegalMove."""
    now = call.services.clock.now()
    begun, scheduled = clearing.out_of_turn(one, graph, now=now, new_attempt=triggering.new_attempt(now))
    cleared = clearing.clear(one, graph.tasks[graph.index[one.task_id]].retries)
    by_hand.change(call.tx, loaded.run, [(one.attempt_id, cleared)], now=now)
    by_hand.run_out_of_turn(call.tx, loaded.run, begun, scheduled, now=now)
    if loaded.run.state in FINISHED_RUN:
        by_hand.queue_run_again(call.tx, loaded.run, now=now)
    _wake(call, loaded)


def mark_run(call: Call, row: browse.RunRow, state: DagRunState) -> None:
    """Queue a run again, or say that it ended so, with its task instances."""
    now = call.services.clock.now()
    run_transitions.lock(call.tx, [row.pk])
    loaded = load(call, row)
    graph = graph_of(call, row.dag_id, row.version_hash)
    if state is DagRunState.QUEUED:
        clear(call, [(loaded, list(loaded.instances))], graph, reset_runs=True)
        return
    effects, ends = clearing.mark_run(graph, loaded.instances, TaskInstanceState(state.value))
    changes = [(one.attempt_id, effect) for one, effect in effects]
    reason = f"run marked {state.value} by {call.who.name}"
    by_hand.change(call.tx, loaded.run, changes, now=now, reason=reason)
    if ends:
        by_hand.mark_run(call.tx, row.pk, state, reason=reason, now=now)
    _wake(call, loaded)


def _wake(call: Call, loaded: RunLoad) -> None:
    """Have the scheduler look at a run that was changed."""
    call.wake("run", dag_id=loaded.run.dag_id, run_id=loaded.run.run_id)


def keys(picked: Picked) -> list[tuple[str, str, str, int]]:
    """(DAG, run, task, map index) of everything picked."""
    return [
        (loaded.run.dag_id, loaded.run.run_id, one.task_id, one.map_index)
        for loaded, instances in picked
        for one in instances
    ]


def told(picked: Picked) -> list[str]:
    """What the audit log tells of them: ``run.task[map index]: state``, of the first ones."""
    states = (
        f"{loaded.run.run_id}.{one.task_id}[{one.map_index}]: {one.state.value if one.state else None}"
        for loaded, instances in picked
        for one in instances
    )
    return list(itertools.islice(states, MOST_TOLD))


def named_tasks(given: Sequence[Any] | None) -> Scope:
    """A scope of the tasks in a body's ``task_ids``: ids, or pairs of an id and a map index."""
    if given is None:
        return Scope()
    whole = {entry for entry in given if isinstance(entry, str)}
    indexes: dict[str, set[int]] = {}
    for entry in given:
        if not isinstance(entry, str) and entry[0] not in whole:
            indexes.setdefault(entry[0], set()).add(entry[1])
    return Scope(
        task_ids=frozenset(whole | indexes.keys()),
        map_indexes={task_id: frozenset(found) for task_id, found in indexes.items()},
    )
