"""What triggers log and print goes to the log of the try that waits for them, line by line."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections import OrderedDict
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, TextIO

from tradewind.client import log_records
from tradewind.client.logs import LogFile
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.triggerer import endless_logs

LOG: Final[ContextVar[str]] = ContextVar("log_path", default="")
"""Where the code that runs just now logs to, below the log folder; empty: nowhere of its own."""
OPEN: Final = 64
"""Logs that are kept open at a time."""


class Logs:
    """The logs of tries, opened when something is written. Safe for several threads.

    Those without an end (``endless_logs``) are rotated at ``rotate_bytes`` (0: never), and ``rotate_count``
    older ones are kept.
    """

    def __init__(self, folder: str, clock: Clock, rotate_bytes: int = 0, rotate_count: int = 0) -> None:
        self._folder, self._clock = folder, clock
        self._rotate_bytes, self._rotate_count = rotate_bytes, rotate_count
        self._open: OrderedDict[str, LogFile] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, path: str, level: str, event: str, logger: str = "trigger", **more: Any) -> None:
        """One line; a log that cannot be opened costs the line."""
        self.write_at(path, self._clock.now(), level, event, logger, more)

    def write_at(
        self, path: str, at: datetime, level: str, event: str, logger: str, more: dict[str, Any]
    ) -> None:
        """One line with its time."""
        with self._lock:
            file = self._file(path)
            if file is not None:
                file.write_at(at, level, event, logger, more)

    def _file(self, path: str) -> LogFile | None:
        file = self._open.pop(path, None)
        try:
            if file is not None and endless_logs.is_one(path):
                file = self._bounded(file)
            if file is None:
                file = LogFile(self._folder, path, MASKER, self._clock)
        except OSError:
            return None
        self._open[path] = file
        if len(self._open) > OPEN:
            self._open.popitem(last=False)[1].close()
        return file

    def _bounded(self, file: LogFile) -> LogFile | None:
        """The open file; None where it is full, or was removed, and is to be opened anew."""
        found = file.stat()
        is_full = 0 < self._rotate_bytes <= found.st_size
        if found.st_nlink and not is_full:
            return file
        file.close()
        if found.st_nlink:
            endless_logs.rotate(file.path, self._rotate_count)
        return None


class Capture(logging.Handler):
    """The root logger's handler."""

    def __init__(self, logs: Logs, rest: TextIO) -> None:
        super().__init__()
        self._logs, self._rest = logs, rest
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """A record of any logger."""
        path = LOG.get()
        if not path:
            self._rest.write(MASKER.mask(self.format(record)) + "\n")
            self._rest.flush()
            return
        self._logs.write_at(path, *log_records.line_of(record))


class Output(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr``."""

    def __init__(self, logs: Logs, name: str, rest: TextIO) -> None:
        self._logs, self._name, self._rest = logs, name, rest
        self._begun: dict[str, str] = {}

    encoding = "utf-8"
    errors = "backslashreplace"

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The real descriptor."""
        return self._rest.fileno()

    def write(self, text: str) -> int:
        """Whole lines go to the log; the rest waits for its end."""
        path = LOG.get()
        if not path:
            return self._rest.write(text)
        *lines, rest = (self._begun.pop(path, "") + text).split("\n")
        if rest:
            self._begun[path] = rest
        level = "error" if self._name == "stderr" else "info"
        for line in lines:
            self._logs.write(path, level, line, f"task.{self._name}")
        return len(text)

    def flush(self) -> None:
        """What has no line of its own."""
        self._rest.flush()


def install(logs: Logs) -> None:
    """From now on everything printed and logged in this process goes through ``logs``."""
    stdout, stderr = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Output(logs, "stdout", stdout), Output(logs, "stderr", stderr)
    log_records.install(Capture(logs, stderr))
