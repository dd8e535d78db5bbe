"""What has happened since the last turn, gathered without looking at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tradewind.domain.events import PastMoved, TaskFinished, TaskStarted, TriggerFired
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.messages.wake import Wake

RunKey = tuple[str, str]
"""(dag id, run id)."""


class Incoming(msgspec.Struct, kw_only=True):
    """One event with where it came from: ``source`` is the host to acknowledge to, if any."""

    run: RunKey
    event: TaskStarted | TaskFinished | TriggerFired | PastMoved
    report: Finished | None = None
    source: str | None = None
    fired: TriggerEvent | None = None
    """Of a trigger: what its triggerer, ``source``, said and keeps until it is recorded."""


class Batch(msgspec.Struct, kw_only=True):
    """One turn's worth of news. Dictionaries without values are sets that keep their order: a turn must be
    repeatable.
    """

    events: list[Incoming] = []
    runs: dict[RunKey, None] = {}
    """Runs to look at, loading them if they are not cached."""
    reload: dict[RunKey, None] = {}
    """Runs whose cached machine must not be trusted any more."""
    dags: dict[str, None] = {}
    """DAGs whose row or version may have changed."""
    starts: dict[str, None] = {}
    """DAGs in which a queued run may be allowed to start."""
    past: dict[str, None] = {}
    """DAGs in which one run's progress may free another."""
    requeues: list[tuple[RunKey, str]] = []
    """Attempts that were handed out, never started, and have to be handed out anew."""

    nudged: bool = False
    """There is room for what waits, though nothing happened to any run."""

    def mentioned(self) -> Iterator[RunKey]:
        """Runs that the news is about, as they stand (``reload`` apart)."""
        yield from self.runs
        for incoming in self.events:
            yield incoming.run
        for key, _ in self.requeues:
            yield key


class Inbox:
    """Collects news between turns; one ``take`` hands a bounded part of it to a turn."""

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._next = Batch()

    def __bool__(self) -> bool:
        batch = self._next
        return any(getattr(batch, field) for field in batch.__struct_fields__)

    @property
    def urgent(self) -> bool:
        """Whether anything but news of starts is there; those decide nothing and may wait for company."""
        batch = self._next
        return any(not isinstance(i.event, TaskStarted) for i in batch.events) or any(
            getattr(batch, field) for field in batch.__struct_fields__ if field != "events"
        )

    def started(self, message: Started, source: str) -> None:
        """A host says that user code is about to run."""
        event = TaskStarted(
            attempt_id=message.attempt_id,
            dispatch=message.dispatch,
            at=message.at,
            hostname=message.hostname,
            pid=message.pid,
            unixname=message.unixname,
        )
        self._next.events.append(Incoming(run=(message.dag_id, message.run_id), event=event, source=source))

    def finished(self, message: Finished, source: str) -> None:
        """A host says how a dispatch ended; it repeats that until it is acknowledged."""
        run = (message.dag_id, message.run_id)
        if message.started_at is not None:
            # Started may have been lost; told again it is a no-op.
            started = TaskStarted(
                attempt_id=message.attempt_id,
                dispatch=message.dispatch,
                at=message.started_at,
                hostname=message.hostname,
                pid=message.pid,
                unixname=message.unixname,
            )
            self._next.events.append(Incoming(run=run, event=started))
        event = TaskFinished(
            attempt_id=message.attempt_id, dispatch=message.dispatch, at=message.at, outcome=message.outcome
        )
        self._next.events.append(Incoming(run=run, event=event, report=message, source=source))

    def happened(self, incoming: Incoming) -> None:
        """An event of the scheduler's own making (a rescued attempt, a trigger, the past)."""
        self._next.events.append(incoming)

    def requeue(self, run: RunKey, attempt_id: str) -> None:
        """A dispatch did not start and never will: its host refused it, or is gone."""
        self._next.requeues.append((run, attempt_id))

    def nudge(self) -> None:
        """Slots or limits changed: hand out what waits."""
        self._next.nudged = True

    def give_back(self, events: Iterable[Incoming]) -> None:
        """Events of a turn that did not commit: they come first in the next one."""
        self._next.events[:0] = events

    def look_at(self, run: RunKey, *, reload: bool = False) -> None:
        """A run was made, changed, or its time has come."""
        (self._next.reload if reload else self._next.runs)[run] = None

    def dag_changed(self, dag_id: str) -> None:
        """A DAG's row or newest version may have changed."""
        self._next.dags[dag_id] = None
        self._next.starts[dag_id] = None

    def may_start(self, dag_id: str) -> None:
        """A queued run of this DAG may be allowed to start now."""
        self._next.starts[dag_id] = None

    def past_moved(self, dag_id: str) -> None:
        """Runs of this DAG that depend on earlier ones have to look again."""
        self._next.past[dag_id] = None

    def wake(self, hint: Wake) -> None:
        """A datagram from another process."""
        if hint.kind == "run":
            # The run may have been changed by the sender, so what is cached of it is not trusted.
            self._next.reload[(hint.dag_id, hint.run_id)] = None
            self._next.starts[hint.dag_id] = None
        elif hint.kind == "dag":
            self.dag_changed(hint.dag_id)

    def take(self) -> Batch:
        """What a turn works on. Events past the limit stay for the next turn, so that no turn grows without
        bound.
        """
        batch = self._next
        self._next = Batch()
        if len(batch.events) > self._limit:
            self._next.events = batch.events[self._limit :]
            del batch.events[self._limit :]
        return batch
