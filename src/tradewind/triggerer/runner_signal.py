"""The signal at which a runner tells where it stands."""

from __future__ import annotations

import signal
from typing import Final

TELL_WHERE: Final = signal.SIGUSR2
"""Answered by the runner's main thread also while Python is stuck."""
