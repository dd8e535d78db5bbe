"""What a parent prepares once for all task processes that it forks, so that they need not."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Protocol

from tradewind.domain.messages import runner as messages
from tradewind.domain.messages import wire
from tradewind.telemetry.masking import MASKER
from tradewind.worker.capture import Capture


class Process(Protocol):
    """The task process that this process has become."""

    def settle(self, patience: float) -> None:
        """Wait until raw output that is under way is in the log."""

    def keep(self, rest: str) -> None:
        """An unfinished line of output."""

    def told_to_stop(self) -> None:
        """SIGTERM."""

    def socket_moved(self) -> None:
        """Something happened on the host's socket."""


class Stage:
    """Signal handlers, streams and decoders, all pointing to ``process`` once there is one."""

    def __init__(self, settings: messages.TaskSettings) -> None:
        self.process: Process | None = None
        self.capture = Capture(self._settle, self._keep)
        self.frames = wire.Frames(messages.ToTask)
        self._hide_names = settings.hide_names

    def install(self) -> None:
        """Take over signals, streams and logging; after user code was imported, which may have its own."""
        signal.signal(signal.SIGTERM, self._on_sigterm)
        signal.signal(signal.SIGIO, self._on_sigio)
        signal.signal(signal.SIGINT, self._on_sigint)
        self.capture.install()
        MASKER.configure(names=self._hide_names)

    def _settle(self, patience: float) -> None:
        if self.process is not None:
            self.process.settle(patience)

    def _keep(self, rest: str) -> None:
        if self.process is not None:
            self.process.keep(rest)

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        if self.process is None:
            os._exit(0)  # a parent: its tasks go on
        self.process.told_to_stop()

    def _on_sigio(self, number: int, frame: FrameType | None) -> None:
        if self.process is not None:
            self.process.socket_moved()

    def _on_sigint(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C in a terminal is the host's business; sent to a task alone it interrupts that task."""
        if self.process is not None:
            raise KeyboardInterrupt
