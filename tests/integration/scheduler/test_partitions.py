"""§1.11 Partitions: runs for partitions of assets, and of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.integration.scheduler.test_assets import asset, leaf, producer, update
from tests.integration.scheduler.world import World, chain

from tradewind.authoring import partition_policies, partition_windows
from tradewind.authoring import partitions as authoring
from tradewind.domain import timetables
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.partitions import IdentityMapper
from tradewind.domain.spec.timetable import CronPartitionTimetable, PartitionedAssetTimetable

DAILY = authoring.RollupMapper(
    upstream_mapper=authoring.StartOfDayMapper(input_format="%Y-%m-%dT%H"),
    window=partition_windows.DayWindow(),
    wait_policy=partition_policies.MinimumCount(2),
).spec()


def consumer(world: World, condition: dict[str, Any], mapper: Any = None, **more: Any) -> DagSpec:
    timetable = PartitionedAssetTimetable(
        condition=condition, default_mapper=mapper or IdentityMapper(), **more
    )
    return world.dag(chain("c", 1, timetable=timetable))


def made(world: World) -> list[tuple[str, list[int]]]:
    """Partition key and events of each run of the consumer."""
    rows = world.sql("select id, partition_key from dag_run where dag_id = 'c' order by id")
    events = "select event_id from dagrun_asset_event where dag_run_id = ? order by event_id"
    return [(key, [event for (event,) in world.sql(events, pk)]) for pk, key in rows]


def test_each_partition_gets_its_run(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"))
    update(world, spec, "one", partition_keys=["us", "eu"])
    update(world, spec, "two", partition_keys=["us"])
    assert made(world) == [("us", [1]), ("eu", [2]), ("us", [3])]
    assert world.sql("select count(*) from asset_partition_dag_run where is_open") == [(0,)]


def test_an_update_without_a_partition_makes_no_run(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"))
    update(world, spec, "one")
    assert made(world) == []
    assert world.sql("select count(*) from asset_dag_run_queue") == [(0,)]


def test_a_partition_waits_for_all_assets_of_its_key(world: World) -> None:
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    consumer(world, {"all": [leaf("a"), leaf("b")]})
    update(world, first, "one", partition_keys=["us", "eu"])
    assert made(world) == []
    update(world, second, "two", partition_keys=["eu"])
    assert made(world) == [("eu", [2, 3])]
    update(world, second, "three", partition_keys=["us"])
    assert made(world) == [("eu", [2, 3]), ("us", [1, 4])]


def test_a_roll_up_waits_for_enough_of_its_window(world: World) -> None:
    """Roll-up with a window and a wait policy; the run's partition date is the window's start."""
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"), DAILY)
    update(world, spec, "one", partition_keys=["2024-05-17T01"])
    update(world, spec, "again", partition_keys=["2024-05-17T01"])
    update(world, spec, "other", partition_keys=["2024-05-18T01"])
    assert made(world) == []
    update(world, spec, "two", partition_keys=["2024-05-17T02"])
    assert made(world) == [("2024-05-17", [1, 2, 4])]
    assert world.sql("select partition_date from dag_run where dag_id = 'c'") == [
        ("2024-05-17 00:00:00.000000",)
    ]


def test_mappers_of_single_assets(world: World) -> None:
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    day = authoring.StartOfDayMapper().spec()
    consumer(
        world,
        {"all": [leaf("a"), {"asset_ref": {"name": "b"}}]},
        mappers=(({"asset_ref": {"name": "b"}}, day),),
    )
    update(world, first, "one", partition_keys=["2024-05-17"])
    update(world, second, "two", partition_keys=["2024-05-17T08:00:00"])
    assert made(world) == [("2024-05-17", [1, 2])]


def test_a_key_that_does_not_suit_is_passed_over(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"), DAILY)
    update(world, spec, "one", partition_keys=["nonsense"])
    assert made(world) == []
    assert world.sql("select count(*) from asset_dag_run_queue") == [(0,)]


def test_what_happened_in_a_pause_is_not_lost(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"))
    world.sql("update dag set is_paused = 1 where dag_id = 'c'")
    update(world, spec, "one", partition_keys=["us"])
    world.sql("update dag set is_paused = 0 where dag_id = 'c'")
    update(world, spec, "two", partition_keys=["eu"])
    assert made(world) == [("us", [1]), ("eu", [2])]


def test_a_task_updates_the_partition_of_its_run(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"))
    world.run(spec, "one", partition_key="us")
    world.work()
    (one,) = world.take()
    assert one.run.partition_key == "us"
    world.ended(one, asset_events=({"type": "asset", **asset("a")},))
    world.work()
    assert made(world) == [("us", [1])]


def test_a_key_that_passes_as_it_is_brings_the_date_of_the_run_upstream(world: World) -> None:
    """As Airflow 3.3: no mapper can read the date from such a key. Two dates for one key are none."""
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    consumer(world, {"all": [leaf("a"), leaf("b")]})
    day, other = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)
    for key, dates in (("same", (day, day)), ("two", (day, other)), ("one", (None, day))):
        for spec, name, date in zip((first, second), "ab", dates, strict=True):
            world.run(spec, f"{key}-{name}", partition_key=key, partition_date=date)
            world.work()
            (one,) = world.take()
            world.ended(one, asset_events=({"type": "asset", **asset(name)},))
            world.work()
        world.take()
    rows = world.sql("select partition_key, partition_date from dag_run where dag_id = 'c' order by id")
    assert [(key, date and str(date)[:10]) for key, date in rows] == [
        ("same", "2026-01-05"),
        ("two", None),
        ("one", "2026-01-05"),
    ]


def test_a_scheduler_that_dies_in_between_maps_each_event_once(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, leaf("a"), DAILY)
    for number in (1, 2):
        world.run(spec, f"r{number}")
        world.work()
        (one,) = world.take()
        key = f"2024-05-17T{number:02}"
        world.ended(one, asset_events=({"type": "asset", **asset("a"), "partition_keys": [key]},))
        world.core.turn.run_once()  # the scheduler dies before it looks at the update
        world.start()
        world.pass_time(1)
    assert made(world) == [("2024-05-17", [1, 2])]


def test_runs_of_the_clock_for_partitions(world: World) -> None:
    """§1.12 CronPartition: run_offset and key_format; no logical date, no data interval."""
    timetable = CronPartitionTimetable(expression="0 * * * *", run_offset=-1, key_format="%Y%m%d-%H")
    spec = chain("c", 1, timetable=timetable, start_date=world.clock.now(), catchup=True)
    due = timetables.next_run(
        timetable, last=None, restriction=timetables.restriction(spec), now=world.clock.now()
    )
    world.dag(spec, next_run=due)
    for _ in range(3):
        world.pass_time(3600)
    rows = world.sql(
        "select partition_key, logical_date, data_interval_start, run_id from dag_run order by id limit 3"
    )

    assert [row[0][-2:] for row in rows] == ["23", "00", "01"]
    assert all(row[1:3] == (None, None) for row in rows)
    assert rows[1][3].startswith("scheduled__") and rows[1][3].endswith(f"__{rows[1][0]}")
