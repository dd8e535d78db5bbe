"""A DAG as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain.errors import NotFound
from tradewind.domain.spec.group import GroupSpec
from tradewind.domain.spec.params import ParamSpec
from tradewind.domain.spec.task import TaskSpec
from tradewind.domain.spec.timetable import NullTimetable, TimetableSpec
from tradewind.domain.spec.watcher import WatcherSpec


class DagSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that the scheduler, the API and the UI need to know of a DAG.

    Where the file lies and which bundle it came from is not part of it: moving a file makes no new version.
    Durations are seconds; ``tasks`` are sorted by id.
    """

    dag_id: str
    display_name: str = ""
    description: str | None = None
    doc_md: str | None = None
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    timetable: TimetableSpec = msgspec.field(default_factory=NullTimetable)
    schedule_text: str | None = None
    """The schedule as the author wrote it, for people."""
    timezone: str = "UTC"
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool = False

    max_active_runs: int = 16
    max_active_tasks: int = 16
    max_active_tasks_scope: str = "run"
    """``run`` (Airflow 3.x) or ``dag`` (1.x, 2.x: all runs of the DAG together)."""
    max_consecutive_failed_dag_runs: int = 0
    dagrun_timeout: float | None = None
    fail_fast: bool = False
    allowed_run_types: tuple[str, ...] | None = None
    is_paused_upon_creation: bool | None = None

    tasks: tuple[TaskSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    edge_labels: dict[str, str] = {}
    """``upstream>>downstream`` to the label."""
    params: dict[str, ParamSpec] = {}
    params_order: tuple[str, ...] = ()
    """Their names as the file has them, for forms; empty where that is their sorted order."""

    callbacks: tuple[str, ...] = ()
    """Which DAG callbacks there are, of: success, failure, sla_miss."""
    deadlines: tuple[dict[str, Any], ...] = ()
    watchers: tuple[WatcherSpec, ...] = ()
    """Of the assets that the DAG mentions, sorted by asset and name."""
    access_control: dict[str, Any] = {}
    owner_links: dict[str, str] = {}
    result_task: str | None = None
    render_template_as_native: bool = False
    fresh_interpreter: bool = False
    """Its tasks must not be forked from a parent that imported the file."""
    rerun_with_latest_version: bool | None = None

    def task(self, task_id: str) -> TaskSpec | None:
        """The task of that id, or None."""
        return next((task for task in self.tasks if task.task_id == task_id), None)


def members(spec: DagSpec, group_id: str) -> list[str]:
    """Ids of the tasks in a group and in the groups below it. Raises NotFound."""
    if not any(group.group_id == group_id for group in spec.groups):
        raise NotFound(f"DAG {spec.dag_id!r} has no task group {group_id!r}.")
    inside = {group_id}
    for _ in spec.groups:
        inside |= {group.group_id for group in spec.groups if group.parent in inside}
    return [task.task_id for task in spec.tasks if task.group_id in inside]
