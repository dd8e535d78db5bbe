"""Cron ticks against a walk over every minute, with days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.timetables import oracle

from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.timetables import cron, fields
from tradewind.domain.timetables.ticks import at_or_after, at_or_before

CHANGES = [
    ("Europe/Zurich", datetime(2024, 3, 31, tzinfo=UTC)),
    ("Europe/Zurich", datetime(2024, 10, 27, tzinfo=UTC)),
    ("America/New_York", datetime(2024, 3, 10, tzinfo=UTC)),
    ("America/New_York", datetime(2024, 11, 3, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 10, 6, tzinfo=UTC)),  # half an hour
    ("Australia/Lord_Howe", datetime(2024, 4, 7, tzinfo=UTC)),
    ("America/Santiago", datetime(2024, 9, 8, tzinfo=UTC)),  # at midnight
    ("America/Santiago", datetime(2024, 4, 7, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2024, 4, 14, tzinfo=UTC)),  # around Ramadan
    ("Africa/Casablanca", datetime(2024, 3, 10, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),  # a day that was not
    ("America/New_York", datetime(2045, 3, 12, tzinfo=UTC)),  # beyond 2038
    ("Asia/Tokyo", datetime(2024, 2, 29, tzinfo=UTC)),
]


def _item(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.integers(1, max(2, (high - low) // 2))
    return st.one_of(
        st.just("*"),
        number.map(str),
        span,
        step.map(lambda n: f"*/{n}"),
        st.tuples(span, step).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        st.lists(number, min_size=1, max_size=4).map(lambda ns: ",".join(map(str, ns))),
    )


EXPRESSIONS = st.tuples(
    _item(0, 59),
    _item(0, 23),
    st.one_of(st.just("*"), _item(1, 31)),
    st.just("*"),
    st.one_of(st.just("*"), _item(0, 7)),
).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(expression=EXPRESSIONS, change=st.sampled_from(CHANGES), offset=st.integers(-30 * 60, 30 * 60))
def test_ticks_are_those_of_the_walk(expression: str, change: tuple[str, datetime], offset: int) -> None:
    name, day = change
    start = day + timedelta(minutes=offset)
    end = start + timedelta(hours=40)
    expected = oracle.ticks(expression, ZoneInfo(name), start, end)
    ticks = cron.cron_ticks((expression,), name)

    forward, moment = [], start
    while (moment := ticks.after(moment)) is not None and moment < end:
        forward.append(moment)
    backward, moment = [], end
    while (moment := ticks.before(moment)) is not None and moment > start:
        backward.append(moment)

    assert forward == expected
    assert backward[::-1] == expected


RARE = [
    "0 0 L * *", "0 6 * * 5#2", "30 4 * * L1", "0 22-2 * * *", "0 0 */10 * *", "5/20 * * * *",
    "0 0 1 jan-mar *", "0 0 29 2 *", "0 12 13 * fri", "@midnight", "0 0 1 * 0 30",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    expression=st.sampled_from(RARE),
    start=st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
)  # fmt: skip
def test_rare_forms_agree_with_croniter(expression: str, start: datetime) -> None:
    from croniter import croniter

    ticks = cron.cron_ticks((expression,), "UTC")
    start = start.replace(microsecond=0, tzinfo=UTC)
    assert ticks.after(start) == croniter(expression, start).get_next(datetime)
    assert ticks.before(start) == croniter(expression, start).get_prev(datetime)


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_fixed_hour_keeps_the_time_on_the_wall() -> None:
    ticks = cron.cron_ticks(("30 2 * * *",), "Europe/Zurich")
    before = at("2024-03-30T02:30", "Europe/Zurich")
    skipped = ticks.after(before)
    assert skipped == at("2024-03-31T03:30", "Europe/Zurich")
    assert ticks.after(skipped) == at("2024-04-01T02:30", "Europe/Zurich")
    repeated = ticks.after(at("2024-10-26T02:30", "Europe/Zurich"))
    assert repeated == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)  # the second 02:30
    assert ticks.after(repeated) == at("2024-10-28T02:30", "Europe/Zurich")


def test_every_hour_keeps_even_spacing() -> None:
    ticks = cron.cron_ticks(("*/30 * * * *",), "America/New_York")
    moment = datetime(2024, 11, 3, 4, tzinfo=UTC)
    for _ in range(10):
        following = ticks.after(moment)
        assert following - moment == timedelta(minutes=30)
        moment = following


def test_several_expressions_are_one_set() -> None:
    ticks = cron.cron_ticks(("0 3 * * *", "0 9 * * *"), "UTC")
    assert ticks.after(datetime(2024, 1, 1, 4, tzinfo=UTC)) == datetime(2024, 1, 1, 9, tzinfo=UTC)
    assert ticks.before(datetime(2024, 1, 1, 4, tzinfo=UTC)) == datetime(2024, 1, 1, 3, tzinfo=UTC)


def test_aligning_keeps_a_tick() -> None:
    ticks = cron.cron_ticks(("0 * * * *",), "Asia/Kolkata")
    tick = datetime(2024, 1, 1, 4, 30, tzinfo=UTC)
    assert at_or_after(ticks, tick) == at_or_before(ticks, tick) == tick


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("61 * * * *", "minute field (number 1) is '61'; use values from 0 to 59"),
        ("0 24 * * *", "hour field (number 2) is '24'"),
        ("0 0 0 * *", "day of month field (number 3) is '0'"),
        ("0 0 * 13 *", "month field (number 4) is '13'"),
        ("0 0 * foo *", "month field (number 4) is 'foo'"),
        ("0 0 * * 8", "day of week field (number 5) is '8'"),
        ("0 0 * * * 75", "second field (number 6) is '75'"),
        ("*/0 * * * *", "minute field (number 1) is '*/0'"),
        ("h * * * *", "hashed (H)"),
        ("0 0 15w * *", "nearest weekday (W)"),
        ("* * * *", "has 4 field(s)"),
        ("", "has 0 field(s)"),
        ("@dayly", "Did you mean '@daily'?"),
    ],
)
def test_errors_name_expression_and_field(expression: str, said: str) -> None:
    with pytest.raises(AirflowTimetableInvalid) as error:
        fields.parse(expression)
    assert said in str(error.value)
    assert repr(expression) in str(error.value)


def test_a_date_that_never_comes_has_no_tick() -> None:
    assert cron.cron_ticks(("0 0 31 4 *",), "UTC").after(datetime(2024, 1, 1, tzinfo=UTC)) is None
    assert cron.cron_ticks(("0 0 1 1 * 0 2020",), "UTC").after(datetime(2024, 1, 1, tzinfo=UTC)) is None
