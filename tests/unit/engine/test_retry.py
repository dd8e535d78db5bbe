"""§1.2 retries: delays, back-off, the last try."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.oracle import EPOCH

from tradewind.domain.spec import TaskSpec
from tradewind.engine import retry


def delay(task: TaskSpec, try_number: int = 1, override: float | None = None) -> float:
    return retry.delay(task, dag_id="d", logical_date=EPOCH, try_number=try_number, override=override)


def test_constant_delay() -> None:
    for multiplier in (0.0, 1.0):
        task = TaskSpec(task_id="a", retry_delay=90.5, retry_multiplier=multiplier)
        assert [delay(task, tries) for tries in (1, 5)] == [90.5, 90.5]


def test_override_wins() -> None:
    assert delay(TaskSpec(task_id="a", max_retry_delay=1.0), override=7.0) == 7.0


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    seconds=st.floats(0, 1e5), multiplier=st.sampled_from([2.0, 3.0, 1.5, 0.5]), tries=st.integers(1, 12),
    cap=st.none() | st.floats(0, 1e5),
)  # fmt: skip
def test_growing_delay_is_the_formula(
    seconds: float, multiplier: float, tries: int, cap: float | None
) -> None:
    task = TaskSpec(task_id="a", retry_delay=seconds, retry_multiplier=multiplier, max_retry_delay=cap)
    least = max(1, math.ceil(seconds * multiplier ** (tries - 1)))
    spread = int(hashlib.sha1(f"d#a#{EPOCH}#{tries}".encode()).hexdigest(), 16) % least
    expected: float = min(least + spread, 86400)
    assert delay(task, tries) == (expected if cap is None else min(expected, cap))
    assert delay(task, tries) == delay(task, tries)


def test_growing_delay_stops_at_a_day_however_many_tries() -> None:
    task = TaskSpec(task_id="a", retry_multiplier=1e300)
    assert delay(task, 9) == 86400


def test_due_stays_within_the_calendar() -> None:
    assert retry.due(EPOCH, 60) == EPOCH + timedelta(minutes=1)
    assert retry.due(EPOCH, 1e15) == datetime.max.replace(tzinfo=EPOCH.tzinfo)


@pytest.mark.parametrize(
    ("retries", "try_number", "max_tries", "may"),
    [(0, 1, 0, False), (0, 1, 5, False), (2, 1, 2, True), (2, 2, 2, True), (2, 3, 2, False), (2, 4, 5, True)],
)
def test_retries_left(retries: int, try_number: int, max_tries: int, may: bool) -> None:
    assert retry.may_retry(TaskSpec(task_id="a", retries=retries), try_number, max_tries) is may
