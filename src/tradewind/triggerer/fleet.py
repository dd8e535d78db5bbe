"""The runners of a triggerer: one for all triggers, and one each for those that must be alone."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from tradewind.client.logs import LogFile
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.runtime.children import BACK_OFF, LIVED_LONG
from tradewind.runtime.clock import Clock
from tradewind.telemetry import events
from tradewind.telemetry.masking import MASKER
from tradewind.triggerer.process import Process
from tradewind.triggerer.settings import TriggererSettings

DEATHS: Final = 3
"""A trigger whose code ran when so many runners died fails."""
MOST_ALONE: Final = 8
"""Runners that are left to one trigger each; one more trigger that holds up its loop fails."""
END_WITHIN: Final = 3.0
"""Seconds after which a runner that is to end is killed."""


class Fleet:
    """Starts runners, gives them triggers, and sees to those that hang or die."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: TriggererSettings,
        clock: Clock,
        *,
        heard: Callable[[TriggerEvent], None],
        emit: events.Emit,
    ) -> None:
        """``heard`` takes the events of triggers."""
        self._loop, self._settings, self._clock, self._emit = loop, settings, clock, emit
        self._heard = heard
        self._processes: list[Process] = []
        self._shared: Process | None = None
        self._where: dict[int, Process] = {}
        self._waiting: dict[int, Wait] = {}
        """What waits until a runner that died is started again."""
        self._deaths: Counter[int] = Counter()
        self._failures = 0

    # --- triggers -----------------------------------------------------------------------------------

    def begin(self, waits: list[Wait]) -> None:
        """Run these, with all others."""
        if self._waiting:
            self._waiting.update({wait.trigger_id: wait for wait in waits})
        elif waits:
            if self._shared is None:
                self._shared = self._start()
            self._give(self._shared, waits)

    def forget(self, trigger_ids: list[int]) -> None:
        """Nobody waits for these any more."""
        by_process: dict[Process, list[int]] = {}
        for trigger_id in trigger_ids:
            self._waiting.pop(trigger_id, None)
            process = self._where.pop(trigger_id, None)
            if process is not None:
                by_process.setdefault(process, []).append(trigger_id)
        for process, ids in by_process.items():
            process.cancel(ids, killed=True)
            self._close_if_done(process)

    def recorded(self, event: TriggerEvent) -> None:
        """The trigger that fired may go on, if it is where it was."""
        process = self._where.get(event.trigger_id)
        if process is not None:
            process.heard(event)

    def _give(self, process: Process, waits: list[Wait]) -> None:
        self._where.update({wait.trigger_id: process for wait in waits})
        process.begin(waits)

    def _event(self, process: Process, event: TriggerEvent) -> None:
        if self._where.get(event.trigger_id) is not process:
            return  # it was moved, and runs elsewhere
        if not event.more:
            self._over(event.trigger_id)
        self._heard(event)

    def _over(self, trigger_id: int) -> None:
        process = self._where.pop(trigger_id, None)
        self._deaths.pop(trigger_id, None)
        if process is not None:
            process.has.pop(trigger_id, None)
            self._close_if_done(process)

    def _close_if_done(self, process: Process) -> None:
        if process is not self._shared and not process.has:
            process.close()

    def _fail(self, wait: Wait, why: str) -> None:
        """End a trigger that cannot be run; its task fails with the reason."""
        self._over(wait.trigger_id)
        self._say(wait, "error", why)
        task = wait.task
        self._heard(
            TriggerEvent(
                trigger_id=wait.trigger_id, at=self._clock.now(), error=why,
                attempt_id=task.attempt_id if task else "", dispatch=task.dispatch if task else 0,
                dag_id=task.run.dag_id if task else "", run_id=task.run.run_id if task else "", number=-1,
            )
        )  # fmt: skip

    # --- runners ------------------------------------------------------------------------------------

    def _start(self) -> Process:
        made = Process(
            self._loop, self._settings.tasks, self._settings.environ, heard=self._event, died=self._died
        )
        self._processes.append(made)
        return made

    def watch(self) -> None:
        """To be called several times a second: see who holds up a loop, and who has to be killed."""
        now = time.monotonic()
        for process in list(self._processes):
            if process.ending is not None:
                if not process.ended() and now - process.ending > END_WITHIN:
                    process.kill()
                if process.ended():
                    self._remove(process)
                continue
            step = process.step()
            if step is None:
                continue
            if now - step.began > self._settings.slow_after and process.told != step.began:
                process.told = step.began
                self._tell_slow(process, step.trigger_id, now - step.began)
            if now - step.began > self._settings.aside_after and process.alone is None:
                self._leave_alone(process, step.trigger_id, now - step.began)
            self._end_late(process, step.trigger_id, now - step.began)

    def _end_late(self, process: Process, trigger_id: int, seconds: float) -> None:
        """A callback has a time limit, also where it holds up the loop and so cannot see it pass."""
        wait = process.has.get(trigger_id)
        limit = None if wait is None or wait.task is None else wait.task.execution_timeout
        if wait is None or wait.task is None or wait.task.kind != "callback" or limit is None:
            return
        if process.alone == trigger_id and seconds > limit:
            process.has.clear()
            process.close()
            process.kill()
            self._fail(wait, f"It blocked the event loop for longer than the {limit:g} s that it may take.")

    def _tell_slow(self, process: Process, trigger_id: int, seconds: float) -> None:
        wait = process.has.get(trigger_id)
        if wait is None:
            return
        told = f"Trigger {trigger_id} ({wait.classpath}) has blocked the event loop for {seconds:.1f} s. "
        told += "Use await, or asyncio.to_thread, for what takes time"
        where = process.where()
        self._say(wait, "warning", told, **({"stack": where} if where else {}))
        whose = _whose(wait)
        self._emit(
            events.DutyFailed(component="triggerer", duty=f"a trigger{whose}", error=f"{told}\n{where}")
        )

    def _leave_alone(self, process: Process, trigger_id: int, seconds: float) -> None:
        """What blocks keeps the process; all others begin anew in another one."""
        process.alone = trigger_id
        others = [wait for each, wait in process.has.items() if each != trigger_id]
        if process is self._shared:
            self._shared = None
        process.cancel([wait.trigger_id for wait in others], killed=False)
        wait = process.has.get(trigger_id)
        alone = sum(each.alone is not None for each in self._processes)
        if wait is not None and alone > MOST_ALONE:
            self._fail(wait, f"It blocked the event loop for {seconds:.1f} s, as {alone - 1} others do.")
        elif wait is not None:
            self._say(wait, "warning", "It goes on in a process of its own; the others were moved aside.")
        self.begin(others)
        self._close_if_done(process)

    def _died(self, process: Process) -> None:
        """Nobody told it to. Whose code ran is tried alone, the others together."""
        how, step = process.how(), process.step()
        left = list(process.has.values())
        process.has.clear()
        for wait in left:
            self._where.pop(wait.trigger_id, None)
        lived = time.monotonic() - process.began
        self._remove(process)
        guilty = None if step is None else next((w for w in left if w.trigger_id == step.trigger_id), None)
        self._emit(events.DutyFailed(component="triggerer", duty="a runner", error=f"it ended with {how}"))
        if guilty is not None:
            self._try_alone(guilty, how)
        elif process.alone is None:
            self._failures = 0 if lived >= LIVED_LONG else self._failures + 1
        self._begin_later([wait for wait in left if wait is not guilty])

    def _try_alone(self, wait: Wait, how: str) -> None:
        self._deaths[wait.trigger_id] += 1
        count = self._deaths[wait.trigger_id]
        if count >= DEATHS:
            self._fail(wait, f"The process in which {wait.classpath} ran ended {count} times, with {how}.")
            return
        self._say(wait, "warning", f"The process in which it ran ended with {how}; it is tried again alone.")
        process = self._start()
        process.alone = wait.trigger_id
        self._give(process, [wait])

    def _begin_later(self, waits: list[Wait]) -> None:
        if not waits:
            return
        self._waiting.update({wait.trigger_id: wait for wait in waits})
        delay = BACK_OFF[min(self._failures, len(BACK_OFF)) - 1] if self._failures else 0.0
        self._loop.call_later(delay, self._begin_waiting)

    def _begin_waiting(self) -> None:
        waits, self._waiting = list(self._waiting.values()), {}
        self.begin(waits)

    def _remove(self, process: Process) -> None:
        if process is self._shared:
            self._shared = None
        if process in self._processes:
            self._processes.remove(process)
            process.bury()

    async def close(self) -> None:
        """End all runners; their triggers may clean up."""
        self._waiting.clear()
        for process in self._processes:
            process.close()
        deadline = time.monotonic() + END_WITHIN
        while time.monotonic() < deadline and not all(process.ended() for process in self._processes):
            await asyncio.sleep(0.02)
        for process in list(self._processes):
            process.kill()
            self._remove(process)

    def _say(self, wait: Wait, level: str, event: str, **more: str) -> None:
        """A line in the log of the try that waits, or of the watcher."""
        try:
            log = LogFile(self._settings.tasks.log_folder, wait.log, MASKER, self._clock)
        except OSError:
            return
        log.write(level, event, "trigger", **more)
        log.close()


def _whose(wait: Wait) -> str:
    """For people."""
    if wait.task is not None:
        return f" of task {wait.task.task_id}, run {wait.task.run.run_id}"
    return "".join(f" of asset {name!r}" for name, _ in wait.assets[:1])
