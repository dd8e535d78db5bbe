"""Mapping wide: how long it takes to expand a task over 10,000 elements, and how fast its instances then run.

First the real turn and the real database, with an executor that ends every task at once: a task, a mapped
group of two tasks, and a task mapped inside a group (100 times 100) each have 10,000 instances. Then the
whole system: a task returns 10,000 numbers, and a Python task runs for each.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from bench.chain import REUSE
from bench.decisions import SLOTS, InstantHost
from bench.figures import Figure
from bench.server import Server, server, until
from tradewind.domain.events import Succeeded
from tradewind.domain.messages.lifecycle import Hello
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.runtime.clock import SystemClock
from tradewind.scheduler.core import Core, Settings
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.testing import factories

WIDTH = 10_000
OVER_LIST = MappingSpec(names=("x",), inputs=(MapInput(task_id="list"),))
LIST = TaskSpec(task_id="list")
COMMON = {"max_active_tasks": SLOTS, "is_paused_upon_creation": False}
SHAPES = {
    "a mapped task": DagSpec(
        dag_id="task", tasks=(LIST, TaskSpec(task_id="m", upstream=("list",), mapping=OVER_LIST)), **COMMON
    ),
    "a mapped group of 2 tasks": DagSpec(
        dag_id="group", groups=(GroupSpec(group_id="g", mapping=OVER_LIST),),
        tasks=(
            LIST, TaskSpec(task_id="m", upstream=("list",), group_id="g"),
            TaskSpec(task_id="n", upstream=("m",), group_id="g"),
        ), **COMMON,
    ),
    "100 x 100 in a mapped group": DagSpec(
        dag_id="nested",
        groups=(GroupSpec(group_id="g", mapping=MappingSpec(inputs=(MapInput(length=100),))),),
        tasks=(
            TaskSpec(task_id="list", group_id="g"),
            TaskSpec(task_id="m", upstream=("list",), group_id="g", mapping=OVER_LIST),
        ), **COMMON,
    ),
}  # fmt: skip


class Listing(InstantHost):
    """Its "list" returns as many elements as the shape wants."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def outcome(self, task_id: str) -> Succeeded:
        return Succeeded(lengths={"return_value": self.width}) if task_id == "list" else Succeeded()


def play(spec: DagSpec, width: int) -> tuple[float, float]:
    """(seconds of the longest turn, instances a second over the whole run)."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'mapping.db'}")
        migrations.migrate(database)
        clock, bits = SystemClock(), random.Random(1).getrandbits
        factories.many_dags(database, [spec], now=clock.now())
        with database.write() as tx:
            factories.queued_run(tx, spec, "r", clock.now(), bits)
        core = Core(
            database=database,
            clock=clock,
            settings=Settings(parallelism=SLOTS),
            random_bits=bits,
            name="bench",
        )
        host = Listing(width)
        host.core = core
        core.load()
        core.host_arrived(Hello(incarnation="bench-1", hostname="bench", pid=1, slots=SLOTS), host)
        longest, begin = 0.0, time.perf_counter()
        while core.inbox or not host.ended:
            before = time.perf_counter()
            core.turn.run_once()
            longest = max(longest, time.perf_counter() - before)
        seconds = time.perf_counter() - begin
        database.close()
        return longest, host.ended / seconds


def real(made: Server, run: str) -> float:
    """Instances a second, from the end of the task that returns the list to the end of the last instance."""
    made.trigger("bench_mapped", run)
    until(lambda: len(made.bodies(run)) > WIDTH, 300, 0.2)
    assert made.finished("bench_mapped", run, 60) == "success"
    rows = made.bodies(run)
    return WIDTH / (max(row[2] for row in rows) - next(row[2] for row in rows if row[0] == "numbers"))


def measure(times: int) -> list[Figure]:
    figures = []
    for name, spec in SHAPES.items():
        width = 100 if spec.dag_id == "nested" else WIDTH
        runs = [play(spec, width) for _ in range(times)]
        turns, rates = tuple(run[0] for run in runs), tuple(run[1] for run in runs)
        figures.append(Figure(name=f"longest turn, {name}", unit="s", values=turns, reach="1"))
        figures.append(Figure(name=f"run of {name}", unit="tasks/s", values=rates, reach="250"))
    for label, settings in (("isolated", {}), ("process reused", REUSE)):
        with server(settings=settings) as made:
            made.known("bench_mapped")
            rate = real(made, label[0])
        figures.append(Figure(name=f"10,000 real ones, {label}", unit="tasks/s", values=(rate,), reach="250"))
    return figures
