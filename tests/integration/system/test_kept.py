"""§1.16 What tasks keep: state that survives kill -9, jobs that are not started twice, XComs in files."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

KEEPING = (
    load.HEAD
    + """
from airflow.sdk import Asset, BaseOperator, ResumableJobMixin, task

THING = Asset("thing", uri="file:///thing")

def told(what, **more):
    with open(FACTS, "a") as file:
        file.write(json.dumps({"what": what, **more}) + "\\n")

class Job(ResumableJobMixin, BaseOperator):
    def execute(self, context):
        return self.execute_resumable(context)
    def submit_job(self, context):
        told("submitted", at_try=context["ti"].try_number)
        return {"job": 7}
    def get_job_status(self, external_id, context):
        return "RUNNING"
    def is_job_active(self, status):
        return status == "RUNNING"
    def is_job_succeeded(self, status):
        return status == "DONE"
    def poll_until_complete(self, external_id, context):
        tell(context["ti"], "begin")
        told("polls", id=external_id)
        if context["ti"].try_number == 1:
            time.sleep(60)
    def get_job_result(self, external_id, context):
        return external_id["job"]

with dag("resumable"):
    Job(task_id="job", retries=1, retry_delay=timedelta(seconds=0.1))

def keep(task_state_store, ti, **context):
    store = task_state_store
    seen = store.get("page", default=0)
    store.set("page", seen + 1)
    store.set("gone", "x", retention=timedelta(seconds=-1))
    told("kept", page=seen, gone=store.get("gone"), at_try=ti.try_number)
    if ti.try_number < 3:
        raise ValueError("again")
    store.delete("page")
    told("deleted", page=store.get("page"))

def cursor(ti, asset_state_store, **context):
    before = asset_state_store.get("cursor")
    asset_state_store[THING].set("cursor", {"run": ti.run_id})
    told("cursor", before=before)

with dag("keeping"):
    task(task_id="keep", retries=2, retry_delay=timedelta(seconds=0.1))(keep)()
    task(task_id="cursor", outlets=[THING])(cursor)()

def long(ti):
    if ti.try_number == 1:
        ti.xcom_push(key="early", value="x" * 5000)
        raise ValueError("again")
    return ["y" * 5000, ti.try_number]

with dag("long"):
    made = task(task_id="long", retries=1, retry_delay=timedelta(seconds=0.1))(long)()
    task(task_id="reads")(lambda value, ti: told(
        "read", length=len(value[0]), early=ti.xcom_pull(task_ids="long", key="early")))(made)
"""
)


@pytest.fixture
def keeping(world: World) -> World:
    world.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"] = str(world.home / "xcoms")
    world.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD"] = "1000"
    world.dags(keeping=KEEPING)
    return world


def said(world: World, what: str) -> list[dict]:
    return [{key: value for key, value in line.items() if key != "what"} for line in facts(world, what)]


def facts(world: World, what: str) -> list[dict]:
    import json

    path = Path(world.home / "facts.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if line["what"] == what]


def test_a_job_is_not_started_twice(keeping: World) -> None:
    """kill -9 to the process that waits for it: the next try waits for the same job."""
    keeping.standalone()
    keeping.wait_for_dags("resumable")
    key = keeping.trigger("resumable", "r")
    until(lambda: said(keeping, "polls"), "the first try waits")
    os.kill(facts(keeping, "begin")[0]["pid"], signal.SIGKILL)
    keeping.wait_until_ended(key)
    assert keeping.run_state(key) == "success"
    assert said(keeping, "submitted") == [{"at_try": 1}]
    assert said(keeping, "polls") == [{"id": {"job": 7}}] * 2


def test_state_from_try_to_try_and_from_run_to_run(keeping: World) -> None:
    keeping.standalone()
    keeping.wait_for_dags("keeping")
    keeping.wait_until_ended(keeping.trigger("keeping", "r1"))
    keeping.wait_until_ended(keeping.trigger("keeping", "r2"))
    assert [line["page"] for line in said(keeping, "kept")] == [0, 1, 2] * 2
    assert all(line["gone"] is None for line in said(keeping, "kept"))
    assert said(keeping, "deleted") == [{"page": None}] * 2
    assert said(keeping, "cursor") == [{"before": None}, {"before": {"run": "r1"}}]
    assert keeping.rows("select key, writer_kind, run_id, task_id from asset_state_store") == [
        ("cursor", "task", "r2", "cursor")
    ]


def test_long_values_lie_in_files_which_go_with_their_try(keeping: World) -> None:
    keeping.standalone()
    keeping.wait_for_dags("long")
    key = keeping.trigger("long", "r")
    keeping.wait_until_ended(key)
    assert keeping.run_state(key) == "success"
    assert said(keeping, "read") == [{"length": 5000, "early": None}]
    assert keeping.rows("select count(*) from xcom where length(value) > 1000") == [(0,)]
    files = [path for path in (keeping.home / "xcoms").rglob("*") if path.is_file()]
    assert len(files) == 1, "those of the first try are gone"
