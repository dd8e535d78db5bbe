"""§1.11 Partition mappers and windows of people's own: the plug-in host computes, the scheduler waits for
nothing, loses nothing, and makes nothing twice.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.scheduler.test_assets import leaf, producer, update
from tests.integration.scheduler.test_partitions import made
from tests.integration.scheduler.world import World, chain

from tradewind.authoring import partition_policies
from tradewind.authoring import partitions as authoring
from tradewind.authoring.partition_windows import SegmentWindow
from tradewind.domain import codec
from tradewind.domain.errors import DagDefinitionError
from tradewind.domain.messages.plugins import (
    Answer,
    CarryDate,
    KeysAre,
    MapKey,
    PartitionArrived,
    PartitionIs,
    PartitionNeeds,
    PartitionSatisfied,
    Question,
)
from tradewind.domain.spec import DagSpec, partitions
from tradewind.domain.spec.timetable import PartitionedAssetTimetable
from tradewind.runtime.plugin_asking import Answered
from tradewind.runtime.plugin_hosts import PluginFailed, PluginHosts

PLUGIN = '''
from datetime import datetime, timedelta
from airflow.partition_mappers.base import PartitionMapper
from airflow.partition_mappers.temporal import StartOfDayMapper
from airflow.partition_mappers.window import Window
from airflow.plugins_manager import AirflowPlugin

class Region(PartitionMapper):
    """``eu::sales`` to ``sales``."""

    def __init__(self, region, *, max_downstream_keys=None):
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.region = region

    def to_downstream(self, key):
        if key == "no":
            raise ValueError("no such place")
        if key == "list":
            return ["a", "b"]
        if key == "bad":
            return [3]
        return key.removeprefix(self.region + "::")

    def serialize(self):
        return {"region": self.region, **super().serialize()}

class Late(StartOfDayMapper):
    """The day of what happened until four in the morning is the day before."""

    def to_downstream(self, key):
        moment = datetime.strptime(key, self.input_format) - timedelta(hours=4)
        return super().to_downstream(moment.strftime(self.input_format))

class Weekdays(Window):
    expected_decoded_type = datetime

    def to_upstream(self, period_start):
        days = (period_start + timedelta(days=n) for n in range(7))
        return (day for day in days if day.weekday() < 5)

class Plugin(AirflowPlugin):
    name = "places"
    partition_mappers = [Region, Late]
    windows = [Weekdays]
'''
REGION = partitions.PluginMapper(name="places.Region", data={"region": "eu"})


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[PluginHosts]:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "places.py").write_text(PLUGIN)
    found = PluginHosts(folder=tmp_path / "plugins", environ=os.environ, limit=20)
    yield found
    found.close()


def keys(hosts: PluginHosts, mapper: Any, key: str) -> KeysAre:
    answer = hosts.ask(MapKey(name="places.Region", mapper=mapper, key=key))
    assert isinstance(answer, KeysAre)
    return answer


def test_a_mapper_maps_and_refuses(hosts: PluginHosts) -> None:
    assert keys(hosts, REGION, "eu::sales").keys == ("sales",)
    assert keys(hosts, REGION, "list").keys == ("a", "b")
    assert keys(hosts, REGION, "no").refused == "ValueError('no such place')"
    assert "places.Region gave 3 as a partition key" in keys(hosts, REGION, "bad").refused
    with pytest.raises(PluginFailed, match=r"partition mapper places\.Rgion is not registered"):
        keys(hosts, partitions.PluginMapper(name="places.Rgion"), "x")


def test_parts_of_built_in_mappers(hosts: PluginHosts) -> None:
    upper = partitions.ChainMapper(mappers=(REGION, partitions.AllowedKeyMapper(allowed_keys=("sales",))))
    assert keys(hosts, upper, "eu::sales").keys == ("sales",)
    assert "'us::sales' is not one of the allowed keys" in keys(hosts, upper, "us::sales").refused
    late = partitions.PluginMapper(
        name="places.Late",
        data={"timezone": "UTC", "input_format": "%Y-%m-%dT%H", "output_format": "%Y-%m-%d"},
    )
    assert keys(hosts, late, "2024-05-17T03").keys == ("2024-05-16",)
    weeks = authoring.StartOfWeekMapper(input_format="%Y-%m-%d", output_format="%Y-%m-%d").spec()
    rollup = partitions.RollupMapper(
        upstream_mapper=weeks, window=partitions.Window(unit="plugin", name="places.Weekdays")
    )
    needs = hosts.ask(PartitionNeeds(name="places.Weekdays", mapper=rollup, key="2024-05-13"))
    assert needs == PartitionIs(
        expected=frozenset(f"2024-05-{day}" for day in range(13, 18)),
        date=datetime(2024, 5, 13, tzinfo=UTC),
    )


# --- the scheduler ---------------------------------------------------------------------------------------


class Host:
    """A host that answers when a test says so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[tuple[Any, Answered]] = []
        world.core.use_plugins(self._take)

    def _take(self, question: Question, answered: Answered) -> None:
        self.open.append((question, answered))

    def asked(self) -> list[str]:
        return [question.key for question, _ in self.open]

    def say(self, key: str, answer: Answer | PluginFailed) -> None:
        """Answer the question about that key."""
        (found,) = [each for each in self.open if each[0].key == key]
        self.open.remove(found)
        found[1](answer)
        self.world.work()
        self.tell_dates()

    def tell_dates(self) -> None:
        """Partitions of mappers that are no roll-ups stand for no moment."""
        while plain := [each for each in self.open if _asks_only_for_a_date(each[0])]:
            self.open.remove(plain[0])
            plain[0][1](PartitionIs())
            self.world.work()


def _asks_only_for_a_date(question: Any) -> bool:
    return isinstance(question, PartitionNeeds) and isinstance(question.mapper, partitions.PluginMapper)


def consumer(world: World, mapper: Any = REGION, dag_id: str = "c") -> DagSpec:
    spec = chain(dag_id, 1, timetable=PartitionedAssetTimetable(condition=leaf("a"), default_mapper=mapper))
    assert codec.decode(codec.encode(spec)) == spec
    return world.dag(spec)


def queue(world: World) -> list[str]:
    return [row[0] for row in world.sql("select target_dag_id from asset_dag_run_queue order by 1")]


def test_events_are_mapped_in_order_as_answers_come(world: World) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world)
    update(world, spec, "one", partition_keys=["eu::x", "eu::y"])
    assert host.asked() == ["eu::x", "eu::y"]
    host.say("eu::y", KeysAre(keys=("y",)))
    assert made(world) == []
    assert queue(world) == ["c"]
    host.say("eu::x", KeysAre(keys=("x",)))
    assert made(world) == [("x", [1]), ("y", [2])]
    assert queue(world) == []
    update(world, spec, "two", partition_keys=["eu::x"])
    assert made(world) == [("x", [1]), ("y", [2]), ("x", [3])]


def test_a_dag_that_waits_holds_up_no_other(world: World) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world)
    consumer(world, partitions.IdentityMapper(), "other")
    update(world, spec, "one", partition_keys=["eu::x"])
    assert world.sql("select dag_id, partition_key from dag_run where partition_key is not null") == [
        ("other", "eu::x")
    ]
    host.say("eu::x", KeysAre(keys=("x",)))
    assert made(world) == [("x", [1])]


def test_a_scheduler_that_dies_meanwhile_loses_nothing(world: World) -> None:
    Host(world)
    spec = producer(world, "p", "a")
    consumer(world)
    update(world, spec, "one", partition_keys=["eu::x"])
    world.start()
    host = Host(world)
    world.pass_time(1)
    host.say("eu::x", KeysAre(keys=("x",)))
    assert made(world) == [("x", [1])]
    world.start()
    again = Host(world)
    world.pass_time(1)
    assert (again.open, made(world)) == ([], [("x", [1])])


def test_a_mapper_that_gives_no_answer_is_asked_again_later(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world)
    update(world, spec, "one", partition_keys=["eu::x"])
    with caplog.at_level("WARNING"):
        host.say("eu::x", PluginFailed("places.Region", "it did not answer in 10 s"))
    assert (
        "The plug-in's places.Region gives no answer: it did not answer in 10 s. It is asked" in caplog.text
    )
    world.pass_time(30)
    assert (host.open, queue(world)) == ([], ["c"])
    world.pass_time(31)
    host.say("eu::x", KeysAre(keys=("x",)))
    assert made(world) == [("x", [1])]


def test_an_event_that_the_mapper_refuses_is_passed_over(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world)
    update(world, spec, "one", partition_keys=["no", "eu::x"])
    host.say("eu::x", KeysAre(keys=("x",)))
    with caplog.at_level("WARNING"):
        host.say("no", KeysAre(refused="ValueError('no such place')"))
    assert "places.Region does not take the key 'no': ValueError('no such place')" in caplog.text
    assert made(world) == [("x", [2])]
    assert queue(world) == []


def test_a_roll_up_of_a_plug_in_waits_for_what_the_plug_in_names(world: World) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    rollup = partitions.RollupMapper(
        upstream_mapper=REGION, window=partitions.Window(unit="plugin", name="places.Weekdays")
    )
    consumer(world, rollup)
    update(world, spec, "one", partition_keys=["mon"])
    host.say("mon", KeysAre(keys=("week",)))
    assert (host.asked(), made(world), queue(world)) == (["week"], [], ["c"])
    update(world, spec, "two", partition_keys=["tue"])
    host.say("tue", KeysAre(keys=("week",)))
    date = datetime(2024, 5, 13, tzinfo=UTC)
    host.say("week", PartitionIs(expected=frozenset({"mon", "tue"}), date=date))
    assert made(world) == [("week", [1, 2])]
    assert queue(world) == []
    ((kept,),) = world.sql("select partition_date from dag_run where dag_id = 'c'")
    assert kept.startswith("2024-05-13")


# --- wait policies and dates of mappers of one's own -----------------------------------------------------

OWN = """
from datetime import timedelta
from airflow.partition_mappers.base import PartitionMapper
from airflow.partition_mappers.identity import IdentityMapper
from airflow.partition_mappers.wait_policy import WaitPolicy
from airflow.plugins_manager import AirflowPlugin

class NotWithoutMonday(WaitPolicy):
    def is_satisfied_by_keys(self, *, matched, expected):
        from airflow.partition_mappers.wait_policy import PartitionSatisfaction
        return PartitionSatisfaction("mon" in matched and len(matched) > 1, False, None)

class Half(WaitPolicy):
    def is_satisfied(self, matched, expected):
        return matched * 2 >= expected

    def is_unreachable(self, expected):
        return expected == 0

class Week(PartitionMapper):
    is_rollup = True
    days = ["mon", "tue", "wed"]

    def __init__(self, policy="monday"):
        super().__init__()
        self.wait_policy = {"monday": NotWithoutMonday, "half": Half}[policy]()
        self.policy = policy

    def to_downstream(self, key):
        return "week"

    def to_upstream(self, key):
        return [] if key == "empty" else self.days

    def serialize(self):
        return {"policy": self.policy}

class DayAfter(PartitionMapper):
    def to_downstream(self, key):
        return key

    def carry_partition_date(self, source_partition_date):
        if source_partition_date is None:
            raise ValueError("no date")
        return source_partition_date + timedelta(days=1)

class Same(IdentityMapper):
    pass

class Plugin(AirflowPlugin):
    name = "own"
    partition_mappers = [Week, DayAfter, Same]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PluginHosts, Any]]:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "own_policies.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path / "plugins")
    found = PluginHosts(folder=tmp_path / "plugins", environ=os.environ, limit=20)
    yield found, importlib.import_module("own_policies")
    found.close()
    del sys.modules["own_policies"]


def _satisfied(hosts: PluginHosts, mapper: Any, key: str, *arrived: str) -> PartitionSatisfied:
    said = hosts.ask(PartitionArrived(name=mapper.name, mapper=mapper, key=key, arrived=arrived))
    assert isinstance(said, PartitionSatisfied)
    return said


def test_a_wait_policy_of_a_mapper_of_ones_own_is_asked(own: tuple[PluginHosts, Any]) -> None:
    hosts, module = own
    week = module.Week().spec()
    assert (week.rollup, week.asks_policy, week.minimum) == (True, True, None)
    assert _satisfied(hosts, week, "week", "tue", "wed") == PartitionSatisfied(satisfied=False)
    assert _satisfied(hosts, week, "week", "mon", "wed") == PartitionSatisfied(satisfied=True)
    half = module.Week(policy="half").spec()
    assert _satisfied(hosts, half, "week", "tue").satisfied is False
    assert _satisfied(hosts, half, "week", "tue", "wed").satisfied is True
    assert _satisfied(hosts, half, "empty").refused == "Half() asks for more than the 0 keys of the window"


def test_a_mapper_of_ones_own_carries_the_date_of_the_run_upstream(own: tuple[PluginHosts, Any]) -> None:
    hosts, module = own
    day_after, same, week = module.DayAfter().spec(), module.Same().spec(), module.Week().spec()
    assert (day_after.carries, same.carries, week.carries) == (True, True, False)
    date = datetime(2024, 5, 17, tzinfo=UTC)
    asked = CarryDate(name=day_after.name, mapper=day_after, date=date)
    assert hosts.ask(asked) == PartitionIs(date=datetime(2024, 5, 18, tzinfo=UTC))
    assert hosts.ask(CarryDate(name=same.name, mapper=same, date=date)) == PartitionIs(date=date)
    nothing = CarryDate(name=day_after.name, mapper=day_after)
    assert hosts.ask(nothing) == PartitionIs(refused="ValueError('no date')")


def test_a_built_in_roll_up_refuses_a_wait_policy_that_nobody_could_ask() -> None:
    class Mine(partition_policies.WaitPolicy):
        pass

    rollup = authoring.RollupMapper(
        upstream_mapper=authoring.IdentityMapper(),
        window=SegmentWindow(["a", "b"]),
        wait_policy=Mine(),
    )
    with pytest.raises(DagDefinitionError, match="WaitForAll and MinimumCount, got Mine"):
        rollup.spec()


def test_the_scheduler_asks_the_policy_of_a_plug_in(world: World) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world, partitions.PluginMapper(name="own.Week", rollup=True, asks_policy=True))
    update(world, spec, "one", partition_keys=["tue"])
    host.say("tue", KeysAre(keys=("week",)))
    assert [(type(one), one.arrived) for one, _ in host.open] == [(PartitionArrived, ("tue",))]
    host.say("week", PartitionSatisfied(satisfied=False))
    assert made(world) == []
    update(world, spec, "two", partition_keys=["mon"])
    host.say("mon", KeysAre(keys=("week",)))
    assert [one.arrived for one, _ in host.open] == [("mon", "tue")]
    host.say("week", PartitionSatisfied(satisfied=True))
    assert made(world) == [("week", [1, 2])]


def test_the_scheduler_asks_which_date_a_run_downstream_has(world: World) -> None:
    host = Host(world)
    spec = producer(world, "p", "a")
    consumer(world, partitions.PluginMapper(name="own.DayAfter", carries=True))
    update(world, spec, "one", partition_keys=["x"])
    host.say("x", KeysAre(keys=("x",)))
    ((asked, answered),) = host.open
    assert isinstance(asked, CarryDate)
    answered(PartitionIs(date=datetime(2024, 5, 18, tzinfo=UTC)))
    world.work()
    assert made(world) == [("x", [1])]
    ((kept,),) = world.sql("select partition_date from dag_run where dag_id = 'c'")
    assert kept.startswith("2024-05-18")
