"""``dag.test()``: runs a DAG once in the caller's process, task by task."""

from __future__ import annotations

import json
import logging
import re
import secrets as randomness
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind import secrets
from tradewind.domain import keys, timetables
from tradewind.domain.errors import InvalidValue, ParamValidationError
from tradewind.domain.intervals import DataInterval
from tradewind.domain.messages.assignment import RunContext
from tradewind.domain.messages.plugins import ManualRun
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType
from tradewind.runtime.clock import Clock, SystemClock
from tradewind.testing.local import lookup
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.driver import LocalRun, Wish
from tradewind.testing.local.inside import Inside
from tradewind.testing.local.person import AtTerminal
from tradewind.testing.local.screen import Lines

if TYPE_CHECKING:
    from tradewind.testing.tested_run import TestedRun


def run(
    dag: Any,
    logical_date: datetime | None = None,
    *,
    execution_date: datetime | None = None,
    run_after: datetime | None = None,
    run_conf: dict[str, Any] | None = None,
    conn_file_path: str | None = None,
    variable_file_path: str | None = None,
    use_executor: bool = False,
    mark_success_pattern: str | re.Pattern[str] | None = None,
    **_: Any,
) -> TestedRun:
    """Run every task of the DAG here, in order, and return the run. Raises what a broken DAG raises, and
    ParamValidationError.

    Retries, branches, mapping and trigger rules are the scheduler's. ``use_executor`` changes nothing: there
    is no service to hand tasks to.
    """
    from tradewind.authoring.to_spec import to_spec  # user code's floor, which is loaded already
    from tradewind.testing.tested_run import TestedRun  # builds on that floor

    check_params(dag, run_conf or {})
    clock = SystemClock()
    spec = to_spec(dag)
    context = run_context(
        spec, clock, timetable=dag.timetable, logical_date=logical_date or execution_date,
        run_after=run_after, conf=run_conf,
    )  # fmt: skip
    chain = lookup.chain(files=[(variable_file_path, conn_file_path)])
    before = secrets.current()
    secrets.use(chain)
    _log_to_terminal()
    local, desk = _local(dag, spec, context=context, clock=clock, chain=chain, mark=mark_success_pattern)
    try:
        local.run()
    finally:
        secrets.use(before)
        for backend in chain.backends:
            close = getattr(backend, "close", None)
            if close is not None:
                close()
    return TestedRun(local, desk, dag)


def check_params(dag: Any, given: Mapping[str, Any]) -> None:
    """Hold what was given over the DAG's params, before anything runs. Raises ParamValidationError."""
    from tradewind.authoring import params  # user code's floor, loaded with the file

    for name, param in dag.params.specs().items():
        if param.required and name not in given:
            example = json.dumps({name: "…"}, ensure_ascii=False)
            raise ParamValidationError(f"Param {name!r} has no default: give it, as --conf '{example}'.")
    params.merge(dag.params, {}, given).validate()


def _local(
    dag: Any, spec: DagSpec, *, context: RunContext, clock: Clock, chain: secrets.Chain, mark: Any
) -> tuple[LocalRun, Desk]:
    lines = Lines()
    desk = Desk(context, dag, chain=chain, tell=lines.tell)
    pattern = mark.pattern if isinstance(mark, re.Pattern) else mark
    local = LocalRun(
        Wish(spec=spec, file=str(getattr(dag, "fileloc", "") or ""), run=context, mark_success=pattern),
        clock=clock, desk=desk, performer=Inside(dag, clock=clock), watcher=lines,
        answerer=AtTerminal(lines), new_attempt=new_attempt,
    )  # fmt: skip
    return local, desk


def run_context(
    spec: DagSpec,
    clock: Clock,
    *,
    timetable: Any,
    logical_date: datetime | None = None,
    run_after: datetime | None = None,
    conf: dict[str, Any] | None = None,
) -> RunContext:
    """A manual run's context. A date without time zone is taken for UTC; one of pendulum's becomes a plain
    one. ``timetable`` is the DAG's own: one of a plug-in is asked here, where its class is loaded. Raises
    InvalidValue for bad conf.
    """
    now = clock.now()
    at = logical_date or run_after or now
    at = datetime.fromisoformat((at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()).astimezone(UTC)
    interval, run_id = _placed(spec, timetable, at)
    try:
        text = msgspec.json.encode(conf or {}).decode()
    except (TypeError, ValueError) as error:
        raise InvalidValue("run_conf", conf, f"be JSON ({error})") from error
    return RunContext(
        dag_id=spec.dag_id,
        run_id=run_id,
        run_type=DagRunType.MANUAL.value,
        run_after=at,
        logical_date=at,
        data_interval_start=interval.start,
        data_interval_end=interval.end,
        start_date=now,
        queued_at=now,
        conf=text,
        triggered_by=DagRunTriggeredBy.TEST.value,
        state=DagRunState.RUNNING.value,
    )


def _placed(spec: DagSpec, timetable: Any, at: datetime) -> tuple[DataInterval, str]:
    """Data interval and run id."""
    run_id = timetables.run_id(DagRunType.MANUAL.value, at, None)
    if not isinstance(spec.timetable, PluginTimetable):
        return timetables.infer_manual(spec.timetable, at), run_id
    from tradewind.authoring import plugin_timetables  # user code's floor, loaded with the file

    manual = ManualRun(name=spec.timetable.name, run_type=DagRunType.MANUAL, run_after=at, logical_date=at)
    said = plugin_timetables.manual_run(timetable, manual)
    return said.interval or DataInterval.exact(at), said.run_id or run_id


def new_attempt(at: datetime) -> str:
    """A fresh attempt id."""
    return keys.attempt_id(at, randomness.randbits(74))


def _log_to_terminal() -> None:
    """Task log lines go where the script's output goes, unless the script set logging up."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(levelname)s - %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)
