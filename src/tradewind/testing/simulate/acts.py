"""What all acts of people have in common."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tradewind.domain.messages.wake import Wake
from tradewind.runtime.clock import Clock
from tradewind.store.database import Database
from tradewind.testing.simulate.history import History


class Acts:
    """Each act is one transaction, told to the history, and to the scheduler by a wake-up (or a lost one)."""

    def __init__(
        self,
        database: Database,
        random: Random,
        clock: Clock,
        history: History,
        wake: Callable[[Wake], None],
    ) -> None:
        self._database, self._random, self._clock = database, random, clock
        self._history, self._wake = history, wake
