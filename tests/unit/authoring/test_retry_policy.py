"""§1.15 Retry policies: rules, chains, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.retry_policy import (
    ChainRetryPolicy,
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryPolicy,
    RetryRule,
)
from tradewind.domain.errors import InvalidValue

MINUTE = timedelta(minutes=1)


class Broken(ConnectionError):
    """Of this test."""


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (RetryRule(ConnectionError), True),
        (RetryRule(ConnectionError, match_subclasses=False), False),
        (RetryRule("builtins.OSError"), True),
        (RetryRule("OSError"), True),
        (RetryRule(f"{__name__}.Broken", match_subclasses=False), True),
        (RetryRule([ValueError, "no.such.Thing"]), False),
        (RetryRule([ValueError, Broken]), True),
        (RetryRule("socket.error"), True),
        (RetryRule("socket.timeout"), False),
    ],
)
def test_what_a_rule_speaks_of(rule: RetryRule, matches: bool) -> None:
    assert rule.matches(Broken("x")) is matches


def test_the_first_rule_decides() -> None:
    policy = ExceptionRetryPolicy(
        [RetryRule(Broken, RetryAction.FAIL, reason="no"), RetryRule(OSError, retry_delay=MINUTE)],
        default=RetryAction.FAIL,
    )
    assert policy.evaluate(Broken(), 1, 3) == RetryDecision.fail("no")
    assert policy.evaluate(OSError(), 1, 3) == RetryDecision.retry(MINUTE)
    assert policy.evaluate(ValueError(), 1, 3) == RetryDecision(RetryAction.FAIL)
    assert ExceptionRetryPolicy([]).evaluate(ValueError(), 1, 3) == RetryDecision.default()


def test_a_decision_as_policies_of_people_write_it() -> None:
    assert RetryDecision.retry(delay=MINUTE, reason="again") == RetryDecision(
        RetryAction.RETRY, MINUTE, "again"
    )


def test_a_rule_can_be_read() -> None:
    rule = RetryRule(exception=OSError, action="fail", retry_delay=MINUTE)
    assert (rule.exception, rule.action, rule.retry_delay) == (OSError, RetryAction.FAIL, MINUTE)
    assert (rule.reason, rule.match_subclasses) == (None, True)


@pytest.mark.parametrize("path", ["airflow.exceptions", "airflow.sdk.exceptions"])
def test_airflows_own_exceptions_by_path(path: str) -> None:
    from airflow.exceptions import AirflowException

    assert RetryRule(f"{path}.AirflowException").matches(AirflowException("x"))
    assert not RetryRule(f"{path}.AirflowException").matches(ValueError("x"))


def test_a_chain() -> None:
    chain = ChainRetryPolicy(
        [
            ExceptionRetryPolicy([RetryRule(ValueError, RetryAction.FAIL)]),
            ExceptionRetryPolicy([RetryRule(Exception)]),
        ]
    )
    assert chain.evaluate(ValueError(), 1, 3).action == RetryAction.FAIL
    assert chain.evaluate(KeyError(), 1, 3).action == RetryAction.RETRY
    assert chain.evaluate(SystemExit(), 1, 3).action == RetryAction.DEFAULT


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryRule(3),
        lambda: RetryRule(int),
        lambda: RetryRule(""),
        lambda: RetryRule(OSError, "explode"),
        lambda: ExceptionRetryPolicy([], default="explode"),
        lambda: RetryDecision.retry(-MINUTE),
        lambda: RetryDecision.retry(5),
        lambda: BashOperator(task_id="a", bash_command="x", retry_policy="often"),
    ],
)
def test_what_is_refused(make) -> None:
    with pytest.raises(InvalidValue):
        make()


def test_a_policy_without_evaluate_says_so() -> None:
    with pytest.raises(NotImplementedError, match="evaluate"):
        RetryPolicy().evaluate(ValueError(), 1, 1)
