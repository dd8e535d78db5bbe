"""The first step of a turn: which runs it is about, read from the cache or from the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from tradewind.domain.events import PastMoved
from tradewind.domain.spec import TaskSpec
from tradewind.domain.states import OCCUPIES_SLOT, DagRunState
from tradewind.scheduler.active_runs import UNTRUSTED, ActiveRuns, CachedRun, DagVersion, QueuedRuns
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.inbox import Batch, Inbox, Incoming, RunKey
from tradewind.scheduler.starting import Starting
from tradewind.scheduler.timers import Timers
from tradewind.scheduler.withdrawn import Spoils, Withdrawn
from tradewind.store.database import Database, Tx
from tradewind.store.queries import scheduling


class Gathered(msgspec.Struct, kw_only=True):
    """What a turn decides about."""

    runs: dict[RunKey, CachedRun] = {}
    events: list[Incoming] = []
    requeues: list[tuple[RunKey, str]] = []
    spoiled: dict[RunKey, str] = {}
    """Runs that cannot be read, as something in them is not as it may be; with the reason."""


class Gather:
    """Turns a batch of news into cached runs; everything that reads the database for a turn is here."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        runs: ActiveRuns,
        queued: QueuedRuns,
        capacity: Capacity,
        dispatch: Dispatch,
        starting: Starting,
        timers: Timers,
        withdrawn: Withdrawn,
        only_dag: str | None = None,
        on_loaded: Callable[[RunKey, CachedRun | None], None] = lambda key, run: None,
    ) -> None:
        self._database, self._inbox, self._runs, self._queued = database, inbox, runs, queued
        self._capacity, self._dispatch, self._starting, self._timers = capacity, dispatch, starting, timers
        self._withdrawn, self._only_dag, self._on_loaded = withdrawn, only_dag, on_loaded
        self._held_before: dict[RunKey, dict[str, int]] = {}
        """Of runs that were thrown away: attempts that hosts had, to be stopped where the rows drop them."""

    def run_once(self, now: datetime) -> Gathered:
        """Take the news and make ready what it is about. What is cached needs no read."""
        self._take_due(now)
        batch = self._inbox.take()
        gathered = Gathered(events=batch.events, requeues=batch.requeues)
        if not self._from_cache(batch, gathered):
            try:
                with self._database.read() as tx:
                    self._from_database(tx, batch, gathered, now)
            except Exception:
                self._put_back(batch)
                raise
        if self._withdrawn.resting:
            self._keep_back(gathered)
        return gathered

    def _take_due(self, now: datetime) -> None:
        for key in self._timers.take_due(now):
            if not isinstance(key, tuple):
                continue
            kind, of = key
            if kind == "run":
                self._inbox.look_at(of)
            elif kind == "start":
                self._inbox.may_start(of)
            elif kind == "rest":
                self._come_back(of)

    def _come_back(self, key: RunKey) -> None:
        """A run that rested takes part again, as its rows are now."""
        cached = self._runs.get(key)
        if cached is not None:
            cached.row_version = UNTRUSTED
        self._withdrawn.come_back(key)

    def _keep_back(self, gathered: Gathered) -> None:
        """Nothing is decided about runs that rest."""
        resting = self._withdrawn.resting
        self._withdrawn.keep(
            (each for each in gathered.events if each.run in resting),
            (each for each in gathered.requeues if each[0] in resting),
        )
        gathered.events = [each for each in gathered.events if each.run not in resting]
        gathered.requeues = [each for each in gathered.requeues if each[0] not in resting]
        for key in resting:
            gathered.runs.pop(key, None)
            gathered.spoiled.pop(key, None)

    def forget(self, key: RunKey) -> None:
        """Throw away what is cached of a run, but for what hosts hold of it."""
        run = self._runs.drop(key)
        if run is not None and (live := self._live(run)):
            self._held_before.setdefault(key, {}).update(live)
        self._capacity.forget_run(key)

    def _put_back(self, batch: Batch) -> None:
        self._inbox.give_back(batch.events)
        for key, attempt_id in batch.requeues:
            self._inbox.requeue(key, attempt_id)
        for key in (*batch.runs, *batch.reload):
            self._inbox.look_at(key, reload=True)
        for dag_id in batch.dags:
            self._inbox.dag_changed(dag_id)
        for dag_id in batch.starts:
            self._inbox.may_start(dag_id)
        for dag_id in batch.past:
            self._inbox.past_moved(dag_id)

    def _from_cache(self, batch: Batch, gathered: Gathered) -> bool:
        """The common case: everything is cached. False if something has to be read."""
        if batch.reload or batch.dags or batch.past or self._starting.wanted(batch.starts):
            return False
        for key in batch.mentioned():
            if key not in gathered.runs:
                run = self._runs.get(key)
                if run is None:
                    return False
                gathered.runs[key] = run
        return True

    def _from_database(self, tx: Tx, batch: Batch, gathered: Gathered, now: datetime) -> None:
        for dag_id in batch.dags:
            self._refresh_dag(tx, dag_id, gathered, now)
        for key in batch.reload:
            with Spoils(gathered.spoiled, key):
                self._reload(tx, key, gathered)
        for key in batch.mentioned():
            if key not in gathered.runs and key not in batch.reload and key not in gathered.spoiled:
                with Spoils(gathered.spoiled, key):
                    self._mention(tx, key, gathered)
        for dag_id in batch.past:
            self._refresh_past(tx, dag_id, gathered)
        for key in self._starting.allowed(tx, batch.starts, now, without=self._withdrawn.resting):
            with Spoils(gathered.spoiled, key):
                self._start(tx, key, gathered, now)

    def _mention(self, tx: Tx, key: RunKey, gathered: Gathered) -> None:
        run = self._runs.get(key) or self._load(tx, key)
        if run is not None:
            gathered.runs[key] = run

    def _start(self, tx: Tx, key: RunKey, gathered: Gathered, now: datetime) -> None:
        run = self._load(tx, key, starts=True)
        if run is not None:
            run.machine.start(now)
            run.starts(now)
            gathered.runs[key] = run

    def _reload(self, tx: Tx, key: RunKey, gathered: Gathered) -> None:
        """Somebody may have changed the run: only a version that moved makes us build it again."""
        cached = self._runs.get(key)
        if cached is not None and scheduling.row_version(tx, cached.record.pk) == cached.row_version:
            gathered.runs[key] = cached
            return
        self.forget(key)
        run = self._load(tx, key)
        if run is not None:
            gathered.runs[key] = run
        else:
            gathered.runs.pop(key, None)
            self._inbox.may_start(key[0])  # somebody ended or deleted it: there may be room for another
            self._timers.set(("run", key), None)

    def _stop_what_left(self, key: RunKey, run: CachedRun | None) -> None:
        """Somebody cleared, marked or deleted what a host has: it must end, and its slot is free."""
        self._on_loaded(key, run)
        before = self._held_before.pop(key, None)
        if before:
            after = self._live(run) if run is not None else {}
            for attempt_id, dispatch in before.items():
                if attempt_id not in after:
                    self._dispatch.stop_stale(attempt_id, dispatch)

    def _live(self, run: CachedRun) -> dict[str, int]:
        """Attempts that an executor holds, with their dispatch."""
        return {
            view.attempt_id: view.dispatch for view in run.machine.instances() if view.state in OCCUPIES_SLOT
        }

    def _load(self, tx: Tx, key: RunKey, *, starts: bool = False) -> CachedRun | None:
        """Read a running run and put what it holds and waits for into capacity. Queued runs wait in
        ``queued``.
        """
        run = self._runs.load(tx, key)
        self._stop_what_left(key, run)
        if run is None:
            self._queued.remove(key)
            self._withdrawn.gone(key)
            return None
        if run.record.state is DagRunState.QUEUED and not starts:
            # Cached it would count as running, and be in its own way where max_active_runs is reached.
            self._runs.drop(key)
            self._inbox.may_start(key[0])
            return None
        self._capacity.pause(key[0], run.dag.is_paused and self._only_dag is None)
        for attempt_id, incarnation in run.addresses.items():
            self._dispatch.recall(attempt_id, incarnation)
        self._tell_capacity(run)
        self._timers.set(("run", key), run.machine.next_wake())
        return run

    def _tell_capacity(self, run: CachedRun) -> None:
        """What the run holds and what it waits for. What the turn's decision drops, it withdraws again."""
        version = run.version
        if run.record.options.get("ignore_pause"):
            self._capacity.ignore_pause(run.key)
        for held, state in run.machine.holding():
            task = version.tasks.get(held.task_id) or TaskSpec(task_id=held.task_id)
            self._capacity.hold(held, task, version.spec, state)
        if run.key in self._withdrawn.resting:
            return  # it asks for nothing
        for ready in run.machine.ready.values():
            self._capacity.offer(ready, version.tasks[ready.task_id], version.spec)

    def _refresh_dag(self, tx: Tx, dag_id: str, gathered: Gathered, now: datetime) -> None:
        """The DAG's row or version changed: running runs move to the new version, a pause parks the rest."""
        row = self._runs.dag(tx, dag_id, fresh=True)
        self._queued.replace(dag_id, scheduling.queued_runs(tx, dag_id))
        if row is None:
            return
        self._capacity.pause(dag_id, row.is_paused and self._only_dag is None)
        version: DagVersion | None = None
        if row.version_hash is not None:
            version = self._runs.version(tx, dag_id, row.version_hash)
        for run in self._runs.of_dag(dag_id):
            run.dag = row
            if version is not None and run.version.hash != version.hash:
                with Spoils(gathered.spoiled, run.key):
                    self._capacity.forget_run(run.key)
                    run.version = version
                    run.machine.regraph(version.graph, now)
                    self._tell_capacity(run)
                    gathered.runs[run.key] = run

    def _refresh_past(self, tx: Tx, dag_id: str, gathered: Gathered) -> None:
        """Tell the runs of a DAG what has become of the runs that they depend on."""
        for run in self._runs.of_dag(dag_id):
            for fact in scheduling.past_facts(tx, run.record, run.version.spec):
                event = PastMoved(task_id=fact.task_id, met=fact.met)
                gathered.events.append(Incoming(run=run.key, event=event))
                gathered.runs[run.key] = run
