"""A scheduler without sockets on a real database, and a host that does what a test says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from tradewind.domain import codec
from tradewind.domain.events import AnyOutcome, Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Ack, Assign, Held, Hello, Stop, ToHost
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.scheduler.core import Core, Settings
from tradewind.store import migrations
from tradewind.store.queries import dag_versions
from tradewind.telemetry.events import Event
from tradewind.testing import factories
from tradewind.testing.clock import FakeClock
from tradewind.testing.simulate import virtual


def chain(dag_id: str, length: int, **more: Any) -> DagSpec:
    """Tasks t00, t01, … one after the other."""
    tasks = tuple(
        TaskSpec(task_id=f"t{i:02d}", upstream=(f"t{i - 1:02d}",) if i else ()) for i in range(length)
    )
    return DagSpec(dag_id=dag_id, tasks=tasks, **{"is_paused_upon_creation": False, **more})


class World:
    """Virtual time, a core, one host; ``work`` takes turns until nothing is left to do."""

    def __init__(self, folder: Path, slots: int = 16) -> None:
        self.clock = FakeClock()
        self.path = folder / "airflow.db"
        self.database = virtual.database(self.path, self.clock)
        migrations.migrate(self.database)
        self.bits = Random(1).getrandbits
        self.slots = slots
        self.taken: list[Assignment] = []
        self.stopped: list[tuple[str, int]] = []
        self.acknowledged: list[tuple[str, int]] = []
        self.statements: list[int] = []
        self.settings = Settings(parallelism=slots)
        self.told: list[Event] = []
        self.core = self.start()

    def start(self, holds: tuple[Held, ...] = (), host: str = "h", queues: tuple[str, ...] = ()) -> Core:
        """A scheduler (another one, if one is there) and its host, which holds that."""
        self.core = Core(
            database=self.database,
            clock=self.clock,
            settings=self.settings,
            random_bits=self.bits,
            name="s",
            emit=self.told.append,
        )
        self.core.load()
        self.arrive(holds, host, queues)
        return self.core

    # --- the host ---------------------------------------------------------------------------------

    def arrive(self, holds: tuple[Held, ...] = (), host: str = "h", queues: tuple[str, ...] = ()) -> None:
        """A host says hello. What is said later comes from ``h``."""
        hello = Hello(incarnation=host, hostname=host, pid=1, slots=self.slots, holds=holds, queues=queues)
        self.core.host_arrived(hello, self)

    def send(self, message: ToHost) -> None:
        """What the scheduler says to it."""
        if isinstance(message, Assign):
            self.taken += message.assignments
        elif isinstance(message, Stop):
            self.stopped += message.attempts
        elif isinstance(message, Ack):
            self.acknowledged += (*message.done, *message.called)

    def began(self, a: Assignment) -> None:
        """The task's process runs."""
        self.core.receive(
            Started(
                attempt_id=a.attempt_id, dispatch=a.dispatch, dag_id=a.run.dag_id, run_id=a.run.run_id,
                at=self.clock.now(), pid=1, hostname="h",
            ),
            "h",
        )  # fmt: skip

    def ended(self, a: Assignment, outcome: AnyOutcome | None = None, **more: Any) -> None:
        """The task's process has ended."""
        now = self.clock.now()
        self.core.receive(
            Finished(
                attempt_id=a.attempt_id, dispatch=a.dispatch, dag_id=a.run.dag_id, run_id=a.run.run_id,
                started_at=now, at=now, outcome=outcome or Succeeded(), **more,
            ),
            "h",
        )  # fmt: skip

    # --- the scheduler ------------------------------------------------------------------------------

    def work(self) -> None:
        """Turns, until one leaves no news."""
        for _ in range(50):
            self.statements.append(self.core.run_turn().statements)
            if not self.core.inbox:
                return
        raise AssertionError("the scheduler does not come to rest")

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the safety net looks."""
        self.clock.advance(seconds)
        self.core.safety_net()
        self.work()

    def finish_all(self, outcome: Callable[[Assignment], AnyOutcome | None] = lambda a: None) -> None:
        """Let everything that the host has, and whatever follows, end."""
        while self.taken:
            for assignment in self.take():
                self.ended(assignment, outcome(assignment))
            self.work()

    def take(self) -> list[Assignment]:
        """What the host was handed since the last call."""
        taken, self.taken = self.taken, []
        return taken

    # --- rows -----------------------------------------------------------------------------------------

    def dag(self, spec: DagSpec, **more: Any) -> DagSpec:
        """Store a DAG."""
        with self.database.write() as tx:
            factories.store_dag(tx, spec, now=self.clock.now(), **more)
        return spec

    def edit(self, spec: DagSpec) -> None:
        """Store another version of its file; nobody is told."""
        encoded = codec.encode(spec)
        with self.database.write() as tx:
            dag_versions.store(
                tx, spec.dag_id, encoded, codec.digest(encoded), source="", fileloc=f"/dags/{spec.dag_id}.py",
                bundle_name="dags-folder", now=self.clock.now(),
            )  # fmt: skip

    def run(self, spec: DagSpec, run_id: str, after: float = 0.0, **fields: Any) -> None:
        """Queue a run and tell the scheduler."""
        with self.database.write() as tx:
            at = self.clock.now() + timedelta(seconds=after)
            factories.queued_run(tx, spec, run_id, at, self.bits, **fields)
        self.core.inbox.may_start(spec.dag_id)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Look, or change by hand."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def states(self, run_id: str) -> dict[str, str | None]:
        """Task to state."""
        return dict(self.sql("select task_id, state from task_instance where run_id = ?", run_id))

    def runs(self, dag_id: str) -> dict[str, str]:
        """Run to state."""
        return dict(self.sql("select run_id, state from dag_run where dag_id = ? order by id", dag_id))
