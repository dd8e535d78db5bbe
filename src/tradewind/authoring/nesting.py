"""An operator's ``execute`` belongs to the task that runs; called by the code of another task, it is none."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tradewind.authoring import context as contexts
from tradewind.domain.errors import AirflowException

_COROUTINE = 0x80


class NestedOperator(AirflowException, RuntimeError):
    """An operator with ``allow_nested_operators=False`` was executed by the code of another task."""


def guarded(execute: Callable[..., Any]) -> Callable[..., Any]:
    """``execute``, which says so where it is called by the code of another task."""
    code = getattr(execute, "__code__", None)
    if code is None or code.co_flags & _COROUTINE:
        return execute

    @functools.wraps(execute)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        _check(self)
        return execute(self, *args, **kwargs)

    return checked


def _check(task: Any) -> None:
    """Raises NestedOperator, or warns."""
    context = contexts.current_or_none()
    running = getattr(context["ti"], "task", None) if context is not None and "ti" in context else None
    if running is None or running is task or not hasattr(running, "task_id"):
        return
    name = f"{type(task).__name__}.execute"
    message = (
        f"{name} cannot be called outside of the Task Runner: task {running.task_id!r} calls it. "
        "It is no task of its own there, without retries, callbacks and templates. Make it a task of the "
        "DAG, or "
        "use a hook."
    )
    if not getattr(task, "allow_nested_operators", True):
        raise NestedOperator(message)
    task.log.warning(message)
