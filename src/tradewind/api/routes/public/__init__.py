"""Airflow's REST API v2, and what is ours beside it (``door.OWN``): one module a noun, each with a ``door``
that holds its operations.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from tradewind.api.door import Operation

MODULES: Final = [
    "runs",
    "monitor",
    "login",
    "sessions",
    "oidc",
    "dags",
    "dag_versions",
    "dag_parsing",
    "tasks",
    "run_clearing",
    "bulk_runs",
    "bulk_task_instances",
    "clearing",
    "marking",
    "running",
    "logs",
    "xcoms",
    "task_state_stores",
    "dependencies",
    "extra_links",
    "task_instances",
    "hitl",
    "import_errors",
    "dag_warnings",
    "connection_tests",
    "connections",
    "variables",
    "config",
    "providers",
    "plugins",
    "pools",
    "event_logs",
    "jobs",
    "backfills",
    "asset_state_stores",
    "assets",
    "webhooks",
    "webhook_management",
    "service_accounts",
    "groups",
    "users",
    "roles",
]
"""Where two paths would match, the more particular one stands first."""


def operations() -> list[Operation]:
    """All of them, in that order. Imported here, so that each module can be loaded alone."""
    modules = [import_module(f"{__name__}.{name}") for name in MODULES]
    return [operation for module in modules for operation in module.door.operations]
