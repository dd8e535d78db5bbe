"""Have triggers waited for: rows in, triggerers told, until an event is recorded or nobody waits any more.

A row says which triggerer has it; that is committed before the triggerer is told. A triggerer that goes loses
its triggers to the next one at once. So a trigger may run twice for a while; its task goes on once, for an
event names the dispatch that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from tradewind.domain.events import Succeeded, TriggerFired
from tradewind.domain.messages.deferral import Forget, TriggererHello, TriggerEvent, Wait
from tradewind.domain.messages.report import Finished
from tradewind.domain.spec import TaskSpec
from tradewind.engine.decisions import Decisions
from tradewind.scheduler import dispatch as dispatching
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.handed_triggers import HandedTriggers
from tradewind.scheduler.inbox import Inbox, Incoming, RunKey
from tradewind.scheduler.other_triggers import OtherTriggers
from tradewind.scheduler.triggerers import Link, Triggerer, Triggerers, UnservedQueues
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import jobs
from tradewind.store.transitions import triggers
from tradewind.store.transitions.triggers import TriggerRecord
from tradewind.telemetry import events

BATCH: Final = 500
"""How many triggers are handed out in one transaction."""
JOB_TYPE: Final = "TriggererJob"
JOB_EVERY: Final = timedelta(seconds=5)
"""Between signs of life for people."""


class SendTriggers:
    """``grace`` is how long triggerers get to come back to a scheduler that has just started."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        inbox: Inbox,
        triggerers: Triggerers,
        others: Sequence[OtherTriggers],
        grace: timedelta,
        lease: leases.Lease | None = None,
        emit: events.Emit = events.log,
    ) -> None:
        self._database, self._runs, self._inbox, self._lease = database, runs, inbox, lease
        self._unserved = UnservedQueues(emit)
        self._grace, self._triggerers, self._others = grace, triggerers, others
        self._handed = HandedTriggers()
        self._orphaned: set[int] = set()
        """Triggers whose rows name a triggerer that has gone."""
        self._ended: list[int] = []
        """The ``job`` rows of those."""
        self._unread: set[RunKey] = set()
        """Runs whose triggers wait for them to be read."""
        self._since: datetime | None = None
        self.wanted = True
        """Whether a call has something to do: rows were written, or a triggerer has room."""
        self.needed = False
        """Whether tasks wait for triggers and no triggerer is connected."""

    # --- news -------------------------------------------------------------------------------------

    def arrived(self, hello: TriggererHello, link: Link, now: datetime) -> None:
        """A triggerer said hello, maybe again. What it holds and nobody waits for, it drops."""
        before = self._triggerers.get(hello.incarnation)
        if before is not None:
            self._drop(before)
        with self._database.write() as tx:
            self._check(tx)
            job = self._register(tx, hello, now)
            current = self._still_waited_for(tx, hello)
            others = [(kind, kind.still_wanted(tx, hello.holds)) for kind in self._others]
            kept = {*current, *(each for _, wanted in others for each in wanted)}
            triggers.hold(tx, kept, job)
        self._orphaned.difference_update(kept)
        made = Triggerer(hello, link, job, now)
        made.has.update(kept)
        self._triggerers.add(made)
        for record in current.values():
            self._handed.note(hello.incarnation, record)
        for kind, wanted in others:
            kind.keeps(hello.incarnation, wanted)
        if dropped := set(hello.holds).difference(kept):
            link.send(Forget(trigger_ids=tuple(sorted(dropped))))
        self.wanted, self.needed = True, False

    def _still_waited_for(self, tx: Tx, hello: TriggererHello) -> dict[int, TriggerRecord]:
        """What it holds, that a task waits for, and that nobody else has meanwhile."""
        held = {each for each in hello.holds if each not in self._handed}
        return {each.id: each for each in triggers.waited_for(tx) if each.id in held} if held else {}

    def left(self, incarnation: str, link: Link) -> None:
        """A connection broke: others get what it had."""
        gone = self._triggerers.get(incarnation)
        if gone is None or gone.link is not link:
            return
        self._drop(gone)

    def _drop(self, gone: Triggerer) -> None:
        """Its rows are changed in the next call of ``run_once``, which may raise."""
        self._triggerers.remove(gone.hello.incarnation)
        self._handed.strike_all(gone.has)
        for kind in self._others:
            kind.lost(gone.has)
        self._orphaned |= gone.has
        self._ended.append(gone.job)
        self.wanted = True

    def beat(self, incarnation: str, now: datetime) -> None:
        """It lives."""
        triggerer = self._triggerers.get(incarnation)
        if triggerer is not None and now - triggerer.beaten >= JOB_EVERY:
            triggerer.beaten = now
            with self._database.write() as tx:
                self._check(tx)
                if not jobs.heartbeat(tx, triggerer.job, now):
                    triggerer.job = self._register(tx, triggerer.hello, now)
                    triggers.hold(tx, triggerer.has, triggerer.job)

    def fired(self, event: TriggerEvent, incarnation: str) -> None:
        """A trigger fired: its task goes on in the next turn, and only then the triggerer may forget it."""
        for kind in self._others:
            if kind.takes(event):
                kind.fired(event, incarnation)
                return
        fired = TriggerFired(
            attempt_id=event.attempt_id, dispatch=event.dispatch, at=event.at, payload=event.payload,
            error=event.error, ends=event.ends, lengths=event.lengths,
            silent=not any(xcom.key == "return_value" for xcom in event.xcoms),
        )  # fmt: skip
        self._inbox.happened(
            Incoming(
                run=(event.dag_id, event.run_id), event=fired, report=report(event), source=incarnation,
                fired=event,
            )
        )  # fmt: skip

    def done(self, incoming: Incoming) -> None:
        """A committed turn recorded this event, or refused it for good."""
        if incoming.fired is not None and incoming.source is not None:
            self._recorded(incoming.fired, incoming.source)

    def decided(self, decisions: Decisions) -> None:
        """A committed turn defers tasks, or moves deferred ones on without their triggers."""
        if decisions.defers:
            self.wanted = True
        self._forget(self._handed.over(decisions))

    def loaded(self, key: RunKey, run: CachedRun | None) -> None:
        """A run was read again: what was cleared or marked meanwhile waits for nothing any more."""
        if key in self._unread:
            self._unread.discard(key)
            self.wanted = True
        self._forget(self._handed.dropped(key, run))

    # --- work -------------------------------------------------------------------------------------

    def run_once(self, now: datetime) -> int:
        """Hand out what nobody has; how many. Raises what the database raises; then nothing was sent."""
        self.wanted = False
        with self._database.read() as tx:
            self._orphaned.update(self._left_behind(tx, now))
            given, more = self._share_out(tx, now)
        orphans, ended = set(self._orphaned), list(self._ended)
        if not given and not orphans and not ended:
            return 0
        try:
            opened = self._write(given, orphans, now)
        except BaseException:
            self.wanted = True
            raise
        self._orphaned -= orphans
        del self._ended[: len(ended)]
        self._send(given, opened, now)
        self.wanted = self.wanted or more or bool(orphans)
        return sum(map(len, given.values()))

    def _write(
        self, given: dict[str, list[TriggerRecord]], orphans: set[int], now: datetime
    ) -> dict[int, str | CannotDecrypt]:
        """What each that is given carries, or why that cannot be read."""
        opened: dict[int, str | CannotDecrypt] = {}
        with self._database.write() as tx:
            self._check(tx)
            triggers.release(tx, orphans)
            for job in self._ended:
                jobs.end(tx, job, now, state="failed")
            for incarnation, records in given.items():
                triggers.hold(tx, [each.id for each in records], self._triggerers.job(incarnation))
                opened.update({each.id: triggers.open_kwargs(tx, each.id, each.kwargs) for each in records})
        return opened

    def sweep(self, now: datetime) -> int:
        """Delete rows that nobody waits for (people's own SQL, cleared and marked tasks); how many."""
        with self._database.write() as tx:
            self._check(tx)
            left = triggers.sweep(tx)
            others = sum(len(kind.sweep(tx, now)) for kind in self._others)
        self._forget(left)
        return len(left) + others

    def _left_behind(self, tx: Tx, now: datetime) -> list[int]:
        """Once, a while after the start: what triggerers had that have not come back."""
        if self._triggerers.settled:
            return []
        self._since = self._since or now
        here = self._triggerers.jobs()
        away = [each for each, job in triggers.held(tx).items() if job not in here]
        self.needed = self.needed or (bool(away) and not here)
        self._triggerers.settled = now - self._since >= self._grace
        return away if self._triggerers.settled else []

    def _share_out(self, tx: Tx, now: datetime) -> tuple[dict[str, list[TriggerRecord]], bool]:
        """Each to the triggerer of its queue with the most room; and whether there may be more to share."""
        given: dict[str, list[TriggerRecord]] = {}
        page, placed = triggers.unheld(tx, limit=BATCH), 0
        waiting: set[str | None] = set()
        while page and placed < BATCH:
            waiting.update(record.queue for record in page)
            if not self._triggerers:
                break
            for record in page:
                best = self._choose(record, given)
                if best is not None:
                    given.setdefault(best.hello.incarnation, []).append(record)
                    placed += 1
            page = triggers.unheld(tx, limit=BATCH, after=page[-1].id) if len(page) == BATCH else []
        self.needed = self.needed or self._triggerers.lack(waiting)
        self._unserved.look({each for each in waiting if not self._triggerers.serve(each)}, now)
        return given, bool(page) and placed > 0

    def _choose(self, record: TriggerRecord, given: dict[str, list[TriggerRecord]]) -> Triggerer | None:
        key = (record.dag_id, record.run_id)
        if self._runs.get(key) is None:
            self._unread.add(key)
            self._inbox.look_at(key)
            return None
        return self._triggerers.choose(record.queue, given)

    def _send(
        self,
        given: dict[str, list[TriggerRecord]],
        opened: dict[int, str | CannotDecrypt],
        now: datetime,
    ) -> None:
        for incarnation, records in given.items():
            waits = []
            for record in records:
                kwargs = opened[record.id]
                if isinstance(kwargs, CannotDecrypt):
                    self._fails(record, str(kwargs), now)
                    continue
                wait = _wait(self._runs.get((record.dag_id, record.run_id)), record, kwargs)
                if wait is not None:
                    waits.append(wait)
                    self._handed.note(incarnation, record)
            self._triggerers.give(incarnation, waits)

    def _fails(self, record: TriggerRecord, error: str, now: datetime) -> None:
        """Its task goes on with the error, as if the trigger had raised it."""
        fired = TriggerFired(attempt_id=record.attempt_id, dispatch=record.dispatch, at=now, error=error)
        self._inbox.happened(Incoming(run=(record.dag_id, record.run_id), event=fired))

    # --- the books --------------------------------------------------------------------------------

    def _recorded(self, event: TriggerEvent, incarnation: str) -> None:
        self._handed.strike(event.trigger_id)
        self._triggerers.recorded(incarnation, event)

    def _forget(self, trigger_ids: Iterable[int]) -> None:
        """Tell the triggerers that have them to end them."""
        if self._triggerers.forget(self._handed.strike_all(trigger_ids)):
            self.wanted = True

    def _register(self, tx: Tx, hello: TriggererHello, now: datetime) -> int:
        return jobs.register(tx, JOB_TYPE, hostname=hello.hostname, now=now)

    def _check(self, tx: Tx) -> None:
        if self._lease is not None:
            leases.check_fence(tx, self._lease)


def _wait(run: CachedRun | None, record: TriggerRecord, kwargs: str) -> Wait | None:
    """What a triggerer is told; None where the run is gone, or its task waits no more."""
    task = None if run is None else dispatching.waiting(run, record.attempt_id, record.dispatch)
    if run is None or task is None:
        return None
    templates = _templates(run.version.tasks[task.task_id], record, kwargs)
    return Wait(
        trigger_id=record.id, classpath=record.classpath, kwargs=kwargs, task=task, templates=templates
    )


def _templates(spec: TaskSpec, record: TriggerRecord, kwargs: str) -> tuple[str, ...]:
    """Which arguments are still to be rendered: only of the trigger from which its task starts."""
    start = spec.start_trigger or {}
    begins = (start.get("classpath"), start.get("kwargs")) == (record.classpath, kwargs)
    return spec.start_templates if begins else ()


def report(event: TriggerEvent) -> Finished | None:
    """What an event that ends its task leaves behind, as a task process would report it."""
    if not event.xcoms:
        return None
    return Finished(
        attempt_id=event.attempt_id, dispatch=event.dispatch, dag_id=event.dag_id, run_id=event.run_id,
        started_at=None, at=event.at, outcome=Succeeded(lengths=event.lengths), xcoms=event.xcoms,
    )  # fmt: skip
