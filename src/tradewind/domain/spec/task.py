"""One task of a DAG."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain.spec.mapping import MappingSpec
from tradewind.domain.spec.params import ParamSpec


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the control plane knows of a task. Durations are seconds."""

    task_id: str
    operator: str = "BaseOperator"
    """Class name, as shown to people."""
    module: str = ""
    display_name: str = ""
    owner: str = "airflow"
    upstream: tuple[str, ...] = ()
    """Ids of direct upstream tasks, sorted."""
    group_id: str | None = None
    trigger_rule: str = "all_success"

    retries: int = 0
    retry_delay: float = 300.0
    retry_multiplier: float = 0.0
    """``retry_exponential_backoff``: 0 off, 1 constant, 2 doubling (True in DAG files)."""
    max_retry_delay: float | None = None
    on_lost: str = "retry"
    """``retry`` repeats an attempt whose end was not recorded; ``fail`` fails the task instance."""

    depends_on_past: bool = False
    ignore_first_depends_on_past: bool = True
    wait_for_downstream: bool = False
    wait_for_past_depends_before_skipping: bool = False

    start_date: datetime | None = None
    end_date: datetime | None = None
    execution_timeout: float | None = None

    pool: str = "default_pool"
    pool_slots: int = 1
    queue: str = "default"
    executor: str | None = None
    executor_config: dict[str, Any] = {}
    priority_weight: int = 1
    weight_rule: str = "downstream"
    try_weights: tuple[int, ...] = ()
    """What a strategy of the author's says of each try, the last number of all later ones. Empty for a
    built-in rule."""
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    run_as_user: str | None = None

    is_empty: bool = False
    """No work, no callbacks, no outlets: the scheduler ends it without a process."""
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    ignore_downstream_trigger_rules: bool = True
    """Of a short circuit: skip everything downstream rather than the direct downstream tasks."""

    mapping: MappingSpec | None = None
    params: dict[str, ParamSpec] = {}
    template_fields: dict[str, Any] = {}
    """Field name to its unrendered value as JSON, for display."""
    callbacks: tuple[str, ...] = ()
    """Which callbacks there are, of: execute, success, failure, retry, skipped."""
    email: tuple[str, ...] = ()
    email_on_failure: bool = True
    email_on_retry: bool = True
    sla: float | None = None
    inlets: tuple[dict[str, Any], ...] = ()
    outlets: tuple[dict[str, Any], ...] = ()
    do_xcom_push: bool = True
    multiple_outputs: bool = False
    start_trigger: dict[str, Any] | None = None
    """``start_from_trigger``: the fields of ``events.Deferred``."""
    start_templates: tuple[str, ...] = ()
    """Which of that trigger's arguments are templates: they are rendered where it runs."""

    external: dict[str, Any] | None = None
    """Of an ExternalTaskMarker: dag_id, task_id, logical_date (ISO; empty: that of the run), recursion_depth;
    ``rendered`` where what it names is known from its rendered fields only."""

    doc_md: str | None = None
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    extra_links: dict[str, str] = {}
    """Name of each link to the key of the XCom that holds its address."""
