"""Why a run is not done yet, task by task, and what failed first in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tradewind.api import home, log_files, missing, reasons
from tradewind.api.door import Call, Door
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import why as schemas
from tradewind.auth import permissions
from tradewind.auth.permissions import Action, Resource
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.store.queries import reading, runs, scheduling
from tradewind.store.queries.ui import home as home_queries

if TYPE_CHECKING:
    from tradewind.domain.spec import TaskSpec
    from tradewind.engine.instances import Instance
    from tradewind.engine.waiting import Questions
    from tradewind.store.records import RunRecord

door = Door(TAG, PREFIX)
MOST: Final = 200
_LINES: Final = 30
_LOG_BYTES: Final = 64 * 1024


@door.get("/dags/{dag_id}/runs/{dag_run_id}/why", Resource.TASK_INSTANCE, name="ui_why", answer=schemas.UIWhy)
def get_why(call: Call) -> schemas.UIWhy:
    """Show what each task of a run waits for, or what failed first."""
    run = runs.get(call.tx, call.dag_id, call.run_id, access=call.access)
    if run is None:
        raise missing.run(call)
    over = run.state in (DagRunState.SUCCESS, DagRunState.FAILED)
    waiting, more = ([], 0) if over else _waiting(call, run)
    cause = None
    if run.state is not DagRunState.SUCCESS:
        cause = home_queries.first_failed(call.tx, run.dag_id, run.run_id)
    whole = () if over else reasons.of_run(call.tx, run.dag_id, run, access=call.access)
    return schemas.UIWhy(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=run.state,
        reasons=[_told(one) for one in whole],
        reason=run.reason or None,
        waiting=waiting,
        more=more,
        cause=None if cause is None else home.first_cause(cause),
        log=[] if cause is None else _log(call, run, cause),
    )


def _waiting(call: Call, run: RunRecord) -> tuple[list[schemas.UIWaitingTask], int]:
    load = scheduling.load_run(call.tx, run.dag_id, run.run_id)
    if load is None:
        return [], 0
    spec = call.services.specs.spec(call.tx, run.dag_id, run.version_hash)
    asked = reasons.questions(call.tx, load, spec)
    together: dict[tuple[str, Any], list[Instance]] = {}
    for instance in asked.waiting():
        together.setdefault((instance.task_id, instance.state), []).append(instance)
    limits, tasks = reasons.Occupancy(call.tx, spec), {task.task_id: task for task in spec.tasks}
    rows = list(together.values())
    return [_row(asked, one, tasks[one[0].task_id], limits) for one in rows[:MOST]], max(0, len(rows) - MOST)


def _row(
    asked: Questions, instances: list[Instance], task: TaskSpec, limits: reasons.Occupancy
) -> schemas.UIWaitingTask:
    first, state = instances[0], instances[0].state
    question = asked.of(first)
    told = list(reasons.of_state(state))
    if state in reasons.WAITING:
        told += reasons.of_rules(question, task, limits)
    return schemas.UIWaitingTask(
        task_id=first.task_id,
        map_index=first.map_index,
        state=None if state is None else TaskInstanceState(state),
        count=len(instances),
        due=question.due(),
        reasons=[_told(one) for one in told] or [_SOON],
    )


_SOON: Final = schemas.UIReason(
    code="soon", params={}, text="nothing is in its way: the scheduler takes it up with its next turn."
)


def _told(reason: reasons.Reason) -> schemas.UIReason:
    return schemas.UIReason(code=reason.code, params=reason.params, text=reason.text)


def _log(call: Call, run: RunRecord, cause: home_queries.FailedTask) -> list[schemas.UILogLine]:
    """The end of what the failed try wrote; nothing for those who may read no logs of the DAG."""
    access = permissions.access(call.who, Action.READ, Resource.LOG)
    if access is None or not reading.permits(call.tx, run.dag_id, access):
        return []
    folder = call.services.log_folder
    path = log_files.path_of(
        folder, dag_id=run.dag_id, run_id=run.run_id, task_id=cause.task_id, map_index=cause.map_index,
        try_number=cause.try_number,
    )  # fmt: skip
    lines = log_files.tail(path, _LOG_BYTES, folder=folder)[-_LINES:]
    return [
        schemas.UILogLine(text=log_files.as_words(line), level=_level(line.get("level"))) for line in lines
    ]


def _level(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None
