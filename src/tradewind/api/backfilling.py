"""A backfill that somebody asks for: which runs it has, and making them; the same for the API and the command
line.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.api import triggering
from tradewind.domain import timetables
from tradewind.domain.errors import BadRequest, InvalidValue
from tradewind.domain.intervals import MOST_RUNS, RunInfo
from tradewind.domain.messages.plugins import RunsAre, RunsBetween
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable, TimetableSpec
from tradewind.domain.states import FINISHED_RUN, DagRunTriggeredBy, DagRunType
from tradewind.engine import clearing
from tradewind.runtime.plugin_hosts import Ask
from tradewind.store.queries import scheduling
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.transitions import backfills, by_hand, runs

if TYPE_CHECKING:
    from tradewind.store.database import Tx


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said about the backfill they want. Times are aware."""

    dag_id: str
    from_date: datetime
    to_date: datetime
    conf: dict[str, Any] = {}
    reprocess_behavior: str = "none"
    max_active_runs: int = 10
    backwards: bool = False
    on_latest_version: bool | None = None
    """Run what there is already by the DAG's newest version; None: as the DAG says, else yes."""
    user: str | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill, and what became of each of its dates."""

    backfill_id: int
    placed: list[backfills.Placed]


def planned(spec: DagSpec, start: datetime, end: datetime, *, backwards: bool, ask: Ask) -> list[RunInfo]:
    """The runs between two dates, in the order in which they are to run. Raises BadRequest where there is
    none, and where the order cannot be kept; and what ``ask`` raises, for the timetable of a plug-in.
    """
    if start > end:
        raise InvalidValue("from_date", start.isoformat(), f"not be after to_date, {end.isoformat()}")
    on_past = [task.task_id for task in spec.tasks if task.depends_on_past]
    if backwards and on_past:
        raise BadRequest(
            f"DAG {spec.dag_id!r} cannot be run backwards, because each run of {', '.join(on_past)} "
            "depends on the one before it (depends_on_past)."
        )
    found = _between(spec.timetable, start, end, ask)
    if not found:
        raise BadRequest(
            f"DAG {spec.dag_id!r} ({spec.schedule_text or timetables.summary(spec.timetable)}) has no run "
            f"between {start.isoformat()} and {end.isoformat()}."
        )
    return found[::-1] if backwards else found


def _between(timetable: TimetableSpec, start: datetime, end: datetime, ask: Ask) -> list[RunInfo]:
    if not isinstance(timetable, PluginTimetable):
        return _enough(timetables.iter_between(timetable, start, end))
    said = ask(RunsBetween(name=timetable.name, data=timetable.data, earliest=start, latest=end))
    assert isinstance(said, RunsAre)
    return list(said.runs)


def _enough(runs: Iterator[RunInfo]) -> list[RunInfo]:
    """All of them. Raises BadRequest for more than anybody could make in one go."""
    found = list(itertools.islice(runs, MOST_RUNS + 1))
    if len(found) > MOST_RUNS:
        raise BadRequest(f"One backfill can have at most {MOST_RUNS:,} runs. Make several of shorter times.")
    return found


def preview(tx: Tx, wish: Wish, spec: DagSpec, *, now: datetime, ask: Ask) -> list[datetime]:
    """The logical dates that such a backfill would run, in order. Raises BadRequest."""
    infos = _checked(wish, spec, now, ask)
    return [
        info.logical_date
        for info in infos
        if backfills.reason_to_leave_out(tx, wish.dag_id, info.logical_date, wish.reprocess_behavior) is None
    ]


def make(
    tx: Tx,
    wish: Wish,
    spec: DagSpec,
    version: str | None,
    *,
    now: datetime,
    ask: Ask,
    new_attempt: Callable[[datetime], str],
) -> Made:
    """Make the backfill with its runs; those that are there run again, by ``reprocess_behavior``.

    Raises Conflict while another one of the DAG goes on, ParamValidationError and other BadRequests.
    """
    infos = _checked(wish, spec, now, ask)
    conf = msgspec.json.encode(wish.conf).decode()
    backfill_id = backfills.create(
        tx,
        wish.dag_id,
        from_date=wish.from_date,
        to_date=wish.to_date,
        conf=conf,
        reprocess_behavior=wish.reprocess_behavior,
        max_active_runs=wish.max_active_runs,
        user=wish.user,
        now=now,
    )
    wanted = [new_run(spec, info, version=version, now=now, conf=conf, user=wish.user) for info in infos]
    placed = backfills.add_runs(
        tx, backfill_id, wanted, spec, reprocess_behavior=wish.reprocess_behavior, new_attempt=new_attempt
    )
    newest = version if _by_latest_version(wish, spec) else None
    for one in placed:
        if one.again is not None:
            run_again(tx, one.again, spec, now=now, version=newest)
    return Made(backfill_id=backfill_id, placed=placed)


def new_run(
    spec: DagSpec,
    info: RunInfo,
    *,
    version: str | None,
    now: datetime,
    conf: str = "{}",
    user: str | None = None,
    run_after: datetime | None = None,
    options: dict[str, Any] | None = None,
) -> NewRun:
    """A run for one date of the past."""
    return NewRun(
        dag_id=spec.dag_id,
        run_id=info.run_id or timetables.run_id(DagRunType.BACKFILL.value, info.logical_date, None),
        run_type=DagRunType.BACKFILL.value,
        run_after=run_after or min(info.run_after, now),
        queued_at=now,
        logical_date=info.logical_date,
        data_interval_start=info.data_interval.start,
        data_interval_end=info.data_interval.end,
        conf=conf,
        triggered_by=DagRunTriggeredBy.BACKFILL.value,
        triggering_user_name=user,
        partition_key=info.partition_key,
        partition_date=info.partition_date,
        version_hash=version,
        options=options or {},
    )


def run_again(
    tx: Tx,
    run: RunRecord,
    spec: DagSpec,
    *,
    now: datetime,
    version: str | None = None,
    task_id: str | None = None,
    only_failed: bool = False,
    options: dict[str, Any] | None = None,
) -> None:
    """Let a run run again: all of it, one task, or what failed. ``options`` replace its own; ``version`` is
    the hash of the DAG's version to run by, where it is to be another.
    """
    runs.lock(tx, [run.pk])
    load = scheduling.load_run(tx, run.dag_id, run.run_id)
    if load is None:
        return
    tasks = {one.task_id for one in load.instances} if task_id is None else {task_id}
    chosen = clearing.select(load.instances, tasks, only_failed=only_failed)
    retries = {task.task_id: task.retries for task in spec.tasks}
    changes = [(one.attempt_id, clearing.clear(one, retries.get(one.task_id, 0))) for one in chosen]
    by_hand.change(tx, run, changes, now=now)
    if run.state in FINISHED_RUN:
        by_hand.queue_run_again(tx, run, now=now, options=options)
    elif options is not None:
        by_hand.set_options(tx, run.pk, options)
    if version is not None:
        by_hand.use_version(tx, run.pk, version)


def _checked(wish: Wish, spec: DagSpec, now: datetime, ask: Ask) -> list[RunInfo]:
    """The runs of a backfill that makes sense. Raises BadRequest for one that does not."""
    backfills.check_reprocess(wish.reprocess_behavior)
    if wish.max_active_runs < 1:
        raise InvalidValue("max_active_runs", wish.max_active_runs, "be 1 or more")
    if wish.from_date > now:
        raise InvalidValue("from_date", wish.from_date.isoformat(), "lie in the past, as a backfill does")
    if not timetables.periodic(spec.timetable):
        raise BadRequest(
            f"DAG {spec.dag_id!r} has no dates to backfill: its schedule is "
            f"{spec.schedule_text or timetables.summary(spec.timetable)}. Trigger it instead."
        )
    triggering.check_type(DagRunType.BACKFILL, spec)
    on_past = [task.task_id for task in spec.tasks if task.depends_on_past]
    if on_past and wish.reprocess_behavior == "none":
        raise BadRequest(
            f"Tasks of DAG {spec.dag_id!r} depend on the run before ({', '.join(on_past)}), so a date that "
            "is left out may stop those after it: choose the reprocess behavior completed or failed."
        )
    triggering.check_params(spec.params, wish.conf)
    return planned(spec, wish.from_date, wish.to_date, backwards=wish.backwards, ask=ask)


def _by_latest_version(wish: Wish, spec: DagSpec) -> bool:
    for said in (wish.on_latest_version, spec.rerun_with_latest_version):
        if said is not None:
            return said
    return True
