from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.domain.events import Succeeded, TaskFinished, TaskStarted
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.messages.wake import Wake
from tradewind.scheduler.inbox import Inbox

NOW = datetime(2024, 1, 1, tzinfo=UTC)
RUN = ("d", "r")


def finished(attempt: str = "a", started: datetime | None = None) -> Finished:
    return Finished(
        attempt_id=attempt, dispatch=1, dag_id="d", run_id="r", started_at=started, at=NOW,
        outcome=Succeeded(),
    )  # fmt: skip


def started() -> Started:
    return Started(attempt_id="a", dispatch=1, dag_id="d", run_id="r", at=NOW, pid=7, hostname="h")


def test_empty_until_something_happens() -> None:
    inbox = Inbox()
    assert not inbox
    inbox.nudge()
    assert inbox
    assert inbox.take().nudged
    assert not inbox


def test_a_lost_start_is_told_by_the_end() -> None:
    inbox = Inbox()
    inbox.finished(finished(started=NOW), "h1")
    kinds = [type(incoming.event) for incoming in inbox.take().events]
    assert kinds == [TaskStarted, TaskFinished]


def test_an_end_without_a_start_is_only_an_end() -> None:
    inbox = Inbox()
    inbox.finished(finished(), "h1")
    (incoming,) = inbox.take().events
    assert (incoming.run, incoming.source, incoming.report) == (RUN, "h1", finished())


def test_news_of_starts_alone_may_wait() -> None:
    inbox = Inbox()
    inbox.started(started(), "h1")
    assert inbox
    assert not inbox.urgent
    inbox.finished(finished(), "h1")
    assert inbox.urgent


@pytest.mark.parametrize("tell", ["nudge", "look", "requeue", "start", "past", "dag"])
def test_anything_else_is_urgent(tell: str) -> None:
    inbox = Inbox()
    {
        "nudge": inbox.nudge,
        "look": lambda: inbox.look_at(RUN),
        "requeue": lambda: inbox.requeue(RUN, "a"),
        "start": lambda: inbox.may_start("d"),
        "past": lambda: inbox.past_moved("d"),
        "dag": lambda: inbox.dag_changed("d"),
    }[tell]()
    assert inbox.urgent


def test_a_turn_gets_a_bounded_part_in_order() -> None:
    inbox = Inbox(limit=3)
    for number in range(5):
        inbox.finished(finished(f"a{number}"), "h")
    taken = [[incoming.event.attempt_id for incoming in inbox.take().events] for _ in range(2)]
    assert taken == [["a0", "a1", "a2"], ["a3", "a4"]]
    assert not inbox


def test_what_is_given_back_comes_first() -> None:
    inbox = Inbox()
    inbox.finished(finished("old"), "h")
    batch = inbox.take()
    inbox.finished(finished("new"), "h")
    inbox.give_back(batch.events)
    assert [incoming.event.attempt_id for incoming in inbox.take().events] == ["old", "new"]


def test_what_a_wake_up_means() -> None:
    inbox = Inbox()
    inbox.wake(Wake(kind="run", dag_id="d", run_id="r"))
    inbox.wake(Wake(kind="dag", dag_id="e"))
    inbox.wake(Wake(kind="of a later release"))
    batch = inbox.take()
    assert list(batch.reload) == [RUN]
    assert list(batch.dags) == ["e"]
    assert list(batch.starts) == ["d", "e"]


def test_a_batch_mentions_each_run_that_it_is_about() -> None:
    inbox = Inbox()
    inbox.look_at(("d", "looked"))
    inbox.finished(finished(), "h")
    inbox.requeue(("d", "given back"), "a")
    inbox.look_at(("d", "changed"), reload=True)
    assert list(inbox.take().mentioned()) == [("d", "looked"), RUN, ("d", "given back")]
