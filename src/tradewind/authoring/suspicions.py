"""What Airflow accepts without a word, though it is surely not meant: the importer shows it as warnings.

* a start date that is computed from the clock, so that it moves each time the file is read;
* a variable or connection that is asked for whenever the file is read, not when a task runs;
* tasks that belong to no DAG, and so never run; functions with ``@dag``, or with ``@task`` inside a DAG, that
  nobody calls; ``partial`` without ``expand``;
* what ``oversights`` finds in complete DAGs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import CodeType
from typing import Any

from tradewind.authoring import oversights, scope
from tradewind.domain.spec import timetable as timetables

_HOUR = timedelta(hours=1)
_watching: list[bool] = []
_homeless: list[tuple[Any, int | None]] = []
_unused: dict[int, tuple[str, object]] = {}
"""What has to be used to mean anything: by identity, what to say of it, and the thing itself, so that no
other takes its identity.
"""
_around: dict[int, tuple[CodeType, str]] = {}
"""Of functions among these: the code that defines it, and its name there."""


@contextmanager
def watching() -> Iterator[None]:
    """A DAG file is imported inside this block."""
    _homeless.clear()
    _unused.clear()
    _around.clear()
    _watching.append(True)
    try:
        yield
    finally:
        _watching.pop()


def asked(kind: str, name: str) -> None:
    """A ``variable`` or a ``connection`` was asked for: at the top level, if a file is imported now."""
    if not _watching:
        return
    template = f"{{{{ var.value.{name} }}}}" if kind == "variable" else f"{{{{ conn.{name} }}}}"
    scope.notice(
        f"{_at(scope.line())}{kind.capitalize()} {name!r} is asked for each time this file is read. "
        f"Ask inside a task, or write {template} in a templated field."
    )


def made(task: Any) -> None:
    """A task was made."""
    if _watching and not task.has_dag():
        _homeless.append((task, scope.line()))


def unused(thing: object, message: str) -> None:
    """``message`` is told at the end, unless ``used`` is told before."""
    if _watching and (line := scope.line()) is not None:
        _unused[id(thing)] = (f"{_at(line)}{message}", thing)


def uncalled(thing: object, function: Any, message: str) -> None:
    """``message`` is told of the function that a DAG defines at the line being executed, as ``unused`` does,
    but where the lines around it name it: then it depends on something whether it is called.
    """
    code = getattr(function, "__code__", None)
    frame = scope.frame() if _watching else None
    if code is None or frame is None or code.co_filename != frame.f_code.co_filename:
        return
    unused(thing, message)
    _around[id(thing)] = (frame.f_code, function.__name__)


def _may_be_called(key: int) -> bool:
    """Whether the lines around an uncalled function read its name."""
    return key in _around and _names(*_around[key])


def _names(code: CodeType, name: str) -> bool:
    """Whether the code, or a function that it defines, reads that name."""
    import dis  # hardly ever needed

    within = (const for const in code.co_consts if isinstance(const, CodeType))
    return any(
        step.argval == name and step.opname.startswith("LOAD_") and step.opname != "LOAD_CONST"
        for step in dis.get_instructions(code)
    ) or any(_names(inner, name) for inner in within)


def instead(old: object, new: object) -> None:
    """One thing takes the place of another."""
    if (told := _unused.pop(id(old), None)) is not None:
        _unused[id(new)] = (told[0], new)
        _around[id(new)] = _around.pop(id(old))


def used(thing: object) -> None:
    """It means something."""
    _unused.pop(id(thing), None)


def look_at(dags: Iterable[Any], window: tuple[datetime, datetime]) -> None:
    """All files are imported, and these DAGs found, between these two moments."""
    for task, line in _homeless:
        if not task.has_dag():
            scope.notice(
                f"{_at(line)}Task {task.task_id!r} ({task.task_type}) belongs to no DAG, so it never runs. "
                "Make it inside 'with DAG(…)', or give it dag=…."
            )
    _homeless.clear()
    for key, (message, _) in _unused.items():
        if not _may_be_called(key):
            scope.notice(message)
    _unused.clear()
    _around.clear()
    for dag in dags:
        for message in oversights.of(dag):
            scope.notice(message)
        if not isinstance(dag.timetable_spec, timetables.NullTimetable):
            _look_at_start(dag, window)


def _look_at_start(dag: Any, window: tuple[datetime, datetime]) -> None:
    starts = [(f"DAG {dag.dag_id!r}", dag.start_date)]
    starts += [(f"Task {task.task_id!r} of DAG {dag.dag_id!r}", task.start_date) for task in dag.tasks]
    moving = next(((name, start) for name, start in starts if _from_clock(start, window)), None)
    if moving is not None:
        scope.notice(
            f"{moving[0]} has start_date {moving[1].isoformat()}, which is computed from the clock: "
            "it moves on each time this file is read, and a run may never fall due. "
            "Give it a fixed date, such as datetime(2024, 1, 1)."
        )


def _from_clock(start: datetime | None, window: tuple[datetime, datetime]) -> bool:
    """Whether it is "now", or whole hours from it: days ago, or now in another time zone."""
    if start is None or not start.microsecond:
        return False
    return (start - window[0]) % _HOUR <= window[1] - window[0]


def _at(line: int | None) -> str:
    return f"Line {line}: " if line else ""
