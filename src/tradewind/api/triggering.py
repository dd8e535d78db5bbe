"""A run that somebody asks for, checked and completed: the same for the API, tasks and the command line."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from tradewind.api import partition_keys
from tradewind.domain import errors, json_schema, keys, timetables
from tradewind.domain.intervals import DataInterval
from tradewind.domain.messages.plugins import ManualRun, ManualRunIs
from tradewind.domain.spec import DagSpec, ParamSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType
from tradewind.runtime.plugin_hosts import Ask
from tradewind.store.database import Tx
from tradewind.store.records import DagRecord, NewRun, RunRecord
from tradewind.store.transitions import runs as transitions


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said about the run they want; the rest is derived. Times are aware."""

    dag_id: str
    run_id: str | None = None
    logical_date: datetime | None = None
    run_after: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    conf: dict[str, Any] | None = None
    note: str | None = None
    partition_key: str | None = None
    run_type: DagRunType = DagRunType.MANUAL
    triggered_by: DagRunTriggeredBy
    user: str | None = None


def start(
    tx: Tx,
    dag: DagRecord,
    spec: DagSpec,
    wish: Wish,
    *,
    now: datetime,
    ask: Ask,
    note: Callable[[RunRecord], None],
) -> RunRecord:
    """Make the run that somebody asks for, who was let to the DAG. ``note`` writes into the audit log who
    it was.

    Raises BadRequest where it cannot be (also of a DAG whose file cannot be imported) and its kin,
    DagRunAlreadyExists, and what ``ask`` raises; nothing is written then.
    """
    if dag.has_import_errors:
        raise errors.BadRequest(
            f"DAG {dag.dag_id!r} cannot be triggered: {dag.fileloc} has an import error. "
            "'airflow dags list-import-errors' shows it."
        )
    new = plan(wish, spec, dag.version_hash or "", now=now, ask=ask)
    run = transitions.create(tx, new, spec, new_attempt)
    note(run)
    return run


def new_attempt(now: datetime) -> str:
    """A fresh attempt id."""
    return keys.attempt_id(now, secrets.randbits(74))


def plan(wish: Wish, spec: DagSpec, version_hash: str, *, now: datetime, ask: Ask) -> NewRun:
    """The run to make. ``ask`` is asked where a plug-in's timetable has a say in its interval or its id; then
    ``now`` has to be the same when the answer is there.

    Raises BadRequest (an id, an interval, params or a partition that cannot be) and its kin, and what ``ask``
    raises.
    """
    check_type(wish.run_type, spec)
    _check_prefix(wish)
    run_after = wish.run_after or wish.logical_date or now
    interval, run_id = placed(wish, spec, run_after, ask)
    conf = wish.conf or {}
    check_params(spec.params, conf)
    partition_date = partition_keys.moment_of(wish.partition_key, spec, ask)
    return NewRun(
        dag_id=wish.dag_id,
        run_id=run_id,
        run_type=wish.run_type.value,
        run_after=run_after,
        queued_at=now,
        state=DagRunState.QUEUED,
        logical_date=wish.logical_date,
        data_interval_start=interval.start if interval else None,
        data_interval_end=interval.end if interval else None,
        conf=msgspec.json.encode(conf).decode(),
        triggered_by=wish.triggered_by.value,
        triggering_user_name=wish.user,
        note=wish.note,
        partition_key=wish.partition_key,
        partition_date=partition_date,
        version_hash=version_hash,
    )


def placed(wish: Wish, spec: DagSpec, run_after: datetime, ask: Ask) -> tuple[DataInterval | None, str]:
    """Interval and id of the run: what was given, else by its timetable. Raises BadRequest, and what ``ask``
    raises.
    """
    interval, plugins_id = _by_plugin(wish, spec, run_after, ask) or (_interval(wish, spec), None)
    suffix = None if wish.logical_date is not None else secrets.token_hex(4)
    run_id = wish.run_id or plugins_id or timetables.run_id(wish.run_type.value, run_after, suffix)
    return interval, keys.check_run_id(run_id)


def _by_plugin(
    wish: Wish, spec: DagSpec, run_after: datetime, ask: Ask
) -> tuple[DataInterval | None, str | None] | None:
    """Interval and run id as a plug-in's timetable has them; None where it has no say."""
    timetable, given = spec.timetable, _given_interval(wish)
    if not isinstance(timetable, PluginTimetable):
        return None
    infers = timetable.infers and wish.logical_date is not None and given is None
    names = timetable.names and wish.run_id is None
    if not infers and not names:
        return None
    said = ask(
        ManualRun(
            name=timetable.name,
            data=timetable.data,
            run_type=wish.run_type.value,
            run_after=run_after,
            logical_date=wish.logical_date,
            interval=given,
        )
    )
    assert isinstance(said, ManualRunIs)
    return said.interval, said.run_id if names else None


def check_type(kind: DagRunType, spec: DagSpec) -> None:
    """Raises BadRequest where the DAG does not allow such runs (``allowed_run_types``)."""
    allowed = spec.allowed_run_types
    if allowed is not None and kind.value not in allowed:
        raise errors.BadRequest(
            f"DAG {spec.dag_id!r} allows only runs of the type {', '.join(allowed)}; "
            f"{kind.value!r} is not among them."
        )


def _check_prefix(wish: Wish) -> None:
    if wish.run_type is DagRunType.MANUAL and wish.run_id is not None:
        for kind in (DagRunType.SCHEDULED, DagRunType.BACKFILL, DagRunType.ASSET_TRIGGERED):
            if wish.run_id.startswith(f"{kind.value}__"):
                raise errors.InvalidId(
                    "Run id", wish.run_id, f"a manual run's id must not begin with {kind.value}__"
                )


def _interval(wish: Wish, spec: DagSpec) -> DataInterval | None:
    given = _given_interval(wish)
    if given is not None or wish.logical_date is None:
        return given
    return timetables.infer_manual(spec.timetable, wish.logical_date)


def _given_interval(wish: Wish) -> DataInterval | None:
    """What somebody gave themselves. Raises InvalidValue."""
    start, end = wish.data_interval_start, wish.data_interval_end
    if (start is None) != (end is None):
        raise errors.InvalidValue(
            "data_interval_start and data_interval_end", (start or end), "be given both or neither"
        )
    if start is None or end is None:
        return None
    if start > end:
        raise errors.InvalidValue("data_interval_end", end.isoformat(), f"not be before {start.isoformat()}")
    return DataInterval(start, end)


def check_params(params: dict[str, ParamSpec], conf: dict[str, Any]) -> None:
    """Hold the params, ``conf`` over their defaults, against their schemas. Raises ParamValidationError."""
    for name, param in params.items():
        if name not in conf and param.required:
            raise errors.ParamValidationError(f"Param {name!r} has no default: give it in conf.")
        if name not in conf and param.value is None:
            continue  # a default of None stays open, as in DAG files
        problem = json_schema.explain(param.schema, conf.get(name, param.value))
        if problem is not None:
            raise errors.ParamValidationError(f"Invalid input for param {name}: {problem}")
