"""Time that stands still, until somebody sleeps: then it has passed at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tradewind.runtime.clock import SystemClock
from tradewind.testing.clock import FakeClock

_really_sleep = asyncio.sleep


class FakeTime(FakeClock):
    """A clock that tests set. Without a start it begins at the machine's time."""

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__(_utc(start) if start is not None else SystemClock().now())

    def move_to(self, moment: datetime) -> None:
        """It is that moment now; one without a time zone is taken for UTC."""
        self.step((_utc(moment) - self.now()).total_seconds())


@contextmanager
def skipping(clock: FakeClock) -> Iterator[FakeClock]:
    """Inside this block Tradewind's time is the clock's, and whoever sleeps moves it on instead.

    Covers what sensors, operators and triggers wait by: Tradewind's own clock, ``time.sleep`` and
    ``asyncio.sleep``. Dates that a DAG file takes from Python itself stay the machine's.
    """

    async def skip(delay: float, result: Any = None) -> Any:
        clock.advance(max(delay, 0.0))
        return await _really_sleep(0, result)

    before = (SystemClock.now, SystemClock.monotonic, time.sleep, asyncio.sleep)
    SystemClock.now = lambda self: clock.now()  # type: ignore[method-assign]
    SystemClock.monotonic = lambda self: clock.monotonic()  # type: ignore[method-assign]
    time.sleep, asyncio.sleep = clock.advance, skip  # type: ignore[assignment]
    try:
        yield clock
    finally:
        SystemClock.now, SystemClock.monotonic, time.sleep, asyncio.sleep = before  # type: ignore[method-assign]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
