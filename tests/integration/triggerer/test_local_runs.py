"""Deferral without any service: ``tradewind run`` and ``dag.test()`` wait for triggers themselves."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.system.world import World
from tests.integration.triggerer.test_deferral import FAILS, HEAD, START


def test_run(world: World) -> None:
    """Failures reach the task, and time-outs are told from them."""
    file = world.home / "d.py"
    world.home.mkdir()
    file.write_text(HEAD + FAILS.replace("retries=1, ", ""))
    done = world.run("run", str(file))
    assert done.returncode == 1, done.stderr
    text = done.stdout + done.stderr
    assert "the reason why" in text
    assert "caught: Trigger failure" not in text
    assert text.count("TaskDeferralTimeout: Trigger timeout") >= 1, text


def test_run_waits_for_a_trigger_alone(world: World) -> None:
    """With nothing else to do, and no time-out."""
    file = world.home / "d.py"
    world.home.mkdir()
    file.write_text(HEAD + "with DAG('d'): Waits(task_id='a', trigger=soon)")
    done = world.run("run", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_trigger_that_ends_its_task(world: World) -> None:
    """Its XComs are there for a mapped task, in ``dag.test()``."""
    file = world.home / "d.py"
    world.home.mkdir()
    tail = """
if __name__ == "__main__":
    dag.test()
"""
    text = START.replace('Variable.set("called_" + context["ti"].task_id, "yes")', "pass")
    file.write_text(HEAD + text + tail)
    done = subprocess.run(
        [sys.executable, str(file)],
        env=world.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ended = sorted(line[2:] for line in done.stdout.splitlines() if line.startswith(("✔", "✘", "↷")))
    assert ended == [
        "bad: failed - its trigger said so", "good: success", "one[0]: success", "one[1]: success",
        "skipped: skipped - its trigger said so", "starts: success", "waits: success",
    ], done  # fmt: skip
