"""``run FILE``: runs a DAG file to its end in the terminal, each task in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tradewind import secrets
from tradewind.domain import errors
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import DagRunState
from tradewind.engine.facts import InstanceFacts
from tradewind.runtime.clock import Clock, SystemClock
from tradewind.testing.dag_test import check_params, new_attempt, run_context
from tradewind.testing.local import lookup
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.driver import LocalRun, Wish
from tradewind.testing.local.forked import Forked
from tradewind.testing.local.person import AtTerminal
from tradewind.testing.local.screen import Lines, Live, say


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run."""

    file: str
    dag_id: str | None = None
    logical_date: datetime | None = None
    conf: dict[str, Any] = {}
    mark_success: str | None = None
    task_id: str | None = None
    """Only this task, whatever its upstream tasks did."""
    map_index: int = -1
    params: dict[str, Any] = {}
    """With ``task_id``: params over the task's own."""
    files: tuple[tuple[str | None, str | None], ...] = ()


class FileBroken(errors.AirflowException):
    """The file cannot be imported, or holds no such DAG."""


def run(request: Request) -> int:
    """Run it; 0 where the run succeeded, 1 where it failed.

    Raises FileBroken, InvalidValue, ParamValidationError.
    """
    clock = SystemClock()
    chain = lookup.chain(os.environ, files=request.files)
    secrets.use(chain)
    dag = load(request)
    check_params(dag, {**request.conf, **request.params})
    from tradewind.authoring.to_spec import to_spec  # user code's floor, loaded with the file

    spec = to_spec(dag)
    if request.task_id is not None:
        spec = only_task(spec, request.task_id)
    watcher: Any = Live() if sys.stdout.isatty() and "NO_COLOR" not in os.environ else Lines()
    local, desk = _local(request, dag, spec=spec, clock=clock, chain=chain, watcher=watcher)
    try:
        state = local.run()
    finally:
        watcher.close()
    _summary(local, desk, state)
    return 0 if state is DagRunState.SUCCESS else 1


def load(request: Request) -> Any:
    """The DAG object. Raises FileBroken."""
    from tradewind.authoring import loader  # the file's code runs in this process and its forks

    path = Path(request.file).absolute()
    if not path.exists():
        raise FileBroken(
            f"There is no file {request.file}. Give the path of a Python file that defines a DAG."
        )
    found = loader.load_file(str(path), str(path.parent), safe_mode=False)
    for warning in found.warnings:
        print(f"Warning: {warning}", file=sys.stderr, flush=True)  # noqa: T201 - for the person at the terminal
    if found.errors and not (request.dag_id and found.dag(request.dag_id)):
        raise FileBroken("\n".join(_described(error) for error in found.errors))
    return _choose(found.dags, request, path)


def _described(error: Any) -> str:
    where = f"{error.filename}:{error.line}: " if error.line else f"{error.filename}: "
    return f"{where}{error.message}"


def _choose(dags: Sequence[Any], request: Request, path: Path) -> Any:
    if request.dag_id is not None:
        for dag in dags:
            if dag.dag_id == request.dag_id:
                return dag
        raise errors.DagNotFound(request.dag_id, [dag.dag_id for dag in dags])
    if len(dags) == 1:
        return dags[0]
    if not dags:
        raise FileBroken(
            f"{path} defines no DAG. A DAG must be a global variable, or be made with 'with DAG(…)'; "
            "a function with @dag must be called."
        )
    names = ", ".join(dag.dag_id for dag in dags)
    raise FileBroken(f"{path} defines {len(dags)} DAGs: {names}. Choose one with --dag-id.")


def only_task(spec: DagSpec, task_id: str) -> DagSpec:
    """The DAG with that task alone, run once, waiting for nothing, without the DAG's callbacks. Raises
    TaskNotFound.
    """
    found = spec.task(task_id)
    if found is None:
        raise errors.TaskNotFound(spec.dag_id, task_id, [task.task_id for task in spec.tasks])
    alone = msgspec.structs.replace(
        found,
        upstream=(),
        retries=0,
        depends_on_past=False,
        wait_for_downstream=False,
        trigger_rule="always",
        is_empty=False,
        is_setup=False,
        is_teardown=False,
        mapping=None,
        group_id=None,
        start_date=None,
        end_date=None,
    )
    return msgspec.structs.replace(
        spec, tasks=(alone,), groups=(), start_date=None, end_date=None, callbacks=()
    )


def _local(
    request: Request, dag: Any, *, spec: DagSpec, clock: Clock, chain: secrets.Chain, watcher: Any
) -> tuple[LocalRun, Desk]:
    context = run_context(
        spec, clock, timetable=dag.timetable, logical_date=request.logical_date, conf=request.conf
    )
    desk = Desk(context, dag, chain=chain, tell=watcher.tell)
    slots = max(1, min(spec.max_active_tasks, 2 * (os.cpu_count() or 1)))
    local = LocalRun(
        Wish(
            spec=spec,
            file=str(Path(request.file).absolute()),
            run=context,
            mark_success=request.mark_success,
            test_mode=request.task_id is not None,
            instances=_instances(request, clock),
        ),
        clock=clock,
        desk=desk,
        performer=Forked(dag, clock=clock, slots=slots, said=watcher.said),
        watcher=watcher,
        answerer=AtTerminal(watcher),
        new_attempt=new_attempt,
    )
    return local, desk


def _instances(request: Request, clock: Clock) -> tuple[InstanceFacts, ...]:
    """One instance of a mapped task, where a single one is meant; the task alone is not mapped."""
    if request.task_id is None or request.map_index < 0:
        return ()
    attempt = new_attempt(clock.now())
    return (InstanceFacts(task_id=request.task_id, map_index=request.map_index, path=(), attempt_id=attempt),)


def _summary(local: LocalRun, desk: Desk, state: DagRunState) -> None:
    counts: dict[str, int] = {}
    for one in local.states().values():
        counts[one or "not run"] = counts.get(one or "not run", 0) + 1
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    say(f"DAG {local.wish.run.dag_id}: {state.value} ({told})")
    if local.wish.spec.result_task:
        say(json.dumps(desk.results().get(local.wish.spec.result_task), default=str))
