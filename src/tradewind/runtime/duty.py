"""Work that recurs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tradewind.runtime.clock import Clock
from tradewind.telemetry import events


@dataclass(frozen=True, kw_only=True)
class Duty:
    """``run_once`` is called each ``every`` seconds, counted from its end, and soon after ``wake`` is set.

    ``run_once`` may be a coroutine function. What it raises is told and forgotten; the next time it is called
    again.
    """

    name: str
    every: float
    run_once: Callable[[], Any | Awaitable[Any]]
    at_start: bool = True
    wake: asyncio.Event | None = None


async def perform(duty: Duty, *, component: str, clock: Clock, emit: events.Emit) -> None:
    """Perform a duty for ever; cancel to stop."""
    if not duty.at_start:
        await _rest(duty)
    while True:
        try:
            result = duty.run_once()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - one bad turn must not end the service
            emit(
                events.DutyFailed(
                    component=component, duty=duty.name, error=f"{type(error).__name__}: {error}"
                )
            )
        await _rest(duty)


async def _rest(duty: Duty) -> None:
    if duty.wake is None:
        await asyncio.sleep(duty.every)
        return
    try:
        async with asyncio.timeout(duty.every):
            await duty.wake.wait()
    except TimeoutError:
        return
    duty.wake.clear()
