"""Poisoned files hurt only themselves."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from tests.integration.dag_processor.world import Running, World, dag_text

from tradewind.dag_processor import guard

HEAD = "from airflow import DAG\nimport os, sys, time\n"
POISON = {
    "syntax": ("x = (\n", "SyntaxError"),
    "raises": ("raise ValueError('this one')\n", "ValueError: this one"),
    "endless": ("while True: pass\n", "took longer than 2 s"),
    "stubborn": (
        "while True:\n    try:\n        time.sleep(60)\n    except BaseException: pass\n",
        "took longer than 2 s",
    ),
    "memory": ("x = bytearray(10 * 2**30)\n", "needs more than the 2048 MiB"),
    "os_exit": ("os._exit(3)\n", "exit code 3"),
    "sys_exit": ("sys.exit(4)\n", "called sys.exit"),
    "abort": ("os.abort()\n", "SIGABRT"),
    "segfault": ("import ctypes\nctypes.string_at(0)\n", "SIGSEGV"),
    "kills_itself": ("os.kill(os.getpid(), 9)\n", "SIGKILL"),
    "fork_bomb": ("while True: os.fork()\n", "processes"),
}


@pytest.mark.parametrize("kind", sorted(POISON))
def test_poison_becomes_an_import_error(tmp_path: Path, kind: str) -> None:
    text, said = POISON[kind]
    world = World(tmp_path, timeout=2.0)
    path = world.write("poison.py", HEAD + text)
    world.write("good.py", dag_text("good"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["good"] and world.broken(), "the good DAG and one error")
        message = world.broken()["poison.py"]
        assert said in message
        assert "poison.py" in message or str(path) in message

    world.run(story)


def test_a_flood_of_output_is_drained(tmp_path: Path) -> None:
    world = World(tmp_path)
    flood = "for _ in range(100): sys.stdout.write('x' * 2**20)\n"
    world.write("loud.py", HEAD + flood + dag_text("loud"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["loud"], "the loud DAG")

    world.run(story)


def test_what_a_file_started_is_killed(tmp_path: Path) -> None:
    """Also a process that has left session and parent."""
    world = World(tmp_path)
    note = tmp_path / "daemon.pid"
    daemon = f"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({str(note)!r}, "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
while not (os.path.exists({str(note)!r}) and os.path.getsize({str(note)!r})): time.sleep(0.01)
"""
    world.write("daemon.py", HEAD + daemon + dag_text("daemon"))

    async def story(at: Running) -> None:
        await at.until(lambda: world.live() == ["daemon"], "the DAG")
        pid = int(note.read_text())
        await at.until(lambda: not _lives(pid), "the daemon to be killed")

    world.run(story)


def test_an_importer_that_is_killed_is_started_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("slow.py", HEAD + "time.sleep(0.5)\n" + dag_text("slow"))

    async def story(at: Running) -> None:
        await at.until(lambda: at.importers.pid is not None, "the importer")
        killed = at.importers.pid
        os.kill(killed, signal.SIGKILL)
        await at.until(lambda: world.live() == ["slow"], "the file to be read after all")
        assert at.importers.pid != killed
        assert world.broken() == {}

    world.run(story)


def test_nothing_is_left_when_the_processor_stops(tmp_path: Path) -> None:
    world = World(tmp_path, timeout=60.0)
    note = tmp_path / "child.pid"
    world.write("hangs.py", HEAD + f"open({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    seen: list[int] = []

    async def story(at: Running) -> None:
        await at.until(lambda: note.exists() and note.read_text(), "the child to run")
        seen.extend([int(note.read_text()), at.importers.pid])

    world.run(story)
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in seen):
        assert time.monotonic() < deadline, f"still there: {[pid for pid in seen if _lives(pid)]}"
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    return (
        pid in guard._parents()
        and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    )
