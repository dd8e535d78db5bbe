"""Work handed out: one dispatch of one attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class RunContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a task may know of its run. ``conf`` is JSON text."""

    dag_id: str
    run_id: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    start_date: datetime | None = None
    queued_at: datetime | None = None
    conf: str = "{}"
    triggered_by: str | None = None
    triggering_user_name: str | None = None
    clear_number: int = 0
    partition_key: str | None = None
    partition_date: datetime | None = None
    state: str = "running"
    end_date: datetime | None = None
    note: str | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One dispatch: everything that a task process needs before its first line of user code."""

    attempt_id: str
    dispatch: int
    task_id: str
    map_index: int = -1
    path: tuple[int, ...] = ()
    """Its index at each level of mapping: () for a task that is not mapped, (3,), or (3, 0) where nested."""
    try_number: int
    max_tries: int = 0
    run: RunContext

    file: str
    """Absolute path of the DAG file (or ``archive.zip/path.py``)."""
    bundle: str = "dags-folder"
    version: str = ""
    """The DAG version (its hash) that the scheduler decided with."""

    log_path: str
    """Relative to the log folder."""
    queue: str = "default"
    pool: str = "default_pool"
    priority_weight: int = 1
    execution_timeout: float | None = None
    run_as_user: str | None = None
    fresh_interpreter: bool = False
    kind: str = "task"
    """``task``, or ``callback``: then ``callback`` says which."""
    callback: dict[str, Any] = {}

    next_method: str | None = None
    next_kwargs: str | None = None
    first_start_date: datetime | None = None
    """When the attempt's first dispatch started; a sensor's time-out counts from here."""
    reschedule_count: int = 0
    lost: int = 0
    """How many earlier attempts were lost, for the log."""
    expanded_count: int | None = None
    note: str = ""
    """A line for the top of the log (why this attempt is a repetition)."""
    test_mode: bool = False
    """It is tried out alone (``tasks test``)."""
