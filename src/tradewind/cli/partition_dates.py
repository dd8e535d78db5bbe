"""Dates of partitions that somebody typed: what stands on the clock where the DAG is at home."""

from __future__ import annotations

from datetime import UTC, datetime

from tradewind.cli import moments
from tradewind.cli.arguments import WrongUsage

Window = tuple[datetime | None, datetime | None]


def between(since: str | None, until: str | None, zone: str) -> Window | None:
    """Both ends, in UTC and included; None where there are none. Raises WrongUsage."""
    if not since and not until:
        return None
    return _moment(since, zone), _moment(until, zone)


def _moment(text: str | None, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage(
            f"A date of partitions must be written as 2026-01-31 or 2026-01-31T09:00, got {text!r}."
        ) from None
    return found.replace(tzinfo=moments.zone(zone)).astimezone(UTC)
