"""The life of a long-running process, written once: start, signals, duties, drain, stop, pid file, title."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tradewind.runtime.clock import Clock
from tradewind.runtime.duty import Duty, perform
from tradewind.runtime.locks import Lock, PidFile
from tradewind.runtime.titles import set_title
from tradewind.telemetry import events

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Work(Protocol):
    """What a service does. Every method may do nothing."""

    async def start(self) -> None:
        """Open what is needed; the service counts as running when this returns."""
        ...

    def duties(self) -> Sequence[Duty]:
        """Work that recurs; performed side by side on the loop."""
        ...

    async def drain(self) -> None:
        """Take nothing new and finish what is there; cut off after ``drain_timeout`` or a second signal."""
        ...

    async def stop(self) -> None:
        """Close everything; always called, also when ``start`` raised."""
        ...


class Service:
    """Runs one ``Work`` until it is told to stop."""

    def __init__(
        self,
        component: str,
        work: Work,
        *,
        clock: Clock,
        emit: events.Emit = events.log,
        lock: Path | None = None,
        may_be_second: bool = False,
        pid_file: Path | None = None,
        title: str | None = None,
        drain_timeout: float = 60.0,
        heartbeat: Callable[[], Awaitable[None] | None] | None = None,
        heartbeat_every: float = 5.0,
    ) -> None:
        self.component, self._work, self._clock, self._emit = component, work, clock, emit
        self._lock = Lock(lock) if lock else None
        self._may_be_second = may_be_second
        self._pid_file = PidFile(pid_file, component) if pid_file else None
        self._title = title
        self._drain_timeout = drain_timeout
        self._heartbeat, self._heartbeat_every = heartbeat, heartbeat_every
        self._stopping: asyncio.Event | None = None
        self._hurry: asyncio.Event | None = None
        self._reason = ""
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Run until told to stop. Raises AlreadyRunning, and whatever ``start`` of the work raised."""
        asyncio.run(self.main())

    def stop(self, reason: str = "asked to") -> None:
        """Begin to stop; a second call cuts the drain short. For the loop and its signal handlers."""
        if self._stopping is None or self._hurry is None:
            return
        (self._hurry if self._stopping.is_set() else self._stopping).set()
        self._reason = self._reason or reason

    async def main(self) -> None:
        """As ``run``, on a running loop."""
        self._stopping, self._hurry = asyncio.Event(), asyncio.Event()
        with self._claims():
            if self._title:
                set_title(self._title)
            async with self._signals():
                await self._live()

    async def _live(self) -> None:
        began = self._clock.monotonic()
        assert self._stopping is not None
        try:
            await self._work.start()
            self._emit(events.ServiceStarted(component=self.component, pid=os.getpid()))
            tasks = self._begin_duties()
            try:
                await self._stopping.wait()
                self._emit(events.ServiceDraining(component=self.component, reason=self._reason))
                await self._drain()
            finally:
                await cancel_all(tasks)
        finally:
            await self._work.stop()
        seconds = self._clock.monotonic() - began
        self._emit(events.ServiceStopped(component=self.component, seconds=seconds))

    def _begin_duties(self) -> list[asyncio.Task[None]]:
        duties = list(self._work.duties())
        if self._heartbeat is not None:
            duties.append(Duty(name="heartbeat", every=self._heartbeat_every, run_once=self._heartbeat))
        return [
            asyncio.create_task(
                perform(duty, component=self.component, clock=self._clock, emit=self._emit), name=duty.name
            )
            for duty in duties
        ]

    async def _drain(self) -> None:
        assert self._hurry is not None
        drain = asyncio.create_task(self._work.drain())
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({drain, hurry}, timeout=self._drain_timeout, return_when=asyncio.FIRST_COMPLETED)
        await cancel_all([hurry, drain])

    @contextlib.contextmanager
    def _claims(self) -> Iterator[None]:
        if self._lock and self._may_be_second:
            self._lock.acquire()
        elif self._lock:
            self._lock.require(self.component)
        try:
            if self._pid_file:
                self._pid_file.write()
            yield
        finally:
            if self._pid_file:
                self._pid_file.remove()
            if self._lock:
                self._lock.release()

    @contextlib.asynccontextmanager
    async def _signals(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.stop, signal.Signals(number).name)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)


async def cancel_all(tasks: Sequence[asyncio.Task[object]]) -> None:
    """Cancel tasks and wait until they are gone; what they raised is dropped."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
