"""What a local run answers about DAGs and runs: it knows its own, and no others."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext
from tradewind.domain.spec import DagSpec


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


def previous(run: RunContext, wanted: data.GetPreviousDagRun) -> dict[str, Any] | None:
    """The run itself, for a date after its own; there is none before it."""
    earlier = run.logical_date is not None and run.logical_date < wanted.logical_date
    fits = wanted.dag_id == run.dag_id and wanted.state in (None, run.state)
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
