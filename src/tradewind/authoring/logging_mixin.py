"""``LoggingMixin``: the ``self.log`` of hooks, triggers and classes of provider packages."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_ESCAPES: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")


class LoggingMixin:
    """Gives a class a logger named after it."""

    _log: logging.Logger | None = None
    _logger_name: str | None = None

    def __init__(self, context: Any = None) -> None:
        """``context`` is what Airflow 1.x and 2.x bound loggers to; it is not needed."""

    @classmethod
    def logger(cls) -> logging.Logger:
        """The class's logger."""
        return logging.getLogger(cls._logger_name or f"{cls.__module__}.{cls.__name__}")

    @property
    def log(self) -> logging.Logger:
        """The logger; messages end up in the log of the task that runs."""
        if self._log is None:
            self._log = type(self).logger()
        return self._log


def remove_escape_codes(text: str) -> str:
    """The text without colours and other terminal commands."""
    return _ESCAPES.sub("", text)


class StreamLogWriter:
    """A text stream whose lines become log lines."""

    encoding = "utf-8"
    closed = False

    def __init__(self, logger: logging.Logger, level: int) -> None:
        self._logger, self._level, self._rest = logger, level, ""

    def write(self, message: str) -> int:
        """Log each whole line; keep what comes behind the last one."""
        *lines, self._rest = (self._rest + message).split("\n")
        for line in lines:
            self._logger.log(self._level, "%s", remove_escape_codes(line))
        return len(message)

    def flush(self) -> None:
        """Log a line that has no end yet."""
        if self._rest:
            self.write("\n")

    def isatty(self) -> bool:
        """No."""
        return False


@contextmanager
def redirect_stdout(logger: logging.Logger, level: int) -> Iterator[None]:
    """What is printed inside the block goes to ``logger``."""
    writer = StreamLogWriter(logger, level)
    with contextlib.redirect_stdout(writer):
        yield
    writer.flush()
