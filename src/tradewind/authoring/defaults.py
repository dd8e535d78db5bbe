"""Settings of ``airflow.cfg`` that give DAG and task arguments their defaults.

They are read once a process, when the first DAG or task is made, so that importing this package reads no
file. A process that has a configuration in hand gives it with ``use``.

What follows from a DAG's age (``schedule_interval`` or ``schedule``) stands in
``domain/timetables/defaults.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from tradewind.domain.errors import AirflowConfigException


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken where a DAG file says nothing. Switches are None where nobody set them."""

    owner: str = "airflow"
    queue: str = "default"
    pool: str = "default_pool"
    retries: int = 0
    retry_delay: timedelta = timedelta(seconds=300)
    execution_timeout: timedelta | None = None
    weight_rule: str = "downstream"
    email_on_failure: bool = True
    email_on_retry: bool = True
    run_as_user: str | None = None
    deferrable: bool = False
    trigger_queues: bool = False
    """Whether a trigger has the queue of its task."""
    max_active_tasks: int = 16
    max_active_runs: int = 16
    max_consecutive_failed_dag_runs: int = 0
    timezone: str = "UTC"
    catchup: bool | None = None
    cron_intervals: bool | None = None
    delta_intervals: bool | None = None
    conf_overrides_params: bool = True
    max_templated_field_length: int = 4096
    xcom_backend: str = ""
    """Import path of a class."""
    xcom_path: str = ""
    """Where XComs lie whose text is longer than ``xcom_threshold`` bytes; empty: all are in the database."""
    xcom_threshold: int = 1 << 20
    xcom_compression: str = ""
    state_days: int = 30
    """How long a task's state is kept where the task does not say; 0 for ever."""
    state_bytes: int = 65535
    state_backend: str = ""
    """Import path of a class."""
    state_cleared: bool = False
    """Whether a task that succeeds leaves no state behind."""


_current: Defaults | None = None


def current() -> Defaults:
    """The defaults of this process."""
    global _current  # noqa: PLW0603 - read once a process
    if _current is None:
        _current = _read()
    return _current


def use(defaults: Defaults | None) -> None:
    """Take these from now on; None reads the configuration again when it is needed."""
    global _current  # noqa: PLW0603 - see current
    _current = defaults


def _truth(text: str) -> bool:
    return str(text).strip().lower() in {"true", "t", "1", "yes", "y", "on"}


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


_OPTIONS: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
    ("owner", "operators", "default_owner", str),
    ("queue", "operators", "default_queue", str),
    ("retries", "core", "default_task_retries", int),
    ("retry_delay", "core", "default_task_retry_delay", _seconds),
    ("execution_timeout", "core", "default_task_execution_timeout", _seconds),
    ("weight_rule", "core", "default_task_weight_rule", str),
    ("email_on_failure", "email", "default_email_on_failure", _truth),
    ("email_on_retry", "email", "default_email_on_retry", _truth),
    ("run_as_user", "core", "default_impersonation", str),
    ("deferrable", "operators", "default_deferrable", _truth),
    ("trigger_queues", "triggerer", "queues_enabled", _truth),
    ("max_active_tasks", "core", "max_active_tasks_per_dag", int),
    ("max_active_runs", "core", "max_active_runs_per_dag", int),
    ("max_consecutive_failed_dag_runs", "core", "max_consecutive_failed_dag_runs_per_dag", int),
    ("timezone", "core", "default_timezone", str),
    ("conf_overrides_params", "core", "dag_run_conf_overrides_params", _truth),
    ("max_templated_field_length", "core", "max_templated_field_length", int),
    ("xcom_backend", "core", "xcom_backend", str),
    ("xcom_path", "common.io", "xcom_objectstorage_path", str),
    ("xcom_threshold", "common.io", "xcom_objectstorage_threshold", int),
    ("xcom_compression", "common.io", "xcom_objectstorage_compression", str),
    ("state_days", "state_store", "default_retention_days", int),
    ("state_bytes", "state_store", "max_value_storage_bytes", int),
    ("state_backend", "workers", "state_store_backend", str),
    ("state_cleared", "state_store", "clear_on_success", _truth),
)
_SWITCHES = (
    ("catchup", "scheduler", "catchup_by_default"),
    ("cron_intervals", "scheduler", "create_cron_data_intervals"),
    ("delta_intervals", "scheduler", "create_delta_data_intervals"),
)


def _read() -> Defaults:
    from tradewind.config import compat  # reads airflow.cfg: only where a DAG or task is really made

    values: dict[str, Any] = {}
    for field, section, option, convert in _OPTIONS:
        text = compat.conf.get(section, option, fallback=None)
        if text not in (None, ""):
            values[field] = _converted(section, option, str(text), convert)
    for field, section, option in _SWITCHES:
        if compat.conf.get(section, option, fallback=None) not in (None, ""):
            values[field] = compat.conf.getboolean(section, option)
    return Defaults(**values)


def _converted(section: str, option: str, text: str, convert: Callable[[str], Any]) -> Any:
    try:
        return convert(text)
    except ValueError as error:
        raise AirflowConfigException(f"[{section}] {option} cannot be {text!r}: {error}.") from error
