"""§1.11 Partitions: mappers, windows, wait policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring import partition_policies, partition_windows
from tradewind.authoring import partitions as authoring
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.domain import partitions
from tradewind.domain.errors import DagDefinitionError, InvalidValue
from tradewind.domain.partitions import InvalidPartitionKey
from tradewind.domain.spec import partitions as kinds

DAY, HOUR = authoring.StartOfDayMapper, authoring.StartOfHourMapper


@pytest.mark.parametrize(
    ("mapper", "key", "mapped"),
    [
        (authoring.IdentityMapper(), "us", ("us",)),
        (authoring.StartOfHourMapper(), "2024-05-17T13:45:10", ("2024-05-17T13",)),
        (authoring.StartOfDayMapper(), "2024-05-17T13:45:10", ("2024-05-17",)),
        (authoring.StartOfWeekMapper(), "2024-05-17T13:45:10", ("2024-05-13 (W20)",)),
        (authoring.StartOfMonthMapper(), "2024-05-17T13:45:10", ("2024-05",)),
        (authoring.StartOfQuarterMapper(), "2024-05-17T13:45:10", ("2024-Q2",)),
        (authoring.StartOfYearMapper(), "2024-05-17T13:45:10", ("2024",)),
        (
            DAY(timezone="America/New_York", input_format="%Y-%m-%dT%H%z"),
            "2024-05-17T02+0000",
            ("2024-05-16",),
        ),
        (authoring.FixedKeyMapper("all"), "us", ("all",)),
        (authoring.AllowedKeyMapper(["us", "eu"]), "eu", ("eu",)),
        (
            authoring.ProductMapper(authoring.IdentityMapper(), DAY()),
            "us|2024-05-17T13:00:00",
            ("us|2024-05-17",),
        ),
        (
            authoring.ChainMapper(HOUR(), DAY(input_format="%Y-%m-%dT%H")),
            "2024-05-17T13:45:10",
            ("2024-05-17",),
        ),
        (
            authoring.FanOutMapper(
                upstream_mapper=authoring.StartOfQuarterMapper(), window=partition_windows.QuarterWindow()
            ),
            "2024-05-17T00:00:00",
            ("2024-04", "2024-05", "2024-06"),
        ),
    ],
)
def test_where_a_key_goes(mapper: authoring.PartitionMapper, key: str, mapped: tuple[str, ...]) -> None:
    assert partitions.downstream(mapper.spec(), key) == mapped


@pytest.mark.parametrize(
    ("mapper", "key", "message"),
    [
        (DAY(), "2024-05-17", "does not have the format '%Y-%m-%dT%H:%M:%S'"),
        (authoring.AllowedKeyMapper(["us", "eu"]), "de", "not one of the allowed keys: us, eu"),
        (authoring.ProductMapper(DAY(), DAY()), "one", "has 1 parts between '|'; 2 are needed"),
        (
            authoring.FanOutMapper(
                upstream_mapper=authoring.StartOfWeekMapper(),
                window=partition_windows.WeekWindow(),
                max_downstream_keys=3,
            ),
            "2024-05-17T00:00:00",
            "mapped to 7 keys, and 3 are allowed",
        ),
    ],
)
def test_keys_that_do_not_suit_their_mapper(
    mapper: authoring.PartitionMapper, key: str, message: str
) -> None:
    with pytest.raises(InvalidPartitionKey) as raised:
        partitions.downstream(mapper.spec(), key)
    assert message in str(raised.value)


TEMPORAL = [
    (authoring.StartOfHourMapper, partition_windows.HourWindow, timedelta(minutes=1)),
    (authoring.StartOfDayMapper, partition_windows.DayWindow, timedelta(hours=1)),
    (authoring.StartOfWeekMapper, partition_windows.WeekWindow, timedelta(days=1)),
    (authoring.StartOfMonthMapper, partition_windows.MonthWindow, timedelta(days=1)),
]


@pytest.mark.parametrize(("mapper", "window", "step"), TEMPORAL)
@pytest.mark.parametrize(
    "at", [datetime(2024, 2, 29, 23, 59), datetime(2025, 1, 1), datetime(2023, 12, 31, 5)]
)
def test_a_window_is_all_that_is_mapped_to_its_key(
    mapper: type, window: type, step: timedelta, at: datetime
) -> None:
    """Held against brute force: every step for two months around, mapped one by one."""
    spec = authoring.RollupMapper(upstream_mapper=mapper(), window=window()).spec()
    (key,) = partitions.downstream(spec, at.isoformat())
    first = at.replace(minute=0, hour=0) - timedelta(days=40)
    moments = (first + step * number for number in range(int(timedelta(days=80) / step)))
    brute = {one.isoformat() for one in moments if partitions.downstream(spec, one.isoformat()) == (key,)}
    assert partitions.expected(spec, key) == brute


@pytest.mark.parametrize(
    ("mapper", "window"),
    [
        (authoring.StartOfQuarterMapper, partition_windows.QuarterWindow),
        (authoring.StartOfYearMapper, partition_windows.YearWindow),
    ],
)
def test_months_make_up_quarters_and_years(mapper: type, window: type) -> None:
    spec = authoring.RollupMapper(upstream_mapper=mapper(), window=window()).spec()
    months = [datetime(year, month, 1).isoformat() for year in (2023, 2024) for month in range(1, 13)]
    for moment in months:
        (key,) = partitions.downstream(spec, moment)
        same = {one for one in months if partitions.downstream(spec, one) == (key,)}
        assert partitions.expected(spec, key) == same


def test_a_window_may_look_back() -> None:
    back = partition_windows.Window.Direction.BACKWARD
    fan = authoring.FanOutMapper(upstream_mapper=DAY(), window=partition_windows.WeekWindow(direction=back),
                                 downstream_mapper=DAY())  # fmt: skip
    found = partitions.downstream(fan.spec(), "2024-03-02T05:00:00")
    assert (found[0], found[-1], len(found)) == ("2024-02-25", "2024-03-02", 7)


@pytest.mark.parametrize(
    ("policy", "enough"),
    [
        (None, {3}),
        (partition_policies.WaitForAll(), {3}),
        (partition_policies.MinimumCount(2), {2, 3}),
        (partition_policies.MinimumCount(-1), {2, 3}),
        (partition_policies.MinimumCount(-9), {0, 1, 2, 3}),
        (partition_policies.MinimumCount(4), set()),
    ],
)
def test_when_a_roll_up_has_enough(policy: partition_policies.WaitPolicy | None, enough: set[int]) -> None:
    spec = authoring.RollupMapper(
        upstream_mapper=authoring.FixedKeyMapper("all"),
        window=partition_windows.SegmentWindow(["us", "eu", "de"]),
        wait_policy=policy,
    ).spec()
    keys = ["us", "eu", "de"]
    found = {n for n in range(4) if partitions.satisfied(spec, "all", [*keys[:n], "elsewhere"])}
    assert found == enough


def test_one_key_is_enough_without_a_roll_up() -> None:
    assert partitions.satisfied(DAY().spec(), "2024-05-17", ["2024-05-17T01:00:00"])
    assert not partitions.satisfied(DAY().spec(), "2024-05-17", [])


@pytest.mark.parametrize(
    ("mapper", "key", "date"),
    [
        (DAY(timezone="Europe/Zurich"), "2024-05-17", datetime(2024, 5, 16, 22, tzinfo=UTC)),
        (authoring.StartOfWeekMapper(), "2024-05-13 (W20)", datetime(2024, 5, 13, tzinfo=UTC)),
        (authoring.StartOfQuarterMapper(), "2024-Q2", datetime(2024, 4, 1, tzinfo=UTC)),
        (
            authoring.ProductMapper(authoring.IdentityMapper(), DAY()),
            "us|2024-05-17",
            datetime(2024, 5, 17, tzinfo=UTC),
        ),
        (authoring.ProductMapper(DAY(), DAY()), "2024-05-17|2024-05-17", None),
        (authoring.IdentityMapper(), "us", None),
    ],
)
def test_the_moment_of_a_key(mapper: authoring.PartitionMapper, key: str, date: datetime | None) -> None:
    assert partitions.date_of(mapper.spec(), key) == date


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: partition_policies.MinimumCount(0), "n of MinimumCount must be a whole number other than 0"),
        (lambda: partition_windows.SegmentWindow([]), "segments of SegmentWindow must name at least one key"),
        (lambda: authoring.FixedKeyMapper(""), "must be text that is not empty"),
        (lambda: authoring.ProductMapper(DAY()), "mappers of ProductMapper must be at least two"),
        (
            lambda: authoring.RollupMapper(
                upstream_mapper=authoring.IdentityMapper(), window=partition_windows.DayWindow()
            ),
            "upstream_mapper of a DayWindow must give keys that are moments",
        ),
        (
            lambda: authoring.FanOutMapper(upstream_mapper=HOUR(), window=partition_windows.HourWindow()),
            "downstream_mapper must be given for a HourWindow",
        ),
    ],
)
def test_misuse_is_told_when_the_file_is_read(make, message: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        make()
    assert message in str(raised.value)


class Own(authoring.StartOfDayMapper):
    pass


class OwnWindow(partition_windows.Window):
    pass


def test_classes_of_ones_own_cross_by_their_names() -> None:
    spec = Own(input_format="%Y").spec()
    assert isinstance(spec, kinds.PluginMapper)
    assert spec.name.endswith("test_partitions.Own")
    assert Own.deserialize(spec.data).spec() == spec
    window = OwnWindow(direction="backward").spec()
    assert (window.name.rpartition(".")[2], window.data) == ("OwnWindow", {"direction": "backward"})
    rollup = authoring.RollupMapper(upstream_mapper=authoring.IdentityMapper(), window=OwnWindow()).spec()
    assert partitions.plugin_of(rollup) == window.name
    assert partitions.plugin_of(DAY().spec()) is None
    with pytest.raises(partitions.NeedsPlugin, match="Only the plug-in host computes"):
        partitions.downstream(spec, "2024")


def test_a_class_of_a_dag_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Own, "__module__", f"{USER_MODULE_PREFIX}0_file")
    with pytest.raises(
        DagDefinitionError, match=r"Partition mapper Own is defined in a DAG file.*plugins folder"
    ):
        Own().spec()
