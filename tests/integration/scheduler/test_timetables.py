"""§1.12 Custom timetables by plug-in: the plug-in host, and what the scheduler makes of its answers."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.integration.scheduler.world import World, chain
from tests.integration.system.world import until

from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.messages.plugins import (
    Answer,
    ListPlugins,
    ManualRun,
    ManualRunIs,
    MomentIs,
    NextRun,
    PluginsAre,
    Question,
    RunsAre,
    RunsBetween,
)
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.runtime import plugin_hosts
from tradewind.runtime.plugin_asking import Answered
from tradewind.runtime.plugin_hosts import PluginFailed, PluginHosts

WORKDAY = '''
from datetime import timedelta
import time, os
from pendulum import UTC, DateTime
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

class AfterWorkday(Timetable):
    """A run for each Monday to Friday, when the day is over."""

    def __init__(self, hours=0):
        self.hours = hours

    def serialize(self):
        return {"hours": self.hours}

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.start.add(days=1)
        elif restriction.earliest is None:
            return None
        else:
            start = restriction.earliest.start_of("day")
        while start.weekday() > 4:
            start = start.add(days=1)
        if restriction.latest is not None and start > restriction.latest:
            return None
        end = start.add(days=1)
        return DagRunInfo(run_after=end.add(hours=self.hours), data_interval=DataInterval(start, end))

class Newer(Timetable):
    def next_dagrun_info_v2(self, *, last_dagrun_info, restriction):
        last = last_dagrun_info.run_after if last_dagrun_info else restriction.earliest
        return DagRunInfo.exact(last.add(hours=1))

class Raises(Timetable):
    def next_dagrun_info(self, **_):
        raise ValueError("no idea")

class Hangs(Timetable):
    def next_dagrun_info(self, **_):
        while True:
            time.sleep(1)

class Dies(Timetable):
    def next_dagrun_info(self, **_):
        os._exit(3)

class Naive(Timetable):
    def next_dagrun_info(self, **_):
        from datetime import datetime
        return DagRunInfo.exact(datetime(2024, 1, 1))

class Hidden(Timetable):
    pass

class Standing(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        return DagRunInfo.exact(restriction.earliest)

class Named(AfterWorkday):
    """2.x: the id is made of the logical date."""

    def infer_manual_data_interval(self, *, run_after):
        return DataInterval(run_after.subtract(days=3), run_after)

    def generate_run_id(self, *, run_type, logical_date, data_interval, **extra):
        return f"{run_type.value}__{logical_date:%d}_of_{data_interval.end:%d}"

class Newest(Timetable):
    """3.x: by run_after; runs are for partitions."""

    description, can_be_scheduled, periodic, active_runs_limit = "by hand", False, False, 2

    def next_dagrun_info_v2(self, *, last_dagrun_info, restriction):
        at = restriction.earliest if last_dagrun_info is None else last_dagrun_info.partition_date.add(days=1)
        return DagRunInfo(at, None, at, at.strftime("%Y-%m-%d"))

    def generate_run_id(self, *, run_type, run_after, data_interval, partition_key=None):
        return run_type.generate_run_id(suffix=f"at_{run_after:%H}_{partition_key or 'none'}")

class Strange(Timetable):
    def infer_manual_data_interval(self, *, run_after):
        return DataInterval(run_after, run_after.subtract(days=1))

class Odd(Timetable):
    def generate_run_id(self, **_):
        return "../../etc"

class Plugin(AirflowPlugin):
    name = "workday"
    timetables = [
        AfterWorkday, Newer, Raises, Hangs, Dies, Naive, Standing, Named, Newest, Strange, Odd,
    ]
'''
FRIDAY = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "workday.py").write_text(WORKDAY)
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    return folder


@pytest.fixture
def hosts(plugins: Path) -> Iterator[PluginHosts]:
    found = PluginHosts(folder=plugins, environ=os.environ, limit=20)
    yield found
    found.close()


def about(name: str, **more: object) -> NextRun:
    return NextRun(name=f"workday.{name}", earliest=FRIDAY, **more)  # type: ignore[arg-type]


def runs(hosts: PluginHosts, question: Question) -> tuple[RunInfo, ...]:
    answer = hosts.ask(question)
    assert isinstance(answer, RunsAre)
    return answer.runs


def after(start: datetime, end: datetime) -> RunInfo:
    return RunInfo(run_after=end, logical_date=start, data_interval=DataInterval(start, end))


def failure(hosts: PluginHosts, question: Question) -> str:
    with pytest.raises(PluginFailed) as caught:
        hosts.ask(question)
    assert str(caught.value).startswith(f"The plug-in's {question.name} gives no answer: ")
    return str(caught.value)


def test_a_host_computes_with_what_plug_ins_registered(hosts: PluginHosts) -> None:
    monday, saturday = FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=1)
    (first,) = runs(hosts, about("AfterWorkday", data={"hours": 2}))
    assert first == RunInfo(
        run_after=FRIDAY + timedelta(hours=26), logical_date=FRIDAY,
        data_interval=DataInterval(FRIDAY, saturday),
    )  # fmt: skip
    (second,) = runs(hosts, about("AfterWorkday", last=after(FRIDAY, saturday)))
    assert (second.logical_date, second.run_after) == (monday, monday + timedelta(days=1))
    assert runs(hosts, about("AfterWorkday", last=after(FRIDAY, saturday), latest=FRIDAY)) == ()
    (newer,) = runs(hosts, about("Newer", last=after(FRIDAY, FRIDAY)))
    assert newer.run_after == FRIDAY + timedelta(hours=1)


def test_runs_of_partitions_and_ids_of_ones_own(hosts: PluginHosts) -> None:
    (first,) = runs(hosts, about("Newest"))
    assert (first.partition_key, first.partition_date) == ("2024-05-17", FRIDAY)
    assert first.run_id == "scheduled__at_00_2024-05-17"
    (second,) = runs(hosts, about("Newest", last=first))
    assert second.partition_key == "2024-05-18"
    (named,) = runs(hosts, about("Named"))
    assert named.run_id == "scheduled__17_of_18"


def test_what_a_backfill_asks(hosts: PluginHosts) -> None:
    span = {"earliest": FRIDAY, "latest": FRIDAY + timedelta(days=5)}
    found = runs(hosts, RunsBetween(name="workday.Named", **span))
    assert [run.logical_date.day for run in found] == [17, 20, 21, 22]
    assert [run.run_id for run in found][:2] == ["backfill__17_of_18", "backfill__20_of_21"]
    assert "which is not later" in failure(hosts, RunsBetween(name="workday.Standing", **span))


def manual(name: str, **more: object) -> ManualRun:
    at = FRIDAY + timedelta(hours=5)
    fields = {"run_type": "manual", "run_after": at, "logical_date": at, **more}
    return ManualRun(name=f"workday.{name}", **fields)  # type: ignore[arg-type]


def test_what_a_manual_run_asks(hosts: PluginHosts) -> None:
    at = FRIDAY + timedelta(hours=5)
    named = hosts.ask(manual("Named"))
    assert named == ManualRunIs(interval=DataInterval(at - timedelta(days=3), at), run_id="manual__17_of_17")
    newest = hosts.ask(manual("Newest", logical_date=None))
    assert newest == ManualRunIs(run_id="manual__at_05_none")
    given = DataInterval(FRIDAY, at)
    assert hosts.ask(manual("Strange", interval=given)) == ManualRunIs(interval=given)
    assert "which is earlier" in failure(hosts, manual("Strange"))
    assert "generate_run_id gave '../../etc', which is no run id" in failure(hosts, manual("Odd"))


def test_a_host_tells_what_went_wrong_and_goes_on(hosts: PluginHosts) -> None:
    raised = failure(hosts, about("Raises"))
    assert "ValueError('no idea') in " in raised
    assert "workday.py, line " in raised
    assert "a date with a time zone is needed" in failure(hosts, about("Naive"))
    assert "workday.Hidden is not registered: list it in timetables = [...]" in failure(
        hosts, about("Hidden")
    )
    unknown = failure(hosts, about("AfterWorkdya"))
    assert "Did you mean 'workday.AfterWorkday'?" in unknown
    assert "broken.py cannot be loaded" in unknown
    assert len(runs(hosts, about("AfterWorkday"))) == 1


def test_one_that_hangs_or_dies_harms_nobody_else(plugins: Path) -> None:
    hosts = PluginHosts(folder=plugins, environ=os.environ, limit=6)
    ended: dict[str, float] = {}
    told: list[str] = []

    def hang() -> None:
        told.append(failure(hosts, about("Hangs")))
        ended["hangs"] = time.monotonic()

    try:
        assert len(runs(hosts, about("AfterWorkday"))) == 1
        thread = threading.Thread(target=hang)
        thread.start()
        assert "the plug-in host died of it" in failure(hosts, about("Dies"))
        assert len(runs(hosts, about("AfterWorkday"))) == 1
        ended["fine"] = time.monotonic()
        thread.join(30)
        assert told == ["The plug-in's workday.Hangs gives no answer: it did not answer in 6 s."]
        assert ended["fine"] < ended["hangs"]
    finally:
        hosts.close()


def test_many_who_wait_for_one_that_hangs_are_not_all_kept(plugins: Path) -> None:
    hosts = PluginHosts(folder=plugins, environ=os.environ, limit=60)
    told: queue.Queue[str] = queue.Queue()
    threads = [
        threading.Thread(target=lambda: told.put(failure(hosts, about("Hangs"))))
        for _ in range(plugin_hosts.IN_LINE + 3)
    ]
    for thread in threads:
        thread.start()
    assert "too many wait for its answers already" in told.get(timeout=30)
    hosts.close()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


def test_an_edited_plug_in_is_loaded_again(plugins: Path, hosts: PluginHosts) -> None:
    found = []
    for hours in ("0", "5"):
        (plugins / "workday.py").write_text(WORKDAY.replace("hours=0", f"hours={hours}"))
        found += runs(hosts, about("AfterWorkday"))
    assert found[1].run_after == found[0].run_after + timedelta(hours=5)


def test_a_host_that_nobody_needs_is_closed(plugins: Path) -> None:
    hosts = PluginHosts(folder=plugins, environ=os.environ, limit=20, idle=0.2)
    try:
        said = hosts.ask(ListPlugins())
        assert isinstance(said, PluginsAre)
        assert [(one.name, one.source) for one in said.plugins] == [("workday", "$PLUGINS_FOLDER/workday.py")]
        assert "workday.Named" in said.plugins[0].parts["timetables"]
        assert [source for source, _ in said.problems] == ["$PLUGINS_FOLDER/broken.py"]
        until(lambda: not living_hosts(plugins), lambda: str(living_hosts(plugins)))
        assert isinstance(hosts.ask(ListPlugins()), PluginsAre)
        assert len(living_hosts(plugins)) == 1
    finally:
        hosts.close()
    assert living_hosts(plugins) == []


def living_hosts(plugins: Path) -> list[str]:
    """Command lines of the plug-in hosts of that folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().decode(errors="replace").split("\0")
            if "tradewind.worker.plugin_host" in words and str(plugins) in words:
                found.append(" ".join(words))
    return found


# --- work that plug-ins have a say in ----------------------------------------------------------------------


def test_work_is_done_again_from_its_beginning_with_each_answer() -> None:
    asked: list[str] = []
    begun: list[int] = []

    def ask(question: Question) -> Answer:
        asked.append(question.name)
        return MomentIs(at=FRIDAY)

    def work(known: plugin_hosts.Ask) -> list[Answer]:
        begun.append(len(asked))
        return [known(about("A")), known(about("B")), known(about("A"))]

    assert plugin_hosts.with_answers(ask, work) == [MomentIs(at=FRIDAY)] * 3
    assert (asked, begun) == (["workday.A", "workday.B"], [0, 1, 2])


def test_work_that_asks_without_end_is_ended() -> None:
    numbers = itertools.count()
    with pytest.raises(PluginFailed, match="more than 20 answers"):
        plugin_hosts.with_answers(lambda _: MomentIs(), lambda known: known(about(f"T{next(numbers)}")))


# --- the scheduler ---------------------------------------------------------------------------------------


class Host:
    """A host that answers when a test says so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[tuple[Question, Answered]] = []
        world.core.use_plugins(lambda question, answered: self.open.append((question, answered)))

    @property
    def asked(self) -> list[NextRun]:
        return [question for question, _ in self.open if isinstance(question, NextRun)]

    def say(self, hour: int | None = None, error: str = "", **more: object) -> None:
        _, answered = self.open.pop(0)
        if error:
            answered(PluginFailed("m.T", error))
        else:
            found = () if hour is None else (after(FRIDAY.replace(hour=hour), FRIDAY.replace(hour=hour)),)
            answered(RunsAre(runs=tuple(msgspec.structs.replace(one, **more) for one in found)))
        self.world.work()


def hours(world: World) -> list[str]:
    return [row[0] for row in world.sql("select strftime('%H', logical_date) from dag_run order by id")]


def plugin_dag(world: World, **more: object) -> DagSpec:
    world.clock.advance((FRIDAY + timedelta(days=1) - world.clock.now()).total_seconds())
    spec = world.dag(chain("d", 1, timetable=PluginTimetable(name="m.T"), start_date=FRIDAY, **more))
    world.sql("update dag set timetable_type = 'PluginTimetable'")
    return spec


def test_each_run_asks_for_the_next_one(world: World) -> None:
    host = Host(world)
    plugin_dag(world)
    world.pass_time(1)
    assert host.asked[0].earliest == FRIDAY
    assert host.asked[0].last is None
    host.say(1)
    assert hours(world) == ["01"]
    assert host.asked[0].last == after(FRIDAY.replace(hour=1), FRIDAY.replace(hour=1))
    host.say(2)
    assert hours(world) == ["01", "02"]


def test_no_turn_waits_and_nothing_is_asked_twice(world: World) -> None:
    host = Host(world)
    plugin_dag(world)
    for _ in range(3):
        world.pass_time(1)
    assert len(host.asked) == 1
    assert hours(world) == []


def test_a_timetable_that_wants_no_more_runs_is_left_alone(world: World) -> None:
    host = Host(world)
    plugin_dag(world)
    world.pass_time(1)
    host.say(None)
    world.pass_time(120)
    assert host.asked == []


def test_a_timetable_that_fails_is_asked_again_later_and_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(world)
    plugin_dag(world)
    world.pass_time(1)
    with caplog.at_level("WARNING"):
        host.say(error="it did not answer in 10 s")
    assert (
        "DAG d keeps the next run that it has: The plug-in's m.T gives no answer: it did not answer in 10 s."
        in caplog.text
    )
    world.pass_time(30)
    assert host.asked == []
    world.pass_time(31)
    host.say(3)
    assert hours(world) == ["03"]


def test_an_answer_about_an_older_version_is_dropped(world: World) -> None:
    host = Host(world)
    spec = plugin_dag(world)
    world.pass_time(1)
    world.edit(DagSpec(dag_id="d", tasks=spec.tasks, timetable=PluginTimetable(name="m.Other")))
    world.pass_time(1)
    host.say(1)
    assert hours(world) == []
    assert [one.name for one in host.asked] == ["m.Other"]


def test_ids_and_partitions_of_plug_ins_outlive_a_scheduler(world: World) -> None:
    host = Host(world)
    plugin_dag(world, max_active_runs=1)
    world.pass_time(1)
    host.say(1)
    host.say(2, run_id="scheduled__mine", partition_key="p2", partition_date=FRIDAY)
    assert hours(world) == ["01"]
    world.start()
    Host(world)
    world.sql("update dag_run set state = 'success', row_version = row_version + 1")
    world.pass_time(1)
    made = world.sql("select run_id, partition_key, partition_date, logical_date from dag_run order by id")
    assert [tuple(row[:2]) for row in made][1:] == [("scheduled__mine", "p2")]
    assert made[1][2].startswith("2024-05-17")
    assert made[1][3] is None


def test_an_id_that_a_plug_in_gives_twice_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    host = Host(world)
    plugin_dag(world)
    world.pass_time(1)
    host.say(1, run_id="same")
    with caplog.at_level("WARNING"):
        host.say(2, run_id="same")
    assert "DAG d leaves out a scheduled run" in caplog.text
    assert hours(world) == ["01"]


def test_a_timetable_that_makes_no_runs_on_its_own_is_not_asked(world: World) -> None:
    host = Host(world)
    world.dag(chain("d", 1, timetable=PluginTimetable(name="m.T", scheduled=False), start_date=FRIDAY))
    world.sql("update dag set timetable_type = 'PluginTimetable'")
    world.pass_time(5)
    assert host.open == []
