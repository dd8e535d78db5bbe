"""S17: connections are tried out in a task's process, never in the API server or the scheduler."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

PATH = "/connections/test"
QUEUE = "/connections/enqueue-test"
HOOK = """
import os
from tradewind.authoring.hooks.base import BaseHook

class TellingHook(BaseHook):
    conn_name_attr = "telling_conn_id"

    def __init__(self, telling_conn_id="telling"):
        self.connection = self.get_connection(telling_conn_id)

    def test_connection(self):
        if self.connection.host == "dies":
            os.kill(os.getpid(), 9)
        if self.connection.host == "raises":
            raise ValueError(f"no way in with {self.connection.password}")
        who = open("/proc/self/cmdline").read().replace(chr(0), " ").strip()
        return True, f"{who} | {self.connection.password}"

def get_provider_info():
    return {"package-name": "telling", "name": "telling", "connection-types": [
        {"connection-type": "telling", "hook-class-name": "telling.TellingHook"}]}
"""
ENTRY = "[apache_airflow_provider]\nprovider_info = telling:get_provider_info\n"


@pytest.fixture
def provider(tmp_path: Path) -> str:
    """A folder with an installed package whose hook tells where it runs."""
    folder = tmp_path / "packages"
    (folder / "telling-1.0.dist-info").mkdir(parents=True)
    (folder / "telling.py").write_text(HOOK)
    (folder / "telling-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: telling\nVersion: 1.0\n"
    )
    (folder / "telling-1.0.dist-info" / "entry_points.txt").write_text(ENTRY)
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture
def world(tmp_path: Path, provider: str) -> Any:
    made = World(tmp_path / "home", AIRFLOW__CORE__TEST_CONNECTION="Enabled", PYTHONPATH=provider)
    made.home.mkdir()
    yield made
    made.end()


def body(host: str = "h", **more: Any) -> dict[str, Any]:
    return {"connection_id": "tried", "conn_type": "telling", "host": host, "password": "pw-planted", **more}


def test_a_worker_tries_it_out(world: World) -> None:
    world.standalone()
    told = world.call("POST", PATH, **body()).json()
    assert (told["status"], told["message"].startswith("airflow task ")) == (True, True), told
    assert "pw-planted" not in told["message"]
    failed = world.call("POST", PATH, **body("raises")).json()
    assert (failed["status"], failed["message"]) == (False, "no way in with ***")
    died = world.call("POST", PATH, **body("dies")).json()
    assert (died["status"], "without a result" in died["message"]) == (False, True), died
    assert world.rows("select count(*) from connection_test_request where details is not null") == [(0,)]
    assert world.rows("select count(*) from callback") == [(0,)]
    dump = "\n".join(path.read_text(errors="replace") for path in world.home.rglob("*.log"))
    assert "pw-planted" not in dump

    asked = world.call("POST", QUEUE, **body(commit_on_success=True)).json()
    ended = "select state from connection_test_request where token = ?"
    until(lambda: world.rows(ended, asked["token"]) == [("success",)], "the test to end")
    stored = world.call("GET", "/connections/tried").json()
    assert (stored["host"], stored["password"]) == ("h", "***")


def test_the_command(world: World) -> None:
    uri = json.dumps({"conn_type": "telling", "host": "h", "password": "pw-planted"})
    world.run("connections", "add", "works", "--conn-json", uri)
    world.run("connections", "add", "fails", "--conn-json", uri.replace('"h"', '"raises"'))
    good = world.run("connections", "test", "works")
    assert (good.returncode, "Connection success!" in good.stdout) == (0, True), good
    assert "tradewind.worker.connection_test" in good.stdout and "pw-planted" not in good.stdout
    bad = world.run("connections", "test", "fails")
    assert (bad.returncode, "no way in with ***" in bad.stdout) == (1, True), bad
    unknown = world.run("connections", "test", "nobody")
    assert (unknown.returncode, "nobody" in unknown.stderr) == (1, True), unknown
    off = world.run("connections", "test", "works", AIRFLOW__CORE__TEST_CONNECTION="Disabled")
    assert (off.returncode, "[core] test_connection" in off.stdout + off.stderr) == (1, True), off
