"""The dispatches that a host has taken and not yet reported: their processes, their clocks, their ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tradewind.client.logs import LogFile
from tradewind.domain.events import Failed, Lost, Succeeded
from tradewind.domain.messages import lifecycle
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Held
from tradewind.domain.messages.report import Finished, Started
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.worker import ending, recovery, tree
from tradewind.worker.fleet import Fleet
from tradewind.worker.ledger import Key, Ledger, Taken, key_of
from tradewind.worker.settings import HostSettings
from tradewind.worker.spares import Spare

DRAINED: Final = Lost(reason="the worker host was stopped")
_SURPRISE_WAIT: Final = 0.5
"""A task that was told to stop by nobody here: so long we wait whether the host is told the same."""


class Attempt:
    """One dispatch on this host."""

    __slots__ = ("assignment", "concluded", "held", "hung", "limit", "spare", "started", "stopping", "timers")

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.held = Held(
            attempt_id=assignment.attempt_id,
            dispatch=assignment.dispatch,
            dag_id=assignment.run.dag_id,
            run_id=assignment.run.run_id,
        )
        self.spare: Spare | None = None
        self.started: Started | None = None
        self.stopping: Failed | Lost | None = None
        """Set when the host ends it: the outcome to report."""
        self.concluded: messages.Concluded | None = None
        """How it ended, while its links are computed or its callbacks run."""
        self.hung = False
        """Its callbacks were ended by us: they are not called again."""
        self.limit: asyncio.TimerHandle | None = None
        self.timers: list[asyncio.TimerHandle] = []

    def report(self, outcome: Failed | Lost, at: datetime, settings: HostSettings) -> Finished:
        """What the host reports where the process itself could not."""
        held, started = self.held, self.started
        return Finished(
            attempt_id=held.attempt_id,
            dispatch=held.dispatch,
            dag_id=held.dag_id,
            run_id=held.run_id,
            started_at=started.at if started else None,
            at=at,
            outcome=outcome,
            pid=self.spare.pid if self.spare else 0,
            hostname=settings.hostname,
            unixname=settings.unixname,
        )

    @property
    def is_calling(self) -> bool:
        """Whether its success is reported, and its callbacks run yet."""
        outcome = self.concluded.report.outcome if self.concluded is not None else None
        return isinstance(outcome, Succeeded) and outcome.calling

    def cancel_timers(self) -> None:
        """It has ended."""
        for timer in (*self.timers, self.limit):
            if timer is not None:
                timer.cancel()


class Attempts:
    """All of them; ``spares.Owner`` of the processes that run them."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: HostSettings,
        ledger: Ledger,
        *,
        boot: str,
        say: Callable[[lifecycle.FromHost], None],
        clock: Clock,
    ) -> None:
        """``say`` sends to the scheduler, if it is there."""
        self._loop, self._settings, self._ledger, self._boot = loop, settings, ledger, boot
        self._say, self._clock = say, clock
        self._live: dict[Key, Attempt] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self.draining = False
        self.fleet: Fleet
        """Set by the host: each needs the other."""

    # --- what there is ----------------------------------------------------------------------------

    def __contains__(self, key: Key) -> bool:
        return key in self._live

    def held(self) -> list[Held]:
        """Their names."""
        return [msgspec.structs.replace(it.held, calling=it.is_calling) for it in self._live.values()]

    def started_messages(self) -> list[Started]:
        """Started, of each whose user code runs: a new scheduler has not heard it."""
        return [it.started for it in self._live.values() if it.started is not None and not it.is_calling]

    async def wait_until_empty(self, seconds: float) -> None:
        """Until all have ended, or the time is up."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return

    # --- taking and stopping ----------------------------------------------------------------------

    def take(self, assignment: Assignment) -> None:
        """Run it."""
        self._live[key_of(assignment)] = Attempt(assignment)
        self._empty.clear()
        self.fleet.assign(assignment)

    def stop(self, key: Key, reason: str) -> None:
        """The scheduler wants it to end: cleared, marked, superseded."""
        attempt = self._live.get(key)
        if attempt is None or attempt.is_calling:
            return  # it is over; its callbacks have a limit of their own
        outcome = Failed(reason=reason, may_retry=False)
        if attempt.spare is None and self.fleet.withdraw(attempt.assignment):
            self._finish(attempt, self._report(attempt, outcome))
            return
        self._stop(attempt, outcome, self._settings.kill_grace)

    def give_back_waiting(self) -> None:
        """What no process has got yet may run elsewhere."""
        for attempt in list(self._live.values()):
            if attempt.spare is None and self.fleet.withdraw(attempt.assignment):
                self._give_back(attempt, DRAINED.reason)

    def stop_all(self) -> None:
        """The time that a drain gives is up."""
        for attempt in list(self._live.values()):
            self._stop(attempt, DRAINED, self._settings.drain_kill_grace)

    def kill_all(self) -> None:
        """The host ends now."""
        for attempt in self._live.values():
            if attempt.spare is not None and attempt.spare.pid:
                tree.kill_all(attempt.spare.pid)

    def say_gone(self, held: Held, reason: str) -> None:
        """It cannot run here: the scheduler may hand it to somebody else."""
        self._say(
            lifecycle.Gone(
                attempt_id=held.attempt_id,
                dispatch=held.dispatch,
                dag_id=held.dag_id,
                run_id=held.run_id,
                reason=reason,
            )
        )

    def _give_back(self, attempt: Attempt, reason: str) -> None:
        self._drop(attempt)
        self.say_gone(attempt.held, reason)

    def _stop(self, attempt: Attempt, outcome: Failed | Lost, grace: float) -> None:
        """SIGTERM to the task's process group; SIGKILL to everything of it after ``grace`` seconds."""
        if attempt.stopping:
            return
        attempt.stopping = outcome
        if attempt.spare is None:
            return  # not handed over yet: hand_over refuses
        self._log(attempt, "warning", f"The task is stopped: {outcome.reason}.")
        tree.kill_group(attempt.spare.pid, signal.SIGTERM)
        why = f"it was still there {grace:g} s after SIGTERM"
        attempt.timers.append(self._loop.call_later(grace, self._kill, attempt, why))

    def _kill(self, attempt: Attempt, why: str) -> None:
        if attempt.spare is not None and key_of(attempt.held) in self._live:
            text = f"The task is killed (SIGKILL) with everything that it started: {why}."
            self._log(attempt, "error", text)
            tree.kill_all(attempt.spare.pid)

    def _overdue(self, attempt: Attempt) -> None:
        limit = attempt.assignment.execution_timeout or 0.0
        reason = f"it ran longer than its execution_timeout of {limit:g} s and did not stop by itself"
        attempt.stopping = attempt.stopping or Failed(reason=reason)
        self._kill(attempt, reason)

    # --- spares.Owner -----------------------------------------------------------------------------

    def hand_over(self, spare: Spare, assignment: Assignment) -> bool:
        """Journal first; only then may the process have the work."""
        attempt = self._live.get(key_of(assignment))
        if attempt is None:
            return False
        if attempt.stopping:
            self._finish(attempt, self._report(attempt, attempt.stopping))
            return False
        taken = Taken(
            held=attempt.held,
            pid=spare.pid,
            started=spare.started,
            boot=self._boot,
            log_path=assignment.log_path,
        )
        try:
            self._ledger.took(taken)
        except OSError as error:
            self._give_back(attempt, f"the ledger cannot be written: {error}")
            return False
        attempt.spare = spare
        if assignment.execution_timeout:
            late = assignment.execution_timeout + self._settings.timeout_grace
            attempt.limit = self._loop.call_later(late, self._overdue, attempt)
        return True

    def started(self, spare: Spare, message: Started) -> None:
        """Told to the scheduler at once, unless the task ends at once: its end tells as well."""
        attempt = self._live.get((message.attempt_id, message.dispatch))
        if attempt is not None:
            attempt.started = message
            delay = self._settings.started_delay
            attempt.timers.append(self._loop.call_later(delay, self._say, message))

    def concluded(self, spare: Spare, message: messages.Concluded) -> None:
        """The outcome stands, whatever its links and callbacks do; they have time limits of their own."""
        attempt = self._live.get(key_of(message.report))
        if attempt is None:
            return
        attempt.concluded = message
        if attempt.limit is not None:
            attempt.limit.cancel()
        late = message.limit + self._settings.timeout_grace
        attempt.limit = self._loop.call_later(late, self._hung, attempt, message)
        if attempt.is_calling:
            self._ledger.told(message.report)
            self._say(message.report)

    def _hung(self, attempt: Attempt, message: messages.Concluded) -> None:
        attempt.hung = not message.linking
        what = "links" if message.linking else "callbacks"
        self._kill(attempt, f"its {what} took longer than {message.limit:g} s")

    def ended(self, spare: Spare, message: messages.Ended) -> None:
        """A report, to be kept and sent on."""
        attempt = self._live.get(key_of(message.report))
        if attempt is None:
            return
        report = message.report
        if not message.terminated or not isinstance(report.outcome, Failed):
            self._finish(attempt, report)
        elif attempt.stopping or self.draining:
            self._finish(attempt, _instead(report, attempt.stopping or DRAINED))
        else:
            # Perhaps a whole service group is being stopped, and our own SIGTERM is on its way.
            self._loop.call_later(_SURPRISE_WAIT, self._surprise, attempt, report)

    def _surprise(self, attempt: Attempt, report: Finished) -> None:
        self._finish(attempt, _instead(report, DRAINED) if self.draining else report)

    def died(self, assignment: Assignment, status: int | None, max_rss: int) -> None:
        """The process is gone without a report: say why, in the log too."""
        self._sweep()
        attempt = self._live.get(key_of(assignment))
        if attempt is None:
            return
        text = ending.explain(status, max_rss, self._settings.memory_limit)
        if attempt.concluded is not None and not _was_stopped(attempt.concluded):
            self._died_concluded(attempt, attempt.concluded, text)
            return
        outcome: Failed | Lost | None = attempt.stopping or (DRAINED if self.draining else None)
        if outcome is None:
            self._log(attempt, "error", text)
            outcome = Failed(reason=text)
        if isinstance(outcome, Failed):
            outcome = msgspec.structs.replace(outcome, uncalled=True)
        self._finish(attempt, self._report(attempt, outcome))

    def _died_concluded(self, attempt: Attempt, message: messages.Concluded, text: str) -> None:
        """The work was done, and its end counts; another process calls the callbacks (anew)."""
        what = "computed its links" if message.linking else "called its callbacks"
        self._log(attempt, "error", f"While it {what}: {text}")
        self._finish(attempt, recovery.uncalled(message.report, hung=attempt.hung))

    def impossible(self, assignment: Assignment, reason: str) -> None:
        """No process can be made for it."""
        attempt = self._live.get(key_of(assignment))
        if attempt is not None:
            self._log(attempt, "error", f"The task could not be started: {reason}.")
            self._finish(attempt, self._report(attempt, Failed(reason=reason, uncalled=True)))

    def _sweep(self) -> None:
        """What dead tasks left behind has become our child, as we are the sub-reaper."""
        known = self.fleet.pids()
        for pid in tree.children(os.getpid()):
            if pid not in known:
                tree.kill_all(pid)

    # --- results ----------------------------------------------------------------------------------

    def _report(self, attempt: Attempt, outcome: Failed | Lost) -> Finished:
        return attempt.report(outcome, self._clock.now(), self._settings)

    def _finish(self, attempt: Attempt, report: Finished) -> None:
        if self._drop(attempt):
            if attempt.is_calling and key_of(report) not in self._ledger.unacknowledged:
                report = _bare(report, attempt.concluded)
            self._ledger.ended(report)
            self._say(report)

    def _drop(self, attempt: Attempt) -> bool:
        if self._live.pop(key_of(attempt.held), None) is None:
            return False
        attempt.cancel_timers()
        if not self._live:
            self._empty.set()
        return True

    def _log(self, attempt: Attempt, level: str, text: str) -> None:
        _write(self._settings.log_folder, attempt.assignment.log_path, self._clock, level, text)


def _write(folder: Path, path: str, clock: Clock, level: str, text: str) -> None:
    """A line of the host's in the log of a task, if it can be had."""
    try:
        log = LogFile(str(folder), path, MASKER, clock)
    except OSError:
        return
    log.write(level, text, "task")
    log.close()


def _was_stopped(message: messages.Concluded) -> bool:
    """Whether it ended because somebody stopped it."""
    return message.terminated and isinstance(message.report.outcome, Failed)


def _bare(report: Finished, told: messages.Concluded | None) -> Finished:
    """Without what is recorded already. The note stays where a callback has changed it."""
    note = None if told is not None and report.note == told.report.note else report.note
    return msgspec.structs.replace(report, xcoms=(), asset_events=(), rendered_fields=None, note=note)


def _instead(report: Finished, outcome: Failed | Lost) -> Finished:
    return msgspec.structs.replace(report, outcome=outcome, xcoms=(), asset_events=())
