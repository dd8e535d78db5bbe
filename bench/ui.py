"""How long the web UI's own reads take on large data, in milliseconds: the first and the usual answer.

    python -m bench.ui sqlite:////path/to/new.db
    python -m bench.ui postgresql://…/empty_database

One DAG has 5,000 tasks in 50 groups and 100 runs, another one run of 10,000 mapped instances. A database
that ``bench.large`` has filled may be given as well: then its DAGs are there, too. Processor time of this
process is told beside the time that passed, as other work on the machine does not change it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from starlette.testclient import TestClient

from bench import large
from tradewind.api import app
from tradewind.api.settings import Settings
from tradewind.auth import tokens
from tradewind.auth.people import People
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.plugin_hosts import PluginHosts
from tradewind.secrets.cipher import Cipher
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.testing import factories

GRID, MAPPED, UI = "ui_grid", "ui_mapped", "/api/tradewind/ui"
GROUPS, TASKS, RUNS, INSTANCES, REPEATS = 50, 5000, 100, 10_000, 5


def task_id(number: int) -> str:
    return f"g{number % GROUPS:02}.t{number:04}"


def specs() -> list[DagSpec]:
    """The wide DAG, and the mapped one."""
    groups = (
        GroupSpec(group_id="all"),
        *(GroupSpec(group_id=f"g{n:02}", parent="all") for n in range(GROUPS)),
    )
    tasks = [
        TaskSpec(
            task_id=task_id(number),
            group_id=f"g{number % GROUPS:02}",
            upstream=(task_id(number - GROUPS),) if number >= GROUPS else (),
        )
        for number in range(TASKS)
    ]
    mapping = MappingSpec(names=("x",), inputs=(MapInput(length=INSTANCES),))
    return [
        DagSpec(dag_id=GRID, tasks=tuple(sorted(tasks, key=lambda task: task.task_id)), groups=groups),
        DagSpec(dag_id=MAPPED, tasks=(TaskSpec(task_id="many", mapping=mapping),)),
    ]


def fill(database: Database) -> None:
    """Both DAGs with their runs; nothing where they are there."""
    with database.read() as tx:
        if tx.value(sa.select(sa.func.count()).where(run.c.dag_id == GRID)):
            return
    now, bits = datetime.now(UTC), random.Random(5).getrandbits
    wide, mapped = specs()
    factories.many_dags(database, [wide, mapped], now=now)
    with database.write() as tx:
        factories.queued_run(tx, wide, large.FIRST, large.BEGIN, bits)
        factories.queued_run(tx, mapped, large.FIRST, now, bits)
        begun = now - timedelta(hours=1)
        for table in (run, ti):
            done = sa.update(table).where(table.c.dag_id.in_([GRID, MAPPED]))
            tx.run(done.values(state="success", start_date=begun, end_date=now))
        tx.run(sa.update(ti).where(ti.c.dag_id == GRID).values(duration=60.0, try_number=1))
    with database.write() as tx:
        large._copy_runs(tx, GRID, [GRID], RUNS - 1)
    with database.write() as tx:
        tx.text("ANALYZE")


def application(database: Database, folder: Path) -> Any:
    """The API server's application, in this process: everybody is an admin."""
    clock = SystemClock()
    return app.create(
        database=database,
        clock=clock,
        settings=Settings(),
        signer=tokens.Signer("b" * 64),
        people=People(database, clock, directory=None, all_admins=True),
        cipher=Cipher(["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]),
        options=list,
        wake=lambda _: None,
        plugins=PluginHosts(folder=folder / "plugins", environ={}, limit=3.0),
        log_folder=folder,
    )


def operations(client: httpx.Client) -> dict[str, Callable[[], httpx.Response]]:
    """What is measured, by name."""
    dag, mapped = f"{UI}/dags/{GRID}", f"{UI}/dags/{MAPPED}/runs/{large.FIRST}"
    columns = client.get(f"{dag}/grid/runs", params={"limit": RUNS}).json()["runs"]
    run_ids = [column["run_id"] for column in columns]
    window = [task_id(number) for number in range(1000, 1060)]
    names = [f"etl_{number:05}" for number in range(50)]

    def cells(**rows: Any) -> httpx.Response:
        return client.post(f"{dag}/grid/cells", json={"run_ids": run_ids[:40], **rows})

    return {
        "me": lambda: client.get(f"{UI}/me"),
        "home": lambda: client.get(f"{UI}/home"),
        "recent runs of 50 DAGs": lambda: client.get(f"{UI}/recent-runs", params={"dag_id": names}),
        "structure, 5,000 tasks": lambda: client.get(f"{dag}/structure"),
        "grid: 40 columns": lambda: client.get(f"{dag}/grid/runs", params={"limit": 40}),
        "grid: 60 tasks x 40 runs": lambda: cells(task_ids=window),
        "grid: group of 5,000 tasks x 40 runs": lambda: cells(group_ids=["all"]),
        "grid: 50 groups of 100 tasks x 40 runs": lambda: cells(
            group_ids=[f"g{n:02}" for n in range(GROUPS)]
        ),
        "summaries of 5,000 tasks": lambda: client.get(f"{dag}/runs/{run_ids[0]}/task-summaries"),
        "summaries of 10,000 instances": lambda: client.get(f"{mapped}/task-summaries"),
        "calendar": lambda: client.get(f"{dag}/calendar"),
        "trends": lambda: client.get(f"{dag}/trends"),
        "why": lambda: client.get(f"{dag}/runs/{run_ids[0]}/why"),
        "workers": lambda: client.get(f"{UI}/workers"),
        "asset graph": lambda: client.get(f"{UI}/asset-graph"),
    }


def measured(ask: Callable[[], httpx.Response]) -> tuple[float, float]:
    """Milliseconds that passed, and of processor time."""
    began, spent = time.perf_counter(), time.process_time()
    answer = ask()
    took = (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000
    answer.raise_for_status()
    return took


def at_rest(database: Database, seconds: float = 5) -> float:
    """The share of a processor that one listener takes while nothing happens, in percent."""
    from tradewind.api.live import Audience, Live
    from tradewind.domain.access import Access

    everything = Access(every=True)
    live = Live(database, SystemClock(), threading.Event())
    listener = live.listen(
        Audience(name="bench", dags=everything, runs=everything, kinds=frozenset()),
        None,  # type: ignore[arg-type]
    )
    spent = time.process_time()
    time.sleep(seconds)
    share = (time.process_time() - spent) / seconds * 100
    live.leave(listener)
    return share


def main() -> None:
    database = Database(sys.argv[1])
    migrations.migrate(database)
    fill(database)
    with tempfile.TemporaryDirectory() as folder:
        client = TestClient(application(database, Path(folder)), base_url="http://localhost")
        token = client.get("/auth/token").json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        print(f"{'':42}{'first':>9}{'(cpu)':>9}{'usual':>9}{'(cpu)':>9}  ms")
        for name, ask in operations(client).items():
            first = measured(ask)
            usual = sorted(measured(ask) for _ in range(REPEATS))[REPEATS // 2]
            print(f"{name:42}{first[0]:9.1f}{first[1]:9.1f}{usual[0]:9.1f}{usual[1]:9.1f}")
        print(f"one listener at rest: {at_rest(database):.2f} % of a processor")
    database.close()


if __name__ == "__main__":
    main()
