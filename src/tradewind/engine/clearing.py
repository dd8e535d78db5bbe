"""What a person does to task instances: clear them, mark them, mark a whole run. Pure: select, then effects.

The caller chooses the runs (past, future, date ranges) and writes the effects; selection within a run and
the meaning of each act are here, for the command line, the API and the UI alike.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

import msgspec

from tradewind.domain.errors import IllegalMove, InvalidValue, TaskNotFound
from tradewind.domain.states import FAILED_STATES, FINISHED, OCCUPIES_SLOT, State, TaskInstanceState
from tradewind.engine.decisions import NewTry, Schedule
from tradewind.engine.graph import Graph, reach

T = TaskInstanceState

MARKS: Final = frozenset({T.SUCCESS, T.FAILED, T.SKIPPED})
"""The states that a person may mark a task instance with."""
MAY_RUN_OUT_OF_TURN: Final = frozenset({None, T.UP_FOR_RETRY, *FINISHED.difference({T.REMOVED})})
"""The states of task instances that a person may have run whatever they wait for."""
_AT_WORK: Final = frozenset({T.RUNNING, T.RESTARTING, T.DEFERRED, T.UP_FOR_RESCHEDULE, T.AWAITING_INPUT})


class Row(Protocol):
    """What is asked of a task instance; a machine's views and the store's records both have it."""

    @property
    def task_id(self) -> str: ...
    @property
    def map_index(self) -> int: ...
    @property
    def state(self) -> State: ...
    @property
    def try_number(self) -> int: ...
    @property
    def max_tries(self) -> int: ...
    @property
    def dispatch(self) -> int: ...


R = TypeVar("R", bound=Row)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a task instance. ``stop``: its process, if there is one, must end."""

    state: State
    max_tries: int
    stop: bool


# --- selection -----------------------------------------------------------------------------------------


def select_tasks(
    graph: Graph,
    *,
    task_ids: Iterable[str] | None = None,
    regex: str | None = None,
    upstream: bool = False,
    downstream: bool = False,
) -> frozenset[str]:
    """Ids of the tasks that are meant: those named, or those whose id ``regex`` matches anywhere, or all.

    With a task come the setups it needs and their teardowns, and with a setup its teardowns: work cleared
    without them would run without what it stands on. Raises TaskNotFound and InvalidValue (a bad regex).
    """
    chosen = _named(graph, task_ids, regex)
    also: set[int] = set()
    for task in chosen:
        spec = graph.tasks[task]
        if downstream:
            below = reach([task], graph.downstream)
            also.update(below)
            for other in below:
                also.update(_own_scope(graph, other))
        elif spec.is_setup:
            also.update(_teardowns(graph, task))
        if upstream:
            also.update(_above_with_teardowns(graph, task))
        else:
            also.update(_own_scope(graph, task))
    return frozenset(graph.ids[task] for task in also.union(chosen))


def select(
    rows: Iterable[R],
    tasks: Collection[str],
    *,
    map_indexes: Mapping[str, Collection[int]] | None = None,
    only_failed: bool = False,
    only_running: bool = False,
) -> list[R]:
    """The task instances of ``tasks`` that are meant, in the order given.

    ``map_indexes`` narrows single tasks to some of their indexes. ``only_failed`` and ``only_running``
    together mean either.
    """
    states: set[State] = set(FAILED_STATES) if only_failed else set()
    if only_running:
        states.add(T.RUNNING)
    narrowed = map_indexes or {}
    return [
        row
        for row in rows
        if row.task_id in tasks
        and (not states or row.state in states)
        and (row.task_id not in narrowed or row.map_index in narrowed[row.task_id])
    ]


def _named(graph: Graph, task_ids: Iterable[str] | None, regex: str | None) -> list[int]:
    if task_ids is not None:
        return [_task(graph, task_id) for task_id in task_ids]
    if regex is None:
        return list(range(len(graph.ids)))
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise InvalidValue("task regex", regex, f"be a regular expression ({error})") from error
    return [task for task, task_id in enumerate(graph.ids) if pattern.search(task_id)]


def _task(graph: Graph, task_id: str) -> int:
    try:
        return graph.index[task_id]
    except KeyError:
        raise TaskNotFound(graph.spec.dag_id, task_id, graph.ids) from None


def _teardowns(graph: Graph, setup: int) -> list[int]:
    return [below for below in graph.downstream[setup] if graph.tasks[below].is_teardown]


def _own_scope(graph: Graph, task: int) -> set[int]:
    """The setups whose work a task uses, with their teardowns; nothing for setups and teardowns."""
    spec = graph.tasks[task]
    if graph.scopes is None or spec.is_setup or spec.is_teardown:
        return set()
    below = {other for other in reach([task], graph.downstream) if graph.tasks[other].is_teardown}
    found: set[int] = set()
    for setup in reach([task], graph.upstream):
        if graph.tasks[setup].is_setup:
            own = _teardowns(graph, setup)
            if not own or below.intersection(own):
                found.update([setup, *own])
    return found


def _above_with_teardowns(graph: Graph, task: int) -> set[int]:
    above = reach([task], graph.upstream)
    found = set(above)
    for other in above:
        if graph.tasks[other].is_setup:
            found.update(below for below in _teardowns(graph, other) if below != task)
    return found


# --- effects -----------------------------------------------------------------------------------------------


def clear(row: Row, retries: int) -> Effect:
    """A cleared task instance runs again: at once, or, where it runs now, when its process has ended.

    ``retries`` are those of its task now. A running one keeps its ``max_tries`` until it is reset.
    """
    if row.state in (T.RUNNING, T.RESTARTING):
        return Effect(state=T.RESTARTING, max_tries=row.max_tries, stop=True)
    return Effect(state=None, max_tries=row.try_number + retries, stop=row.state is T.QUEUED)


class HasTries(Row, Protocol):
    """What is asked of a task instance that is run out of turn."""

    @property
    def attempt_id(self) -> str: ...


def out_of_turn(
    row: HasTries, graph: Graph, *, now: datetime, new_attempt: str
) -> tuple[NewTry | None, Schedule]:
    """A cleared task instance begins its next try whatever it would wait for: upstream tasks, the run before,
    its own retry delay. It waits for a slot as every other does. Raises IllegalMove for one that is at work,
    or on its way there.
    """
    if row.state not in MAY_RUN_OUT_OF_TURN:
        raise IllegalMove(f"Task {row.task_id!r} [{row.map_index}]", row.state or "no state", T.SCHEDULED)
    number = row.try_number + 1
    begun = None
    if number > 1:
        most = max(row.max_tries, row.try_number)
        begun = NewTry(
            attempt_id=row.attempt_id, new_attempt_id=new_attempt, try_number=number, max_tries=most, lost=0
        )
    attempt_id = row.attempt_id if begun is None else new_attempt
    priority = graph.priority_of(graph.index[row.task_id], number)
    return begun, Schedule(attempt_id=attempt_id, at=now, try_number=number, priority=priority)


def mark(row: Row, state: TaskInstanceState) -> Effect:
    """A marked task instance is what it is said to be. Raises InvalidValue for a state that is no mark."""
    if state not in MARKS:
        raise InvalidValue("state", str(state), "be one of failed, skipped, success")
    return Effect(state=state, max_tries=row.max_tries, stop=row.state in OCCUPIES_SLOT)


def after_mark(graph: Graph, rows: Iterable[R], marked: Collection[str]) -> list[R]:
    """The task instances to clear when tasks were marked: failed ones downstream get another chance."""
    below = reach([graph.index[task] for task in marked if task in graph.index], graph.downstream)
    tasks = {graph.ids[task] for task in below}.difference(marked)
    return select(rows, tasks, only_failed=True)


def mark_run(
    graph: Graph, rows: Sequence[R], state: TaskInstanceState
) -> tuple[list[tuple[R, Effect]], bool]:
    """What becomes of a run's task instances when the run is marked; and whether the run ends at once.

    Failed: what is at work fails, what has yet to begin is skipped, what has ended stays. Success: everything
    that was not removed becomes success. Unfinished teardowns are left to run, and the run ends with them.
    """
    if state not in (T.SUCCESS, T.FAILED):
        raise InvalidValue("state", str(state), "be success or failed")
    effects: list[tuple[R, Effect]] = []
    ends = True
    for row in rows:
        if _is_teardown(graph, row.task_id) and row.state not in FINISHED:
            ends = False
            continue
        after = _marked_with_run(row, state)
        if after is not None and after is not row.state:
            effects.append((row, mark(row, after)))
    return effects, ends


def _marked_with_run(row: Row, state: TaskInstanceState) -> TaskInstanceState | None:
    """The state a task instance gets when its run is marked; None: it stays as it is."""
    if state is T.SUCCESS:
        return None if row.state is T.REMOVED else T.SUCCESS
    if row.state in FINISHED:
        return None
    return T.FAILED if row.state in _AT_WORK else T.SKIPPED


def _is_teardown(graph: Graph, task_id: str) -> bool:
    task = graph.index.get(task_id)
    return task is not None and graph.tasks[task].is_teardown
