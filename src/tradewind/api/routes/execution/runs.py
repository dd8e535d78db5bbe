"""Runs and states, as running tasks ask for them; and runs that they trigger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tradewind.api import triggering
from tradewind.api.routes.execution.desk import Asked, RunExists, answers
from tradewind.domain import errors, keys, principals
from tradewind.domain.access import SYSTEM
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext
from tradewind.domain.messages.wake import Wake
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec import dag as dag_spec
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType
from tradewind.store.queries import audit, scheduling, task_data
from tradewind.store.queries import dags as dag_store
from tradewind.store.queries import runs as run_store
from tradewind.store.queries import task_instances as ti_store
from tradewind.store.records import DagRecord, RunRecord
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as transitions

_MOST_RUNS: Final = 10_000
"""How many runs one question may be answered with: an answer is one message."""
_MOST_INSTANCES: Final = 20_000
"""The same of task instances."""


@answers(data.TriggerDagRun, writes=True)
def trigger_dag_run(asked: Asked, request: data.TriggerDagRun) -> dict[str, Any]:
    """Make a run of another DAG, or with ``reset`` run an existing one again."""
    dag = _dag(asked, request.dag_id)
    if request.fail_when_paused and dag.is_paused:
        raise errors.BadRequest(
            f"DAG {dag.dag_id!r} is paused. Unpause it with 'airflow dags unpause {dag.dag_id}'."
        )
    spec = asked.services.specs.spec(asked.tx, dag.dag_id, dag.version_hash)
    wish = triggering.Wish(
        dag_id=dag.dag_id,
        run_id=request.run_id,
        logical_date=request.logical_date,
        run_after=request.run_after,
        conf=_conf(request.conf),
        note=request.note,
        run_type=DagRunType.OPERATOR_TRIGGERED,
        triggered_by=DagRunTriggeredBy.OPERATOR,
    )
    try:
        run = triggering.start(
            asked.tx, dag, spec, wish, now=asked.now, ask=asked.ask,
            note=lambda run: _note(asked, "trigger_dag_run", run),
        )  # fmt: skip
    except errors.DagRunAlreadyExists as error:
        if not request.reset:
            raise RunExists(str(error)) from error
        run = _run_again(asked, _there(asked, error), spec)
    asked.wakes.append(Wake(kind="run", dag_id=run.dag_id, run_id=run.run_id))
    return {"run_id": run.run_id, "dag_is_paused": dag.is_paused}


def _dag(asked: Asked, dag_id: str) -> DagRecord:
    found = dag_store.get(asked.tx, keys.check_dag_id(dag_id), access=SYSTEM)
    if found is None or found.version_hash is None:
        raise errors.DagNotFound(dag_id, dag_store.ids(asked.tx, access=SYSTEM))
    return found


def _conf(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise errors.InvalidValue("conf", text, f"be a JSON object ({error})") from error


def _note(asked: Asked, event: str, run: RunRecord) -> None:
    """Write into the audit log that the task that asks did that."""
    by, owner = asked.attempt, f"{principals.TASK}{asked.attempt.dag_id}"
    told = {"run_id": by.run_id, "task_id": by.task_id, "map_index": by.map_index}
    text = msgspec.json.encode({"by": {"dag_id": by.dag_id, **told}}).decode()
    audit.add(asked.tx, event, at=asked.now, owner=owner, dag_id=run.dag_id, run_id=run.run_id, extra=text)


def _there(asked: Asked, clash: errors.DagRunAlreadyExists) -> RunRecord:
    """The run that stands where another was to be made."""
    found = run_store.get(asked.tx, clash.dag_id, clash.run_id, access=SYSTEM)
    if found is None and clash.logical_date is not None:
        found = run_store.by_logical_date(asked.tx, clash.dag_id, clash.logical_date, access=SYSTEM)
    if found is None:
        raise clash
    return found


def _run_again(asked: Asked, run: RunRecord, spec: DagSpec) -> RunRecord:
    """Clear everything of a run and queue it."""
    from tradewind.engine import clearing  # loads the engine; only a task that resets a run needs it

    now = asked.services.clock.now()
    transitions.lock(asked.tx, [run.pk])
    loaded = scheduling.load_run(asked.tx, run.dag_id, run.run_id)
    if loaded is None:
        raise errors.DagRunNotFound(run.dag_id, run.run_id)
    retries = {task.task_id: task.retries for task in spec.tasks}
    changes = [(one.attempt_id, clearing.clear(one, retries.get(one.task_id, 0))) for one in loaded.instances]
    by_hand.change(asked.tx, run, changes, now=now)
    by_hand.queue_run_again(asked.tx, run, now=now)
    _note(asked, "clear_dag_run", run)
    return run


@answers(data.GetDag)
def get_dag(asked: Asked, request: data.GetDag) -> dict[str, Any] | None:
    """What a DAG consists of, by its newest version; None where there is none."""
    dag = dag_store.get(asked.tx, request.dag_id, access=SYSTEM)
    if dag is None or dag.version_hash is None:
        return None
    spec = asked.services.specs.spec(asked.tx, dag.dag_id, dag.version_hash)
    return {
        "is_paused": dag.is_paused,
        "is_stale": dag.is_stale,
        "task_ids": [task.task_id for task in spec.tasks],
        "group_ids": [group.group_id for group in spec.groups],
    }


@answers(data.GetDagRun)
def get_dag_run(asked: Asked, request: data.GetDagRun) -> dict[str, Any] | None:
    """A run by its id or its logical date, or None."""
    if request.run_id is not None:
        return _context(run_store.get(asked.tx, request.dag_id, request.run_id, access=SYSTEM))
    if request.logical_date is None:
        raise errors.BadRequest("Give run_id or logical_date to find a run.")
    return _context(run_store.by_logical_date(asked.tx, request.dag_id, request.logical_date, access=SYSTEM))


@answers(data.GetPreviousDagRun)
def get_previous_dag_run(asked: Asked, request: data.GetPreviousDagRun) -> dict[str, Any] | None:
    """The run before a logical date, or None."""
    state = DagRunState(request.state).value if request.state else None
    run_id = task_data.previous_run_id(
        asked.tx, request.dag_id, request.logical_date, state, scheduled=request.scheduled
    )
    return (
        None if run_id is None else _context(run_store.get(asked.tx, request.dag_id, run_id, access=SYSTEM))
    )


@answers(data.FindDagRuns)
def find_dag_runs(asked: Asked, request: data.FindDagRuns) -> list[dict[str, Any] | None]:
    """The runs that match. Raises BadRequest for more than ``_MOST_RUNS``."""
    found = task_data.find_runs(asked.tx, request, limit=_MOST_RUNS + 1)
    if len(found) > _MOST_RUNS:
        raise errors.BadRequest(
            f"More than {_MOST_RUNS} runs match. Ask for fewer: name the DAG, a state or dates."
        )
    return [_context(run) for run in found]


@answers(data.GetTaskInstances)
def get_task_instances(asked: Asked, request: data.GetTaskInstances) -> list[data.TaskInstanceFacts]:
    """Those of a run that match, by task and map index; none of a run that does not exist. Raises BadRequest
    for more than ``_MOST_INSTANCES``.
    """
    found = ti_store.of_run(
        asked.tx, request.dag_id, request.run_id, access=SYSTEM, task_ids=request.task_ids,
        map_index=request.map_index, states=request.states, limit=_MOST_INSTANCES + 1,
    )  # fmt: skip
    if len(found) > _MOST_INSTANCES:
        raise errors.BadRequest(
            f"Run {request.run_id!r} has more than {_MOST_INSTANCES} such task instances. Ask for those in "
            "some state (get_task_instances(state=…)), or for one (get_task_instance)."
        )
    return [msgspec.convert(one, data.TaskInstanceFacts, from_attributes=True) for one in found]


def _context(run: RunRecord | None) -> dict[str, Any] | None:
    if run is None:
        return None
    fields = {name: getattr(run, name) for name in RunContext.__struct_fields__}
    fields["state"] = run.state.value
    return fields


@answers(data.GetTaskStates)
def get_task_states(asked: Asked, request: data.GetTaskStates) -> dict[str, dict[str, str | None]]:
    """{run id: {task id, or task id_map index: state}}."""
    found: dict[str, dict[str, str | None]] = {}
    for run_id, task_id, index, state in _states(asked, request):
        found.setdefault(run_id, {})[task_id if index < 0 else f"{task_id}_{index}"] = state
    return found


@answers(data.CountTaskInstances)
def count_task_instances(asked: Asked, request: data.CountTaskInstances) -> int:
    """How many match."""
    return len(_states(asked, request, request.states))


def _states(
    asked: Asked,
    request: data.GetTaskStates | data.CountTaskInstances,
    states: Sequence[str | None] | None = None,
) -> list[tuple[str, str, int, str | None]]:
    task_ids = list(request.task_ids) if request.task_ids is not None else None
    if request.task_group_id is not None:
        task_ids = [*(task_ids or []), *_members(asked, request.dag_id, request.task_group_id)]
    return task_data.task_states(
        asked.tx,
        request.dag_id,
        task_ids=task_ids,
        logical_dates=request.logical_dates,
        run_ids=request.run_ids,
        map_index=request.map_index,
        states=states,
    )


def _members(asked: Asked, dag_id: str, group_id: str) -> list[str]:
    """Tasks in a group and in the groups below it. Raises NotFound."""
    dag = _dag(asked, dag_id)
    spec = asked.services.specs.spec(asked.tx, dag_id, dag.version_hash)
    return dag_spec.members(spec, group_id)


@answers(data.CountDagRuns)
def count_dag_runs(asked: Asked, request: data.CountDagRuns) -> int:
    """How many runs match."""
    return task_data.count_runs(
        asked.tx,
        request.dag_id,
        logical_dates=request.logical_dates,
        run_ids=request.run_ids,
        states=request.states,
    )


@answers(data.GetFirstReschedule)
def get_first_reschedule(asked: Asked, request: data.GetFirstReschedule) -> str | None:
    """When the attempt, or an earlier try of its series, first started, as ISO text; None before its start
    was recorded.
    """
    starts = [asked.attempt.first_start]
    if request.first_try is not None:
        starts.append(task_data.first_start(asked.tx, asked.attempt, since_try=request.first_try))
    known = [start for start in starts if start is not None]
    return min(known).isoformat() if known else None
