"""Words of ``access_control`` and of roles (``airflow.security.permissions``)."""

from __future__ import annotations

ACTION_CAN_CREATE = "can_create"
ACTION_CAN_READ = "can_read"
ACTION_CAN_EDIT = "can_edit"
ACTION_CAN_DELETE = "can_delete"
ACTION_CAN_ACCESS_MENU = "menu_access"
RESOURCE_ASSET = "Assets"
RESOURCE_CONNECTION = "Connections"
RESOURCE_DAG = "DAGs"
RESOURCE_DAG_PREFIX = "DAG:"
RESOURCE_DAG_RUN = "DAG Runs"
RESOURCE_DATASET = "Datasets"
RESOURCE_POOL = "Pools"
RESOURCE_TASK_INSTANCE = "Task Instances"
RESOURCE_VARIABLE = "Variables"
RESOURCE_XCOM = "XComs"


def resource_name_for_dag(dag_id: str) -> str:
    """The resource that stands for one DAG."""
    return dag_id if dag_id in (RESOURCE_DAG,) else f"{RESOURCE_DAG_PREFIX}{dag_id}"
