from __future__ import annotations

from datetime import UTC, datetime

from tradewind.domain.events import Succeeded
from tradewind.domain.messages.lifecycle import Ack, Assign, Held, Hello, Stop, ToHost, Welcome
from tradewind.domain.messages.report import Finished
from tradewind.engine.decisions import Ready
from tradewind.scheduler.dispatch import Dispatch, Outgoing, log_path

NOW = datetime(2024, 1, 1, tzinfo=UTC)


class Line:
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[ToHost] = []

    def send(self, message: ToHost) -> None:
        self.written.append(message)

    def of(self, kind: type) -> list[ToHost]:
        return [message for message in self.written if isinstance(message, kind)]


def held(attempt: str, dispatch: int = 1) -> Held:
    return Held(attempt_id=attempt, dispatch=dispatch, dag_id="d", run_id="r")


def connect(
    dispatch: Dispatch, name: str, slots: int = 4, queues: tuple[str, ...] = (), holds: tuple[Held, ...] = ()
) -> Line:
    line = Line()
    hello = Hello(incarnation=name, hostname="h", pid=1, slots=slots, queues=queues, holds=holds)
    dispatch.connected(hello, line, NOW)
    return line


def test_a_host_is_welcomed() -> None:
    dispatch = Dispatch("s")
    assert connect(dispatch, "h1").written == [Welcome(scheduler="s")]
    assert dispatch.is_connected("h1")
    assert dispatch.slots() == 4


def test_the_freest_host_that_takes_the_queue() -> None:
    dispatch = Dispatch("s")
    connect(dispatch, "small", slots=2)
    connect(dispatch, "large", slots=4, queues=("gpu",))
    assert dispatch.choose("gpu") == "large"
    assert dispatch.choose("default") == "small"
    for attempt in ("a", "b"):
        dispatch.address(attempt, "small", 1)
    assert dispatch.choose("default") is None
    assert dispatch.choose("gpu") == "large"
    dispatch.release("a")
    assert dispatch.choose("default") == "small"


def test_work_without_slots_goes_to_a_full_host_too() -> None:
    dispatch = Dispatch("s")
    assert dispatch.freest() is None
    connect(dispatch, "h1", slots=1)
    dispatch.address("a", "h1", 1)
    assert dispatch.freest() == "h1"


def test_what_a_host_says_it_holds_takes_slots() -> None:
    dispatch = Dispatch("s")
    connect(dispatch, "h1", slots=2, holds=(held("a", 3), held("callback-7")))
    assert dispatch.hosts()[0].free == 1
    assert dispatch.runs_on("a", "h1", 3)
    assert dispatch.runs_on("a", "h1", 2)


def test_an_older_dispatch_is_not_the_newer_one() -> None:
    dispatch = Dispatch("s")
    connect(dispatch, "h1", holds=(held("a", 1),))
    assert not dispatch.runs_on("a", "h1", 2)
    dispatch.address("a", "h1", 2)
    assert dispatch.runs_on("a", "h1", 2)


def test_what_the_rows_say_does_not_mean_that_the_host_knows() -> None:
    dispatch = Dispatch("s")
    connect(dispatch, "h1")
    dispatch.recall("a", "h1")
    assert dispatch.address_of("a") == "h1"
    assert not dispatch.runs_on("a", "h1", 1)


def test_a_broken_connection_is_noted_unless_another_took_its_place() -> None:
    dispatch = Dispatch("s")
    first = connect(dispatch, "h1")
    second = connect(dispatch, "h1")
    dispatch.disconnected("h1", first, NOW)
    assert dispatch.is_connected("h1")
    dispatch.disconnected("h1", second, NOW)
    assert not dispatch.is_connected("h1")
    assert dispatch.gone == {"h1": NOW}
    connect(dispatch, "h1")
    assert dispatch.gone == {}


def finished(attempt_id: str, dispatch: int, **outcome: bool) -> Finished:
    return Finished(
        attempt_id=attempt_id, dispatch=dispatch, dag_id="d", run_id="r", started_at=None, at=NOW,
        outcome=Succeeded(**outcome),
    )  # fmt: skip


def test_one_message_of_each_kind() -> None:
    dispatch = Dispatch("s")
    line = connect(dispatch, "h1")
    outgoing = Outgoing()
    outgoing.ack("h1", finished("a", 1))
    outgoing.ack("h1", finished("b", 2))
    outgoing.ack("h1", finished("b", 2, called=True))
    outgoing.ack(None, finished("nobody asked", 1))
    outgoing.stop("h1", "c", 1)
    dispatch.send(outgoing)
    assert line.of(Ack) == [Ack(done=(("a", 1), ("b", 2)), called=(("b", 2),))]
    assert [stop.attempts for stop in line.of(Stop)] == [(("c", 1),)]
    assert line.of(Assign) == []


def test_a_stop_without_an_address_is_told_to_all() -> None:
    dispatch = Dispatch("s")
    lines = [connect(dispatch, name) for name in ("h1", "h2")]
    dispatch.stop_stale("a", 1)
    assert [len(line.of(Stop)) for line in lines] == [1, 1]


def test_a_message_for_a_host_that_is_gone_is_dropped() -> None:
    dispatch = Dispatch("s")
    outgoing = Outgoing()
    outgoing.ack("gone", finished("a", 1))
    dispatch.send(outgoing)


def test_log_paths_follow_airflow() -> None:
    ready = Ready(
        dag_id="d", run_id="manual__2024", task_id="g.t", map_index=2, attempt_id="a", priority=1,
        run_after=NOW, pool="default_pool", pool_slots=1, queue="default", executor=None,
    )  # fmt: skip
    assert log_path(ready, 3) == "dag_id=d/run_id=manual__2024/task_id=g.t/map_index=2/attempt=3.log"
