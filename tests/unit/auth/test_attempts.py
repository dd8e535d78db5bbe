"""Failed log-ins are limited by address and by name, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tradewind.auth import attempts
from tradewind.auth.attempts import Attempts, Rate, TooManyAttempts, parse_rate
from tradewind.domain.errors import AirflowConfigException


@dataclass
class Clock:
    at: float = 1000.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


def allowed(limit: Attempts, address: str, name: str) -> bool:
    try:
        limit.begin(address, name)
    except TooManyAttempts:
        return False
    return True


def test_a_name_has_its_attempts_in_each_network() -> None:
    clock = Clock()
    limit = Attempts(clock, Rate(5, 40))
    assert [allowed(limit, "10.0.0.1", "ann") for _ in range(7)] == [True] * 5 + [False] * 2
    assert allowed(limit, "10.0.0.1", "bob") and allowed(limit, "10.0.0.2", "ann")
    clock.at += 8
    assert [allowed(limit, "10.0.0.1", "ann") for _ in range(2)] == [True, False]
    clock.at += 3600
    assert [allowed(limit, "10.0.0.1", "ann") for _ in range(6)] == [True] * 5 + [False]


def test_from_everywhere_together_a_name_has_many_more() -> None:
    limit = Attempts(Clock(), Rate(5, 40))
    done = [allowed(limit, f"10.0.0.{i}", "ann") for i in range(105)]
    assert done == [True] * 100 + [False] * 5
    assert allowed(limit, "10.0.1.1", "bob")


def test_strangers_shut_nobody_out_who_logged_in_lately() -> None:
    clock = Clock()
    limit = Attempts(clock, Rate(5, 40))
    limit.begin("10.1.0.1", "ann")
    limit.succeeded("10.1.0.1", "ann")
    while any(allowed(limit, f"10.0.0.{i}", "ann") for i in range(200)):
        pass  # each that is allowed is one less
    while any(allowed(limit, "10.1.0.1", f"user{i}") for i in range(50)):
        pass  # each that is allowed is one less
    assert not allowed(limit, "10.1.0.2", "ann") and not allowed(limit, "10.1.0.1", "bob")
    assert [allowed(limit, "10.1.0.1", "ann") for _ in range(6)] == [True] * 5 + [False]
    clock.at += attempts.LATELY + 1
    while any(allowed(limit, f"10.0.0.{i}", "ann") for i in range(200)):
        pass  # each that is allowed is one less
    assert not allowed(limit, "10.1.0.1", "ann"), "they are known for a while only"


def test_spellings_of_a_name_are_one() -> None:
    limit = Attempts(Clock(), Rate(5, 40))
    spelled = ["ann lee", " Ann  Lee", "ANN LEE ", "ann\tlee", "Ann Lee", "aNN lee"]
    assert [allowed(limit, "10.0.0.1", name) for name in spelled] == [True] * 5 + [False]


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"],
        ["10.0.0.1", "::ffff:10.0.0.1"],
        [""],
        ["testclient"],
    ],
)
def test_an_address_has_its_attempts_for_all_names_together(addresses: list[str]) -> None:
    limit = Attempts(Clock(), Rate(5, 40))
    done = [allowed(limit, addresses[i % len(addresses)], f"user{i}") for i in range(25)]
    assert done == [True] * 20 + [False] * 5
    assert allowed(limit, "2001:db8:1::1", "somebody") and allowed(limit, "::ffff:10.0.0.2", "somebody")


def test_without_a_name_only_the_address_counts() -> None:
    limit = Attempts(Clock(), Rate(5, 40))
    for _ in range(20):
        limit.begin("10.0.0.1", None)
    with pytest.raises(TooManyAttempts):
        limit.begin("10.0.0.1", None)
    limit.begin("10.0.0.2", None)


def test_what_succeeds_is_not_counted() -> None:
    limit = Attempts(Clock(), Rate(2, 10))
    for _ in range(50):
        limit.begin("10.0.0.1", "ann")
        limit.succeeded("10.0.0.1", "ann")
    assert [allowed(limit, "10.0.0.1", "ann") for _ in range(3)] == [True, True, False]


def test_the_error_says_when_to_come_back() -> None:
    clock = Clock()
    limit = Attempts(clock, Rate(1, 30))
    limit.begin("10.0.0.1", "ann")
    clock.at += 0.5
    with pytest.raises(TooManyAttempts, match="in 30 s") as caught:
        limit.begin("10.0.0.1", "ann")
    clock.at += caught.value.seconds
    limit.begin("10.0.0.1", "ann")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_MOST", 10)
    limit = Attempts(Clock(), Rate(5, 40))
    for i in range(100):
        limit.begin(f"10.0.0.{i}", f"name{i}" * 1000)
        limit.succeeded(f"10.0.0.{i}", f"name{i}" * 1000)
    assert len(limit._used) <= 10 and len(limit._let_in) <= 10


def test_no_limit() -> None:
    limit = Attempts(Clock(), None)
    assert all(allowed(limit, "10.0.0.1", "ann") for _ in range(100))


@pytest.mark.parametrize(
    ("text", "rate"),
    [("5 per 40 second", Rate(5, 40)), ("10/minute", Rate(10, 60)), ("3 per 2 hours", Rate(3, 7200))],
)
def test_rates_are_written_as_airflow_writes_them(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "often", "0 per minute", "5 per 0 second", "5 per fortnight", "5/minute;1/s"]
)
def test_a_wrong_rate_is_named(text: str) -> None:
    with pytest.raises(AirflowConfigException, match="auth_rate_limit must be"):
        parse_rate(text)
