"""Waits for the trigger of a deferred task, without a triggerer."""

from __future__ import annotations

import asyncio
from typing import Any

from tradewind.domain import events
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugins import load_object


def wait_for(task: Assignment, deferred: events.Deferred, clock: Clock, link: Any) -> TriggerEvent | None:
    """The event of the trigger, or why it failed; None where its time was over, which the engine sees itself.

    ``link`` answers what the trigger asks.
    """
    what = asyncio.run(_first(task, deferred, link))
    if what is None:
        return None
    return TriggerEvent(
        trigger_id=0, attempt_id=task.attempt_id, dispatch=task.dispatch, at=clock.now(), **what
    )


async def _first(task: Assignment, deferred: events.Deferred, link: Any) -> dict[str, Any] | None:
    from tradewind.authoring import serde, trigger_events  # user code's floor
    from tradewind.authoring.task_run import TaskRun

    try:
        trigger = load_object(deferred.classpath)(**serde.decode(deferred.kwargs))
        trigger.task_instance = TaskRun(task, None, link)
        return await _event(trigger, deferred.timeout)
    except Exception as error:  # noqa: BLE001 - a trigger is user code; its task fails with what it raised
        return {"error": trigger_events.trace(error)}


async def _event(trigger: Any, timeout: float | None) -> dict[str, Any] | None:
    from tradewind.authoring import trigger_events

    limit = asyncio.timeout(timeout)
    try:
        async with limit:
            async for event in trigger.run():
                described: dict[str, Any] = trigger_events.described(event)
                return described
    except TimeoutError:
        if limit.expired():
            return None
        raise
    finally:
        await trigger.cleanup()
    raise RuntimeError("the trigger ended without an event")
