"""``tradewind run`` of a DAG that asks a person: at a terminal, and where there is none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.system.world import COMMAND, World, until

FILE = """
from airflow.sdk import DAG, Param, task
from airflow.providers.standard.operators.hitl import ApprovalOperator
with DAG("d"):
    ask = ApprovalOperator(
        task_id="ask", subject="Deploy?", params={"n": Param(1, type="integer")}, DEFAULTS
    )
    ask >> task(task_id="after")(lambda: "deployed")()
"""


@pytest.fixture
def file(world: World) -> Path:
    world.home.mkdir()
    made = world.home / "d.py"
    made.write_text(FILE.replace("DEFAULTS", ""))
    return made


@contextmanager
def at_terminal(world: World, *words: str, out: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command whose keyboard is a terminal; the other end of that."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words], env=world.environ, stdin=theirs, stdout=out, stderr=out, start_new_session=True
    )
    world.reaper.known.add(process.pid)
    os.close(theirs)
    try:
        yield process, ours
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_somebody_answers_at_the_terminal(world: World, file: Path) -> None:
    """… after a slip."""
    shown = world.home / "shown"
    with shown.open("wb") as out, at_terminal(world, "run", str(file), out=out.fileno()) as (process, keys):
        until(lambda: "Your choice" in shown.read_text(), "it asks")
        os.write(keys, b"3\n\n")
        until(lambda: shown.read_text().count("Your choice") == 2, "it asks again")
        os.write(keys, b"1\n7\n")
    text = shown.read_text()
    assert process.returncode == 0, text
    assert "? ask: Deploy?" in text and "  2. Reject" in text
    assert "chosen_options must be among ['Approve', 'Reject'], got '3'" in text
    assert "✔ after: success" in text


def test_nobody_is_there(world: World, file: Path) -> None:
    """The task fails and says what to do; with defaults it goes on with them at once."""
    done = world.run("run", str(file))
    assert done.returncode == 1
    assert (
        "asks a person, and nobody is at the terminal: run it in one, give the task defaults" in done.stdout
    )
    file.write_text(FILE.replace("DEFAULTS", "defaults='Reject', response_timeout=3600"))
    done = world.run("run", str(file))
    assert done.returncode == 0, done.stdout
    assert "ask: nobody to ask; its defaults are taken: Reject" in done.stdout
    assert "↷ after: skipped" in done.stdout
