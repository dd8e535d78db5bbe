"""S21: a task under another account (``run_as_user``) is that account, for good, and none that follows is."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.system.world import World

from tradewind.domain.errors import AirflowFailException
from tradewind.worker import users

OTHER = "nobody"
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start tasks of other accounts")
FILE = f"""
import os
from airflow.sdk import DAG, task

def tried(do):
    try:
        do()
    except OSError as error:
        return type(error).__name__
    return "done"

def who():
    home = os.environ["AIRFLOW_HOME"]
    return {{
        "uids": list(os.getresuid()), "gids": list(os.getresgid()), "groups": os.getgroups(),
        "home": os.environ["HOME"],
        "back": tried(lambda: os.setuid(0)),
        "back_group": tried(lambda: os.setgid(0)),
        "config": tried(lambda: open(home + "/airflow.cfg").close()),
        "database": tried(lambda: open(home + "/airflow.db").close()),
        "folder": tried(lambda: open(home + "/dags/planted.py", "w").close()),
    }}

with DAG("accounts", schedule=None):
    @task(run_as_user="{OTHER}")
    def other():
        return who()

    @task(trigger_rule="all_done")
    def after():
        return who()

    @task(run_as_user="no_such_account")
    def unknown():
        return who()

    other() >> after()
    unknown()
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "h")
    made.dags(accounts=FILE)
    yield made
    made.end()


def test_a_task_of_another_account(world: World) -> None:
    world.standalone()
    world.wait_for_dags("accounts")
    world.change("UPDATE dag SET is_paused = 0")
    key = world.trigger("accounts", "r")
    world.wait_until_ended(key, seconds=60)
    assert world.states(key) == {"other": "success", "after": "success", "unknown": "failed"}
    told = {row[0]: json.loads(row[1]) for row in world.rows("select task_id, value from xcom")}
    account, seen = pwd.getpwnam(OTHER), told["other"]
    assert set(seen["uids"]) == {account.pw_uid} and set(seen["gids"]) == {account.pw_gid}
    assert 0 not in seen["groups"]
    assert seen["home"] == account.pw_dir
    refused = {seen[name] for name in ("back", "back_group", "config", "database", "folder")}
    assert refused == {"PermissionError"}
    assert set(told["after"]["uids"]) == {0}, "its process is no task's after it"
    assert "this machine has no such account" in world.task_log(*key, "unknown")
    assert "unknown" not in told


def test_whoever_is_not_root_becomes_nobody_else() -> None:
    """A task that names root does not run as the account of a worker host that is not root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        users.become(OTHER)
        users.become(OTHER)  # which it is: nothing to do
        try:
            users.become("root")
            told = "it is root"
        except AirflowFailException as error:
            told = str(error)
        os.write(write, f"{os.geteuid()} {told}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        uid, _, told = stream.read().partition(" ")
    assert os.waitpid(child, 0)[1] == 0
    assert int(uid) == pwd.getpwnam(OTHER).pw_uid
    assert "the worker host has to run as root" in told
