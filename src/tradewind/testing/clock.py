"""A clock that moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Satisfies ``runtime.clock.Clock``. ``step`` moves the wall clock alone, as an operator or NTP would."""

    def __init__(self, start: datetime = datetime(2024, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """The wall clock, aware, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that have passed, whatever the wall clock did."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards, got {seconds}")
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back."""
        self._now += timedelta(seconds=seconds)
