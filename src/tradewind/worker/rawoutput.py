"""What a task's subprocesses and C libraries write to file descriptors 1 and 2, on its way to the log.

The parent reads the pipe, because it is alive when the task is not. Text that Python prints goes to the log
directly, inside the task; before such a line the task waits until raw output that was there earlier is
written (``settle``), so that the order in the log is the order in which things were written.
"""

from __future__ import annotations

import fcntl
import functools
import os
import re
import struct
import termios
import time
from collections.abc import Callable
from typing import Final

import msgspec

from tradewind.client.logs import LONGEST_TEXT, LogFile
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import Masker
from tradewind.worker.board import Slot

LOGGER: Final = "task.output"
CHUNK: Final = 1 << 18
SECRET: Final = b"\x1e\x02"
"""Begins an in-band message: JSON list of secrets to mask from here on, ended by a newline."""
_OVERLAP: Final = 1024
_SECRET_MESSAGE = re.compile(rb"\x1e\x02([^\n]*)\n")


def announce_secrets(fd: int, secrets: frozenset[str]) -> None:
    """In the task: tell whoever reads the raw output, ahead of anything that could print them."""
    message = SECRET + msgspec.json.encode(sorted(secrets)) + b"\n"
    while message:
        message = message[os.write(fd, message) :]


def settle(fd: int, slot: Slot, patience: float) -> None:
    """In the task: wait until raw output written before now is in the log, at most ``patience`` seconds.

    The pipe is looked at before the flag: bytes that left the pipe had the flag raised first.
    """
    deadline = None
    while _waiting(fd) or slot.pending:
        if deadline is None:
            deadline = time.monotonic() + patience
        elif time.monotonic() > deadline:
            return
        time.sleep(0.0001)


def _waiting(fd: int) -> int:
    """Bytes in the pipe."""
    try:
        return int(struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0"))[0])
    except OSError:
        return 0


class RawOutput:
    """In the parent: one task process's pipe."""

    def __init__(self, fd: int, slot: Slot, folder: str, masker: Callable[[], Masker], clock: Clock) -> None:
        """``masker`` makes this process's masker; it is called when there is something to mask."""
        os.set_blocking(fd, False)
        self.fd, self._slot, self._folder, self._clock = fd, slot, folder, clock
        self._make_masker = masker
        self._rest = b""
        self._log: LogFile | None = None
        self._log_path = ""

    @functools.cached_property
    def _masker(self) -> Masker:
        return self._make_masker()

    def readable(self) -> bool:
        """Take one chunk to the log. False when every writer has closed the pipe."""
        self._slot.pending = True
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            self._slot.pending = False
            return True
        except OSError:
            data = b""
        if data:
            self._take(data)
        self._slot.pending = False
        return bool(data)

    def drain(self) -> None:
        """Take what is there, then the unfinished last line: nothing more is expected."""
        while True:
            try:
                data = os.read(self.fd, CHUNK)
            except OSError:
                break
            if not data:
                break
            self._take(data)
        for rest in (self._rest, self._slot.unfinished):
            if rest:
                self._write([rest])
        self._rest = b""

    def close(self) -> None:
        """Close pipe and log."""
        os.close(self.fd)
        if self._log is not None:
            self._log.close()

    def _take(self, data: bytes) -> None:
        if SECRET in data or SECRET in self._rest or self._rest.endswith(SECRET[:1]):
            data, self._rest = self._learn(self._rest + data), b""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_TEXT:
            piece, self._rest = _cut(self._rest, self._masker)
            whole.append(piece)
        if whole:
            self._write(whole)

    def _learn(self, data: bytes) -> bytes:
        """The data without the messages in it, whose secrets are known from now on."""
        for found in _SECRET_MESSAGE.finditer(data):
            try:
                for secret in msgspec.json.decode(found.group(1), type=list[str]):
                    self._masker.add(secret)
            except msgspec.MsgspecError:
                continue
        return _SECRET_MESSAGE.sub(b"", data)

    def _write(self, lines: list[bytes]) -> None:
        log = self._open()
        if log is not None:
            log.output([_text(line) for line in lines], LOGGER)

    def _open(self) -> LogFile | None:
        """The log of the attempt that runs, or ran last; None before the first."""
        path = self._slot.log_path
        if path and (self._log is None or path != self._log_path):
            if self._log is not None:
                self._log.close()
            try:
                self._log, self._log_path = LogFile(self._folder, path, self._masker, self._clock), path
            except OSError:
                self._log = None
        return self._log


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _cut(data: bytes, masker: Masker) -> tuple[bytes, bytes]:
    """A first piece of an endless line, and a rest long enough that no secret is cut in two."""
    masked = masker.mask(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return masked[:-_OVERLAP], masked[-_OVERLAP:]
