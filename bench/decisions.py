"""Decisions alone: the real turn and the real database with an executor that ends every task at once.

A transition is one recorded move of a task instance (scheduled and queued count as one, as they are one
write; started and finished likewise). Asked for 1 to 10,000 active DAGs and for an empty and a long history,
because neither may matter.
"""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure
from tradewind.domain.events import Succeeded
from tradewind.domain.messages.lifecycle import Assign, Hello, ToHost
from tradewind.domain.messages.report import Finished
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.runtime.clock import SystemClock
from tradewind.scheduler.core import Core, Settings
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.testing import factories

TASKS = 20
SLOTS = 32
"""As `[core] parallelism` has it."""
TOTAL_TASKS = 12_000
HISTORY = int(os.environ.get("BENCH_HISTORY", "3000000"))


class InstantHost:
    """Says "finished" to every assignment, in the next turn."""

    def __init__(self) -> None:
        self.core: Core | None = None
        self.ended = 0

    def send(self, message: ToHost) -> None:
        if not isinstance(message, Assign) or self.core is None:
            return
        now = datetime.now(UTC)
        for it in message.assignments:
            self.core.inbox.finished(
                Finished(
                    attempt_id=it.attempt_id,
                    dispatch=it.dispatch,
                    dag_id=it.run.dag_id,
                    run_id=it.run.run_id,
                    started_at=now,
                    at=now,
                    outcome=self.outcome(it.task_id),
                ),
                "bench-1",
            )
            self.ended += 1

    def outcome(self, task_id: str) -> Succeeded:
        """How a task ends."""
        return Succeeded()


def spec(index: int) -> DagSpec:
    tasks = tuple(
        TaskSpec(task_id=f"t{i:02d}", upstream=(f"t{i - 1:02d}",) if i else ()) for i in range(TASKS)
    )
    return DagSpec(
        dag_id=f"dag_{index:05d}", tasks=tasks, max_active_runs=1000, is_paused_upon_creation=False
    )


def grow_history(path: Path, rows: int) -> None:
    """Copy one run, ended, until there are that many task instances; straight in SQL, as it is no part of
    what is asked.
    """
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(
        "pragma synchronous=off; update dag_run set state='success'; update task_instance set state='success'"
    )

    def columns(table: str) -> str:
        names = [row[0] for row in database.execute("select name from pragma_table_info(?)", (table,))]
        return ", ".join(name for name in names if name not in ("id", "run_id", "logical_date"))

    runs, tasks = columns("dag_run"), columns("task_instance")
    numbers = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows // TASKS})"
    database.execute(
        f"insert into dag_run(run_id, {runs}) {numbers} "
        f"select 'h' || i, {runs} from n, dag_run where run_id = 'history'"
    )
    database.execute(
        f"insert into task_instance(id, run_id, {tasks}) {numbers} "
        f"select lower(hex(randomblob(16))), 'h' || i, {tasks} from n, task_instance where run_id = 'history'"
    )
    database.close()
    os.sync()  # what the disk still has to write of this is no part of what is asked


def rate(active_dags: int, history: int) -> float:
    """Transitions a second with that many DAGs that each have one active run."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'decisions.db'}")
        migrations.migrate(database)
        clock, bits = SystemClock(), random.Random(1).getrandbits
        factories.many_dags(database, [spec(i) for i in range(active_dags)], now=clock.now())
        if history:
            with database.write() as tx:
                factories.queued_run(tx, spec(0), "history", clock.now(), bits)
            grow_history(Path(folder) / "decisions.db", history)
        runs_per_dag = max(1, TOTAL_TASKS // TASKS // active_dags)
        with database.write() as tx:
            for index in range(active_dags):
                for number in range(runs_per_dag):
                    factories.queued_run(tx, spec(index), f"r{number}", clock.now(), bits)
        core = Core(
            database=database,
            clock=clock,
            settings=Settings(parallelism=SLOTS),
            random_bits=bits,
            name="bench",
        )
        host = InstantHost()
        host.core = core
        core.load()
        core.host_arrived(Hello(incarnation="bench-1", hostname="bench", pid=1, slots=SLOTS), host)
        core.turn.run_once()
        begin, before = time.perf_counter(), host.ended
        while core.inbox and host.ended < TOTAL_TASKS:
            core.turn.run_once()
        seconds = time.perf_counter() - begin
        database.close()
        return (host.ended - before) * 2 / seconds


def measure(times: int) -> list[Figure]:
    cases = [(1, 0), (100, 0), (10_000, 0), (100, HISTORY)]
    figures = []
    for active, history in cases:
        values = tuple(rate(active, history) for _ in range(times if history == 0 else 1))
        name = f"decisions alone, {active} active DAGs, {history:,} finished task instances"
        figures.append(Figure(name=name, unit="moves/s", values=values, reach="5000"))
    return figures
