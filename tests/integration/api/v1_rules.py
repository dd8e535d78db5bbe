"""Who may use the operations of v1, and how they are asked: for ``test_matrix``."""

from __future__ import annotations

from typing import Any

_MARK = {"dry_run": False, "new_state": "success"}
_LEVELS = {
    "viewer": """
        get_dag_runs get_dag_runs_batch get_dag_run
        get_task_instances_batch get_task_instances get_task_instance get_task_instance_dependencies
        get_mapped_task_instances get_task_instance_tries get_task_instance_try_details
        get_mapped_task_instance get_mapped_task_instance_dependencies
        get_mapped_task_instance_tries get_mapped_task_instance_try_details
        get_dags get_dag get_dag_details get_tasks get_task get_dag_stats get_dag_warnings
    """,
    "user": """
        post_dag_run update_dag_run_state delete_dag_run clear_dag_run set_dag_run_note
        post_clear_task_instances post_set_task_instances_state
        patch_task_instance patch_mapped_task_instance
        set_task_instance_note set_mapped_task_instance_note
        patch_dags patch_dag delete_dag
    """,
}
RULES = {f"v1.{name}": level for level, names in _LEVELS.items() for name in names.split()}

_BODIES: dict[str, Any] = {
    "post_dag_run": {"conf": {}},
    "get_dag_runs_batch": {"dag_ids": ["{dag_id}"]},
    "update_dag_run_state": {"state": "failed"},
    "clear_dag_run": {"dry_run": False},
    "set_dag_run_note": {"note": "changed"},
    "get_task_instances_batch": {"dag_ids": ["{dag_id}"]},
    "post_clear_task_instances": {"dry_run": False, "only_failed": False, "dag_run_id": "{dag_run_id}"},
    "post_set_task_instances_state": {**_MARK, "task_id": "{task_id}", "dag_run_id": "{dag_run_id}"},
    "patch_task_instance": _MARK,
    "patch_mapped_task_instance": _MARK,
    "patch_dags": {"is_paused": True},
    "patch_dag": {"is_paused": True},
    "set_task_instance_note": {"note": "changed"},
    "set_mapped_task_instance_note": {"note": "changed"},
}
BODIES = {f"v1.{name}": body for name, body in _BODIES.items()}
_QUERIES: dict[str, Any] = {
    "get_dags": {"dag_id_pattern": "{dag_id}"},
    "patch_dags": {"dag_id_pattern": "{dag_id}"},
    "get_dag_stats": {"dag_ids": "{dag_id}"},
    "get_dag_warnings": {"dag_id": "{dag_id}"},
}
QUERIES = {f"v1.{name}": query for name, query in _QUERIES.items()}
ALWAYS_WILD = {"v1.get_dag_runs_batch", "v1.get_task_instances_batch"}
HOLDS_NO_MARK = {
    "v1.get_mapped_task_instances", "v1.get_task_instance_dependencies",
    "v1.get_mapped_task_instance_dependencies",
}  # fmt: skip
