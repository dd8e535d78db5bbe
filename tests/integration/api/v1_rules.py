"""Who may use the operations of v1 and the experimental ones, and how they are asked: for ``test_matrix``."""

from __future__ import annotations

from typing import Any

_MARK = {"dry_run": False, "new_state": "success"}
_LEVELS = {
    "anybody": "get_health get_version",
    "viewer": """
        get_dag_runs get_dag_runs_batch get_dag_run
        get_task_instances_batch get_task_instances get_task_instance get_task_instance_dependencies
        get_mapped_task_instances get_task_instance_tries get_task_instance_try_details
        get_mapped_task_instance get_mapped_task_instance_dependencies
        get_mapped_task_instance_tries get_mapped_task_instance_try_details
        get_dags get_dag get_dag_details get_tasks get_task get_dag_stats get_dag_warnings
        get_xcom_entries get_xcom_entry get_extra_links get_log get_dag_source
        get_datasets get_dataset get_dataset_events get_upstream_dataset_events get_dataset_queued_events
        get_dag_dataset_queued_event get_dag_dataset_queued_events
        get_pools get_pool get_event_logs get_event_log get_import_errors get_import_error
        get_plugins get_providers get_config get_value
    """,
    "user": """
        post_dag_run update_dag_run_state delete_dag_run clear_dag_run set_dag_run_note
        post_clear_task_instances post_set_task_instances_state
        patch_task_instance patch_mapped_task_instance
        set_task_instance_note set_mapped_task_instance_note
        patch_dags patch_dag delete_dag reparse_dag_file
    """,
    "op": """
        create_dataset_event delete_dataset_queued_events delete_dag_dataset_queued_event
        delete_dag_dataset_queued_events
        post_pool patch_pool delete_pool
        get_variables get_variable post_variables patch_variable delete_variable
        get_connections get_connection post_connection patch_connection delete_connection
        test_connection
    """,
    "admin": """
        get_users get_user post_user patch_user delete_user
        get_roles get_role post_role patch_role delete_role get_permissions
    """,
}
_OLDEST = {
    "viewer": """
        dag_runs dag_run_status latest_dag_runs task_instance_info get_dag_code task_info dag_is_paused
        get_lineage get_pool get_pools test info
    """,
    "user": "trigger_dag delete_dag dag_paused",
    "op": "create_pool delete_pool",
}
"""Of the experimental API."""


def _by_name(age: str, levels: dict[str, str]) -> dict[str, str]:
    return {f"{age}.{name}": level for level, names in levels.items() for name in names.split()}


RULES = _by_name("v1", _LEVELS) | _by_name("experimental", _OLDEST)

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
    "create_dataset_event": {"dataset_uri": "{uri}"},
    "post_pool": {"name": "new_{pool_name}", "slots": 1},
    "patch_pool": {"name": "{pool_name}", "slots": 2},
    "post_variables": {"key": "new_{variable_key}", "value": "1"},
    "patch_variable": {"key": "{variable_key}", "value": "2"},
    "post_connection": {"connection_id": "new_{connection_id}", "conn_type": "http"},
    "patch_connection": {"host": "elsewhere"},
    "test_connection": {"connection_id": "{connection_id}", "conn_type": "http"},
    "post_user": {"username": "new_{username}", "email": "new_{username}@example.org", "password": "p"},
    "patch_user": {"first_name": "Ann"},
    "post_role": {"name": "new_{role_name}"},
    "patch_role": {
        "name": "{role_name}",
        "actions": [{"action": {"name": "can_read"}, "resource": {"name": "Pools"}}],
    },
    "set_task_instance_note": {"note": "changed"},
    "set_mapped_task_instance_note": {"note": "changed"},
}
BODIES = {f"v1.{name}": body for name, body in _BODIES.items()} | {
    "experimental.trigger_dag": {"run_id": "new"},
    "experimental.create_pool": {"name": "new_{pool_name}", "slots": 1},
}
_QUERIES: dict[str, Any] = {
    "get_dags": {"dag_id_pattern": "{dag_id}"},
    "patch_dags": {"dag_id_pattern": "{dag_id}"},
    "get_dag_stats": {"dag_ids": "{dag_id}"},
    "get_dag_warnings": {"dag_id": "{dag_id}"},
    "get_event_logs": {"dag_id": "{dag_id}"},
    "get_datasets": {"dag_ids": "{dag_id}"},
    "get_dataset_events": {"source_dag_id": "{dag_id}"},
}
QUERIES = {f"v1.{name}": query for name, query in _QUERIES.items()}
OF_TABLES = {
    "v1.get_event_logs": "admin",
    "v1.get_event_log": "admin",
    "v1.get_config": "op",
    "v1.get_value": "op",
}
WAITING = {
    "v1.get_dag_dataset_queued_event", "v1.get_dag_dataset_queued_events",
    "v1.delete_dag_dataset_queued_event", "v1.delete_dag_dataset_queued_events",
}  # fmt: skip
ALWAYS_WILD = {"v1.get_dag_runs_batch", "v1.get_task_instances_batch"}
HOLDS_NO_MARK = {
    *(f"experimental.{name}" for name in ("dag_run_status", "dag_is_paused", "dag_paused", "test", "info")),
    "v1.get_mapped_task_instances", "v1.get_task_instance_dependencies",
    "v1.get_mapped_task_instance_dependencies",
}  # fmt: skip
