"""Date and time zone helpers of all ages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tradewind.authoring import dates, timezone
from tradewind.domain.errors import AirflowException, InvalidValue

START = datetime(2024, 1, 1, tzinfo=UTC)


def test_days_ago_is_a_midnight_in_utc() -> None:
    day = dates.days_ago(2)
    assert (day.hour, day.minute, day.second, day.microsecond, day.utcoffset()) == (0, 0, 0, 0, timedelta(0))
    assert timedelta(days=2) <= timezone.utcnow() - day < timedelta(days=3, minutes=1)
    assert dates.days_ago(1, hour=5, minute=4).hour == 5


def test_date_range_by_end_and_by_number() -> None:
    day = timedelta(days=1)
    three = [START, START + day, START + 2 * day]
    assert dates.date_range(START, START + 2 * day, delta=day) == three
    assert dates.date_range(START, num=3, delta=day) == three
    assert dates.date_range(START, num=3, delta="0 0 * * *") == three
    assert dates.date_range(START, num=3, delta="@daily") == three
    assert dates.date_range(START, num=-3, delta=day) == [START - 2 * day, START - day, START]
    assert dates.date_range(START) == []


def test_date_range_refuses_what_makes_no_sense() -> None:
    with pytest.raises(AirflowException, match="not both"):
        dates.date_range(START, START, num=2, delta=timedelta(1))
    with pytest.raises(InvalidValue, match="not lie after"):
        dates.date_range(START, START - timedelta(1), delta=timedelta(1))


def test_round_time() -> None:
    assert dates.round_time(datetime(2015, 1, 1, 6), timedelta(days=1)) == datetime(2015, 1, 1)
    assert dates.round_time(datetime(2015, 9, 16), timedelta(1), datetime(2015, 9, 14)) == datetime(
        2015, 9, 16
    )
    assert dates.round_time(datetime(2015, 9, 13), timedelta(1), datetime(2015, 9, 14)) == datetime(
        2015, 9, 14
    )


def test_units() -> None:
    assert dates.infer_time_unit([130, 5400, 10]) == "minutes"
    assert dates.infer_time_unit([110, 50]) == "seconds"
    assert dates.infer_time_unit([100_000]) == "days"
    assert dates.scale_time_units([130, 5400, 10], "minutes") == [130 / 60, 90.0, 10 / 60]


def test_timezone_datetime_is_aware() -> None:
    assert timezone.datetime(2024, 1, 1) == START
    berlin = ZoneInfo("Europe/Berlin")
    assert timezone.datetime(2024, 1, 1, tzinfo=berlin).tzinfo is berlin


def test_make_aware_and_naive() -> None:
    naive = datetime(2024, 1, 1, 12)
    assert timezone.make_aware(naive, "Europe/Berlin") == datetime(2024, 1, 1, 11, tzinfo=UTC)
    assert timezone.make_naive(START, "Europe/Berlin") == datetime(2024, 1, 1, 1)
    assert timezone.make_aware(None) is None
    with pytest.raises(ValueError, match="naive"):
        timezone.make_aware(START)
    with pytest.raises(ValueError, match="aware"):
        timezone.make_naive(naive)
    assert (timezone.is_naive(naive), timezone.is_localized(START)) == (True, True)


def test_parse_and_convert_give_pendulum_datetimes() -> None:
    assert timezone.parse("2024-01-01", timezone="UTC") == START
    assert timezone.parse("2024-01-01T01:00:00+01:00").in_timezone("UTC") == START
    assert timezone.convert_to_utc(datetime(2024, 1, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))) == START
    assert timezone.coerce_datetime(datetime(2024, 1, 1)).add(days=1) == START + timedelta(1)
    assert timezone.from_timestamp(0) == timezone.utc_epoch()
    assert timezone.convert_to_utc(None) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, None),
        (0.5, "<1s"),
        (61, "1M:1s"),
        (timedelta(days=1, hours=2), "1d:2h"),
        (86_400 * 31, "1m:1d"),
    ],
)
def test_durations_in_words(value: object, words: str | None) -> None:
    assert timezone.td_format(value) == words
