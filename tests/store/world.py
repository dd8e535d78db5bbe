"""What store tests say: a DAG, a run, a turn of the engine that is written and read back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.domain import codec, keys
from tradewind.domain.events import AnyOutcome, TaskFinished, TaskStarted
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import FINISHED
from tradewind.engine.decisions import Decisions
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.machine import RunMachine
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dag_versions, dags, scheduling
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.transitions import runs, tasks

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def chain(dag_id: str, length: int, **fields: Any) -> DagSpec:
    """Tasks t000 >> t001 >> …"""
    ids = [f"t{number:03}" for number in range(length)]
    tasks = [
        TaskSpec(task_id=id_, upstream=(ids[i - 1],) if i else (), **fields) for i, id_ in enumerate(ids)
    ]
    return DagSpec(dag_id=dag_id, tasks=tuple(tasks))


def wide(dag_id: str, width: int) -> DagSpec:
    """Tasks t000, t001, … side by side."""
    return DagSpec(
        dag_id=dag_id, max_active_tasks=10**6, tasks=tuple(TaskSpec(task_id=f"t{n:03}") for n in range(width))
    )


class World:
    """One database and the time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self._random = random.Random(7)

    def attempt(self, at: datetime) -> str:
        """A new attempt id."""
        return keys.attempt_id(at, self._random.getrandbits(74))

    def later(self, seconds: float = 1.0) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def dag(self, spec: DagSpec, **row: Any) -> DagSpec:
        """Store a DAG with its version."""
        encoded = codec.encode(spec)
        with self.database.write() as tx:
            fields = {"fileloc": f"/dags/{spec.dag_id}.py", "parsed_at": self.now, "paused": False, **row}
            dags.upsert(tx, [dags.DagRow(dag_id=spec.dag_id, **fields)])
            dag_versions.store(
                tx,
                spec.dag_id,
                encoded,
                codec.digest(encoded),
                source="# source",
                fileloc=fields["fileloc"],
                bundle_name="dags-folder",
                now=self.now,
            )
        return spec

    def new_run(self, spec: DagSpec, run_id: str = "r1", **fields: Any) -> RunRecord:
        """A queued run."""
        fields = {"run_type": "manual", "run_after": self.now, "queued_at": self.now, **fields}
        with self.database.write() as tx:
            return runs.create(tx, NewRun(dag_id=spec.dag_id, run_id=run_id, **fields), spec, self.attempt)

    def started(self, spec: DagSpec, run_id: str = "r1", **fields: Any) -> Turns:
        """A run that was started, and its machine."""
        self.new_run(spec, run_id, **fields)
        turns = Turns(self, spec, run_id)
        turns.machine.start(self.now)
        turns.commit()
        return turns

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A reading transaction."""
        with self.database.read() as tx:
            yield tx

    def instances(self, dag_id: str, run_id: str = "r1") -> dict[tuple[str, int], InstanceFacts]:
        """The rows of a run by task and index."""
        with self.database.read() as tx:
            load = scheduling.load_run(tx, dag_id, run_id)
        assert load is not None
        return {(facts.task_id, facts.map_index): facts for facts in load.instances}


class Turns:
    """A run's machine, whose every decision is written, then compared with what the rows say."""

    def __init__(self, world: World, spec: DagSpec, run_id: str) -> None:
        self.world, self.spec, self.run_id = world, spec, run_id
        self.graph = Graph.compile(spec)
        self.load()

    def load(self) -> None:
        """Build the machine from the rows."""
        with self.world.database.read() as tx:
            load = scheduling.load_run(tx, self.spec.dag_id, self.run_id)
            assert load is not None
            counted = [self.graph.ids[task] for task in self.graph.counted]
            silent = scheduling.silent(tx, load.run, counted)
        self.record, self.version = load.run, load.run.row_version
        facts = RunFacts(
            dag_id=load.run.dag_id,
            run_id=load.run.run_id,
            run_type=load.run.run_type,
            state=load.run.state,
            logical_date=load.run.logical_date,
            run_after=load.run.run_after,
            start_date=load.run.start_date,
            lengths=load.lengths,
            silent=silent,
            skips=load.skips,
        )
        self.machine = RunMachine(self.graph, facts, load.instances, new_attempt=self.world.attempt)

    def commit(self) -> Decisions:
        """Decide, hand every ready task out, write all of it."""
        decisions = self.machine.decide(self.world.now)
        decisions.queues.extend(self.machine.queue(id_, self.world.now) for id_ in sorted(self.machine.ready))
        with self.world.database.write() as tx:
            assert not runs.bump(tx, [(self.record.pk, self.version)], at=self.world.now)
            addresses = {queue.attempt_id: "host-1" for queue in decisions.queues}
            wrong = tasks.apply(
                tx,
                [(self.record, decisions)],
                now=self.world.now,
                addresses=addresses,
                specs={self.record.pk: self.spec},
            )
            assert not wrong
        self.version += 1
        return decisions

    def current(self, task_id: str, map_index: int = -1) -> Any:
        """The machine's task instance."""
        return next(
            view
            for view in self.machine.instances()
            if (view.task_id, view.map_index) == (task_id, map_index)
        )

    def run_task(self, task_id: str, outcome: AnyOutcome, map_index: int = -1) -> Decisions:
        """Let a queued task instance start and end, in one turn."""
        self.start_task(task_id, map_index)
        return self.end_task(task_id, outcome, map_index)

    def start_task(self, task_id: str, map_index: int = -1) -> None:
        """Tell the machine that a task started."""
        view = self.current(task_id, map_index)
        event = TaskStarted(
            attempt_id=view.attempt_id,
            dispatch=view.dispatch,
            at=self.world.later(),
            hostname="h",
            pid=1,
            unixname="u",
        )
        assert self.machine.apply(event, self.world.now)

    def end_task(self, task_id: str, outcome: AnyOutcome, map_index: int = -1) -> Decisions:
        """Tell the machine that a task ended, and commit what follows."""
        view = self.current(task_id, map_index)
        event = TaskFinished(
            attempt_id=view.attempt_id, dispatch=view.dispatch, at=self.world.later(), outcome=outcome
        )
        assert self.machine.apply(event, self.world.now)
        return self.commit()

    def assert_rows_agree(self) -> None:
        """What the rows say is what the machine believes."""
        rows = self.world.instances(self.spec.dag_id, self.run_id)
        views = {(view.task_id, view.map_index): view for view in self.machine.instances()}
        assert rows.keys() == views.keys()
        for key, view in views.items():
            # A row forgets how to resume when its task instance ends; the machine need not.
            names = _COMPARED if view.state in FINISHED else (*_COMPARED, "next_method", "next_kwargs")
            assert rows[key].place == view.path
            told = {name: getattr(rows[key], name) for name in names}
            believed = {name: getattr(view, name) for name in names}
            assert told == believed, f"{key}: {told} is not {believed}"
        with self.world.database.read() as tx:
            load = scheduling.load_run(tx, self.spec.dag_id, self.run_id)
        assert load is not None
        assert load.run.state == self.machine.state
        assert load.run.row_version == self.version


_COMPARED = (
    "attempt_id",
    "state",
    "try_number",
    "max_tries",
    "dispatch",
    "lost",
    "start_date",
    "end_date",
)
