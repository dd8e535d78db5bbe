from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.scheduler.timers import Timers

START = datetime(2024, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_earliest_comes_first() -> None:
    timers = Timers()
    for key, seconds in (("b", 2), ("a", 1), ("c", 3)):
        timers.set(key, at(seconds))
    assert timers.next() == at(1)
    assert timers.take_due(at(2)) == ["a", "b"]
    assert timers.next() == at(3)
    assert len(timers) == 1


def test_setting_again_replaces() -> None:
    timers = Timers()
    timers.set("a", at(1))
    timers.set("a", at(5))
    assert timers.take_due(at(2)) == []
    timers.set("a", at(3))
    assert timers.next() == at(3)
    assert timers.take_due(at(9)) == ["a"]
    assert timers.take_due(at(9)) == []


def test_none_forgets() -> None:
    timers = Timers()
    timers.set("a", at(1))
    timers.set("a", None)
    timers.set("never set", None)
    assert timers.next() is None
    assert timers.take_due(at(9)) == []


def test_equal_times_keep_their_order() -> None:
    timers = Timers()
    for key in ("z", "a", "m"):
        timers.set(key, at(1))
    assert timers.take_due(at(1)) == ["z", "a", "m"]


def test_what_was_replaced_does_not_pile_up_in_answers() -> None:
    timers = Timers()
    for number in range(1000):
        timers.set("a", at(1000 - number))
    assert timers.take_due(at(2000)) == ["a"]
    assert timers.next() is None
