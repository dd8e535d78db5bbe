"""Every page of the app, as an address of the story."""

from __future__ import annotations

from typing import Final

from tests.e2e.site import RUN

DAG: Final = "/dags/shop_night"
BROKEN: Final = f"/dags/shop_broken/runs/{RUN}"
TASK: Final = f"{DAG}/runs/{RUN}/tasks/read"
MAPPED: Final = f"{DAG}/runs/{RUN}/tasks/price.price"
ADMIN: Final = (
    "variables", "connections", "pools", "providers", "plugins", "config", "workers", "users", "roles",
    "groups", "tokens", "webhooks", "audit", "jobs", "xcoms", "deadlines", "import-errors",
)  # fmt: skip
PAGES: Final[dict[str, str]] = {
    "home": "/",
    "dags": "/dags",
    "dags-filtered": "/dags?q=shop&paused=false",
    "dag": DAG,
    **{
        f"dag-{view}": f"{DAG}/{view}"
        for view in (
            "grid", "graph", "gantt", "calendar", "trends", "code", "runs", "tasks", "backfills", "details",
            "events",
        )
    },
    "run": f"{DAG}/runs/{RUN}",
    "run-failed": f"/dags/shop_lost/runs/{RUN}",
    "run-retrying": BROKEN,
    "run-waiting": f"/dags/waits_long/runs/{RUN}",
    **{
        f"run-{view}": f"{DAG}/runs/{RUN}/{view}"
        for view in ("tasks", "graph", "gantt", "compare", "details", "events")
    },
    "task-log": TASK,
    "task-failed-log": f"{BROKEN}/tasks/fetch",
    **{f"task-{view}": f"{TASK}/{view}" for view in ("details", "rendered", "xcom", "events")},
    "task-mapped": f"{MAPPED}/mapped",
    "task-mapped-log": MAPPED,
    "task-mapped-xcom": f"{MAPPED}/xcom",
    "task-one-of-mapped": f"{MAPPED}?map_index=3",
    "assets": "/assets",
    "assets-graph": "/assets?view=graph",
    "assets-found": "/assets?q=shop",
    "asset": "/assets/1",
    "asset-partitions": "/assets/1?view=partitions",
    "asset-graph": "/assets/1?view=graph",
    "actions": "/actions",
    **{f"admin-{page}": f"/admin/{page}" for page in ADMIN},
}  # fmt: skip
NOTHING: Final = "There is nothing at this address"
