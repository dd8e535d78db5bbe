"""Programs of Airflow 1.10: the experimental API, where it is switched on; and servers that let nobody in."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.api.world import World, wait_for

from tradewind.api.routes import experimental

BASE = "/api/experimental"
AT = "2026-01-02T03:04:05+00:00"


@pytest.fixture(scope="module")
def old(world: World) -> Iterator[httpx.Client]:
    """A client as those of Airflow 1.10 are."""
    who = ("admin", world.passwords()["admin"])
    with httpx.Client(base_url=world.url + BASE, timeout=20, auth=who) as client:
        yield client


def error(answer: httpx.Response, status: int) -> str:
    """What the sender is told."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) == {"error"}
    return str(body["error"])


@pytest.mark.parametrize("it", experimental.door.operations, ids=lambda it: it.name)
def test_nothing_without_a_password(world: World, admin: httpx.Client, it: Any) -> None:
    token = admin.headers["authorization"].partition(" ")[2]
    with httpx.Client(base_url=world.url, timeout=20) as client:
        assert "Not authenticated" in error(client.request(it.method, it.path), 401)
        by_cookie = client.request(it.method, it.path, headers={"Cookie": f"_token={token}"})
        assert error(by_cookie, 401), "a page of another site could have sent that"


def test_runs(world: World, old: httpx.Client) -> None:
    world.dag("exp_run")
    runs = "/dags/exp_run/dag_runs"
    made = old.post(runs, json={"execution_date": AT, "conf": '{"a": 1}', "something": "else"})
    assert made.json() == {
        "message": f"Created <DagRun exp_run @ {AT}: manual__{AT}, externally triggered: True>",
        "execution_date": AT, "run_id": f"manual__{AT}",
    }  # fmt: skip
    assert made.headers["deprecation"] == "true"
    assert ("run", "exp_run", f"manual__{AT}") in world.wakes()
    assert world.sql("SELECT conf FROM dag_run WHERE dag_id = 'exp_run'") == [('{"a":1}',)]
    assert error(old.post(runs, json={"execution_date": AT}), 409)
    assert "2015-11-16" in error(old.post(runs, json={"execution_date": "soon"}), 400)
    assert "conf" in error(old.post(runs, json={"conf": "[1]"}), 400)
    now = old.post(runs, json={}).json()
    assert "." not in now["execution_date"], "without microseconds"
    listed = old.get(runs).json()
    assert [run["execution_date"] for run in listed] == [AT, now["execution_date"]]
    assert old.get(runs, params={"state": "success"}).json() == []
    assert old.get(f"{runs}/{AT}").json() == {"state": "queued"}
    assert error(old.get(f"{runs}/2001-01-01"), 404) and error(old.get(f"{runs}/soon"), 400)
    newest = [item for item in old.get("/latest_runs").json()["items"] if item["dag_id"] == "exp_run"]
    assert [item["execution_date"] for item in newest] == [now["execution_date"]]


def test_tasks(world: World, old: httpx.Client) -> None:
    world.dag("exp_task")
    old.post("/dags/exp_task/dag_runs", json={"execution_date": AT})
    found = old.get(f"/dags/exp_task/dag_runs/{AT}/tasks/extract").json()
    assert (found["task_id"], found["state"], found["try_number"]) == ("extract", "None", "0")
    assert old.get("/dags/exp_task/tasks/extract").json()["retries"] == "1"
    assert error(old.get("/dags/exp_task/tasks/ghost"), 404)
    assert old.get(f"/lineage/exp_task/{AT}").json() == {"task_ids": {}}
    assert old.get("/dags/exp_task/code").text.startswith("from airflow.sdk")


def test_pausing_by_get(world: World, old: httpx.Client) -> None:
    world.dag("exp_pause")
    for word, paused in (("true", True), ("false", False)):
        assert old.get(f"/dags/exp_pause/paused/{word}").json() == {"response": "ok"}
        assert old.get("/dags/exp_pause/paused").json() == {"is_paused": paused}
    assert old.delete("/dags/exp_pause").json()["count"] == 1
    assert error(old.get("/dags/exp_pause/paused"), 404)


def test_pools(old: httpx.Client) -> None:
    for slots in (2, 3):
        made = old.post("/pools", json={"name": "exp", "slots": slots, "description": "d"}).json()
        assert (made["pool"], made["slots"], made["description"]) == ("exp", slots, "d")
    assert old.get("/pools/exp").json() == made
    assert made in old.get("/pools").json()
    assert old.delete("/pools/exp").json() == made
    assert error(old.get("/pools/exp"), 404)


def test_the_installation(old: httpx.Client) -> None:
    assert old.get("/test").json() == {"status": "OK"}
    assert old.get("/info").json()["version"]


def test_off_unless_switched_on(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.start("bare")
    try:
        with httpx.Client(base_url=world.url, timeout=20) as client:
            for method, path in (("GET", "/test"), ("POST", "/dags/x/dag_runs")):
                assert "enable_experimental_api" in error(client.request(method, BASE + path), 404)
    finally:
        world.close()


# --- as it is configured -------------------------------------------------------------------------------


@contextmanager
def configured(world: World, **options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``airflow api-server`` over that home, with these options of [api]; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = {f"AIRFLOW__API__{name.upper()}": value for name, value in options.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind", "api-server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, "AIRFLOW_HOME": str(world.home), **names}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def answered(url: str) -> httpx.Response | None:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, auth=("admin", "wrong"), timeout=5)
    return None


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "home")
    yield world
    world.close()


def test_switched_on_by_the_configuration(home: World) -> None:
    with configured(home, enable_experimental_api="True") as (_, url):
        found = wait_for(lambda: answered(f"{url}{BASE}/test"), "an answer")
        assert error(found, 401) == "Invalid credentials"


def test_nobody_is_let_in(home: World) -> None:
    with configured(home, auth_backends="airflow.api.auth.backend.deny_all") as (_, url):
        found = wait_for(lambda: answered(f"{url}/api/v1/dags"), "an answer")
        assert (found.status_code, "deny_all" in found.json()["detail"]) == (403, True)


def test_no_password_for_anybody_is_refused(home: World) -> None:
    with configured(home, auth_backend="airflow.api.auth.backend.default") as (process, _):
        assert "which asks nobody for a password" in process.communicate(timeout=20)[0]
        assert process.returncode != 0
