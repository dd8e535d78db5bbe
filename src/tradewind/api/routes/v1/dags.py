"""DAGs, their tasks, sources and warnings, and how their runs stand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import msgspec

from tradewind.api import views
from tradewind.api.routes.v1.translation import like, names, one, page, paged

_EVERY: Final = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.(\d{6}))?")
PARAM: Final = "airflow.models.param.Param"


def time_delta(length: timedelta) -> dict[str, Any]:
    """A length of time as v1 writes it."""
    return {"__type": "TimeDelta", **msgspec.to_builtins(views.time_delta(length.total_seconds()))}


def _schedule(it: dict[str, Any]) -> Any:
    """v1 tells a length of time from all else, which it calls a cron expression."""
    said = it["timetable_summary"]
    if said in (None, "None"):
        return None
    every = _EVERY.fullmatch(said)
    if every is None:
        return {"__type": "CronExpression", "value": said}
    days, hours, minutes, seconds, micros = (int(part or 0) for part in every.groups())
    return time_delta(
        timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    )


def _tags(it: dict[str, Any]) -> Any:
    return [{"name": tag["name"]} for tag in it["tags"]]


_DAG: Final = (
    "dag_id dag_display_name is_paused last_parsed_time last_expired fileloc file_token owners description"
    " timetable_description max_active_tasks max_active_runs has_task_concurrency_limits has_import_errors"
    " next_dagrun_data_interval_start next_dagrun_data_interval_end max_consecutive_failed_dag_runs"
)
_RENAMED: Final[dict[str, Any]] = {
    "is_active": lambda it: not it["is_stale"],
    "schedule_interval": _schedule,
    "tags": _tags,
    "next_dagrun": "next_dagrun_logical_date",
    "next_dagrun_create_after": "next_dagrun_run_after",
    "default_view": lambda _: "grid",
    "is_subdag": lambda _: False,
    **dict.fromkeys(("root_dag_id", "last_pickled", "scheduler_lock", "pickle_id")),
}
DAG = one(_DAG, **_RENAMED)
DETAILS = one(
    f"{_DAG} timezone catchup concurrency start_date doc_md end_date is_paused_upon_creation last_parsed"
    " template_search_path render_template_as_native_obj",
    **_RENAMED,
    orientation=lambda _: "LR",
    dag_run_timeout=lambda it: (
        None if it["dag_run_timeout"] is None
        else time_delta(msgspec.convert(it["dag_run_timeout"], timedelta))
    ),
    dataset_expression="asset_expression",
    params=lambda it: _params(it["params"]),
)  # fmt: skip


def _params(found: dict[str, Any] | None) -> dict[str, Any]:
    return {
        name: {"__class": PARAM, **{key: param[key] for key in ("value", "description", "schema")}}
        for name, param in (found or {}).items()
    }


TASK = one(
    "class_ref task_id task_display_name owner start_date end_date trigger_rule depends_on_past is_mapped"
    " wait_for_downstream retries queue pool pool_slots execution_timeout retry_delay priority_weight"
    " weight_rule ui_color ui_fgcolor template_fields downstream_task_ids doc_md",
    executor=None,
    extra_links=lambda _: [],
    retry_exponential_backoff=lambda it: bool(it["retry_exponential_backoff"]),
    params=lambda it: _params(it["params"]),
)


def _tasks(it: Any) -> Any:
    return {"tasks": [TASK(part) for part in it["tasks"]], "total_entries": it["total_entries"]}


_LIST: Final = "tags only_active=exclude_stale"
_ACTIVE: Final = {"exclude_stale": "true"}

OPERATIONS = [
    like("GET /dags", "get_dags", answer=page("dags", DAG),
         query=paged(f"{_LIST} paused fields= dag_id_pattern", unless=_ACTIVE)),
    like("PATCH /dags", "patch_dags", answer=page("dags", DAG), body=names("is_paused"),
         query=paged(f"{_LIST} update_mask dag_id_pattern", unless=_ACTIVE)),
    like("GET /dags/{dag_id}", "get_dag", query=names("fields="), answer=DAG),
    like("PATCH /dags/{dag_id}", "patch_dag", query=names("update_mask"), body=names("is_paused"),
         answer=DAG),
    like("DELETE /dags/{dag_id}", "delete_dag"),
    like("GET /dags/{dag_id}/details", "get_dag_details", query=names("fields="), answer=DETAILS),
    like("GET /dags/{dag_id}/tasks", "get_tasks", query=names("order_by"), answer=_tasks),
    like("GET /dags/{dag_id}/tasks/{task_id}", "get_task", answer=TASK),
    like("GET /dagStats", "get_dag_stats", query=names("dag_ids"),
         answer=page("dags", one("dag_id stats"))),
    like("GET /dagWarnings", "list_dag_warnings", name="get_dag_warnings",
         query=paged("dag_id warning_type"),
         answer=page("dag_warnings", one("dag_id warning_type message timestamp"))),
]  # fmt: skip
