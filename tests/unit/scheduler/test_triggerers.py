"""Which triggerer gets a trigger, and when nobody does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradewind.domain.messages.deferral import ToTriggerer, TriggererHello
from tradewind.scheduler.triggerers import TELL_AFTER, Triggerer, Triggerers, UnservedQueues
from tradewind.telemetry.events import Event, QueueUnserved

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Nowhere:
    def send(self, message: ToTriggerer) -> None:
        raise AssertionError(f"nothing is sent here, not even {message}")


def add(to: Triggerers, name: str, *queues: str, stands_in: bool = False, capacity: int = 1) -> None:
    hello = TriggererHello(
        incarnation=name, hostname="h", pid=1, capacity=capacity, queues=queues, stands_in=stands_in
    )
    to.add(Triggerer(hello, Nowhere(), 1, NOW))


def chosen(among: Triggerers, queue: str | None, **given: list[int]) -> str | None:
    best = among.choose(queue, given)
    return best.hello.incarnation if best is not None else None


def test_one_without_queues_takes_triggers_without_a_queue() -> None:
    them = Triggerers()
    them.settled = True
    add(them, "plain")
    assert (chosen(them, None), chosen(them, "q")) == ("plain", None)
    assert (them.lack([None]), them.lack([None, "q"])) == (False, True)


def test_the_schedulers_own_stands_in_for_a_queue_until_another_comes_for_it() -> None:
    them = Triggerers()
    add(them, "own", stands_in=True)
    assert chosen(them, "q") is None, "others have the time to come back first"
    them.settled = True
    assert chosen(them, "q") == "own"
    assert not them.lack(["q"])
    add(them, "for q", "q")
    assert (chosen(them, "q"), chosen(them, "p"), chosen(them, None)) == ("for q", "own", "own")
    assert chosen(them, "q", **{"for q": [1]}) is None, "it is full: its triggers wait for room"
    them.remove("for q")
    assert chosen(them, "q") is None, "its triggers wait for its own to come back"
    assert not them.lack(["q"]), "and another triggerer would be of no use"


def test_one_of_a_queue_does_not_stand_for_all() -> None:
    them = Triggerers()
    add(them, "for q", "q")
    assert (chosen(them, "q"), chosen(them, None)) == ("for q", None)
    assert (them.lack(["q"]), them.lack(["q", None]), them.lack([])) == (False, True, False)


def test_a_queue_that_nobody_serves_is_told_once_and_again_when_it_was_served_meanwhile() -> None:
    told: list[Event] = []
    unserved = UnservedQueues(told.append)
    unserved.look({"q"}, NOW)
    unserved.look({"q", None}, NOW + TELL_AFTER - timedelta(seconds=1))
    assert not told, "one may be starting"
    unserved.look({"q"}, NOW + TELL_AFTER)
    unserved.look({"q"}, NOW + 2 * TELL_AFTER)
    assert told == [QueueUnserved(queue="q")]
    unserved.look((), NOW + 2 * TELL_AFTER)
    unserved.look({"q"}, NOW + 3 * TELL_AFTER)
    assert len(told) == 1
    unserved.look({"q"}, NOW + 4 * TELL_AFTER)
    assert len(told) == 2
