"""An exception that a DAG file raised → what its author needs to read: file, line, cause, way out."""

from __future__ import annotations

import builtins
import re
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tradewind.authoring import missing_modules
from tradewind.authoring.plain import cut
from tradewind.domain.errors import did_you_mean
from tradewind.domain.messages.parsing import FileError

_OWN_FRAMES = ("<frozen importlib", "/tradewind/authoring/", "/tradewind/dag_processor/")
_MIXED = re.compile(r"offset-naive and offset-aware|aware and naive", re.IGNORECASE)
_NO_ZONE = frozenset({"InvalidTimezone", "ZoneInfoNotFoundError", "UnknownTimeZoneError"})
"""Of pendulum, zoneinfo, pytz."""
_MAX_TRACEBACK = 20_000
_MAX_MESSAGE = 2_000
_COMMON = {
    "DAG": "from airflow import DAG",
    "BashOperator": "from airflow.providers.standard.operators.bash import BashOperator",
    "EmptyOperator": "from airflow.providers.standard.operators.empty import EmptyOperator",
    "PythonOperator": "from airflow.providers.standard.operators.python import PythonOperator",
    "TaskGroup": "from airflow.sdk import TaskGroup",
    "Variable": "from airflow.sdk import Variable",
    "dag": "from airflow.sdk import dag",
    "datetime": "from datetime import datetime",
    "days_ago": "from airflow.utils.dates import days_ago",
    "json": "import json",
    "os": "import os",
    "pendulum": "import pendulum",
    "requests": "import requests",
    "task": "from airflow.sdk import task",
    "timedelta": "from datetime import timedelta",
    "timezone": "from datetime import timezone",
}
"""Names that DAG files forget to import."""


def of(error: BaseException, path: str, folders: tuple[str, ...] = ()) -> FileError:
    """The error as the author of ``path`` should see it; ``folders`` hold the author's other files."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = _own_line(error, frames, path, folders)
    hint = _hint(error, frames)
    where = "" if own is None or own[0] == path else f" (in {own[0]}, line {own[1]})"
    text = _text(error).strip() or "without a message"
    return FileError(
        filename=path,
        message=f"{_kind(error)}: {_first_line(text)}{where}{' ' + hint if hint else ''}",
        line=own[1] if own is not None and own[0] == path else _line_through(frames, path),
        traceback=trimmed(error),
    )


def of_dag(error: Exception, dag: Any, path: str) -> FileError:
    """What is wrong with a complete DAG; the line is that of the first task that the message names."""
    text = str(error)
    named = [(text.find(repr(task_id)), task) for task_id, task in dag.task_dict.items()]
    named += [(text.find(task_id), dag.task_dict[task_id]) for task_id in getattr(error, "path", ())[:1]]
    places = sorted((place, task.line) for place, task in named if place >= 0 and task.line is not None)
    return FileError(
        filename=path, message=text, dag_id=dag.dag_id, line=places[0][1] if places else dag.line
    )


def _text(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg  # its text repeats the line, which is told apart
    try:
        return cut(str(error), _MAX_MESSAGE)
    except Exception as broken:  # noqa: BLE001 - an exception of the author's may have a broken __str__
        return f"(its text cannot be made: {type(broken).__name__})"


def _kind(error: BaseException) -> str:
    return type(error).__name__


def _first_line(text: str) -> str:
    line = text.splitlines()[0]
    return line if line.endswith((".", "!", "?", ":", ";")) else f"{line}."


def _own_line(
    error: BaseException, frames: list[tuple[Any, int]], path: str, folders: tuple[str, ...]
) -> tuple[str, int] | None:
    """File and line of the author's code where it went wrong: the innermost line of the author's."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno
    for frame, line in reversed(frames):
        name = frame.f_code.co_filename
        if name == path or any(name.startswith(f"{folder}/") for folder in folders):
            return name, line
    return None


def _line_through(frames: list[tuple[Any, int]], path: str) -> int | None:
    return next((line for frame, line in reversed(frames) if frame.f_code.co_filename == path), None)


def _hint(error: BaseException, frames: list[tuple[Any, int]]) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return missing_modules.advice(error.name)
    if isinstance(error, NameError):
        return _name_hint(error, frames)
    return next((make(error) for fits, make in _HINTS if fits(error)), "")


def _attribute_hint(error: Any) -> str:
    names = [name for name in dir(error.obj) if not name.startswith("__")]
    return did_you_mean(error.name, names).strip()


def _zone_hint(text: str) -> str:
    from zoneinfo import available_timezones  # reads a folder; only where a name is wrong

    near = did_you_mean(text.rsplit(" ", 1)[-1].strip("'\"."), available_timezones())
    return f"There is no time zone of that name.{near}"


def _name_hint(error: NameError, frames: list[tuple[Any, int]]) -> str:
    name = getattr(error, "name", None)
    if not name or not frames:
        return ""
    if name in _COMMON:
        return f"Add the line: {_COMMON[name]}"
    frame = frames[-1][0]
    known = {*frame.f_locals, *frame.f_globals, *dir(builtins)}
    words = sorted({word for word in known if not word.startswith("__")} | _COMMON.keys())
    import difflib  # as in domain.errors: loaded by those who suggest something

    near = difflib.get_close_matches(name, words, n=1, cutoff=0.75)
    if not near:
        return f"Import or define {name!r} before this line."
    add = f" Then add the line: {_COMMON[near[0]]}" if near[0] not in known else ""
    return f"Did you mean {near[0]!r}?{add}"


def _import_hint(error: ImportError) -> str:
    wanted = re.search(r"cannot import name '([^']+)' from '([^']+)'", str(error))
    if wanted is None:
        return ""
    import sys

    module = sys.modules.get(wanted[2])
    return did_you_mean(wanted[1], dir(module)).strip() if module is not None else ""


_HINTS: tuple[tuple[Callable[[Any], bool], Callable[[Any], str]], ...] = (
    (lambda error: isinstance(error, ImportError), _import_hint),
    (lambda error: isinstance(error, AttributeError) and bool(error.name), _attribute_hint),
    (lambda error: type(error).__name__ in _NO_ZONE, lambda error: _zone_hint(str(error))),
    (
        lambda error: isinstance(error, TypeError) and _MIXED.search(str(error)) is not None,
        lambda _: (
            "One date has a time zone and the other has none. Give both one, for example "
            "pendulum.datetime(2024, 1, 1, tz='UTC') or datetime.now(timezone.utc)."
        ),
    ),
)
"""Which error to advise on, and how; the first that fits."""


def trimmed(error: BaseException) -> str:
    """The traceback from the first line of the author's code on, cut in the middle where it is very long."""
    tb = error.__traceback__
    while tb is not None and _is_ours(tb):
        tb = tb.tb_next
    if tb is None and not isinstance(error, SyntaxError):
        tb = error.__traceback__
    text = "".join(traceback.format_exception(type(error), error, tb))
    if len(text) <= _MAX_TRACEBACK:
        return text
    half = _MAX_TRACEBACK // 2
    return f"{text[:half]}\n… ({len(text) - 2 * half} characters left out) …\n{text[-half:]}"


def _is_ours(tb: TracebackType) -> bool:
    return any(mark in tb.tb_frame.f_code.co_filename for mark in _OWN_FRAMES)
