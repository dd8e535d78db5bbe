"""Ending a service after a given time."""

from __future__ import annotations

import os
import signal
import threading
import time


def leave_after(seconds: float) -> None:
    """Stop this process, in order, after a while."""
    timer = threading.Timer(seconds, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    """By the signal that ends a service; not before the service listens for it."""
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
