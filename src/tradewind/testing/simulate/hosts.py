"""Worker hosts without processes: they take assignments, let time pass and report, as the real one would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import msgspec

from tradewind.domain import events
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Ack, Assign, FromHost, Heartbeat, Held, Hello, Stop, ToHost
from tradewind.domain.messages.report import Finished, Started, XComValue
from tradewind.scheduler.dispatch import has_called
from tradewind.testing.simulate.faults import Faults

Outcome = Callable[[Assignment, int], events.AnyOutcome]
"""What the task does in its n-th honest try (lost attempts not counted), decided by the shape."""
Later = Callable[[float, Callable[[], None]], None]


class Job(msgspec.Struct, kw_only=True):
    """A dispatch that the host took."""

    assignment: Assignment
    started_at: datetime | None = None
    told: Finished | None = None
    """Its success, while it calls the callbacks of that."""

    @property
    def key(self) -> tuple[str, int]:
        """(attempt id, dispatch)."""
        return (self.assignment.attempt_id, self.assignment.dispatch)


class SimulatedHost:
    """Keeps its incarnation's jobs in memory; a crash forgets those that had no result and keeps the others.

    The results that survive stand for the spool on disk of the real host.
    """

    def __init__(
        self,
        *,
        name: str,
        slots: int,
        random: Random,
        faults: Faults,
        now: Callable[[], datetime],
        later: Later,
        outcome: Outcome,
        say: Callable[[SimulatedHost, FromHost], None],
        taken: Callable[[Assignment], None],
        told: Callable[[Assignment, events.AnyOutcome], None] = lambda assignment, outcome: None,
        outlets: Callable[[Assignment], tuple[dict[str, Any], ...]] = lambda assignment: (),
        calls: Callable[[Assignment], bool] = lambda assignment: False,
    ) -> None:
        self._told, self._outlets, self._calls = told, outlets, calls
        self.name, self.slots = name, slots
        self._random, self._faults, self._now, self._later = random, faults, now, later
        self._outcome, self._say, self._taken = outcome, say, taken
        self.generation = 0
        self._jobs: dict[tuple[str, int], Job] = {}
        self._spool: dict[tuple[str, int], Finished] = {}
        self._orphans: list[Job] = []

    @property
    def incarnation(self) -> str:
        """New at each start."""
        return f"{self.name}-{self.generation}"

    def hello(self) -> None:
        """Connect: say what is held, then say every unacknowledged result again."""
        held = [self._held(job) for key, job in self._jobs.items() if key not in self._spool or job.told]
        held += [
            Held(
                attempt_id=r.attempt_id,
                dispatch=r.dispatch,
                dag_id=r.dag_id,
                run_id=r.run_id,
                calling=has_called(r),
            )
            for key, r in self._spool.items()
            if key not in self._jobs or self._jobs[key].told is None
        ]
        self._say(
            self,
            Hello(
                incarnation=self.incarnation,
                hostname=self.name,
                pid=self.generation,
                slots=self.slots,
                holds=tuple(held),
            ),
        )
        for job in self._orphans:
            self._report_lost(job)
        self._orphans = []
        for result in list(self._spool.values()):
            self._say(self, result)

    def crash(self) -> None:
        """kill -9: running work dies with it; the next incarnation kills what is left and says so."""
        self._orphans += [job for key, job in self._jobs.items() if job.told or key not in self._spool]
        self._jobs = {}
        self.generation += 1
        self.hello()

    def send(self, message: ToHost) -> None:
        """The scheduler's link to this host."""
        if isinstance(message, Assign):
            if message.incarnation == self.incarnation:
                for assignment in message.assignments:
                    self._take(assignment)
        elif isinstance(message, Ack):
            for key in message.done:
                self._acknowledged(key)
            for key in message.called:
                self._spool.pop(key, None)
                self._jobs.pop(key, None)
        elif isinstance(message, Stop):
            for key in message.attempts:
                self._stop(key)

    def _acknowledged(self, key: tuple[str, int]) -> None:
        """A result is recorded; that its callbacks have ended is another word."""
        if key in self._spool and has_called(self._spool[key]):
            return
        self._spool.pop(key, None)
        job = self._jobs.get(key)
        if job is not None and job.told is None:
            del self._jobs[key]

    def resend(self) -> None:
        """The real host repeats unacknowledged results; so does this one."""
        for result in list(self._spool.values()):
            self._say(self, result)

    def _take(self, assignment: Assignment) -> None:
        job = Job(assignment=assignment)
        if job.key in self._jobs or job.key in self._spool:
            return
        self._taken(assignment)
        self._jobs[job.key] = job
        generation = self.generation
        self._later(self._random.uniform(0.001, 0.5), lambda: self._begin(job, generation))

    def _alive(self, job: Job, generation: int) -> bool:
        return generation == self.generation and self._jobs.get(job.key) is job

    def _begin(self, job: Job, generation: int) -> None:
        if not self._alive(job, generation):
            return
        if self._random.random() < self._faults.host_crash:
            self.crash()
            return
        job.started_at = self._now()
        a = job.assignment
        self._say(
            self,
            Started(
                attempt_id=a.attempt_id,
                dispatch=a.dispatch,
                dag_id=a.run.dag_id,
                run_id=a.run.run_id,
                at=job.started_at,
                pid=1,
                hostname=self.name,
            ),
        )
        self._later(self._random.uniform(0.01, 8.0), lambda: self._end(job, generation))

    def _end(self, job: Job, generation: int) -> None:
        if not self._alive(job, generation):
            return
        if self._random.random() < self._faults.host_crash:
            self.crash()
            return
        a = job.assignment
        if a.kind == "callback":
            self._finish(job, events.Succeeded(), ())
            return
        outcome = self._outcome(a, a.try_number - a.lost)
        returned = isinstance(outcome, events.Succeeded) and not outcome.silent
        xcoms = (XComValue(key="return_value", value='"done"'),) if returned else ()
        if isinstance(outcome, events.Succeeded) and self._calls(a):
            job.told = self._finish(job, msgspec.structs.replace(outcome, calling=True), xcoms)
            self._later(self._random.uniform(0.01, 8.0), lambda: self._called(job, generation))
        else:
            self._finish(job, outcome, xcoms)

    def _called(self, job: Job, generation: int) -> None:
        """The callbacks of a success have ended."""
        if not self._alive(job, generation) or job.told is None:
            return
        if self._random.random() < self._faults.host_crash:
            self.crash()
        else:
            told = job.told
            if job.key not in self._spool:  # it is recorded
                told = msgspec.structs.replace(told, xcoms=(), asset_events=())
            self._say_called(job, told, uncalled=False)

    def _say_called(self, job: Job, told: Finished, *, uncalled: bool) -> None:
        outcome = msgspec.structs.replace(told.outcome, calling=False, called=True, uncalled=uncalled)
        job.told = None
        self._told(job.assignment, outcome)
        self._spool[job.key] = result = msgspec.structs.replace(told, outcome=outcome)
        self._say(self, result)

    def _stop(self, key: tuple[str, int]) -> None:
        job = self._jobs.get(key)
        if job is None or job.told or key in self._spool:
            return
        self._later(self._random.uniform(0.001, 0.2), lambda: self._end_stopped(job, self.generation))

    def _end_stopped(self, job: Job, generation: int) -> None:
        if self._alive(job, generation) and not job.told and job.key not in self._spool:
            self._finish(job, events.Failed(reason="it was stopped"), ())

    def _report_lost(self, job: Job) -> None:
        if job.told is not None:
            self._say_called(job, job.told, uncalled=True)
        else:
            self._finish(job, events.Lost(reason="the worker host was killed"), ())

    def _finish(self, job: Job, outcome: events.AnyOutcome, xcoms: tuple[XComValue, ...]) -> Finished:
        a = job.assignment
        is_done = a.kind != "callback" and isinstance(outcome, events.Succeeded)
        if a.kind != "callback":
            self._told(a, outcome)
        result = Finished(
            attempt_id=a.attempt_id,
            dispatch=a.dispatch,
            dag_id=a.run.dag_id,
            run_id=a.run.run_id,
            started_at=job.started_at,
            at=self._now(),
            outcome=outcome,
            hostname=self.name,
            pid=1,
            xcoms=xcoms,
            asset_events=self._outlets(a) if is_done else (),
        )
        self._spool[job.key] = result
        self._say(self, result)
        return result

    @staticmethod
    def _held(job: Job) -> Held:
        a = job.assignment
        return Held(
            attempt_id=a.attempt_id, dispatch=a.dispatch, dag_id=a.run.dag_id, run_id=a.run.run_id,
            calling=job.told is not None,
        )  # fmt: skip

    def heartbeat(self) -> Heartbeat:
        """What is alive now."""
        running = tuple(
            self._held(job) for key, job in self._jobs.items() if job.told or key not in self._spool
        )
        return Heartbeat(incarnation=self.incarnation, at=self._now(), running=running)
