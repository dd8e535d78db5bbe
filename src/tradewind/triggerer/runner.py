"""The process in which triggers run (the hidden command ``triggerer-runner``): one asyncio loop for all."""

from __future__ import annotations

import asyncio
import contextvars
import faulthandler
import os
import signal
import socket
from collections.abc import Sequence
from typing import Any, Final

from tradewind import secrets
from tradewind.authoring import serde, trigger_events
from tradewind.authoring.task_run import TaskRun
from tradewind.authoring.trigger import BaseTrigger
from tradewind.client import access
from tradewind.client.stream import Stream
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.domain.messages.runner import TaskSettings
from tradewind.runtime import descendants
from tradewind.runtime.clock import Clock
from tradewind.runtime.titles import set_title
from tradewind.telemetry.masking import MASKER
from tradewind.triggerer import asking, output, steps
from tradewind.triggerer.board import Board
from tradewind.triggerer.loading import Classes
from tradewind.triggerer.messages import Begin, Cancel, ToRunner
from tradewind.triggerer.runner_signal import TELL_WHERE
from tradewind.triggerer.streams import Streams

TITLE: Final = "airflow trigger-runner"
LEAVE_WITHIN: Final = 2.0
"""Seconds that triggers get to clean up when the runner ends."""


def main(fds: Sequence[int], clock: Clock) -> int:
    """Run triggers until the triggerer closes our socket. ``fds``: socket, board, and where to say where."""
    descendants.die_with_parent(signal.SIGKILL)
    set_title(TITLE)
    faulthandler.register(TELL_WHERE, file=fds[2], all_threads=False, chain=False)
    asyncio.run(Runner(Board(fds[1]), clock).live(socket.socket(fileno=fds[0])))
    os._exit(0)  # threads in which a trigger still waits must not keep us


class Runner:
    """The triggers of one process."""

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board, self._clock = board, clock
        self._streams = Streams()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._killed: set[int] = set()

    async def live(self, sock: socket.socket) -> None:
        """Until the other end is closed."""
        loop = self._loop = asyncio.get_running_loop()
        steps.install(loop, self._board)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: None)  # the triggerer tells us when to end
        over = asyncio.Event()
        self._stream = Stream(loop, sock, ToRunner, self._heard, over.set)
        await over.wait()
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=LEAVE_WITHIN)

    def _heard(self, message: Begin | Cancel) -> None:
        if isinstance(message, Cancel):
            self._cancel({*message.trigger_ids} & self._tasks.keys(), killed=message.killed)
            return
        if message.settings is not None:
            self._prepare(message.settings)
        for wait in message.triggers:
            if wait.trigger_id not in self._tasks:
                self._begin(wait)

    def _cancel(self, trigger_ids: set[int], *, killed: bool) -> None:
        if killed:
            self._killed |= trigger_ids
        for trigger_id in trigger_ids:
            self._tasks[trigger_id].cancel()

    def _prepare(self, settings: TaskSettings) -> None:
        MASKER.configure(names=settings.hide_names)
        self._logs = output.Logs(settings.log_folder, self._clock)
        output.install(self._logs)
        self._lines = asking.Lines(settings.data_socket, settings.data_deadline, self._clock)
        secrets.use(access.chain(asking.AsCurrent(self._lines), settings))
        self._hostname = settings.hostname
        self._classes = Classes(settings.dags_folder)

    def _begin(self, wait: Wait) -> None:
        """Its code, and what that starts, runs in a context that names the trigger."""
        context = contextvars.copy_context()
        context.run(steps.CURRENT.set, wait.trigger_id)
        if wait.task is not None:
            context.run(output.LOG.set, wait.task.log_path)
            context.run(asking.ASKER.set, (wait.task.attempt_id, wait.task.dispatch))
        task = self._loop.create_task(self._run(wait), name=f"trigger {wait.trigger_id}", context=context)
        self._tasks[wait.trigger_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(wait.trigger_id, None))

    async def _run(self, wait: Wait) -> None:
        """One trigger, from its class to its event."""
        trigger: BaseTrigger | None = None
        self._say(wait, "info", f"Trigger {wait.classpath} begins", **_context(wait))
        try:
            trigger = await self._build(wait)
            await self._follow(wait, trigger)
        except asyncio.CancelledError:
            if trigger is not None and wait.trigger_id in self._killed:
                await self._guarded(wait, "on_kill", trigger.on_kill)
            raise
        except BaseException as error:  # noqa: BLE001 - whatever user code raises fails its task
            text = trigger_events.trace(error)
            self._say(wait, "error", f"Trigger {wait.classpath} failed", exception=text)
            self._tell(wait, error=MASKER.mask(text))
        finally:
            self._killed.discard(wait.trigger_id)
            if trigger is not None:
                await self._guarded(wait, "cleanup", trigger.cleanup)

    async def _build(self, wait: Wait) -> BaseTrigger:
        """Importing takes its time, and may block: in a thread."""
        cls = await asyncio.to_thread(self._classes.of, wait)
        trigger = cls(**serde.decode(wait.kwargs))
        trigger.trigger_id = wait.trigger_id
        if wait.task is not None:
            link = asking.AsTry(self._lines, wait.task.attempt_id, wait.task.dispatch)
            began = wait.task.first_start_date
            trigger.task_instance = TaskRun(wait.task, None, link, hostname=self._hostname, start_date=began)
        return trigger

    async def _follow(self, wait: Wait, trigger: BaseTrigger) -> None:
        """A task goes on at the first event; a trigger of no task may fire again and again."""
        events, number = self._streams.events(trigger), 0
        try:
            async for event in events:
                if wait.task is not None:
                    self._say(wait, "info", f"Trigger fired: {event!r}")
                    self._tell(wait, **trigger_events.described(event))
                    return
                self._tell(wait, **trigger_events.described(event), number=number, more=True)
                number += 1
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()
        if wait.task is not None:
            raise RuntimeError(f"{wait.classpath} ended without an event")
        self._tell(wait, number=number)

    async def _guarded(self, wait: Wait, name: str, call: Any) -> None:
        try:
            await call()
        except Exception as error:  # noqa: BLE001 - it changes nothing for the task
            self._say(
                wait, "error", f"{name} of {wait.classpath} failed", exception=trigger_events.trace(error)
            )

    def _tell(self, wait: Wait, **what: Any) -> None:
        whose: dict[str, Any] = {} if wait.task is None else {
            "attempt_id": wait.task.attempt_id, "dispatch": wait.task.dispatch,
            "dag_id": wait.task.run.dag_id, "run_id": wait.task.run.run_id,
        }  # fmt: skip
        self._stream.send(TriggerEvent(trigger_id=wait.trigger_id, at=self._clock.now(), **whose, **what))

    def _say(self, wait: Wait, level: str, event: str, **more: Any) -> None:
        if wait.task is not None:
            self._logs.write(wait.task.log_path, level, event, **more)


def _context(wait: Wait) -> dict[str, Any]:
    """The first line of each dispatch carries it, for all that follow."""
    if wait.task is None:
        return {}
    task = wait.task
    return {
        "dag_id": task.run.dag_id, "run_id": task.run.run_id, "task_id": task.task_id,
        "map_index": task.map_index, "try_number": task.try_number, "attempt_id": task.attempt_id,
        "dispatch": task.dispatch, "trigger_id": wait.trigger_id,
    }  # fmt: skip
