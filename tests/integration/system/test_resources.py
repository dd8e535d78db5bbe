"""Disk full, database read-only, port taken, home unusable, configuration broken: a message, and no harm."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from tests.integration.system import load, oracle
from tests.integration.system.disks import folder, small_disk
from tests.integration.system.reaper import Identity
from tests.integration.system.world import COMMAND, World, until

MAY_MOUNT = os.geteuid() == 0
TALKER = (
    load.HEAD
    + """
def talk(ti):
    tell(ti, "begin", pulled={})
    for n in range(60_000):
        print("x" * 80, n)
    tell(ti, "end")
with dag("talker"):
    PythonOperator(task_id="t", python_callable=talk)
"""
)


def full_world(path: Path, **environ: str) -> World:
    world = World(path, **environ)
    world.dags(**load.FILES, talker=TALKER, slow=load.SLOW.replace("seconds=3", "seconds=1"))
    return world


@pytest.mark.skipif(not MAY_MOUNT, reason="needs to mount; the same faults are made by limits below")
def test_a_full_disk_of_logs(tmp_path: Path) -> None:
    with small_disk(tmp_path / "logs", 2) as disk:
        world = full_world(tmp_path / "h", AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(disk.path))
        try:
            world.standalone()
            world.wait_for_dags("talker", *load.FILES)
            world.wait_until_ended(world.trigger("talker", "r"))
            disk.fill()
            keys = [world.trigger(dag, "full") for dag in load.FILES]
            world.wait_until_ended(*keys)
            for key in keys:
                oracle.same_end(world, key)
                oracle.tries(world, key)
                oracle.results(world, key)
            disk.empty()
            for file in disk.path.glob("dag_id=talker/**/*.log"):
                file.unlink()
            after = world.trigger("chain", "after")
            world.wait_until_ended(after)
            text = (disk.path / "dag_id=chain/run_id=after/task_id=c0/attempt=1.log").read_text()
            assert "end " in text
        finally:
            world.end()


@pytest.mark.skipif(not MAY_MOUNT, reason="needs to mount; the same faults are made by limits below")
def test_a_full_disk_of_the_database(tmp_path: Path) -> None:
    with small_disk(tmp_path / "db", 8) as disk:
        world = full_world(
            tmp_path / "h", AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{disk.path}/airflow.db"
        )
        (tmp_path / "h" / "airflow.db").symlink_to(disk.path / "airflow.db")
        try:
            world.standalone()
            world.wait_for_dags("slow", *load.FILES)
            keys = [world.trigger("slow", f"r{n}") for n in range(3)]
            world.begun(3)
            disk.fill()
            answer = refused(world)
            assert answer[0] in {500, 503, 507} and "full" in answer[1], answer
            command = world.run("dags", "trigger", "slow", "-r", "no2")
            assert command.returncode == 1 and "full" in command.stderr, command.stderr
            assert "Traceback" not in command.stderr
            until(lambda: len(world.facts("end", task="s")) == 3, "the tasks end")
            until(lambda: "full" in world.component_log("scheduler"), "the scheduler says so")
            time.sleep(1.5)
            disk.empty()
            emptied = time.monotonic()
            world.wait_until_ended(*keys)
            print(f"database disk full: runs ended {time.monotonic() - emptied:.2f} s after space came back")
            oracle.check(world, *keys)
            assert len(world.facts("begin", task="s")) == 3, "no result was lost"
            after = world.trigger("chain", "after")
            world.wait_until_ended(after)
        finally:
            world.end()


def refused(world: World) -> tuple[int, str]:
    """Trigger until the disk is so full that the answer is an error."""
    for number in range(200):
        answer = world.call("POST", "/dags/chain/dagRuns", dag_run_id=f"full{number}", logical_date=None)
        if answer.status_code != 200:
            return answer.status_code, answer.text
    raise AssertionError("the disk is not full")


def test_a_read_only_database(tmp_path: Path) -> None:
    with small_disk(tmp_path / "db", 8) if MAY_MOUNT else folder(tmp_path / "db") as disk:
        world = full_world(
            tmp_path / "h", AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{disk.path}/airflow.db"
        )
        try:
            assert world.run("db", "migrate").returncode == 0
            disk.make_read_only()
            for words in (
                ["dags", "trigger", "chain"],
                ["standalone"],
                ["scheduler"],
                ["pools", "set", "p", "1", "d"],
            ):
                done = world.run(*words)
                assert done.returncode == 1, (words, done)
                assert str(disk.path) in done.stderr and "writable" in done.stderr, (
                    words,
                    done.stderr,
                )
                assert "Traceback" not in done.stderr, (words, done.stderr)
        finally:
            world.end()


def test_a_file_size_limit_stops_nothing_for_good(tmp_path: Path) -> None:
    """The same as a full disk, where nobody may mount: a task that may write no more still ends."""
    world = full_world(tmp_path / "h")
    body = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    world.dags(
        limited=TALKER.replace('    tell(ti, "begin"', f'    {body}\n    tell(ti, "begin"').replace(
            '"talker"', '"limited"'
        )
    )
    try:
        world.standalone()
        world.wait_for_dags("limited", "chain")
        key = world.trigger("limited", "r")
        world.wait_until_ended(key)
        assert world.run_state(key) == "success"
        assert (world.home / "logs/dag_id=limited/run_id=r/task_id=t/attempt=1.log").stat().st_size <= 4096
        after = world.trigger("chain", "after")
        world.wait_until_ended(after)
        oracle.check(world, after)
    finally:
        world.end()


def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    """As a full disk, made by limits of the processes that write to it; they are lifted later."""
    world = full_world(tmp_path / "h")
    try:
        world.standalone()
        world.wait_for_dags("slow", *load.FILES)
        keys = [world.trigger("slow", f"r{n}") for n in range(3)]
        world.begun(3)
        writers = [world.one(name) for name in ("scheduler", "api-server", "data-server")]
        limit_files(writers, 4096)
        status, text = refused(world)
        assert status in {500, 503, 507} and "airflow.db" in text, (status, text)
        until(lambda: len(world.facts("end", task="s")) == 3, "the tasks end")
        time.sleep(0.5)
        limit_files(writers, resource.RLIM_INFINITY)
        lifted = time.monotonic()
        world.wait_until_ended(*keys)
        print(
            f"database may not grow: runs ended {time.monotonic() - lifted:.2f} s after the limit was lifted"
        )
        oracle.check(world, *keys)
        assert len(world.facts("begin", task="s")) == 3, "no result was lost"
        assert [world.one(name) for name in ("scheduler", "api-server", "data-server")] == writers
    finally:
        world.end()


def limit_files(processes: list[Identity], size: int) -> None:
    """From now on they can write no file beyond that size."""
    for who in processes:
        resource.prlimit(who.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_taken_port(world: World) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", world.port))
        sock.listen()
        for words in (
            ["standalone", "-p", str(world.port)],
            ["api-server", "-H", "127.0.0.1", "-p", str(world.port)],
        ):
            done = world.run(*words)
            assert done.returncode == 1
            assert (
                f"Port {world.port}" in done.stderr
                and "--port" in done.stderr
                and str(os.getpid()) in done.stderr
            )


@pytest.mark.parametrize(
    "words", [["standalone"], ["scheduler"], ["version"], ["dags", "list"], ["db", "migrate"]]
)
def test_a_home_that_is_a_file(tmp_path: Path, words: list[str]) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    done = run(home, *words)
    if words == ["version"]:
        assert done.returncode == 0
        return
    assert done.returncode == 1 and str(home) in done.stderr and "AIRFLOW_HOME" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert home.read_text() == "not a folder"


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    for home in ("/proc/tradewind", "/sys/tradewind"):
        done = run(Path(home), "standalone")
        assert done.returncode == 1 and home in done.stderr and "AIRFLOW_HOME" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[core\ndags_folder = /x\n", ["airflow.cfg", "line: 1"]),
        ("[api]\nport = many\n", ["[api] port", "many"]),
        ("[core]\nparallelism = -4\n", ["[core] parallelism", "-4"]),
        ("[database]\nsql_alchemy_conn = nonsense\n", ["sql_alchemy_conn", "sqlite:///"]),
        ("[core]\nexecutor = NoSuchExecutor\n", ["executor", "NoSuchExecutor"]),
        ("[core]\nfernet_key = short\n", ["fernet_key"]),
    ],
)
def test_a_broken_configuration(tmp_path: Path, text: str, told: list[str]) -> None:
    home = tmp_path / "h"
    home.mkdir()
    (home / "airflow.cfg").write_text(text)
    done = run(home, "standalone", "-p", "0")
    assert done.returncode == 1, done
    for word in told:
        assert word in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "AIRFLOW_HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    return subprocess.run(
        [*COMMAND, *words], env=environ, capture_output=True, text=True, timeout=20, check=False
    )


def test_ctrl_c_ends_everything_within_five_seconds(world: World) -> None:
    stubborn = load.LONG.replace("def body(", "import signal\ndef body(").replace(
        'print("begin", ti.id)', 'print("begin", ti.id); signal.signal(signal.SIGTERM, signal.SIG_IGN)'
    )
    world.dags(long=load.LONG, stubborn=stubborn.replace('"long"', '"stubborn"'))
    world.standalone()
    world.wait_for_dags("long", "stubborn", *load.FILES)
    for dag in ("long", "stubborn", *load.FILES):
        world.trigger(dag, "r")
    world.begun(4)
    took = world.stop(number=signal.SIGINT)
    print(f"Ctrl-C under load: {took:.2f} s")
    assert took < 5
    assert not world.reaper.living(), world.reaper.show()


@pytest.mark.parametrize("command", ["standalone", "scheduler"])
def test_a_graceful_stop_fails_no_task(world: World, command: str) -> None:
    world.dags(slow=load.SLOW)
    if command == "standalone":
        world.standalone()
    else:
        world.start("scheduler")
    world.wait_for_dags("slow", *load.FILES)
    keys = [(dag, f"r{n}") for n in range(2) for dag in ("slow", "chain", "fan")]
    for key in keys:
        if command == "standalone":
            world.trigger(*key)
        else:
            assert world.run("dags", "trigger", key[0], "-r", key[1]).returncode == 0
    world.begun(6)
    took = world.stop(command, signal.SIGTERM)
    print(f"SIGTERM to {command} under load: {took:.2f} s")
    until(lambda: not world.reaper.living(), lambda: str(world.reaper.show()), 3)
    assert not world.rows(
        "select 1 from task_instance where state in ('failed', 'up_for_retry', 'upstream_failed')"
    )
    world.start("scheduler", name="again")
    world.wait_until_ended(*keys)
    oracle.check(world, *keys)
    assert not world.rows(
        "select 1 from task_instance_history where reason is not null and reason not like 'lost%'"
    )
