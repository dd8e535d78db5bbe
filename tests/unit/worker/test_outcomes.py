from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.domain.errors import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
)
from tradewind.domain.events import Failed, Rescheduled, Skipped
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.worker import outcomes

AT = datetime(2026, 1, 1, tzinfo=UTC)


def assignment(try_number: int = 1, max_tries: int = 0) -> Assignment:
    run = RunContext(dag_id="d", run_id="r", run_type="manual", run_after=AT)
    return Assignment(
        attempt_id="a",
        dispatch=1,
        task_id="t",
        try_number=try_number,
        max_tries=max_tries,
        run=run,
        file="f",
        log_path="l",
    )


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AirflowSkipException("s"), Skipped(reason="s")),
        (AirflowRescheduleException(AT), Rescheduled(until=AT)),
        (AirflowFailException("f"), Failed(reason="AirflowFailException: f", may_retry=False)),
        (AirflowSensorTimeout("t"), Failed(reason="AirflowSensorTimeout: t", may_retry=False)),
        (AirflowTaskTimeout("slow"), Failed(reason="slow")),
        (SystemExit(0), Failed(reason="the task called sys.exit(0)")),
        (SystemExit(), Failed(reason="the task called sys.exit(None)")),
        (SystemExit("why"), Failed(reason="the task called sys.exit('why')")),
        (KeyboardInterrupt(), Failed(reason="KeyboardInterrupt")),
        (MemoryError(), Failed(reason="the task ran out of memory (MemoryError)")),
        (ValueError("first\nsecond"), Failed(reason="ValueError: first")),
    ],
)
def test_what_an_exception_means(error: BaseException, outcome: object) -> None:
    assert outcomes.of(error, assignment()) == outcome


def test_long_reasons_are_cut() -> None:
    found = outcomes.of(ValueError("x" * 10_000), assignment())
    assert isinstance(found, Failed)
    assert len(found.reason) <= outcomes.LONGEST_REASON + 1


def test_a_retry_is_told_from_the_end() -> None:
    assert outcomes.will_retry(Failed(), assignment(1, 1))
    assert not outcomes.will_retry(Failed(), assignment(2, 1))
    assert not outcomes.will_retry(Failed(may_retry=False), assignment(1, 1))
