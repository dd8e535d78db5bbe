"""§1.12 From ticks to runs: both meanings of a schedule, catch-up, bounds, defaults by age."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import MO, relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.domain import timetables
from tradewind.domain.errors import AirflowTimetableInvalid, InvalidValue
from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.domain.spec import timetable as kinds
from tradewind.domain.spec.dag import DagSpec
from tradewind.domain.spec.task import TaskSpec

NOW = datetime(2024, 6, 5, 12, 30, tzinfo=UTC)


def day(number: int, hour: int = 0, month: int = 6) -> datetime:
    return datetime(2024, month, number, hour, tzinfo=UTC)


def bounds(
    earliest: datetime | None = None, latest: datetime | None = None, *, catchup: bool = False
) -> Restriction:
    return Restriction(earliest=earliest, latest=latest, catchup=catchup)


def intervals(expr: str, zone: str = "UTC") -> kinds.TimetableSpec:
    return timetables.from_expression(expr, data_intervals=True, timezone=zone)


def triggers(expr: str, zone: str = "UTC") -> kinds.TimetableSpec:
    return timetables.from_expression(expr, data_intervals=False, timezone=zone)


def ask(
    t: kinds.TimetableSpec, limits: Restriction, last: DataInterval | None = None, now: datetime = NOW
) -> RunInfo | None:
    return timetables.next_run(t, last=last, restriction=limits, now=now)


def series(t: kinds.TimetableSpec, limits: Restriction, count: int, now: datetime = NOW) -> list[RunInfo]:
    """The first ``count`` runs, each made at once."""
    found: list[RunInfo] = []
    last = None
    while len(found) < count and (info := ask(t, limits, last, now)) is not None:
        found.append(info)
        last = info.data_interval
    return found


# --- data intervals (1.x, 2.x) ---------------------------------------------------------------------


def test_data_interval_run_is_made_at_the_end() -> None:
    info = ask(intervals("@daily"), bounds(day(1), catchup=True))
    assert info == RunInfo(run_after=day(2), logical_date=day(1), data_interval=DataInterval(day(1), day(2)))


def test_data_interval_first_run_is_aligned_to_the_next_tick() -> None:
    info = ask(intervals("@daily"), bounds(day(1, 6), catchup=True))
    assert info.logical_date == day(2)


def test_data_interval_without_catchup_begins_with_the_last_complete_one() -> None:
    assert ask(intervals("@daily"), bounds(day(1))).data_interval == DataInterval(day(4), day(5))
    exactly = ask(intervals("@daily"), bounds(day(1)), now=day(5))
    assert exactly.data_interval == DataInterval(day(4), day(5))


def test_data_interval_never_before_the_start_date() -> None:
    info = ask(intervals("@daily"), bounds(day(20, 6)))
    assert info.data_interval == DataInterval(day(21), day(22))


def test_data_interval_catchup_needs_a_start() -> None:
    assert ask(intervals("@daily"), bounds(catchup=True)) is None
    assert ask(intervals("@daily"), bounds()).data_interval == DataInterval(day(4), day(5))


def test_data_interval_after_a_pause() -> None:
    last = DataInterval(day(1), day(2))
    assert ask(intervals("@daily"), bounds(day(1)), last).logical_date == day(4)
    assert ask(intervals("@daily"), bounds(day(1), catchup=True), last).logical_date == day(2)


def test_data_interval_ends_with_the_end_date() -> None:
    runs = series(intervals("@daily"), bounds(day(1), day(3), catchup=True), 10)
    assert [info.logical_date for info in runs] == [day(1), day(2), day(3)]


def test_a_coarser_schedule_moves_forward() -> None:
    last = DataInterval(day(4), day(5))  # daily; now weekly, Sundays (2 and 9 June)
    info = ask(intervals("@weekly"), bounds(day(1), catchup=True), last)
    assert info.logical_date == day(9)


# --- triggers (3.x) ---------------------------------------------------------------------------------


def test_trigger_run_is_named_after_its_tick() -> None:
    info = ask(triggers("@daily"), bounds(day(1), catchup=True))
    assert info == RunInfo(run_after=day(1), logical_date=day(1), data_interval=DataInterval.exact(day(1)))


def test_trigger_with_an_interval() -> None:
    t = kinds.CronTriggerTimetable(expressions=("0 0 * * *",), interval=3600.0)
    info = ask(t, bounds(day(1), catchup=True))
    assert info.data_interval == DataInterval(day(1) - timedelta(hours=1), day(1))
    assert info.logical_date == day(1) - timedelta(hours=1)
    assert timetables.infer_manual(t, NOW) == DataInterval(NOW - timedelta(hours=1), NOW)


def test_trigger_without_catchup_jumps_to_the_latest_tick() -> None:
    assert ask(triggers("@daily"), bounds(day(1))).run_after == day(5)
    after_pause = ask(triggers("@daily"), bounds(day(1)), DataInterval.exact(day(2)))
    assert after_pause.run_after == day(5)
    done = ask(triggers("@daily"), bounds(day(1)), DataInterval.exact(day(5)))
    assert done.run_after == day(6)


def test_trigger_ends_with_the_end_date() -> None:
    runs = series(triggers("@daily"), bounds(day(1), day(3), catchup=True), 10)
    assert [info.run_after for info in runs] == [day(1), day(2), day(3)]


@pytest.mark.parametrize(
    ("immediately", "now", "expected"),
    [
        (False, day(5, 1), day(6)),
        (True, day(5, 20), day(5)),
        (3600.0, day(5, 1), day(5)),
        (3600.0, day(5, 2), day(6)),
        (None, day(5, 2), day(5)),  # a tenth of a day is 2.4 hours
        (None, day(5, 3), day(6)),
        (False, day(5), day(5)),
    ],
)
def test_run_immediately_where_there_is_no_start(
    immediately: object, now: datetime, expected: datetime
) -> None:
    t = kinds.CronTriggerTimetable(expressions=("0 0 * * *",), run_immediately=immediately)
    assert ask(t, bounds(), now=now).run_after == expected
    assert ask(t, bounds(catchup=True), now=now).run_after == expected


def test_run_immediately_waits_at_least_five_minutes() -> None:
    t = kinds.CronTriggerTimetable(expressions=("*/10 * * * *",), run_immediately=None)
    assert ask(t, bounds(), now=NOW + timedelta(minutes=4)).run_after == NOW
    assert ask(t, bounds(), now=NOW + timedelta(minutes=6)).run_after == NOW + timedelta(minutes=10)


def test_several_crons() -> None:
    t = kinds.CronTriggerTimetable(expressions=("0 3 * * *", "0 9 * * *"))
    runs = series(t, bounds(day(1), catchup=True), 3)
    assert [info.run_after for info in runs] == [day(1, 3), day(1, 9), day(2, 3)]
    assert ask(t, bounds(day(1))).run_after == day(5, 9)


# --- timedelta and relativedelta -----------------------------------------------------------------------


def test_timedelta_data_intervals_count_from_the_start_date() -> None:
    t = timetables.from_delta(timedelta(hours=7), data_intervals=True)
    runs = series(t, bounds(day(1), catchup=True), 3)
    assert [info.logical_date for info in runs] == [day(1), day(1, 7), day(1, 14)]
    jumped = ask(t, bounds(day(1)))
    assert jumped.data_interval.end <= NOW < jumped.data_interval.end + timedelta(hours=7)
    assert (jumped.logical_date - day(1)) % timedelta(hours=7) == timedelta()


def test_timedelta_triggers() -> None:
    t = timetables.from_delta(timedelta(hours=7), data_intervals=False)
    runs = series(t, bounds(day(1), catchup=True), 3)
    assert [info.run_after for info in runs] == [day(1), day(1, 7), day(1, 14)]
    assert ask(t, bounds()).run_after == NOW
    last = DataInterval.exact(day(2, 1))  # off the count: the start date was edited
    assert ask(t, bounds(day(1), catchup=True), last).run_after == day(2, 8)


def test_timedelta_of_a_day_is_24_hours_across_a_change_of_clocks() -> None:
    t = timetables.from_delta(timedelta(days=1), data_intervals=True, timezone="Europe/Zurich")
    start = datetime(2024, 3, 30, 10, tzinfo=ZoneInfo("Europe/Zurich")).astimezone(UTC)
    runs = series(t, bounds(start, catchup=True), 3)
    assert [info.run_after - info.logical_date for info in runs] == [timedelta(days=1)] * 3


def test_relativedelta_keeps_the_wall_clock_and_the_end_of_month() -> None:
    zone = ZoneInfo("Europe/Zurich")
    t = timetables.from_delta(relativedelta(months=1), data_intervals=False, timezone="Europe/Zurich")
    start = datetime(2024, 1, 31, 10, tzinfo=zone)
    runs = series(t, bounds(start.astimezone(UTC), catchup=True), 5)
    local = [info.run_after.astimezone(zone) for info in runs]
    assert [(moment.month, moment.day, moment.hour) for moment in local] == [
        (1, 31, 10), (2, 29, 10), (3, 31, 10), (4, 30, 10), (5, 31, 10),
    ]  # fmt: skip


def test_relativedelta_to_a_weekday() -> None:
    t = timetables.from_delta(relativedelta(days=1, weekday=MO), data_intervals=False)
    runs = series(t, bounds(day(5), catchup=True), 3)
    assert [info.run_after.weekday() for info in runs[1:]] == [0, 0]


@settings(max_examples=60, deadline=None)
@given(
    delta=st.builds(
        relativedelta,
        years=st.integers(0, 2),
        months=st.integers(0, 5),
        days=st.integers(0, 40),
        hours=st.integers(1, 30),
    ),
    start=st.datetimes(datetime(2000, 1, 1), datetime(2020, 1, 1)),
)
def test_relativedelta_in_utc_is_dateutils(delta: relativedelta, start: datetime) -> None:
    start = start.replace(tzinfo=UTC)
    t = timetables.from_delta(delta, data_intervals=True)
    info = ask(t, bounds(start, catchup=True))
    assert info.data_interval == DataInterval(start, start + delta)


@pytest.mark.parametrize(
    "delta", [timedelta(), timedelta(seconds=-1), relativedelta(months=-1), relativedelta(weekday=MO)]
)
def test_a_delta_must_move_forward(delta: object) -> None:
    with pytest.raises(AirflowTimetableInvalid, match="must be positive"):
        timetables.from_delta(delta, data_intervals=True)


def test_a_relativedelta_with_an_absolute_part_is_refused() -> None:
    with pytest.raises(AirflowTimetableInvalid, match="may not set day"):
        timetables.from_delta(relativedelta(months=1, day=31), data_intervals=True)


# --- the rest -----------------------------------------------------------------------------------------


def test_no_schedule() -> None:
    t = timetables.from_expression(None, data_intervals=False, timezone="UTC")
    assert ask(t, bounds(day(1), catchup=True)) is None
    assert timetables.infer_manual(t, NOW) == DataInterval.exact(NOW)


def test_once() -> None:
    t = triggers("@once")
    assert ask(t, bounds(day(1))).run_after == day(1)
    assert ask(t, bounds()).run_after == NOW
    assert ask(t, bounds(day(1)), DataInterval.exact(day(1))) is None
    assert ask(t, bounds(day(3), day(2))) is None


def test_continuous() -> None:
    t = triggers("@continuous")
    first = ask(t, bounds(day(1)))
    assert first.data_interval == DataInterval(day(1), NOW)
    later = NOW + timedelta(minutes=1)
    assert ask(t, bounds(day(1)), first.data_interval, later).data_interval == DataInterval(NOW, later)
    assert ask(t, bounds(day(1), day(2))) is None
    assert ask(t, bounds(day(20))).run_after == day(20)


def test_events() -> None:
    t = kinds.EventsTimetable(event_dates=(day(9), day(2), day(4)), restrict_to_events=True)
    assert [info.run_after for info in series(t, bounds(day(1), catchup=True), 9)] == [day(2), day(4), day(9)]
    assert ask(t, bounds(day(1))).run_after == day(4)
    assert ask(t, bounds()).run_after == day(9)
    assert timetables.infer_manual(t, NOW) == DataInterval.exact(day(4))
    assert timetables.infer_manual(t, day(1)) == DataInterval.exact(day(2))


def test_assets_have_no_time_and_a_mixture_has() -> None:
    asset = kinds.AssetTriggeredTimetable(condition={"asset": "a"})
    assert ask(asset, bounds(day(1), catchup=True)) is None
    both = kinds.AssetOrTimeTimetable(
        timetable=kinds.CronTriggerTimetable(expressions=("0 0 * * *",)), condition={}
    )
    assert ask(both, bounds(day(1), catchup=True)).run_after == day(1)
    assert ask(kinds.PluginTimetable(name="x"), bounds(day(1))) is None


def test_manual_interval_is_the_last_complete_one() -> None:
    assert timetables.infer_manual(intervals("@daily"), NOW) == DataInterval(day(4), day(5))
    assert timetables.infer_manual(intervals("@daily"), day(5)) == DataInterval(day(4), day(5))
    hours = timetables.from_delta(timedelta(hours=2), data_intervals=True)
    assert timetables.infer_manual(hours, NOW) == DataInterval(NOW - timedelta(hours=2), NOW)


@pytest.mark.parametrize("legacy", [True, False])
def test_backfill_lists_logical_dates_between(legacy: bool) -> None:
    t = timetables.from_expression("@daily", data_intervals=legacy, timezone="UTC")
    found = list(timetables.iter_between(t, day(1), day(7)))
    assert [info.logical_date for info in found] == [day(n) for n in range(1, 8)]


def test_backfill_of_a_trigger_with_interval_counts_logical_dates() -> None:
    t = kinds.CronTriggerTimetable(expressions=("0 6 * * *",), interval=6 * 3600.0)
    found = list(timetables.iter_between(t, day(1), day(3)))
    assert [info.logical_date for info in found] == [day(1), day(2), day(3)]


def test_backfill_without_a_schedule_is_one_run() -> None:
    assert [info.logical_date for info in timetables.iter_between(kinds.NullTimetable(), day(1), day(7))] == [
        day(1)
    ]
    assert list(timetables.iter_between(kinds.ContinuousTimetable(), day(1), day(7))) == []
    assert not timetables.periodic(kinds.NullTimetable())


def test_run_ids() -> None:
    local = datetime(2024, 6, 5, 2, tzinfo=ZoneInfo("Europe/Zurich"))
    assert timetables.run_id("scheduled", local) == "scheduled__2024-06-05T00:00:00+00:00"
    precise = NOW.replace(microsecond=5)
    assert timetables.run_id("manual", precise, "abc") == "manual__2024-06-05T12:30:00.000005+00:00_abc"


def test_leap_day_and_2038() -> None:
    runs = series(triggers("0 0 29 2 *"), bounds(datetime(2030, 1, 1, tzinfo=UTC), catchup=True), 3)
    assert [(info.run_after.year, info.run_after.month, info.run_after.day) for info in runs] == [
        (2032, 2, 29), (2036, 2, 29), (2040, 2, 29),
    ]  # fmt: skip
    overflow = datetime(2038, 1, 19, 3, tzinfo=UTC)
    assert ask(triggers("15 * * * *"), bounds(overflow, catchup=True)).run_after == overflow.replace(
        minute=15
    )
    summer = datetime(2050, 7, 1, tzinfo=ZoneInfo("Europe/Zurich"))
    run = ask(triggers("0 12 * * *", "Europe/Zurich"), bounds(summer.astimezone(UTC), catchup=True))
    assert run.run_after.hour == 10


@settings(max_examples=100, deadline=None)
@given(
    expr=st.sampled_from(["@hourly", "@daily", "*/7 * * * *", "0 2 * * *", "30 1 1 * *", "0 0 * * 1-5"]),
    zone=st.sampled_from(["UTC", "Europe/Zurich", "America/Santiago", "Australia/Lord_Howe", "+05:30"]),
    legacy=st.booleans(),
    start=st.datetimes(datetime(2023, 1, 1), datetime(2024, 12, 1)),
)
def test_runs_move_forward_without_gap_or_overlap(
    expr: str, zone: str, legacy: bool, start: datetime
) -> None:
    t = timetables.from_expression(expr, data_intervals=legacy, timezone=zone)
    runs = series(t, bounds(start.replace(tzinfo=UTC), catchup=True), 8)
    for before, after in itertools.pairwise(runs):
        assert before.logical_date < after.logical_date
        if legacy:
            assert before.data_interval.end == after.data_interval.start


# --- defaults by age, words, bounds of a DAG --------------------------------------------------------------


def test_defaults_by_age_and_switches() -> None:
    old = timetables.schedule_defaults(legacy=True)
    assert (old.cron_data_intervals, old.delta_data_intervals, old.catchup, old.max_active_tasks_scope) == (
        True, True, True, "dag",
    )  # fmt: skip
    new = timetables.schedule_defaults(legacy=False)
    assert (new.cron_data_intervals, new.delta_data_intervals, new.catchup, new.max_active_tasks_scope) == (
        False, False, False, "run",
    )  # fmt: skip
    told = timetables.schedule_defaults(
        legacy=True, create_cron_data_intervals=False, catchup_by_default=False
    )
    assert (told.cron_data_intervals, told.delta_data_intervals, told.catchup) == (False, True, False)


def test_expressions() -> None:
    assert isinstance(triggers("@once"), kinds.OnceTimetable)
    assert isinstance(triggers("@continuous"), kinds.ContinuousTimetable)
    assert isinstance(triggers("None"), kinds.NullTimetable)
    assert triggers("@quarterly", "Asia/Tokyo") == kinds.CronTriggerTimetable(
        expressions=("0 0 1 */3 *",), timezone="Asia/Tokyo"
    )
    with pytest.raises(AirflowTimetableInvalid, match="Time zone 'Mars/Base' is not known"):
        triggers("@daily", "Mars/Base")
    with pytest.raises(AirflowTimetableInvalid, match="never comes"):
        triggers("0 0 30 2 *")


def test_words() -> None:
    assert timetables.summary(intervals("@daily")) == "0 0 * * *"
    assert timetables.describe(intervals("@daily")) == "At 00:00"
    assert (
        timetables.describe(triggers("*/5 8-17 * * 1"))
        == "Every 5 minutes, between 08:00 and 17:59, on Monday"
    )
    assert timetables.describe(triggers("0 0 L * *")) == "At 00:00, on the last day of the month"
    assert timetables.summary(kinds.NullTimetable()) == "None"
    assert (
        timetables.summary(timetables.from_delta(timedelta(days=1), data_intervals=True)) == "1 day, 0:00:00"
    )
    every = [kinds.OnceTimetable(), kinds.ContinuousTimetable(), kinds.EventsTimetable(event_dates=(day(1),)),
             kinds.AssetTriggeredTimetable(condition={}), kinds.PluginTimetable(name="p"),
             kinds.AssetOrTimeTimetable(timetable=kinds.OnceTimetable(), condition={})]  # fmt: skip
    assert all(timetables.summary(t) and timetables.describe(t) for t in every)


def test_bounds_of_a_dag() -> None:
    tasks = (
        TaskSpec(task_id="a", start_date=day(2), end_date=day(8)),
        TaskSpec(task_id="b", end_date=day(9)),
    )
    spec = DagSpec(dag_id="d", start_date=day(3), tasks=tasks, catchup=True)
    assert timetables.restriction(spec) == bounds(day(2), day(9), catchup=True)
    open_end = DagSpec(dag_id="d", tasks=(*tasks, TaskSpec(task_id="c")))
    assert timetables.restriction(open_end).latest is None


@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "America/New_York"])
@pytest.mark.parametrize("edge", [datetime.min, datetime.max])
def test_the_edges_of_time(edge: datetime, zone: str) -> None:
    at = edge.replace(tzinfo=UTC)
    for kind in (intervals("@daily", zone), triggers("@daily", zone)):
        assert timetables.infer_manual(kind, at).end <= at
        assert timetables.next_run(kind, last=None, restriction=bounds(day(1), day(3), catchup=True), now=at)
    late = bounds(datetime.max.replace(tzinfo=UTC), catchup=True)
    assert timetables.next_run(intervals("@daily", zone), last=None, restriction=late, now=at) is None


@pytest.mark.parametrize(
    ("cron", "zone", "first"),
    [
        ("0 0 1 1 *", "America/New_York", datetime(1, 1, 1, 4, 56, 2)),
        ("0 0 2 1 *", "America/New_York", datetime(1, 1, 2, 4, 56, 2)),
        ("0 0 1 1 *", "Asia/Tokyo", datetime(1, 12, 31, 14, 41, 1)),
        ("0 12 1 1 *", "Asia/Tokyo", datetime(1, 1, 1, 2, 41, 1)),
        ("0 0 1 1 *", "UTC", datetime(2, 1, 1)),
    ],
)
def test_a_yearly_schedule_from_the_first_year_on(cron: str, zone: str, first: datetime) -> None:
    begin = bounds(datetime.min.replace(tzinfo=UTC), catchup=True)
    found = timetables.next_run(triggers(cron, zone), last=None, restriction=begin, now=day(1))
    assert found is not None and found.run_after == first.replace(tzinfo=UTC)


def test_a_yearly_schedule_in_the_last_year() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    found = timetables.infer_manual(intervals("0 0 31 12 *", "Asia/Tokyo"), last)
    assert found.end == datetime(9999, 12, 30, 15, tzinfo=UTC)


def test_an_interval_that_would_begin_before_time() -> None:
    daily = timetables.from_delta(timedelta(days=1), data_intervals=True)
    with pytest.raises(InvalidValue, match="logical_date"):
        timetables.infer_manual(daily, datetime.min.replace(tzinfo=UTC))
