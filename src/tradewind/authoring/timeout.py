"""``timeout``: a block of code that may take only so long."""

from __future__ import annotations

import signal
import time
from types import FrameType, TracebackType
from typing import Self

from tradewind.authoring.logging_mixin import LoggingMixin
from tradewind.domain.errors import AirflowTaskTimeout


class timeout(LoggingMixin):
    """``with timeout(5, "the server is slow"):`` raises AirflowTaskTimeout after 5 seconds.

    It works in the main thread only, where signals arrive; elsewhere it warns and limits nothing.
    """

    def __init__(self, seconds: float = 1, error_message: str = "Timeout") -> None:
        super().__init__()
        self.seconds = seconds
        self.error_message = error_message

    def handle_timeout(self, signum: int, frame: FrameType | None) -> None:
        """Called by the alarm. Raises AirflowTaskTimeout."""
        self.log.error("Process timed out after %s s", self.seconds)
        raise AirflowTaskTimeout(self.error_message)

    def __enter__(self) -> Self:
        self._outer = signal.getitimer(signal.ITIMER_REAL)[0]
        if self._outer and self._outer < self.seconds:
            return self  # the task's own time-out comes first; leave its alarm alone
        try:
            self._before = signal.signal(signal.SIGALRM, self.handle_timeout)
        except ValueError:
            self.log.warning("timeout works in the main thread only; this block is not limited")
            return self
        self._since = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not hasattr(self, "_before"):
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
        if self._outer:
            passed = time.monotonic() - self._since
            signal.setitimer(signal.ITIMER_REAL, max(self._outer - passed, 0.001))


TimeoutPosix = timeout
