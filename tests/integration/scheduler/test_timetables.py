"""§1.12 Custom timetables by plug-in: the plug-in host, and what the scheduler makes of its answers."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.scheduler.world import World, chain

from tradewind.domain.messages.plugins import AskTimetable, TimetableSays
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.scheduler.plugin_host import PluginHost

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

class Plugin(AirflowPlugin):
    name = "workday"
    timetables = [AfterWorkday, Newer, Raises, Hangs, Dies, Naive]
'''
FRIDAY = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "workday.py").write_text(WORKDAY)
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    return folder


def ask(folder: Path, *questions: AskTimetable, limit: float = 20.0) -> list[TimetableSays]:
    """What a host with that folder answers, in order."""

    async def talk() -> list[TimetableSays]:
        answers: asyncio.Queue[TimetableSays] = asyncio.Queue()
        host = PluginHost(folder=folder, environ=os.environ, answered=answers.put_nowait, limit=limit)
        try:
            for question in questions:
                host.ask(question)
            return [await asyncio.wait_for(answers.get(), 60) for _ in questions]
        finally:
            await host.close()

    return asyncio.run(talk())


def about(name: str, ticket: int = 1, **more: object) -> AskTimetable:
    return AskTimetable(ticket=ticket, dag_id="d", name=f"workday.{name}", earliest=FRIDAY, **more)  # type: ignore[arg-type]


def test_a_host_computes_with_what_plug_ins_registered(plugins: Path) -> None:
    monday = FRIDAY + timedelta(days=3)
    first, second, third, newer = ask(
        plugins,
        about("AfterWorkday", 1, data={"hours": 2}),
        about("AfterWorkday", 2, last_start=FRIDAY, last_end=FRIDAY + timedelta(days=1)),
        about("AfterWorkday", 3, last_start=FRIDAY, last_end=FRIDAY, latest=FRIDAY),
        about("Newer", 4, last_run_after=FRIDAY),
    )
    assert first == TimetableSays(
        ticket=1, run_after=FRIDAY + timedelta(hours=26), start=FRIDAY, end=FRIDAY + timedelta(days=1)
    )
    assert (second.start, second.run_after) == (monday, monday + timedelta(days=1))
    assert third == TimetableSays(ticket=3)
    assert newer.run_after == FRIDAY + timedelta(hours=1)


def test_a_host_tells_what_went_wrong_and_goes_on(plugins: Path) -> None:
    raised, naive, hidden, unknown, fine = ask(
        plugins, about("Raises", 1), about("Naive", 2), about("Hidden", 3), about("AfterWorkdya", 4),
        about("AfterWorkday", 5),
    )  # fmt: skip
    assert "ValueError('no idea') in " in raised.error
    assert "workday.py, line " in raised.error
    assert "a date with a time zone is needed" in naive.error
    assert "workday.Hidden is not registered: list it in timetables = [...]" in hidden.error
    assert "Did you mean 'workday.AfterWorkday'?" in unknown.error
    assert "broken.py cannot be loaded" in unknown.error
    assert fine.run_after is not None


def test_one_that_hangs_or_dies_harms_nobody_else(plugins: Path) -> None:
    hangs, dies, fine = ask(plugins, about("Hangs", 1), about("Dies", 2), about("AfterWorkday", 3), limit=5.0)
    assert hangs.error == "workday.Hangs did not answer in 5 s"
    assert dies.error.startswith("the plug-in host died of workday.Dies")
    assert fine.run_after is not None


def test_an_edited_plug_in_is_loaded_again(plugins: Path) -> None:
    async def talk() -> list[TimetableSays]:
        answers: asyncio.Queue[TimetableSays] = asyncio.Queue()
        host = PluginHost(folder=plugins, environ=os.environ, answered=answers.put_nowait, limit=20)
        found = []
        try:
            for hours in ("0", "5"):
                (plugins / "workday.py").write_text(WORKDAY.replace("hours=0", f"hours={hours}"))
                host.ask(about("AfterWorkday"))
                found.append(await asyncio.wait_for(answers.get(), 60))
        finally:
            await host.close()
        return found

    before, after = asyncio.run(talk())
    assert before.run_after is not None
    assert after.run_after == before.run_after + timedelta(hours=5)


# --- the scheduler ---------------------------------------------------------------------------------------


class Host:
    """A host that answers when a test says so."""

    def __init__(self, world: World) -> None:
        self.world, self.asked = world, list[AskTimetable]()
        world.core.creation.timetables.ask = self.asked.append

    def say(self, hour: int | None = None, error: str = "") -> None:
        question = self.asked.pop(0)
        at = None if hour is None else FRIDAY.replace(hour=hour)
        self.world.core.creation.timetables.answered(
            TimetableSays(ticket=question.ticket, run_after=at, start=at, end=at, error=error),
            self.world.clock.now(),
        )
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
    assert host.asked[0].last_start is None
    host.say(1)
    assert hours(world) == ["01"]
    assert host.asked[0].last_start == FRIDAY.replace(hour=1)
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
    assert "DAG d keeps the next run that it has: it did not answer in 10 s" in caplog.text
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
