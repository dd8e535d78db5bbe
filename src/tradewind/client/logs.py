"""The log of one try: JSON lines, written through one masking sink.

A line has ``timestamp``, ``level``, ``event``, ``logger``, and with errors ``exception``. The first line of
each dispatch carries the context (dag_id, run_id, task_id, map_index, try_number, attempt_id, dispatch) for
all that follow. ``render`` makes a line readable for people.

A line is one ``write`` to a file opened for appending, so that a killed process loses no line that it wrote.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import Masker

LONGEST_TEXT: Final = 64 * 1024
"""A longer line of output is cut into pieces of about this size."""
_encode = msgspec.json.Encoder().encode
_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFile:
    """An open log. Writing never raises: a full disk costs lines, not the task's result."""

    def __init__(self, folder: str, relative: str, masker: Masker, clock: Clock) -> None:
        """Opens (and makes) ``folder/relative``. Raises OSError."""
        path = os.path.join(folder, relative)  # noqa: PTH118 - on the way of every task
        try:
            self._fd = os.open(path, _FLAGS, 0o640)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)  # noqa: PTH103, PTH120
            self._fd = os.open(path, _FLAGS, 0o640)
        self.path = path
        self._masker, self._clock = masker, clock
        self.lost = 0
        """Lines that could not be written."""

    def write(self, level: str, event: str, logger: str, **more: Any) -> None:
        """One line, now."""
        self.write_at(self._clock.now(), level, event, logger, more)

    def write_at(
        self, at: datetime, level: str, event: str, logger: str, more: dict[str, Any] | None = None
    ) -> None:
        """One line with its time."""
        mask = self._masker.mask
        line = {"timestamp": at, "level": level, "event": mask(event), "logger": logger}
        if more:
            for key, value in more.items():
                line[key] = self._masker.redact(value, key)
        self._put(_encoded(line, mask))

    def output(self, lines: list[str], logger: str, level: str = "info") -> None:
        """Several lines of output with one time, written together."""
        now, mask = self._clock.now(), self._masker.mask
        chunk = [
            _encoded({"timestamp": now, "level": level, "event": piece, "logger": logger}, mask)
            for line in lines
            for piece in pieces(mask(line))
        ]
        self._put(b"".join(chunk), len(chunk))

    def stat(self) -> os.stat_result:
        """What the system knows of the open file. Raises OSError."""
        return os.fstat(self._fd)

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _put(self, data: bytes, lines: int = 1) -> None:
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            self.lost += lines


def pieces(line: str) -> list[str]:
    """The line, or where it is too long its parts."""
    if len(line) <= LONGEST_TEXT:
        return [line]
    return [line[at : at + LONGEST_TEXT] for at in range(0, len(line), LONGEST_TEXT)]


def _encoded(line: dict[str, Any], mask: Callable[[str], str]) -> bytes:
    try:
        return _encode(line) + b"\n"
    except (msgspec.MsgspecError, TypeError, ValueError, UnicodeEncodeError):
        # Lone surrogates (bytes that were no UTF-8), or an extra that is no JSON and says who knows what.
        cleaned = {key: clean(value) for key, value in line.items()}
        masked = {key: mask(value) if isinstance(value, str) else value for key, value in cleaned.items()}
        return _encode(masked) + b"\n"


def clean(value: object) -> object:
    """The value as something that JSON can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, (datetime, int, float, type(None))):
        return value
    return clean(str(value))


def render(line: str) -> str:
    """A line of a log for people: ``[time] LEVEL - event``; what is not JSON is returned as it is."""
    try:
        record = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return line.rstrip("\n")
    if not isinstance(record, dict) or "event" not in record:
        return line.rstrip("\n")
    time = str(record.get("timestamp", ""))
    level = str(record.get("level", "info")).upper()
    text = f"[{time[:23].replace('Z', '')}] {level} - {record['event']}"
    exception = record.get("exception")
    return f"{text}\n{exception}" if exception else text


def render_file(path: Path) -> str:
    """A whole log for people. Raises OSError."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return "\n".join(render(line) for line in file)
