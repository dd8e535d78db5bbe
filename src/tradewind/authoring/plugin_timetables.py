"""What timetables of plug-ins answer, for the plug-in host: their objects in, plain data out.

Answers are checked here, so that what a class of somebody's gives wrongly is told by its name, and nothing of
it is ever written down.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tradewind.authoring import context_values
from tradewind.authoring.timetable_base import DagRunInfo, TimeRestriction, Timetable, is_own
from tradewind.domain import keys
from tradewind.domain.errors import AirflowException
from tradewind.domain.intervals import MOST_RUNS, DataInterval, RunInfo
from tradewind.domain.messages import plugins as messages
from tradewind.domain.states import DagRunType

_moment = context_values.pendulum_of


def next_run(timetable: Timetable, asked: messages.NextRun) -> messages.RunsAre:
    """The run after the last one. Raises AirflowException for an answer that is none."""
    bounds = TimeRestriction(_moment(asked.earliest), _moment(asked.latest), asked.catchup)
    last = _info(asked.last) if asked.last is not None else None
    found = timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=bounds)
    return messages.RunsAre(runs=() if found is None else (_told(timetable, found, DagRunType.SCHEDULED),))


def runs_between(timetable: Timetable, asked: messages.RunsBetween) -> messages.RunsAre:
    """The runs of a backfill, in order."""
    found = list(_between(timetable, _moment(asked.earliest), _moment(asked.latest)))
    return messages.RunsAre(runs=tuple(_told(timetable, info, DagRunType.BACKFILL) for info in found))


def _between(timetable: Timetable, earliest: Any, latest: Any) -> Iterator[DagRunInfo]:
    if timetable.partitioned:
        yield from _bounded(timetable.iter_partition_dagrun_infos(earliest=earliest, latest=latest))  # type: ignore[attr-defined]
        return
    bounds, last = TimeRestriction(earliest, latest, catchup=True), None
    yield from _bounded(_following(timetable, bounds, last))


def _following(timetable: Timetable, bounds: TimeRestriction, last: Any) -> Iterator[DagRunInfo]:
    while (found := timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=bounds)) is not None:
        moment = found.logical_date or found.run_after
        if moment > bounds.latest:
            return
        if last is not None and found.run_after <= last.run_after:
            raise AirflowException(f"the timetable gave {found!r} after {last!r}, which is not later")
        if moment >= bounds.earliest:
            yield found
        last = found


def _bounded(infos: Any) -> Iterator[DagRunInfo]:
    for number, info in enumerate(infos):
        if number == MOST_RUNS:
            raise AirflowException(f"the timetable gives more than {MOST_RUNS:,} runs; ask for fewer dates")
        yield info


def manual_run(timetable: Timetable, asked: messages.ManualRun) -> messages.ManualRunIs:
    """Interval and id of a run that somebody asks for."""
    interval = asked.interval
    if interval is None and asked.logical_date is not None:
        given = timetable.infer_manual_data_interval(run_after=_moment(asked.logical_date))
        interval = _interval(given)
    run_id = None
    if is_own(timetable, "generate_run_id"):
        run_id = _run_id(
            timetable, DagRunType(asked.run_type), _moment(asked.run_after), _moment(asked.logical_date),
            _of_pendulum(interval),
        )  # fmt: skip
    return messages.ManualRunIs(interval=interval, run_id=run_id)


# --- to and from plain data --------------------------------------------------------------------------------


def _info(run: RunInfo) -> DagRunInfo:
    span = _of_pendulum(run.data_interval) if run.partition_key is None else None
    return DagRunInfo(
        run_after=_moment(run.run_after), data_interval=span, partition_key=run.partition_key,
        partition_date=_moment(run.partition_date),
    )  # fmt: skip


def _of_pendulum(interval: DataInterval | None) -> Any:
    return None if interval is None else DataInterval(_moment(interval.start), _moment(interval.end))


def _told(timetable: Timetable, info: Any, kind: DagRunType) -> RunInfo:
    if not isinstance(info, DagRunInfo):
        raise AirflowException(f"the timetable gave {info!r}; a DagRunInfo (or None) is needed")
    run_after = _utc("run_after", info.run_after)
    interval = DataInterval.exact(run_after) if info.data_interval is None else _interval(info.data_interval)
    key, date = info.partition_key, info.partition_date
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= keys.MAX_LENGTH):
        raise AirflowException(f"the timetable gave {key!r} as partition_key; text is needed")
    run_id = None
    if is_own(timetable, "generate_run_id"):
        run_id = _run_id(
            timetable, kind, info.run_after, info.logical_date, info.data_interval, partition_key=key
        )
    return RunInfo(
        run_after=run_after,
        logical_date=interval.start,
        data_interval=interval,
        run_id=run_id,
        partition_key=key,
        partition_date=None if date is None else _utc("partition_date", date),
    )


def _run_id(
    timetable: Timetable, kind: DagRunType, run_after: Any, logical_date: Any, interval: Any, **extra: Any
) -> str:
    """By the signature of 2.x (``logical_date``) or of 3.x (``run_after``)."""
    given = _call_by_age(
        timetable.generate_run_id, run_type=kind, run_after=run_after, data_interval=interval,
        logical_date=logical_date or run_after, **extra,
    )  # fmt: skip
    try:
        return keys.check_run_id(given)
    except AirflowException as error:
        raise AirflowException(f"generate_run_id gave {given!r}, which is no run id: {error}") from error


def _call_by_age(method: Any, **known: Any) -> Any:
    """Call a method with those of the arguments that its age has."""
    parameters = inspect.signature(method).parameters.values()
    if not any(one.kind is one.VAR_KEYWORD for one in parameters):
        known = {name: value for name, value in known.items() if name in {one.name for one in parameters}}
    return method(**known)


def _interval(given: Any) -> DataInterval:
    """A pair of moments. Raises AirflowException for anything else."""
    try:
        start, end = (given.start, given.end) if hasattr(given, "start") else given
    except (TypeError, ValueError):
        raise AirflowException(f"the timetable gave {given!r}; a DataInterval is needed") from None
    found = DataInterval(_utc("data_interval.start", start), _utc("data_interval.end", end))
    if found.end < found.start:
        raise AirflowException(f"the timetable gave a data interval from {start} to {end}, which is earlier")
    return found


def _utc(name: str, value: Any) -> datetime:
    """A plain moment. Raises AirflowException for anything else."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise AirflowException(f"the timetable gave {value!r} as {name}; a date with a time zone is needed")
    plain = datetime.fromtimestamp(value.timestamp(), UTC)
    return plain.replace(microsecond=value.microsecond)
