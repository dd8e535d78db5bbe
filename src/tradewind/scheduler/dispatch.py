"""Worker hosts and what was handed to them.

A host is known by its incarnation. Every dispatch is addressed to one incarnation in the transaction that
queues it, so work is never given to two; what was addressed to an incarnation that is gone is lost, or, if
it never started, simply addressed anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from tradewind.domain.events import Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Ack, Assign, Hello, Stop, ToHost, Welcome
from tradewind.domain.messages.report import Finished
from tradewind.engine.decisions import Ready
from tradewind.scheduler.active_runs import CachedRun
from tradewind.store.queries.task_data import CALLBACK_PREFIX


class Link(Protocol):
    """A connection to one host."""

    def send(self, message: ToHost) -> None:
        """Write a message; what cannot be delivered is found out by the next Hello."""


class Host:
    """One connected host."""

    __slots__ = ("hello", "incarnation", "last_heard", "link", "running", "slots")

    def __init__(self, hello: Hello, link: Link, now: datetime) -> None:
        self.hello = hello
        self.incarnation = hello.incarnation
        self.slots = hello.slots
        self.link = link
        self.last_heard = now
        self.running: dict[str, int] = {}
        """Attempt id to its newest dispatch that is there."""
        for held in hello.holds:
            if not held.attempt_id.startswith(CALLBACK_PREFIX):
                self.take(held.attempt_id, held.dispatch)

    def take(self, attempt_id: str, dispatch: int) -> None:
        """It has, or is about to get, that dispatch."""
        self.running[attempt_id] = max(dispatch, self.running.get(attempt_id, 0))

    @property
    def free(self) -> int:
        """How many more dispatches it takes."""
        return self.slots - len(self.running)


def has_called(report: Finished) -> bool:
    """Whether it is the second word on a success: that its callbacks have ended too."""
    return isinstance(report.outcome, Succeeded) and report.outcome.called


class Outgoing(msgspec.Struct, kw_only=True):
    """What a turn may send once it has committed."""

    assignments: dict[str, list[Assignment]] = {}
    acks: dict[str, list[tuple[str, int]]] = {}
    called: dict[str, list[tuple[str, int]]] = {}
    stops: dict[str, list[tuple[str, int]]] = {}

    def assign(self, incarnation: str, assignment: Assignment) -> None:
        """Hand out work."""
        self.assignments.setdefault(incarnation, []).append(assignment)

    def ack(self, incarnation: str | None, report: Finished) -> None:
        """A result is recorded, or refused for good."""
        if incarnation is not None:
            acks = self.called if has_called(report) else self.acks
            acks.setdefault(incarnation, []).append((report.attempt_id, report.dispatch))

    def stop(self, incarnation: str | None, attempt_id: str, dispatch: int) -> None:
        """A process must end. Without a known host it is told to all."""
        self.stops.setdefault(incarnation or "", []).append((attempt_id, dispatch))


class Dispatch:
    """The connected hosts, and which of them each live dispatch is addressed to."""

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler
        self._hosts: dict[str, Host] = {}
        self._addressed: dict[str, str] = {}
        self._lingering: set[str] = set()
        """Those that have ended well, and whose process calls callbacks yet: it has its slot until then."""
        self.gone: dict[str, datetime] = {}
        """Incarnations that were here and are not: since when."""

    # --- hosts ------------------------------------------------------------------------------------

    def connected(self, hello: Hello, link: Link, now: datetime) -> Host:
        """A host said hello (for the first time, or again after a break)."""
        host = self._hosts[hello.incarnation] = Host(hello, link, now)
        self._lingering.update(held.attempt_id for held in hello.holds if held.calling)
        self.gone.pop(hello.incarnation, None)
        link.send(Welcome(scheduler=self._scheduler))
        return host

    def disconnected(self, incarnation: str, link: Link, now: datetime) -> None:
        """A connection broke. The host may come back, or be gone."""
        host = self._hosts.get(incarnation)
        if host is not None and host.link is link:
            del self._hosts[incarnation]
            self.gone[incarnation] = now

    def heard(self, incarnation: str, now: datetime) -> None:
        """A heartbeat came."""
        host = self._hosts.get(incarnation)
        if host is not None:
            host.last_heard = now

    def is_connected(self, incarnation: str) -> bool:
        """Whether that incarnation has a connection now."""
        return incarnation in self._hosts

    def hosts(self) -> list[Host]:
        """The connected hosts."""
        return list(self._hosts.values())

    def slots(self) -> int:
        """Slots of all connected hosts together."""
        return sum(host.slots for host in self._hosts.values())

    def choose(self, queue: str) -> str | None:
        """The host with the most free slots that takes this queue; None if there is none."""
        best: Host | None = None
        for host in self._hosts.values():
            if host.hello.queues and queue not in host.hello.queues:
                continue
            if host.free > 0 and (best is None or host.free > best.free):
                best = host
        return best.incarnation if best is not None else None

    def has_room(self, queue: str) -> bool:
        """Whether a host takes one more of that queue."""
        return self.choose(queue) is not None

    def freest(self) -> str | None:
        """The host with the most free slots, be they none; for work that takes no slot."""
        best = max(self._hosts.values(), key=lambda host: host.free, default=None)
        return best.incarnation if best is not None else None

    # --- dispatches -------------------------------------------------------------------------------

    def address(self, attempt_id: str, incarnation: str, dispatch: int) -> None:
        """This attempt's dispatch belongs to that host."""
        self._addressed[attempt_id] = incarnation
        host = self._hosts.get(incarnation)
        if host is not None:
            host.take(attempt_id, dispatch)

    def recall(self, attempt_id: str, incarnation: str) -> None:
        """The database says that it is addressed to that host; whether the host knows, its Hello tells."""
        self._addressed.setdefault(attempt_id, incarnation)

    def runs_on(self, attempt_id: str, incarnation: str, dispatch: int) -> bool:
        """Whether that connected host was given this attempt, or said that it holds it."""
        host = self._hosts.get(incarnation)
        return host is not None and host.running.get(attempt_id, 0) >= dispatch

    def linger(self, attempt_id: str) -> None:
        """It ended well, and its process calls callbacks yet."""
        if attempt_id in self._addressed:
            self._lingering.add(attempt_id)

    def lingers(self, attempt_id: str, *, gone_since: datetime) -> bool:
        """Whether it does that on a host that is there, or was there after that moment."""
        if attempt_id not in self._lingering:
            return False
        incarnation = self._addressed.get(attempt_id, "")
        host = self._hosts.get(incarnation)
        if host is not None:
            return attempt_id in host.running
        return self.gone.get(incarnation, gone_since) > gone_since

    def is_lingering(self, attempt_id: str) -> bool:
        """The same, wherever its host is."""
        return attempt_id in self._lingering

    @property
    def lingering(self) -> int:
        """How many do so, as far as is known."""
        return len(self._lingering)

    def ended(self, attempt_id: str) -> None:
        """Its process has said its last word: it calls nothing."""
        self._lingering.discard(attempt_id)

    def leave(self, attempt_id: str) -> None:
        """Its task instance goes on without it, also by a person's clear: its slot is free, unless its
        process calls callbacks yet.
        """
        if attempt_id not in self._lingering:
            self.release(attempt_id)

    def release(self, attempt_id: str) -> None:
        """It ended, or was taken back."""
        self._lingering.discard(attempt_id)
        incarnation = self._addressed.pop(attempt_id, None)
        host = self._hosts.get(incarnation) if incarnation is not None else None
        if host is not None:
            host.running.pop(attempt_id, None)

    def let_go(self, attempt_id: str) -> None:
        """Its process calls nothing any more, if it did."""
        if attempt_id in self._lingering:
            self.release(attempt_id)

    def address_of(self, attempt_id: str) -> str | None:
        """The incarnation that a dispatch is addressed to."""
        return self._addressed.get(attempt_id)

    def addressed(self) -> Iterable[tuple[str, str]]:
        """(attempt id, incarnation) of every live dispatch."""
        return self._addressed.items()

    def stop_stale(self, attempt_id: str, dispatch: int, incarnation: str | None = None) -> None:
        """End a process whose attempt is not current any more, wherever it runs."""
        outgoing = Outgoing()
        outgoing.stop(incarnation or self._addressed.get(attempt_id), attempt_id, dispatch)
        self.release(attempt_id)
        self.send(outgoing)

    # --- sending ----------------------------------------------------------------------------------

    def send(self, outgoing: Outgoing, reason: str = "it was superseded") -> None:
        """Write everything of a committed turn, one message of each kind per host."""
        for incarnation, assignments in outgoing.assignments.items():
            self._to(incarnation, Assign(incarnation=incarnation, assignments=tuple(assignments)))
        for incarnation in outgoing.acks.keys() | outgoing.called.keys():
            done, called = outgoing.acks.get(incarnation, ()), outgoing.called.get(incarnation, ())
            self._to(incarnation, Ack(done=tuple(done), called=tuple(called)))
        for incarnation, attempts in outgoing.stops.items():
            message = Stop(attempts=tuple(attempts), reason=reason)
            for target in (incarnation,) if incarnation else tuple(self._hosts):
                self._to(target, message)

    def _to(self, incarnation: str, message: ToHost) -> None:
        host = self._hosts.get(incarnation)
        if host is not None:
            host.link.send(message)


def assignment(run: CachedRun, ready: Ready, dispatch: int, *, lost_note: str = "") -> Assignment:
    """Everything that a task process needs before its first line of user code."""
    view = run.machine.instance(ready.attempt_id)
    if view is None:
        raise LookupError(f"{ready.attempt_id} is not an attempt of {run.key}")
    task = run.version.tasks[ready.task_id]
    return Assignment(
        attempt_id=ready.attempt_id,
        dispatch=dispatch,
        task_id=ready.task_id,
        map_index=ready.map_index,
        path=view.path,
        try_number=view.try_number,
        max_tries=view.max_tries,
        run=run.context,
        file=run.dag.fileloc,
        bundle=run.dag.bundle_name,
        version=run.version.hash,
        log_path=log_path(ready, view.try_number),
        queue=ready.queue,
        pool=ready.pool,
        priority_weight=ready.priority,
        execution_timeout=task.execution_timeout,
        run_as_user=task.run_as_user,
        fresh_interpreter=run.version.spec.fresh_interpreter,
        next_method=view.next_method,
        next_kwargs=view.next_kwargs,
        first_start_date=view.start_date,
        reschedule_count=max(dispatch - 1, 0),
        lost=view.lost,
        expanded_count=run.machine.expanded(ready.task_id),
        note=lost_note,
    )


def waiting(run: CachedRun, attempt_id: str, dispatch: int) -> Assignment | None:
    """The dispatch that waits for a trigger; None where it does so no more."""
    view = run.machine.instance(attempt_id)
    if view is None or view.dispatch != dispatch or view.task_id not in run.version.tasks:
        return None
    return assignment(run, run.machine.demand(attempt_id), dispatch)


def log_path(ready: Ready, try_number: int) -> str:
    """Airflow's directory pattern, below the log folder. Ids cannot hold a slash (``domain.keys``)."""
    mapped = f"map_index={ready.map_index}/" if ready.map_index >= 0 else ""
    task = f"dag_id={ready.dag_id}/run_id={ready.run_id}/task_id={ready.task_id}"
    return f"{task}/{mapped}attempt={try_number}.log"
