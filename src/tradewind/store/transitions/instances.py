"""Rows of new task instances, made from a spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain import keys
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.engine import decisions
from tradewind.engine.graph import Graph
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.statements import Row, Statement, insert_all
from tradewind.store.tables.task_instances import task_instance

INSERT = Statement(
    insert_all(
        task_instance,
        "id", "dag_id", "run_id", "task_id", "map_index", "max_tries", "pool", "pool_slots", "queue",
        "priority_weight",
        "operator", "custom_operator_name", "executor", "executor_config", "task_display_name",
        "dag_version_id",
        "updated_at", "map_path",
    )
)  # fmt: skip
_encoder = msgspec.json.Encoder(order="sorted")


def for_run(
    spec: DagSpec, new: NewRun, version_id: str | None, new_attempt: Callable[[datetime], str]
) -> list[Row]:
    """One row for each task instance that the run begins with."""
    now = new.queued_at
    begun = Graph.compile(spec).rows(
        logical_date=new.logical_date, run_type=new.run_type, only_tasks=new.options.get("only_tasks")
    )
    shared: dict[str, Any] = {}
    rows: list[Row] = []
    for task, index in begun:
        if shared.get("task_id") != task.task_id:
            shared = _shared(spec.dag_id, new.run_id, task, version_id, now, new.options)
        rows.append({**shared, "id": new_attempt(now), "map_index": index})
    return rows


def expanded(run: RunRecord, task: TaskSpec, expand: decisions.Expand, now: datetime) -> Iterator[Row]:
    """The rows that an expansion adds; the first index is taken by the template where there is one."""
    shared = _shared(run.dag_id, run.run_id, task, None, now, run.options)
    skip = 0 if expand.template is None else 1
    for place in range(skip, len(expand.map_indexes)):
        yield {
            **shared,
            "id": expand.attempt_ids[place],
            "map_index": expand.map_indexes[place],
            "map_path": keys.path_text(expand.paths[place]) if expand.paths else None,
        }


def _shared(
    dag_id: str,
    run_id: str,
    task: TaskSpec,
    version_id: str | None,
    now: datetime,
    options: dict[str, Any],
) -> dict[str, Any]:
    """``options`` are those of the run; ``pool`` and ``disable_retry`` are said of its instances."""
    return {
        "dag_id": dag_id,
        "run_id": run_id,
        "task_id": task.task_id,
        "max_tries": 0 if options.get("disable_retry") else task.retries,
        "pool": options.get("pool") or task.pool,
        "pool_slots": task.pool_slots,
        "queue": task.queue,
        "priority_weight": task.priority_weight,
        "operator": task.operator,
        "custom_operator_name": None,
        "executor": task.executor,
        "executor_config": _encoder.encode(task.executor_config).decode() if task.executor_config else None,
        "task_display_name": task.display_name or task.task_id,
        "dag_version_id": version_id,
        "updated_at": now,
        "map_path": None,
    }
