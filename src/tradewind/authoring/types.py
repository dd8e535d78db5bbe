"""Names that annotations of providers and DAG files use: ``airflow.sdk.types``."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Protocol

Logger = logging.Logger
"""What ``self.log`` is."""
Properties = dict[str, str]
"""Options of an object store, as text."""


class DagRunProtocol(Protocol):
    """What ``context["dag_run"]`` can be relied on to have."""

    dag_id: str
    run_id: str
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    start_date: datetime
    end_date: datetime | None
    run_type: Any
    conf: dict[str, Any] | None
    external_trigger: bool
    consumed_asset_events: list[Any]


class RuntimeTaskInstanceProtocol(Protocol):
    """What ``context["ti"]`` can be relied on to have."""

    task: Any
    task_id: str
    dag_id: str
    run_id: str
    try_number: int
    map_index: int
    max_tries: int
    start_date: datetime
    hostname: str | None

    def xcom_pull(self, task_ids: Any = None, dag_id: str | None = None, key: str = "return_value") -> Any:
        """Values that tasks pushed."""
        ...

    def xcom_push(self, key: str, value: Any) -> None:
        """Push a value."""
        ...

    def get_template_context(self) -> Any:
        """The context."""
        ...

    def get_first_reschedule_date(self, first_try_number: Any = None) -> datetime | None:
        """When the first try began."""
        ...
