"""A page that a runner and its triggerer share: whose code runs just now, and since when.

It is written at each step of each trigger, and read when the runner cannot speak: while its loop is held up,
and after its death.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from typing import Final, NamedTuple

_PAGE: Final = struct.Struct("=qd")
NOBODY: Final = 0


class Step(NamedTuple):
    """A trigger's code runs, since ``began`` (``time.monotonic``, the same for all of a machine)."""

    trigger_id: int
    began: float


class Board:
    """The page behind a descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._page = mmap.mmap(fd, mmap.PAGESIZE)

    @classmethod
    def make(cls) -> Board:
        """A new page, in memory only."""
        fd = os.memfd_create("triggers")
        os.ftruncate(fd, mmap.PAGESIZE)
        return cls(fd)

    def enter(self, trigger_id: int) -> None:
        """Its code runs from now on."""
        _PAGE.pack_into(self._page, 0, trigger_id, time.monotonic())

    def leave(self) -> None:
        """No trigger's code runs."""
        _PAGE.pack_into(self._page, 0, NOBODY, 0.0)

    def read(self) -> Step | None:
        """Whose code runs; None where nobody's does."""
        step = Step(*_PAGE.unpack_from(self._page, 0))
        return step if step.trigger_id != NOBODY and step.began else None

    def close(self) -> None:
        """Give the page back."""
        self._page.close()
        os.close(self.fd)
