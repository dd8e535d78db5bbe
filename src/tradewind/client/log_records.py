"""From Python's ``logging`` to lines of a log."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_formatter: Final = logging.Formatter()


class Line(NamedTuple):
    """What ``LogFile.write_at`` takes."""

    at: datetime
    level: str
    event: str
    logger: str
    more: dict[str, Any]


def line_of(record: logging.LogRecord) -> Line:
    """The record as a line, with its extras and the traceback of its exception."""
    try:
        event = record.getMessage()
    except (TypeError, ValueError) as error:
        event = f"{record.msg!r} (its arguments do not fit: {error})"
    more = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    if record.exc_info and record.exc_info[0] is not None:
        more["exception"] = _formatter.formatException(record.exc_info)
    at = datetime.fromtimestamp(record.created, UTC)
    return Line(at, record.levelname.lower(), event, record.name, more)


def install(handler: logging.Handler) -> None:
    """From now on everything logged, and every warning, in this process goes to that handler alone."""
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
