"""Which DAG and task group the lines of a DAG file are inside of, and which DAGs a file made.

The stack holds what ``with dag:`` and ``with TaskGroup(...):`` opened, innermost last. It is plain module
state, because one process imports one DAG file at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewind.authoring.dag import DAG
    from tradewind.authoring.task_group import TaskGroup

_stack: list[tuple[DAG | None, TaskGroup | None]] = []
_registered: list[DAG] = []
_notices: list[str] = []
_file: list[str] = []


def push(dag: DAG | None, group: TaskGroup | None) -> None:
    """A ``with`` block begins."""
    _stack.append((dag, group))


def pop() -> None:
    """The innermost ``with`` block ends."""
    _stack.pop()


def current_dag() -> DAG | None:
    """The DAG that new tasks belong to, or None."""
    return _stack[-1][0] if _stack else None


def current_group(dag: DAG | None = None) -> TaskGroup | None:
    """The task group that new tasks (of ``dag``, if given) belong to, or None."""
    if not _stack:
        return None
    owner, group = _stack[-1]
    return group if dag is None or owner is dag else None


@contextmanager
def outside() -> Iterator[None]:
    """Inside this block new tasks belong to no DAG (a mapped task instance is built again in a task
    process).
    """
    push(None, None)
    try:
        yield
    finally:
        pop()


def is_outside() -> bool:
    """Whether an ``outside`` block is open."""
    return bool(_stack) and _stack[-1] == (None, None)


def register(dag: DAG) -> None:
    """A DAG that belongs to the file although no name of the module may hold it."""
    if not any(known is dag for known in _registered):
        _registered.append(dag)


def registered() -> list[DAG]:
    """The registered DAGs so far."""
    return list(_registered)


def notice(message: str) -> None:
    """Something the author of the DAG file should know; the importer shows it as a DAG warning."""
    if message not in _notices and len(_notices) < 100:
        _notices.append(message)


def notices() -> tuple[str, ...]:
    """What was noticed so far."""
    return tuple(_notices)


def forget() -> None:
    """Begin a new file: nothing is open, registered or noticed."""
    _stack.clear()
    _registered.clear()
    _notices.clear()
    _file.clear()


def reading(path: str) -> None:
    """The DAG file whose lines make the tasks that come."""
    _file[:] = [path]


def line() -> int | None:
    """The line of that file that is being executed now; None where no file is read."""
    found = frame()
    return found.f_lineno if found is not None else None


def frame() -> FrameType | None:
    """The frame of that line."""
    if not _file:
        return None
    found: FrameType | None = sys._getframe(1)
    while found is not None and found.f_code.co_filename != _file[0]:
        found = found.f_back
    return found
