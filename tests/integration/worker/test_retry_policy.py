"""§1.15 Retry policies, in real task processes: the report carries what they decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.worker.world import World, events

from tradewind.domain.events import Failed

FILE = """
import time
from datetime import timedelta
from airflow.sdk import DAG, ExceptionRetryPolicy, RetryAction, RetryDecision, RetryPolicy, RetryRule, task

RULES = ExceptionRetryPolicy([
    RetryRule("builtins.PermissionError", RetryAction.FAIL, reason="nobody will let us in"),
    RetryRule(OSError, RetryAction.RETRY, retry_delay=timedelta(seconds=7)),
])

class Asks(RetryPolicy):
    def evaluate(self, exception, try_number, max_tries, context=None):
        print("asked", try_number, max_tries, context["ti"].task_id)
        if "hang" in str(exception):
            time.sleep(600)
        raise ValueError("no idea")

def boom(error):
    raise error

with DAG("d", schedule=None):
    def do(name, error, policy, **more):
        task(task_id=name, retries=3, retry_policy=policy, on_failure_callback=says, on_retry_callback=says,
             **more)(boom)(error)
    def says(context):
        print("called for", context["ti"].state)
    do("denied", PermissionError("x"), RULES)
    do("network", OSError("x"), RULES)
    do("other", KeyError("x"), RULES)
    do("raises", KeyError("x"), Asks())
    do("hangs", KeyError("hang"), Asks())
"""


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path, callback_limit=1.0)
    made.write("d.py", FILE)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("task_id", "outcome", "state"),
    [
        (
            "denied",
            Failed(reason="PermissionError: x; nobody will let us in", may_retry=False),
            "failed",
        ),
        ("network", Failed(reason="OSError: x", retry_delay=7.0), "up_for_retry"),
        ("other", Failed(reason="KeyError: 'x'"), "up_for_retry"),
        ("raises", Failed(reason="KeyError: 'x'"), "up_for_retry"),
        ("hangs", Failed(reason="KeyError: 'hang'"), "up_for_retry"),
    ],
)
def test_what_is_decided(world: World, task_id: str, outcome: Failed, state: str) -> None:
    """Callbacks see the state that follows; a policy that raises or hangs changes nothing."""
    report, log = world.do(world.dags / "d.py", task_id, max_tries=3)
    assert report.outcome == outcome
    assert f"called for {state}" in events(log)


def test_there_are_no_more_tries_than_retries(world: World) -> None:
    report, log = world.do(world.dags / "d.py", "network", max_tries=3, try_number=4)
    assert report.outcome == Failed(reason="OSError: x")
    assert "called for failed" in events(log)
