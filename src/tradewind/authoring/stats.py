"""``Stats``: counters that DAG files and provider packages feed; accepted, and not yet sent anywhere."""

from __future__ import annotations

from typing import Any, Self


class _Timer:
    """Measures nothing."""

    duration: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def start(self) -> Self:
        """Begin."""
        return self

    def stop(self, send: bool = True) -> None:
        """End."""


class Stats:
    """The interface of Airflow's metrics client."""

    @classmethod
    def incr(cls, stat: str, count: int = 1, rate: float = 1, *, tags: Any = None) -> None:
        """Count up."""

    @classmethod
    def decr(cls, stat: str, count: int = 1, rate: float = 1, *, tags: Any = None) -> None:
        """Count down."""

    @classmethod
    def gauge(
        cls, stat: str, value: float, rate: float = 1, delta: bool = False, *, tags: Any = None
    ) -> None:
        """Set a level."""

    @classmethod
    def timing(cls, stat: str, dt: Any, *, tags: Any = None) -> None:
        """Report a duration."""

    @classmethod
    def timer(cls, *args: Any, **kwargs: Any) -> _Timer:
        """A context manager that measures a duration."""
        return _Timer()
