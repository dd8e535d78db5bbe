"""What a local run answers about DAGs and runs: it knows its own, and no others."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec import dag as dag_spec
from tradewind.domain.states import DagRunType


def dag(own: DagSpec | None, wanted: data.GetDag) -> dict[str, Any]:
    """What the run's DAG consists of. Raises BadRequest for any other."""
    if own is None or wanted.dag_id != own.dag_id:
        raise errors.BadRequest(f"A local run knows no other DAGs, and was asked for {wanted.dag_id!r}.")
    return {
        "is_paused": False,
        "is_stale": False,
        "task_ids": [task.task_id for task in own.tasks],
        "group_ids": [group.group_id for group in own.groups],
    }


Named = data.GetTaskStates | data.CountTaskInstances


def states(
    run: RunContext, spec: DagSpec | None, known: dict[str, str | None], wanted: data.GetTaskStates
) -> dict[str, dict[str, str | None]]:
    """Those states of the run that were asked for, by the names of task instances."""
    if not _is_asked_for(run, wanted):
        return {}
    names = _names(spec, wanted)
    return {run.run_id: {name: state for name, state in known.items() if names is None or name in names}}


def count(
    run: RunContext,
    spec: DagSpec | None,
    known: list[data.TaskInstanceFacts],
    wanted: data.CountTaskInstances,
) -> int:
    """How many task instances of the run match."""
    names = _names(spec, wanted)
    return sum(
        (names is None or one.task_id in names)
        and wanted.map_index in (None, one.map_index)
        and (wanted.states is None or one.state in wanted.states)
        for one in (known if _is_asked_for(run, wanted) else ())
    )


def _is_asked_for(run: RunContext, wanted: Named) -> bool:
    runs, dates = wanted.run_ids, wanted.logical_dates
    fits = (runs is None or run.run_id in runs) and (dates is None or run.logical_date in dates)
    return fits and wanted.dag_id == run.dag_id


def _names(spec: DagSpec | None, wanted: Named) -> set[str] | None:
    """Raises NotFound for a group that is not there."""
    names = None if wanted.task_ids is None else set(wanted.task_ids)
    if wanted.task_group_id is None or spec is None:
        return names
    return (names or set()) | set(dag_spec.members(spec, wanted.task_group_id))


def is_meant(one: data.TaskInstanceFacts, wanted: data.GetTaskInstances) -> bool:
    """Whether a task instance matches all that is given."""
    return (
        (wanted.task_ids is None or one.task_id in wanted.task_ids)
        and wanted.map_index in (None, one.map_index)
        and (wanted.states is None or one.state in wanted.states)
    )


def previous(run: RunContext, wanted: data.GetPreviousDagRun) -> dict[str, Any] | None:
    """The run itself, for a date after its own; there is none before it."""
    earlier = run.logical_date is not None and run.logical_date < wanted.logical_date
    kind = not wanted.scheduled or run.run_type != DagRunType.MANUAL
    fits = wanted.dag_id == run.dag_id and wanted.state in (None, run.state) and kind
    return msgspec.structs.asdict(run) if earlier and fits else None


def is_among(run: RunContext, wanted: data.FindDagRuns) -> bool:
    """Whether the run matches all that is given."""
    lists = (
        (wanted.dag_ids, run.dag_id), (wanted.run_ids, run.run_id), (wanted.states, run.state),
        (wanted.run_types, run.run_type), (wanted.logical_dates, run.logical_date),
    )  # fmt: skip
    if any(several is not None and value not in several for several, value in lists):
        return False
    if wanted.since is None and wanted.until is None:
        return True
    at = run.logical_date
    early = at is None or (wanted.since is not None and at < wanted.since)
    return not early and (wanted.until is None or at is None or at <= wanted.until)
