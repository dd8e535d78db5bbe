"""Task instances that ask a person: parked, answered, or out of time.

Whoever records an answer raises the run's version, and the machine that is then built anew finds it among its
facts. A machine is cached only as long as that version holds, so it always knows the answers there are: also
one that was given before its task instance was parked. Where no database is, the answer is an event.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tradewind.domain import events, hitl
from tradewind.domain.states import TaskInstanceState
from tradewind.engine import retry, tries
from tradewind.engine.board import Board
from tradewind.engine.decisions import Await, Expire
from tradewind.engine.instances import Instance

T = TaskInstanceState


def park(board: Board, instance: Instance, end: events.AwaitingInput, at: datetime) -> None:
    """running → awaiting_input; it goes on in this very decision where the answer is there already."""
    board.move(instance, T.AWAITING_INPUT)
    instance.next_method, instance.next_kwargs = end.next_method, end.next_kwargs
    instance.trigger_timeout = None if end.timeout is None else retry.due(at, end.timeout)
    instance.fallback = end.fallback
    board.wait(instance)
    board.out.awaits.append(
        Await(
            attempt_id=instance.attempt_id,
            at=at,
            next_method=end.next_method,
            next_kwargs=end.next_kwargs,
            timeout_at=instance.trigger_timeout,
        )
    )
    if instance.answer is not None:
        board.answered.append(instance)


def answered(board: Board, event: events.InputGiven) -> bool:
    """Take an answer in. Refused for another dispatch than the one that asked, or a second time."""
    instance = board.by_attempt.get(event.attempt_id)
    if instance is None or instance.dispatch != event.dispatch or instance.answer is not None:
        return False
    if instance.state not in (T.RUNNING, T.AWAITING_INPUT):
        return False
    instance.answer = event.answer
    if instance.state is T.AWAITING_INPUT:
        board.answered.append(instance)
    return True


def resume_answered(board: Board, now: datetime) -> None:
    """awaiting_input → scheduled of those that were answered, whatever the clock says of their time-out."""
    answered, board.answered = board.answered, []
    for instance in answered:
        if instance.state is T.AWAITING_INPUT and instance.answer is not None:
            _resume(board, instance, json.loads(instance.answer), now)


def expire(board: Board, instance: Instance, now: datetime) -> None:
    """awaiting_input → scheduled of one whose time is over: with its defaults, or to be told so."""
    fallback = instance.fallback
    board.out.expires.append(Expire(attempt_id=instance.attempt_id, at=now, fallback=fallback))
    event = hitl.TOO_LATE if fallback is None else hitl.event(hitl.taken(fallback, now))
    _resume(board, instance, event, now)


def _resume(board: Board, instance: Instance, event: dict[str, Any], now: datetime) -> None:
    kwargs = {**json.loads(instance.next_kwargs or "{}"), "event": event}
    instance.next_kwargs = json.dumps(kwargs, separators=(",", ":"))
    instance.trigger_timeout = instance.answer = instance.fallback = None
    tries.schedule(board, instance, now)
