"""Finding out who listens: what happens before that is known is kept; without an answer it is asked again."""

from __future__ import annotations

from typing import Any

from tradewind.domain.messages.plugins import HooksAre, ListenersTold, ListHooks, TellListeners
from tradewind.domain.messages.report import Finished
from tradewind.runtime.plugin_asking import Answered
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.scheduler.listening import MOST, MOST_BYTES, Listening
from tradewind.telemetry.events import ListenerFailed
from tradewind.testing.clock import FakeClock


class World:
    """Questions as they are asked; they are answered when a test says so."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Any] = []
        self.asked: list[tuple[Any, Answered]] = []
        self.listening = Listening(clock=self.clock, emit=self.told.append)
        self.listening.use_plugins(lambda question, answered: self.asked.append((question, answered)))
        self.listening.begin()

    def answer(self, said: HooksAre | PluginFailed) -> None:
        question, answered = self.asked.pop()
        assert isinstance(question, ListHooks)
        answered(said)

    def pass_time(self, seconds: float) -> int:
        """How many questions are open then."""
        self.clock.advance(seconds)
        self.listening.look_again(self.clock.now())
        return len(self.asked)

    def update(self, name: str, **more: Any) -> None:
        at = self.clock.now()
        self.listening.updated(
            Finished(
                attempt_id="a", dispatch=1, dag_id="d", run_id="r", started_at=at, at=at, outcome=None,
                asset_events=({"name": name, **more},),
            )  # type: ignore[arg-type]
        )  # fmt: skip

    def heard(self) -> list[Any]:
        return [each.facts["asset"]["name"] for each, _ in self.asked if isinstance(each, TellListeners)]


NO_ANSWER = PluginFailed("listeners", "it did not answer in 10 s")
CHANGED = HooksAre(hooks=("on_asset_changed",))


def test_a_question_without_answer_is_asked_again_and_nothing_is_lost() -> None:
    world = World()
    world.update("one")
    world.answer(NO_ANSWER)
    world.update("two")
    assert world.pass_time(0.5) == 0
    assert world.pass_time(1) == 1
    assert world.pass_time(600) == 1, "one at a time"
    world.answer(CHANGED)
    world.update("three")
    assert world.heard() == ["one", "two", "three"]
    assert world.pass_time(600) == 3
    (told,) = world.told
    assert isinstance(told, ListenerFailed)
    assert "did not answer in 10 s" in told.error and "asked again in 1 s" in told.error


def test_its_pauses_grow_up_to_five_minutes() -> None:
    world = World()
    pauses = []
    for _ in range(11):
        world.answer(NO_ANSWER)
        pauses.append(next(second for second in range(1, 999) if world.pass_time(1)))
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_what_waits_for_the_answer_is_bounded() -> None:
    world = World()
    world.answer(NO_ANSWER)
    for number in range(MOST):
        world.update(str(number))
    world.pass_time(1)
    world.answer(CHANGED)
    assert len(world.heard()) == (MOST - 1) // 3, "after on_starting, each update makes three"


def test_what_waits_takes_little_room_however_large_it_is() -> None:
    world = World()
    world.answer(HooksAre(hooks=("on_asset_event_emitted",)))
    large = {"text": "x" * (MOST_BYTES // 4)}
    for _ in range(6):
        world.update("large", extra=large)
    assert len(world.asked) == 4, "what would take more is not taken in"
    while world.asked:
        world.asked.pop()[1](ListenersTold())
    assert [each.error for each in world.told] == [
        "2 things were not told to listeners, as they are too slow"
    ]
    world.update("next", extra=large)
    assert len(world.asked) == 1, "there is room again"


def test_what_was_dropped_is_told_once_though_something_always_waits() -> None:
    world = World()
    world.answer(HooksAre(hooks=("on_asset_event_emitted",)))
    for number in range(MOST + 7):
        world.update(str(number))
    for number in range(2 * MOST):
        world.asked.pop(0)[1](ListenersTold())
        world.update(f"later {number}")
        if number % 2:
            world.asked.pop(0)[1](ListenersTold())
        if len(world.asked) < MOST // 4:
            break
    assert world.asked
    assert [each.error for each in world.told] == [
        "7 things were not told to listeners, as they are too slow"
    ]
