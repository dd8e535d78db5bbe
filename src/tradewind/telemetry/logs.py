"""Log lines: JSON with context in files, readable in a terminal, always through the mask.

Context (dag_id, run_id, task_id, map_index, try_number) travels as ``extra`` of a logging call, or is set for
a block with ``context``.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import logging
import logging.handlers
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from tradewind.telemetry.masking import MASKER, Masker

CONTEXT_KEYS = ("dag_id", "run_id", "task_id", "map_index", "try_number", "attempt_id")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_EMPTY: dict[str, Any] = {}
_context: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar(
    "tradewind_log_context", default=_EMPTY
)
_COLOURS = {"DEBUG": "\x1b[2m", "WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[1;31m"}
_UNTOLD = (None, "", -1)
_RESET = "\x1b[0m"


@contextlib.contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Lines written inside carry these fields."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The context and the ``extra`` of a record."""
    extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    return {**_context.get(), **extra} if extra or _context.get() else _EMPTY


class JsonLines(logging.Formatter):
    """One JSON object a line: timestamp, level, logger, event, component, context, exception."""

    def __init__(self, component: str, masker: Masker = MASKER) -> None:
        super().__init__()
        self._component, self._masker = component, masker

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "timestamp": _timestamp(record),
            "level": record.levelname.lower(),
            "component": self._component,
            "logger": record.name,
            "event": self._masker.mask(record.getMessage()),
        }
        for key, value in fields_of(record).items():
            line[key] = self._masker.redact(value, key)
        if record.exc_info:
            line["exception"] = self._masker.mask(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self._masker.mask(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=lambda value: self._masker.mask(str(value)))


class Readable(logging.Formatter):
    """A line for people: time, level, what, and its context at the end."""

    def __init__(self, *, colour: bool, masker: Masker = MASKER) -> None:
        super().__init__()
        self._colour, self._masker = colour, masker

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        text = f"{_timestamp(record)[11:23]} {record.levelname:<8}{record.getMessage()}"
        known = fields_of(record)
        context = " ".join(f"{key}={known[key]}" for key in CONTEXT_KEYS[:5] if known.get(key) not in _UNTOLD)
        text = f"{text}  [{context}]" if context else text
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        text = self._masker.mask(text)
        colour = _COLOURS.get(record.levelname) if self._colour else None
        return f"{colour}{text}{_RESET}" if colour else text


def setup(
    component: str,
    *,
    path: Path | None = None,
    stream: TextIO | None = None,
    json_lines: bool = False,
    level: str = "INFO",
    rotate_bytes: int = 20_000_000,
    rotate_count: int = 5,
) -> None:
    """Send this process's logging to ``path`` (JSON lines, rotated by size) and ``stream`` (for people).

    With neither, to standard error. ``json_lines`` writes JSON to the stream too. Called again it replaces
    what it set up before. Raises OSError when the file cannot be opened.
    """
    handlers: list[logging.Handler] = []
    if path is not None:
        handlers.append(_file(path, component, rotate_bytes, rotate_count))
    if stream is not None or path is None:
        stream = stream or sys.stderr
        handler: logging.Handler = logging.StreamHandler(stream)
        handler.setFormatter(JsonLines(component) if json_lines else Readable(colour=is_terminal(stream)))
        handlers.append(handler)
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if getattr(handler, "tradewind", False)]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.tradewind = True  # type: ignore[attr-defined]
        root.addHandler(handler)
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # a line that cannot be written never breaks the work
    for noisy in ("watchfiles.main", "asyncio", "urllib3", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _file(path: Path, component: str, rotate_bytes: int, rotate_count: int) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path,
        maxBytes=rotate_bytes,
        backupCount=rotate_count,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    handler.setFormatter(JsonLines(component))
    return handler


def is_terminal(stream: TextIO) -> bool:
    """Whether a person watches this stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")
