"""The cache of machines, and the versions of the rows they were built from.

A cached run is right as long as its ``row_version`` is the row's; every commit checks that. A run that is
dropped here costs nothing but a read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain import codec
from tradewind.domain.errors import SpecVersionError
from tradewind.domain.messages.assignment import RunContext
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import FINISHED_RUN, OCCUPIES_SLOT, DagRunState
from tradewind.engine.graph import Graph
from tradewind.engine.machine import RunMachine
from tradewind.scheduler.inbox import RunKey
from tradewind.store.database import Tx
from tradewind.store.queries import dag_versions, scheduling
from tradewind.store.records import ActiveRun, DagScheduling, RunRecord

NewAttempt = Callable[[datetime], str]
UNTRUSTED: Final = -1
"""A version that no row has: what is cached with it is read again before anything is decided."""


class DagVersion:
    """A stored spec, compiled once and shared by all runs of that version."""

    __slots__ = ("depends_on_past", "graph", "hash", "spec", "tasks")

    def __init__(self, version_hash: str, spec: DagSpec) -> None:
        self.hash = version_hash
        self.spec = spec
        self.graph = Graph.compile(spec)
        self.tasks: dict[str, TaskSpec] = {task.task_id: task for task in spec.tasks}
        self.depends_on_past = any(t.depends_on_past or t.wait_for_downstream for t in spec.tasks)


class CachedRun:
    """One running run: its row, its DAG's row and version, and the machine that decides about it."""

    __slots__ = ("addresses", "context", "dag", "key", "machine", "record", "row_version", "version")

    def __init__(
        self,
        record: RunRecord,
        dag: DagScheduling,
        version: DagVersion,
        machine: RunMachine,
        addresses: dict[str, str],
    ) -> None:
        self.key: RunKey = (record.dag_id, record.run_id)
        self.record = record
        self.row_version = record.row_version
        self.dag = dag
        self.version = version
        self.machine = machine
        self.addresses = addresses
        """Attempt id to the host incarnation that the database says has it."""
        self.context: RunContext = run_context(record)

    def starts(self, now: datetime) -> None:
        """Its first tasks are told when it started, which this turn writes."""
        self.context = msgspec.structs.replace(
            self.context, start_date=self.context.start_date or now, state=DagRunState.RUNNING.value
        )


def run_context(record: RunRecord) -> RunContext:
    """What a task of that run is told about it."""
    fields = {name: getattr(record, name) for name in RunContext.__struct_fields__ if name not in ("state",)}
    return RunContext(state=record.state.value, **fields)


class ActiveRuns:
    """Cached runs by key, queued runs by DAG, DAG rows and compiled versions."""

    def __init__(self, *, new_attempt: NewAttempt, lost_limit: int, versions_kept: int = 512) -> None:
        self._new_attempt = new_attempt
        self._lost_limit = lost_limit
        self._versions_kept = versions_kept
        self._runs: dict[RunKey, CachedRun] = {}
        self._by_dag: dict[str, dict[RunKey, None]] = {}
        self._dags: dict[str, DagScheduling] = {}
        self._versions: OrderedDict[str, DagVersion] = OrderedDict()

    def __iter__(self) -> Iterator[CachedRun]:
        return iter(self._runs.values())

    def __len__(self) -> int:
        return len(self._runs)

    def get(self, key: RunKey) -> CachedRun | None:
        """The cached run, or None."""
        return self._runs.get(key)

    def of_dag(self, dag_id: str) -> list[CachedRun]:
        """The cached runs of a DAG."""
        return [self._runs[key] for key in self._by_dag.get(dag_id, ())]

    def drop(self, key: RunKey) -> CachedRun | None:
        """Forget a run; the one that was cached, if any."""
        run = self._runs.pop(key, None)
        if run is not None:
            del self._by_dag[key[0]][key]
            if not self._by_dag[key[0]]:
                del self._by_dag[key[0]]
        return run

    def keys(self) -> list[RunKey]:
        """Keys of all cached runs."""
        return list(self._runs)

    # --- reading from the database ---------------------------------------------------------------

    def dag(self, tx: Tx, dag_id: str, *, fresh: bool = False) -> DagScheduling | None:
        """The DAG's row as far as scheduling needs it; ``fresh`` reads it again."""
        cached = self._dags.get(dag_id)
        if cached is not None and not fresh:
            return cached
        row = scheduling.dag_row(tx, dag_id)
        if row is None:
            self._dags.pop(dag_id, None)
        else:
            self._dags[dag_id] = row
        return row

    def known_dags(self) -> Iterable[DagScheduling]:
        """The rows of DAGs as last read."""
        return self._dags.values()

    def version(self, tx: Tx, dag_id: str, version_hash: str) -> DagVersion | None:
        """The compiled version of that hash; None where it is gone, or unreadable until the file is parsed
        again.
        """
        try:
            return self._compiled(tx, dag_id, version_hash)
        except SpecVersionError:
            return None

    def _compiled(self, tx: Tx, dag_id: str, version_hash: str) -> DagVersion | None:
        """The same. Raises SpecVersionError: a run that needs it must not pass for one that is over."""
        version = self._versions.get(version_hash)
        if version is None:
            encoded = dag_versions.spec_bytes(tx, dag_id, version_hash)
            if encoded is None:
                return None
            version = self._versions[version_hash] = DagVersion(version_hash, codec.decode(encoded))
            while len(self._versions) > self._versions_kept:
                self._versions.popitem(last=False)
        else:
            self._versions.move_to_end(version_hash)
        return version

    def load(self, tx: Tx, key: RunKey) -> CachedRun | None:
        """Read a run and build its machine; None if there is nothing to decide about (gone, or finished)."""
        self.drop(key)
        loaded = scheduling.load_run(tx, *key)
        if loaded is None or loaded.run.state in FINISHED_RUN:
            return None
        dag = self.dag(tx, key[0])
        if dag is None:
            return None
        version = self._version_for(tx, dag, loaded.run)
        if version is None:
            return None
        graph = version.graph
        facts = scheduling.run_facts(tx, loaded, version.spec, (graph.ids[task] for task in graph.counted))
        machine = RunMachine(
            graph, facts, loaded.instances, new_attempt=self._new_attempt, lost_limit=self._lost_limit
        )
        addresses = {
            facts.attempt_id: facts.external_executor_id
            for facts in loaded.instances
            if facts.external_executor_id and facts.state in OCCUPIES_SLOT
        }
        run = CachedRun(loaded.run, dag, version, machine, addresses)
        self._runs[key] = run
        self._by_dag.setdefault(key[0], {})[key] = None
        return run

    def _version_for(self, tx: Tx, dag: DagScheduling, record: RunRecord) -> DagVersion | None:
        """Runs of a local folder go by the newest version; the one they were made with, if that is gone."""
        for version_hash in (dag.version_hash, record.version_hash):
            if version_hash is not None:
                version = self._compiled(tx, dag.dag_id, version_hash)
                if version is not None:
                    return version
        return None


class QueuedRuns:
    """Runs that are queued, per DAG, in the order in which they may start."""

    def __init__(self) -> None:
        self._by_dag: dict[str, dict[RunKey, ActiveRun]] = {}

    def replace(self, dag_id: str, runs: Iterable[ActiveRun]) -> None:
        """What the database says is queued for that DAG."""
        queued = {(r.dag_id, r.run_id): r for r in runs if r.state is DagRunState.QUEUED}
        if queued:
            self._by_dag[dag_id] = queued
        else:
            self._by_dag.pop(dag_id, None)

    def add(self, run: ActiveRun) -> None:
        """One more queued run."""
        self._by_dag.setdefault(run.dag_id, {})[(run.dag_id, run.run_id)] = run

    def knows(self, key: RunKey) -> bool:
        """Whether that run is listed."""
        return key in self._by_dag.get(key[0], {})

    def remove(self, key: RunKey) -> None:
        """No longer queued."""
        runs = self._by_dag.get(key[0])
        if runs is not None:
            runs.pop(key, None)
            if not runs:
                del self._by_dag[key[0]]

    def of_dag(self, dag_id: str) -> list[ActiveRun]:
        """Backfill last, then the oldest first."""
        runs = self._by_dag.get(dag_id, {}).values()
        return sorted(runs, key=lambda r: (r.backfill_id is not None, r.run_after, r.pk))

    def dags(self) -> list[str]:
        """DAGs that have queued runs."""
        return list(self._by_dag)
