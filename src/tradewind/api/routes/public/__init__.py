"""Airflow's REST API v2, one module a noun. Each has a ``door`` that holds its operations."""

from __future__ import annotations

from tradewind.api.door import Operation


def operations() -> list[Operation]:
    """All of them; where two paths would match, the more particular one stands first."""
    from tradewind.api.routes.public import (  # here, so that a module of this package can be loaded alone
        assets,
        backfills,
        clearing,
        dag_versions,
        dags,
        event_logs,
        hitl,
        import_errors,
        jobs,
        login,
        logs,
        monitor,
        pools,
        runs,
        task_instances,
        tasks,
        xcoms,
    )

    modules = (
        runs,
        monitor,
        login,
        dags,
        dag_versions,
        tasks,
        clearing,
        logs,
        xcoms,
        task_instances,
        hitl,
        import_errors,
        pools,
        event_logs,
        jobs,
        backfills,
        assets,
    )
    return [operation for module in modules for operation in module.door.operations]
