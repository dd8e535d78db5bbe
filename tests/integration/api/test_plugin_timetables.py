"""§1.12 Runs that people and tasks ask for, of DAGs whose timetable a plug-in brings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.api.test_data_server import DataWorld
from tests.integration.api.world import World
from tests.integration.scheduler.test_timetables import WORKDAY

from tradewind.domain.messages import data
from tradewind.domain.spec.timetable import PluginTimetable

AT = "2024-05-17T05:00:00Z"
HANGING = """
import time
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import Timetable

class Hangs(Timetable):
    def infer_manual_data_interval(self, *, run_after):
        time.sleep(600)

class Raises(Timetable):
    def infer_manual_data_interval(self, *, run_after):
        raise LookupError("no calendar")

class Plugin(AirflowPlugin):
    name = "hanging"
    timetables = [Hangs, Raises]
"""


def write_plugins(home: Path) -> None:
    (home / "plugins").mkdir(exist_ok=True)
    (home / "plugins" / "workday.py").write_text(WORKDAY)
    (home / "plugins" / "hanging.py").write_text(HANGING)


def of_plugin(world: World, dag_id: str, name: str, **more: Any) -> str:
    timetable = PluginTimetable(name=name, infers=True, **more)
    world.dag(dag_id, timetable=timetable)
    return dag_id


@pytest.fixture(scope="module", autouse=True)
def _plugins(world: World) -> None:
    write_plugins(world.home)


def trigger(client: httpx.Client, dag_id: str, **body: object) -> httpx.Response:
    return client.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": AT, **body})


def test_a_run_has_the_interval_and_the_id_that_the_plug_in_gives(world: World, admin: httpx.Client) -> None:
    dag_id = of_plugin(world, "named", "workday.Named", names=True)
    made = trigger(admin, dag_id).json()
    assert made["dag_run_id"] == "manual__17_of_17"
    assert (made["data_interval_start"], made["data_interval_end"]) == ("2024-05-14T05:00:00Z", AT)
    world.wakes()
    again = trigger(admin, dag_id, logical_date="2024-05-17T06:00:00Z")
    assert again.status_code == 409
    assert world.wakes() == []
    rows = world.sql("SELECT count(*) FROM log WHERE dag_id = ? AND event = 'trigger_dag_run'", dag_id)
    assert rows == [(1,)]


def test_what_people_give_themselves_stands(world: World, admin: httpx.Client) -> None:
    dag_id = of_plugin(world, "given", "workday.Strange", names=False)
    span = {"data_interval_start": "2024-05-01T00:00:00Z", "data_interval_end": "2024-05-02T00:00:00Z"}
    made = trigger(admin, dag_id, dag_run_id="mine", **span).json()
    assert {name: made[name] for name in span} == span
    assert made["dag_run_id"] == "mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("workday.Strange", "which is earlier"),
        ("hanging.Raises", "LookupError('no calendar') in "),
        ("hanging.Hangs", "it did not answer in 3 s"),
        ("workday.Missing", "timetable workday.Missing is not registered"),
    ],
)
def test_a_plug_in_that_gives_no_answer_is_named_and_nothing_is_written(
    world: World, admin: httpx.Client, name: str, words: str
) -> None:
    dag_id = of_plugin(world, world.fresh("bad"), name)
    world.wakes()
    answer = trigger(admin, dag_id)
    assert answer.status_code == 502
    assert answer.json()["detail"].startswith(f"The plug-in's {name} gives no answer: ")
    assert words in answer.json()["detail"]
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", dag_id) == [(0,)]
    assert world.sql("SELECT count(*) FROM log WHERE dag_id = ?", dag_id) == [(0,)]
    assert world.wakes() == []


def test_an_id_that_is_none_is_the_plug_ins_fault(world: World, admin: httpx.Client) -> None:
    answer = trigger(admin, of_plugin(world, "odd", "workday.Odd", names=True))
    assert answer.status_code == 502
    assert "'../../etc', which is no run id" in answer.json()["detail"]


def test_while_one_hangs_others_are_triggered(world: World, admin: httpx.Client) -> None:
    hangs = of_plugin(world, "hangs", "hanging.Hangs")
    fine = of_plugin(world, "fine", "workday.Named", names=True)
    world.dag("plain")
    ended: dict[str, float] = {}

    def wait() -> None:
        with world.client() as client:
            assert trigger(client, hangs).status_code == 502
        ended["hangs"] = time.monotonic()

    thread = threading.Thread(target=wait)
    thread.start()
    assert trigger(admin, "plain").status_code == 200
    assert trigger(admin, fine).status_code == 200
    ended["fine"] = time.monotonic()
    thread.join(30)
    assert ended["fine"] < ended["hangs"]


def test_a_backfill_has_the_runs_that_the_plug_in_names(world: World, admin: httpx.Client) -> None:
    dag_id = of_plugin(world, "past", "workday.Named", names=True)
    body = {"dag_id": dag_id, "from_date": "2024-05-17T00:00:00Z", "to_date": "2024-05-21T00:00:00Z"}
    shown = admin.post("/api/v2/backfills/dry_run", json=body).json()
    days = [one["logical_date"][:10] for one in shown["backfills"]]
    assert days == ["2024-05-17", "2024-05-20", "2024-05-21"]
    assert admin.post("/api/v2/backfills", json=body).status_code == 200
    rows = world.sql("SELECT run_id, logical_date FROM dag_run WHERE dag_id = ? ORDER BY id", dag_id)
    assert [(run_id, at[:10]) for run_id, at in rows] == [
        ("backfill__17_of_18", "2024-05-17"),
        ("backfill__20_of_21", "2024-05-20"),
        ("backfill__21_of_22", "2024-05-21"),
    ]
    never = of_plugin(world, "never", "workday.Newest", periodic=False)
    assert "has no dates to backfill" in admin.post("/api/v2/backfills", json={**body, "dag_id": never}).text
    broken = of_plugin(world, "broken", "workday.Raises")
    refused = admin.post("/api/v2/backfills", json={**body, "dag_id": broken})
    assert (refused.status_code, world.sql("SELECT count(*) FROM backfill")) == (502, [(1,)])


# --- a task that triggers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataWorld]:
    made = DataWorld(tmp_path_factory.mktemp("home"))
    write_plugins(made.home)
    made.start()
    yield made
    made.close()


def test_a_task_that_triggers_gets_what_the_plug_in_gives(tasks: DataWorld) -> None:
    dag_id = of_plugin(tasks, "named", "workday.Named", names=True)
    _, task = tasks.made("asks")
    told = task.ask(data.TriggerDagRun(dag_id=dag_id, logical_date=datetime.fromisoformat(AT)))
    assert told["run_id"] == "operator_triggered__17_of_17"
    assert tasks.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", dag_id) == [(1,)]


def test_a_task_that_triggers_what_hangs_is_refused_and_holds_up_nobody(tasks: DataWorld) -> None:
    hangs = of_plugin(tasks, "hangs", "hanging.Hangs")
    waiting = [tasks.made("waits")[1] for _ in range(6)]
    for task in waiting:
        task.send(data.TriggerDagRun(dag_id=hangs, logical_date=datetime.fromisoformat(AT)))
    _, other = tasks.made("goes_on")
    began = time.monotonic()
    assert other.ask(data.SetXCom(key="k", value="1")) is None
    assert time.monotonic() - began < 2.5
    refused = waiting[0].receive()
    assert refused.kind == "invalid"
    assert refused.message == "The plug-in's hanging.Hangs gives no answer: it did not answer in 3 s."
    assert tasks.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", hangs) == [(0,)]
