"""The scheduler without sockets: its parts, put together once for the service and for the simulation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tradewind.domain import keys
from tradewind.domain.messages.lifecycle import Gone, Heartbeat, Held, Hello
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.messages.wake import Wake
from tradewind.domain.states import OCCUPIES_SLOT
from tradewind.engine.limits import Limits
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.scheduler.acting import Acting
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun, QueuedRuns
from tradewind.scheduler.callback_work import number_of
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.committing import Committing
from tradewind.scheduler.creation import Creation
from tradewind.scheduler.deciding import Deciding
from tradewind.scheduler.dispatch import Dispatch, Link
from tradewind.scheduler.duties.ask_references import AskReferences
from tradewind.scheduler.duties.complete_backfills import CompleteBackfills
from tradewind.scheduler.duties.expire_deadlines import ExpireDeadlines
from tradewind.scheduler.duties.pause_failing import PauseFailing
from tradewind.scheduler.duties.prune_history import PruneHistory
from tradewind.scheduler.duties.prune_xcom_files import PruneXComFiles
from tradewind.scheduler.duties.recount import Recount
from tradewind.scheduler.duties.rescue_tasks import RescueTasks
from tradewind.scheduler.duties.send_callbacks import SendCallbacks
from tradewind.scheduler.duties.watch_rows import WatchRows
from tradewind.scheduler.gather import Gather
from tradewind.scheduler.inbox import Inbox
from tradewind.scheduler.listening import Listening
from tradewind.scheduler.starting import Starting
from tradewind.scheduler.timers import Timers
from tradewind.scheduler.triggering import Triggering
from tradewind.scheduler.turn import Turn, TurnResult
from tradewind.scheduler.withdrawn import Withdrawn
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import scheduling, task_data
from tradewind.store.transitions import tasks as task_transitions
from tradewind.telemetry import events


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen."""

    parallelism: int = 32
    lost_limit: int = 3
    host_grace: timedelta = timedelta(seconds=8)
    """How long a host may be away before its work is given up."""
    xcom_folder: Path | None = None
    """Where workers put long XComs, if that is a folder of this machine."""
    xcom_store: bool = False
    """Whether they put them into an object store."""
    callback_limit: float = 300.0
    """Seconds that one callback may take."""
    only_dag: str | None = None
    """Confine the scheduler to one DAG (commands that run without daemons); its pause is then ignored."""
    create_scheduled_runs: bool = True


class Core:
    """One scheduler's memory and its duties."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        settings: Settings,
        random_bits: Callable[[int], int],
        name: str,
        lease: leases.Lease | None = None,
        emit: events.Emit = lambda event: None,
    ) -> None:
        def new_attempt(at: datetime) -> str:
            return keys.attempt_id(at, random_bits(74))

        self._database, self.clock, self.settings = database, clock, settings
        self.inbox, self.timers, self.queued = Inbox(), Timers(), QueuedRuns()
        self.runs = ActiveRuns(new_attempt=new_attempt, lost_limit=settings.lost_limit)
        self.listening = Listening(clock=clock, emit=emit)
        self.limits, self.dispatch = Limits(slots=0), Dispatch(name)
        self.capacity = Capacity(self.limits, emit, has_room=self.dispatch.has_room)
        self.withdrawn = Withdrawn(inbox=self.inbox, timers=self.timers, emit=emit)
        confined = settings.only_dag is not None
        self.starting = Starting(
            runs=self.runs, queued=self.queued, timers=self.timers, ignore_pause=confined
        )
        self.triggering = Triggering(
            database=database,
            runs=self.runs,
            inbox=self.inbox,
            on_updated=self._updated_outside,
            callback_limit=settings.callback_limit,
            removes_files=settings.xcom_store,
            watches=settings.create_scheduled_runs and not confined,
            lease=lease,
        )
        self.triggers, self.watchers = self.triggering.tasks, self.triggering.watchers
        self.gather = Gather(
            database=database,
            inbox=self.inbox,
            runs=self.runs,
            queued=self.queued,
            capacity=self.capacity,
            dispatch=self.dispatch,
            starting=self.starting,
            timers=self.timers,
            withdrawn=self.withdrawn,
            only_dag=settings.only_dag,
            on_loaded=self.triggers.loaded,
        )
        self.callbacks = SendCallbacks(
            database=database,
            runs=self.runs,
            dispatch=self.dispatch,
            grace=settings.host_grace,
            began=clock.now(),
            time_limit=settings.callback_limit,
            lease=lease,
        )
        self.turn = _make_turn(self, database, lease)
        self._make_duties(new_attempt, lease)

    def _make_duties(self, new_attempt: Callable[[datetime], str], lease: leases.Lease | None) -> None:
        database, settings = self._database, self.settings
        self.creation = Creation(
            database=database,
            clock=self.clock,
            runs=self.runs,
            inbox=self.inbox,
            new_attempt=new_attempt,
            only_dag=settings.only_dag,
            lease=lease,
            enabled=settings.create_scheduled_runs,
        )
        self.rescue = RescueTasks(
            runs=self.runs, dispatch=self.dispatch, inbox=self.inbox, grace=settings.host_grace
        )
        self.watch = WatchRows(
            database=database,
            runs=self.runs,
            queued=self.queued,
            inbox=self.inbox,
            only_dag=settings.only_dag,
        )
        self.pause_failing = PauseFailing(database=database, inbox=self.inbox, lease=lease)
        self.references = AskReferences(database=database, clock=self.clock, runs=self.runs, lease=lease)
        self.expire_deadlines = ExpireDeadlines(
            database=database,
            runs=self.runs,
            on_callbacks=self._late,
            references=self.references,
            lease=lease,
        )
        self.complete_backfills = CompleteBackfills(database=database, lease=lease)
        files = PruneXComFiles(database=database, folder=settings.xcom_folder)
        self.prune = PruneHistory(database=database, files=files, lease=lease)
        self.recount = Recount(
            database=database,
            runs=self.runs,
            capacity=self.capacity,
            dispatch=self.dispatch,
            inbox=self.inbox,
        )

    def load(self) -> None:
        """Read what is active: pools, and every queued or running run. Nothing is decided yet."""
        self.refresh_pools()
        self.watch.run_once()

    def use_plugins(self, ask: Ask) -> None:
        """Whoever needs to know what a plug-in says asks this; the answer comes between turns."""
        self.creation.use_plugins(ask)
        self.references.ask = ask
        self.listening.use_plugins(ask)

    def refresh_pools(self) -> None:
        """Pools may have been edited; what waited for them is looked at again."""
        with self._database.read() as tx:
            pools = scheduling.pools(tx)
        if self.limits.set_pools({pool.name: (pool.slots, pool.include_deferred) for pool in pools}):
            self.capacity.changed()

    def next_due(self) -> datetime | None:
        """When the clock alone will make something happen."""
        dues = [due for due in (self.creation.next_due(), self.timers.next()) if due is not None]
        return min(dues, default=None)

    def run_turn(self) -> TurnResult:
        """Make runs that are due, decide and act on all news, and have callbacks run."""
        self.creation.create_due(self.clock.now())
        result = self.turn.run_once()
        self.creation.create_for_assets(self.clock.now())
        for duty in (self.callbacks, self.triggering, self.pause_failing, self.complete_backfills):
            if duty.wanted:
                duty.run_once(self.clock.now())
        return result

    @property
    def urgent(self) -> bool:
        """Whether a turn has something to do at once."""
        return self.inbox.urgent or self.triggering.wanted

    def wake(self, hint: Wake) -> None:
        """Another process says: look there."""
        if hint.kind == "pools":
            self.refresh_pools()
        elif hint.kind == "dag":
            self.creation.dag_changed()
            self.watchers.changed()
        elif hint.kind == "assets":
            self.creation.assets_updated()
        elif hint.kind == "callbacks":
            self.callbacks.request()
        elif hint.kind == "all":
            self.watch.run_once()
        self.inbox.wake(hint)

    def _assets_updated(self) -> None:
        self.creation.assets_updated()

    def _updated_outside(self) -> None:
        """Of a turn that has made its runs already: there is a next one."""
        self.creation.assets_updated()
        self.inbox.nudge()

    def _late(self) -> None:
        self.callbacks.request()
        self.triggering.callbacks.request()

    def _run_finished(self, run: CachedRun) -> None:
        self.creation.finished(run.key[0])
        self.pause_failing.finished(run)
        self.complete_backfills.finished(run)
        self.prune.finished(run.key[0])

    def safety_net(self) -> None:
        """See what no wake-up told: rows that people changed, hosts that are gone, pools that were edited."""
        self.creation.look_again(self.watch.run_once().active, self.clock.now())
        self.rescue.run_once(self.clock.now())
        self.refresh_pools()
        self.expire_deadlines.run_once(self.clock.now())
        self.callbacks.run_once(self.clock.now())
        self.triggering.look_again(self.clock.now())
        self.listening.look_again(self.clock.now())

    def host_arrived(self, hello: Hello, link: Link) -> None:
        """A host connected: its slots count, and what an earlier incarnation of it ran is given up."""
        self.dispatch.connected(hello, link, self.clock.now())
        self._count_slots()
        self._claim_held(hello)
        self.callbacks.host_arrived(hello)
        self.rescue.run_once(self.clock.now(), replaced=True)

    def host_left(self, incarnation: str, link: Link) -> None:
        """A connection broke: its slots do not count until it is back."""
        self.dispatch.disconnected(incarnation, link, self.clock.now())
        self._count_slots()

    def _count_slots(self) -> None:
        self.limits.set_slots(min(self.settings.parallelism, self.dispatch.slots()))
        self.inbox.nudge()

    def receive(self, message: Started | Finished | Gone | Heartbeat, incarnation: str) -> None:
        """News from a host that has said hello."""
        if isinstance(message, Heartbeat):
            self.heard(message)
        elif number_of(message.attempt_id) is not None:
            if self.callbacks.heard(message, incarnation):
                self.inbox.nudge()
        elif isinstance(message, Started):
            self.inbox.started(message, incarnation)
        elif isinstance(message, Finished):
            self.inbox.finished(message, incarnation)
        else:
            self.inbox.requeue((message.dag_id, message.run_id), message.attempt_id)

    def heard(self, heartbeat: Heartbeat) -> None:
        """These dispatches live; what is not ours any more is stopped."""
        now = self.clock.now()
        self.dispatch.heard(heartbeat.incarnation, now)
        running = [
            held for held in heartbeat.running if not held.calling and number_of(held.attempt_id) is None
        ]
        if not running:
            return
        with self._database.write() as tx:
            current = task_transitions.heartbeat(tx, [held.attempt_id for held in running], now)
            stale = [] if current == len(running) else [held for held in running if not _is_current(tx, held)]
        for held in stale:
            self.watch.distrust((held.dag_id, held.run_id))  # before its process tells how it was stopped
            self.dispatch.stop_stale(held.attempt_id, held.dispatch, heartbeat.incarnation)
            self.inbox.nudge()

    def _claim_held(self, hello: Hello) -> None:
        """What it holds is addressed to it, also where this scheduler has only just started."""
        for held in hello.holds:
            if number_of(held.attempt_id) is not None:
                continue
            self.dispatch.address(held.attempt_id, hello.incarnation, held.dispatch)
            self.inbox.look_at((held.dag_id, held.run_id))


def _is_current(tx: Tx, held: Held) -> bool:
    """Whether the rows know that attempt as one that a host has."""
    found = task_data.attempt(tx, held.attempt_id)
    return found is not None and found.state in OCCUPIES_SLOT


def _make_turn(core: Core, database: Database, lease: leases.Lease | None) -> Turn:
    acting = Acting(
        inbox=core.inbox,
        runs=core.runs,
        gather=core.gather,
        dispatch=core.dispatch,
        timers=core.timers,
        on_finished=core._run_finished,
        on_callbacks=core.callbacks.request,
        on_assets=core._assets_updated,
        on_fired=core.triggers.done,
        on_decided=core.triggers.decided,
        on_called=core.callbacks.finished,
        on_moved=core.listening.moved,
        on_updated=core.listening.updated,
    )
    deciding = Deciding(runs=core.runs, capacity=core.capacity, dispatch=core.dispatch, timers=core.timers)
    committing = Committing(
        database=database,
        inbox=core.inbox,
        runs=core.runs,
        capacity=core.capacity,
        dispatch=core.dispatch,
        withdrawn=core.withdrawn,
        lease=lease,
    )
    return Turn(
        clock=core.clock,
        inbox=core.inbox,
        dispatch=core.dispatch,
        gather=core.gather,
        deciding=deciding,
        committing=committing,
        acting=acting,
        withdrawn=core.withdrawn,
    )
