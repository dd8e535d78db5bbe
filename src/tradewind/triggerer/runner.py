"""The process in which triggers run (the hidden command ``triggerer-runner``): one asyncio loop for all."""

from __future__ import annotations

import asyncio
import contextvars
import faulthandler
import logging
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from tradewind import secrets
from tradewind.authoring import deadlines, serde, state_store, trigger_events, xcom_files
from tradewind.authoring.context import Context
from tradewind.authoring.dag_run import DagRun
from tradewind.authoring.task_run import TaskRun
from tradewind.authoring.trigger import BaseEventTrigger, BaseTrigger
from tradewind.client import access
from tradewind.client.stream import Stream
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.domain.messages.runner import TaskSettings
from tradewind.runtime import descendants
from tradewind.runtime.clock import Clock
from tradewind.runtime.titles import set_title
from tradewind.telemetry.masking import MASKER
from tradewind.triggerer import asking, output, steps
from tradewind.triggerer.board import Board
from tradewind.triggerer.loading import Classes
from tradewind.triggerer.messages import Begin, Cancel, Heard, ToRunner
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
        self._unheard: dict[tuple[int, str, int], asyncio.Future[None]] = {}
        """Events of triggers that wait until these are recorded."""
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

    def _heard(self, message: Begin | Cancel | Heard) -> None:
        if isinstance(message, Heard):
            waits = self._unheard.get((message.trigger_id, message.begun, message.number))
            if waits is not None and not waits.done():
                waits.set_result(None)
            return
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
        self._logs = output.Logs(
            settings.log_folder, self._clock, settings.log_rotate_bytes, settings.log_rotate_count
        )
        output.install(self._logs)
        self._lines = asking.Lines(settings.data_socket, settings.data_deadline, self._clock)
        secrets.use(access.chain(asking.AsCurrent(self._lines), settings))
        self._hostname = settings.hostname
        self._classes = Classes(settings.dags_folder)

    def _begin(self, wait: Wait) -> None:
        """Its code, and what that starts, runs in a context that names the trigger."""
        context = contextvars.copy_context()
        context.run(steps.CURRENT.set, wait.trigger_id)
        context.run(output.LOG.set, wait.log)
        context.run(asking.ASKER.set, wait.asker)
        task = self._loop.create_task(self._run(wait), name=f"trigger {wait.trigger_id}", context=context)
        self._tasks[wait.trigger_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(wait.trigger_id, None))

    async def _run(self, wait: Wait) -> None:
        """One trigger, from its class to its event."""
        if wait.task is not None and wait.task.kind == "callback":
            await self._call(wait, wait.task)
            return
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

    async def _call(self, wait: Wait, work: Assignment) -> None:
        """A callback that is a coroutine, to its end or to its time limit; what it raises is logged."""
        kind = str(work.callback.get("kind", ""))
        self._say(
            wait, "info", f"Callback {kind} begins: {work.callback.get('reason', '')}", **_context(wait)
        )
        limit = asyncio.timeout(work.execution_timeout)
        try:
            async with limit:
                await self._work(work)
            self._say(wait, "info", f"Callback {kind} ended")
            self._tell(wait)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever user code raises ends the callback alone
            late = limit.expired() and isinstance(error, TimeoutError)
            why = f"took longer than {work.execution_timeout:g} s" if late else "failed"
            self._say(wait, "error", f"Callback {kind} {why}", exception=trigger_events.trace(error))
            self._tell(wait, error=MASKER.mask(trigger_events.trace(error)))

    async def _work(self, work: Assignment) -> None:
        told, dag_id = work.callback, work.run.dag_id
        if told["kind"] == "xcom_files":
            before = datetime.fromisoformat(told["before"])
            count = await asyncio.to_thread(xcom_files.remove_runs, dag_id, told["runs"], before=before)
            logging.getLogger(__name__).info("Removed %d files of XComs of DAG %s", count, dag_id)
            return
        dag = await asyncio.to_thread(self._classes.dag, work.file, dag_id)
        await deadlines.amissed(dag, DagRun(work.run), told)

    async def _build(self, wait: Wait) -> BaseTrigger:
        """Importing takes its time, and may block: in a thread."""
        cls = await asyncio.to_thread(self._classes.of, wait)
        kwargs = serde.decode(wait.kwargs)
        if wait.templates:
            kwargs |= await asyncio.to_thread(self._rendered, wait, kwargs)
        trigger = cls(**kwargs)
        trigger.trigger_id = wait.trigger_id
        if wait.task is not None:
            trigger.task_instance = self._task_run(wait, wait.task, None)
        elif isinstance(trigger, BaseEventTrigger):
            ask = asking.AsTry(self._lines, *wait.asker).call
            trigger.asset_state_store = state_store.WatchedStateStore(ask, wait.assets)
        return trigger

    def _task_run(self, wait: Wait, assigned: Assignment, task: Any) -> TaskRun:
        link, began = asking.AsTry(self._lines, *wait.asker), assigned.first_start_date
        return TaskRun(assigned, task, link, hostname=self._hostname, start_date=began)

    def _rendered(self, wait: Wait, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments that are templates, as the task would have rendered them. It asks, and so blocks."""
        assert wait.task is not None
        task = self._classes.dag(wait.task.file, wait.task.run.dag_id).get_task(wait.task.task_id)
        context = Context.of(self._task_run(wait, wait.task, task))
        return {name: task.render_template(kwargs[name], context) for name in wait.templates}

    async def _follow(self, wait: Wait, trigger: BaseTrigger) -> None:
        """A task goes on at the first event; a trigger of no task may fire again and again."""
        events = self._streams.events(trigger)
        try:
            await (self._tell_all(wait, events) if wait.task is None else self._tell_first(wait, events))
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    async def _tell_first(self, wait: Wait, events: AsyncIterator[Any]) -> None:
        async for event in events:
            self._say(wait, "info", f"Trigger fired: {event!r}")
            self._tell(wait, **trigger_events.described(event))
            return
        raise RuntimeError(f"{wait.classpath} ended without an event")

    async def _tell_all(self, wait: Wait, events: AsyncIterator[Any]) -> None:
        """One by one: what follows a ``yield`` runs when the event is recorded. So a trigger that takes its
        message off a queue there loses none, and one that fires faster than is recorded has to wait.
        """
        begun, number = uuid.uuid4().hex, 0
        async for event in events:
            self._say(wait, "info", f"Trigger fired: {event!r}")
            key = (wait.trigger_id, begun, number)
            heard = self._unheard[key] = self._loop.create_future()
            try:
                told = trigger_events.described(event)
                self._tell(wait, **told, begun=begun, number=number, more=True)
                await heard
            finally:
                del self._unheard[key]
            number += 1
        self._tell(wait, begun=begun, number=number)

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
        self._logs.write(wait.log, level, event, **more)


def _context(wait: Wait) -> dict[str, Any]:
    """The first line of each dispatch carries it, for all that follow."""
    if wait.task is None:
        return {"trigger_id": wait.trigger_id, "assets": [name for name, _ in wait.assets]}
    task = wait.task
    return {
        "dag_id": task.run.dag_id, "run_id": task.run.run_id, "task_id": task.task_id,
        "map_index": task.map_index, "try_number": task.try_number, "attempt_id": task.attempt_id,
        "dispatch": task.dispatch, "trigger_id": wait.trigger_id,
    }  # fmt: skip
