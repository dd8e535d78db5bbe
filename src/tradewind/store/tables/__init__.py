"""The tables, one file a family, with Airflow's names and columns; ``metadata`` holds them all.

Columns of our own are marked. JSON is kept as text: it is written and read whole, and the control plane never
looks inside.
"""

from __future__ import annotations

from tradewind.store.tables import (
    assets,
    backfills,
    dags,
    deadlines,
    hitl,
    jobs,
    leases,
    pools,
    runs,
    secrets,
    service_accounts,
    sessions,
    settings,
    state_stores,
    task_instances,
    triggers,
    users,
    versions,
    watchers,
    webhooks,
    xcoms,
)
from tradewind.store.tables.base import metadata

__all__ = [
    "assets",
    "backfills",
    "dags",
    "deadlines",
    "hitl",
    "jobs",
    "leases",
    "metadata",
    "pools",
    "runs",
    "secrets",
    "service_accounts",
    "sessions",
    "settings",
    "state_stores",
    "task_instances",
    "triggers",
    "users",
    "versions",
    "watchers",
    "webhooks",
    "xcoms",
]
