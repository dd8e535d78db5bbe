"""Time limits of user code: the signal of a clock interrupts it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from tradewind.domain.errors import AirflowTaskTimeout
from tradewind.runtime.clock import Clock

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def alarm(clock: Clock, seconds: float | None, handler: Handler) -> Iterator[None]:
    """Inside, ``handler`` is called after ``seconds``. Signals reach only a process's main thread. An alarm
    around this one goes on when it ends.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    old = signal.signal(signal.SIGALRM, handler)
    began = clock.monotonic()
    around = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))[0]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        if around:
            left = around - (clock.monotonic() - began)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6))


def too_late(limit: float) -> Handler:
    """What interrupts callbacks, listeners or a retry policy after ``limit`` seconds."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise AirflowTaskTimeout(f"callbacks took longer than {limit:g} s together")

    return interrupt


def limited(clock: Clock, seconds: float) -> AbstractContextManager[None]:
    """What is called inside is interrupted when it is too late."""
    return alarm(clock, seconds, too_late(seconds))
