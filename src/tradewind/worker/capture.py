"""Brings what user code prints and logs in this process into the try's log, line by line."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from tradewind.client import log_records
from tradewind.client.logs import LogFile


class Output(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr``; a line is written when it is complete."""

    def __init__(self, capture: Capture, name: str, fd: int) -> None:
        self._capture, self._name, self._fd = capture, name, fd
        self._rest = self._kept = ""

    encoding = "utf-8"
    errors = "backslashreplace"

    @property
    def name(self) -> str:
        """As the real stream's."""
        return f"<{self._name}>"

    @property
    def buffer(self) -> Any:
        """For bytes; they take the way of raw output."""
        return io.FileIO(self._fd, "w", closefd=False)

    def fileno(self) -> int:
        """The real descriptor."""
        return self._fd

    def isatty(self) -> bool:
        """Nobody watches."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Whole lines go to the log; the rest waits for its end."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        *lines, self._rest = (self._rest + text).split("\n")
        if lines:
            self._capture.printed(lines, self._name)
            self._keep("")
        return len(text)

    def flush(self) -> None:
        """What is not a whole line is kept where it outlives this process."""
        self._keep(self._rest)

    def _keep(self, rest: str) -> None:
        if rest != self._kept:
            self._kept = rest
            self._capture.keep(rest)

    def finish(self) -> None:
        """Write a last line that has no end."""
        if self._rest:
            rest, self._rest = self._rest, ""
            self._capture.printed([rest], self._name)
        self._kept = ""


class Capture(logging.Handler):
    """The streams and the root logger's handler of one process; ``log`` changes with each attempt."""

    def __init__(
        self, settle: Callable[[float], None], keep: Callable[[str], None] = lambda rest: None
    ) -> None:
        """``settle(patience)`` waits until raw output that is under way is in the log; ``keep`` takes an
        unfinished line, for whoever is there if this process is killed.
        """
        super().__init__()
        self.log: LogFile | None = None
        self._settle, self.keep = settle, keep
        self._stdout, self._stderr = Output(self, "stdout", 1), Output(self, "stderr", 2)

    def install(self) -> None:
        """From now on everything printed and logged comes here."""
        sys.stdout, sys.stderr = self._stdout, self._stderr
        sys.__stdout__, sys.__stderr__ = self._stdout, self._stderr  # type: ignore[misc, assignment]
        log_records.install(self)

    def printed(self, lines: list[str], name: str) -> None:
        """Lines of a stream."""
        if self.log is not None:
            self._settle(0.2)
            self.log.output(lines, f"task.{name}", "error" if name == "stderr" else "info")

    def emit(self, record: logging.LogRecord) -> None:
        """A log record of any logger."""
        if self.log is None:
            return
        line = log_records.line_of(record)
        self._settle(0.2)
        self.log.write_at(*line)

    def finish(self, patience: float) -> None:
        """The attempt is over: unfinished lines and raw output go to the log."""
        self._stdout.finish()
        self._stderr.finish()
        self.keep("")
        self._settle(patience)


def redirect_descriptors(raw: int) -> None:
    """File descriptors 1 and 2 of this process, and of all it starts, write to ``raw``."""
    os.dup2(raw, 1)
    os.dup2(raw, 2)
