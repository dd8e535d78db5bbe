"""Runs to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.api import plans
from tradewind.store.queries.ui.home import Planned


def planned(summary: str | None, at: datetime, *, interval: timedelta | None = None) -> Planned:
    return Planned(
        dag_id="d", dag_display_name="d", run_after=at, logical_date=at, timetable_summary=summary,
        data_interval_start=None if interval is None else at - interval,
        data_interval_end=None if interval is None else at,
    )  # fmt: skip


def hours(row: Planned, *zones: str, days: int = 1) -> list[tuple[int, int]]:
    """Day and hour of each, in UTC."""
    found = plans.to_come(row, until=row.run_after + timedelta(days=days), zones=zones or ("UTC",))
    return [(at.day, at.hour) for at in found]


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


def test_a_trigger_without_an_interval_repeats_by_its_cron() -> None:
    assert len(hours(planned("0 * * * *", NOON, interval=timedelta()))) == 24


def test_an_uneven_cron_is_not_repeated_by_its_last_distance() -> None:
    row = planned("0 4,12 * * 1-5", NOON, interval=timedelta(hours=8))
    assert hours(row, days=2) == [(2, 12), (3, 4), (3, 12), (4, 4)]


def test_the_zone_is_the_one_in_which_the_next_run_is_a_tick() -> None:
    nine = planned("0 9,17 * * *", datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert hours(nine, "UTC", "Europe/Berlin") == [(2, 8), (2, 16)]
    assert hours(nine, "UTC") == [(2, 8)]  # in neither: what is not known is not told


def test_other_schedules_repeat_by_their_interval() -> None:
    assert hours(planned("6:00:00", NOON, interval=timedelta(hours=6))) == [(2, 12), (2, 18), (3, 0), (3, 6)]
    assert hours(planned("Asset", NOON)) == [(2, 12)]
    assert hours(planned(None, NOON)) == [(2, 12)]


def test_not_every_minute_is_told() -> None:
    assert len(hours(planned("* * * * *", NOON))) == plans.MOST_OF_ONE
