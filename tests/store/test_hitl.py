"""A task instance asks a person: what the rows say of it, and that exactly one answer counts."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from tests.store.world import World, chain

from tradewind.domain import hitl
from tradewind.domain.access import SYSTEM
from tradewind.domain.events import AwaitingInput, Failed, Lost, Succeeded
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine import clearing
from tradewind.engine import decisions as d
from tradewind.store.database import Database
from tradewind.store.queries import hitl as queries
from tradewind.store.queries.browse import hitl as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.tables.hitl import hitl_detail, hitl_detail_history
from tradewind.store.transitions import by_hand, runs, tasks
from tradewind.store.transitions import hitl as transitions

FIELD = {"value": "?", "description": "why", "schema": {"type": "string"}}
REQUEST = hitl.Request(
    subject="Deploy?", options=("Yes", "No"), body="*now*", defaults=("No",), params={"why": FIELD},
    assigned_users=(hitl.Person(id="ann", name="Ann"),),
)  # fmt: skip
BARE = hitl.Request(subject="Deploy?", options=("Yes", "No"), multiple=True)
ANN = hitl.Person(id="ann", name="Ann")


class Asking:
    """A run of one task that asks."""

    def __init__(self, world: World, *, request: hitl.Request = REQUEST, retries: int = 1) -> None:
        self.world, self.request = world, request
        self.turns = world.started(world.dag(chain("one", 1, retries=retries, retry_delay=60.0)))

    @property
    def attempt(self) -> str:
        return str(self.turns.current("t000").attempt_id)

    def ask(self, request: hitl.Request | None = None) -> None:
        """As a task process does, while it runs."""
        view = self.turns.current("t000")
        with self.world.database.write() as tx:
            now = self.world.later()
            transitions.ask(tx, view.attempt_id, view.dispatch, request or self.request, now=now)

    def park(self, timeout: float | None = 60.0) -> d.Decisions:
        """The process leaves."""
        end = AwaitingInput(next_kwargs='{"k": 1}', timeout=timeout, fallback=hitl.fallback(self.request))
        return self.turns.end_task("t000", end)

    def answer(self, *chosen: str) -> bool:
        """As the API does; the machine is then read again, as its version tells the scheduler."""
        response = hitl.Response(
            chosen_options=chosen, params_input={"why": "so"}, by=ANN, at=self.world.later()
        )
        with self.world.database.write() as tx:
            runs.touch(tx, self.turns.record.pk, now=response.at)
            accepted = transitions.answer(tx, self.attempt, response)
        self.turns.load()
        return accepted

    def asked(self) -> queries.Asked:
        with self.world.read() as tx:
            found = queries.get(tx, self.attempt)
        assert found is not None
        return found

    def told(self) -> dict[str, Any]:
        """What the method that resumes is called with."""
        found: dict[str, Any] = json.loads(self.world.instances("one")["t000", -1].next_kwargs or "{}")
        return found


@pytest.fixture
def asking(world: World) -> Asking:
    made = Asking(world)
    made.turns.start_task("t000")
    made.turns.commit()
    made.ask()
    return made


def test_a_request_is_read_as_it_was_asked(asking: Asking) -> None:
    found = asking.asked()
    assert (found.request, found.response, found.dispatch) == (REQUEST, None, 1)
    assert found.created_at == asking.world.now
    asking.park()
    asking.turns.assert_rows_agree()
    facts = asking.world.instances("one")["t000", -1]
    assert facts.state is T.AWAITING_INPUT
    assert (facts.answer, json.loads(facts.fallback or "")) == (
        None,
        {"chosen_options": ["No"], "params_input": {"why": "?"}},
    )


def test_an_answer_resumes_the_task(asking: Asking) -> None:
    asking.park()
    assert asking.answer("Yes")
    asking.turns.commit()
    asking.turns.assert_rows_agree()
    answered = asking.asked().response
    assert answered is not None and (answered.by, answered.chosen_options) == (ANN, ("Yes",))
    assert asking.told() == {"k": 1, "event": hitl.event(answered)}
    assert asking.turns.current("t000").dispatch == 2
    asking.turns.run_task("t000", Succeeded())
    asking.turns.assert_rows_agree()


def test_an_answer_counts_once(asking: Asking) -> None:
    asking.park()
    assert asking.answer("Yes")
    assert not asking.answer("No")
    asking.turns.commit()
    assert not asking.answer("No")
    assert asking.told()["event"]["chosen_options"] == ["Yes"]


def test_an_answer_before_the_task_waits_is_kept(asking: Asking) -> None:
    assert asking.answer("Yes")
    decisions = asking.park()
    assert (len(decisions.awaits), len(decisions.schedules)) == (1, 1)
    asking.turns.assert_rows_agree()
    assert asking.told()["event"]["chosen_options"] == ["Yes"]


def test_the_default_is_recorded_as_the_answer(asking: Asking) -> None:
    asking.park()
    asking.world.later(60)
    asking.turns.commit()
    asking.turns.assert_rows_agree()
    answered = asking.asked().response
    assert answered == hitl.Response(
        chosen_options=("No",), params_input={"why": "?"}, by=None, at=asking.world.now
    )
    assert asking.told()["event"] == hitl.event(answered)
    assert not asking.answer("Yes")


def test_without_a_default_no_answer_is_taken_after_the_time(world: World) -> None:
    asking = Asking(world, request=BARE)
    asking.turns.start_task("t000")
    asking.turns.commit()
    asking.ask()
    asking.park()
    world.later(60)
    decisions = asking.turns.machine.decide(world.now)
    with world.database.write() as tx:
        assert not tasks.apply(tx, [(asking.turns.record, decisions)], now=world.now)
    assert asking.told()["event"]["error_type"] == "timeout"
    assert not asking.answer("Yes"), "it is scheduled, to be told that nobody answered"
    assert (asking.asked().response, asking.asked().dispatch) == (None, None)


class NothingStands(Exception):
    """The turn is rolled back."""


def test_of_an_answer_and_a_time_out_the_first_commit_wins(asking: Asking) -> None:
    """The scheduler decides by what it knew, and before it writes an answer is committed."""
    asking.park()
    decisions = asking.turns.machine.decide(asking.world.later(60))
    assert decisions.expires
    version = asking.turns.version
    assert asking.answer("Yes")
    with pytest.raises(NothingStands), asking.world.database.write() as tx:
        assert runs.bump(tx, [(asking.turns.record.pk, version)], at=asking.world.now)
        # Without that fence the row itself would refuse.
        assert tasks.apply(tx, [(asking.turns.record, decisions)], now=asking.world.now)
        raise NothingStands
    asking.turns.load()
    asking.turns.commit()
    assert asking.told()["event"]["chosen_options"] == ["Yes"]


def test_a_question_that_somebody_deleted_holds_up_no_turn(asking: Asking) -> None:
    """People's own SQL: the time-out comes all the same."""
    asking.park()
    with asking.world.database.write() as tx:
        tx.run(sa.delete(hitl_detail))
    decisions = asking.turns.machine.decide(asking.world.later(60))
    assert decisions.expires
    with asking.world.database.write() as tx:
        assert not tasks.apply(tx, [(asking.turns.record, decisions)], now=asking.world.now)


def test_a_person_waits_for_the_scheduler_that_came_first(asking: Asking) -> None:
    """Its transaction has begun when the answer comes, and has not taken the default yet."""
    asking.park()
    decisions = asking.turns.machine.decide(asking.world.later(60))
    answers: list[bool] = []
    begins = threading.Event()
    response = hitl.Response(chosen_options=("Yes",), by=ANN, at=asking.world.now)
    other, attempt = Database(asking.world.database.url.render_as_string(hide_password=False)), asking.attempt

    def person() -> None:
        begins.set()
        with other.write() as tx:
            runs.touch(tx, asking.turns.record.pk, now=response.at)
            answers.append(transitions.answer(tx, attempt, response))

    thread = threading.Thread(target=person)
    with asking.world.database.write() as tx:
        assert not runs.bump(tx, [(asking.turns.record.pk, asking.turns.version)], at=asking.world.now)
        thread.start()
        assert begins.wait(10)
        assert not tasks.apply(tx, [(asking.turns.record, decisions)], now=asking.world.now)
        assert not answers
    thread.join(20)
    other.close()
    assert answers == [False]
    assert asking.told()["event"]["timedout"] is True


def test_a_second_question_takes_the_place_of_the_first(asking: Asking) -> None:
    asking.park()
    assert asking.answer("Yes")
    asking.turns.commit()
    asking.turns.start_task("t000")
    asking.turns.commit()
    asking.ask(BARE)
    found = asking.asked()
    assert (found.request, found.response, found.dispatch) == (BARE, None, 2)


def test_a_question_that_is_told_twice_keeps_its_answer(asking: Asking) -> None:
    """The task process did not hear that it was recorded, and says it again."""
    assert asking.answer("Yes")
    asking.ask()
    assert asking.asked().response is not None


@pytest.mark.parametrize("state", [T.SUCCESS, T.FAILED, T.SKIPPED, None])
def test_what_was_marked_or_cleared_takes_no_answer(asking: Asking, state: T | None) -> None:
    asking.park()
    facts = asking.world.instances("one")["t000", -1]
    effect = clearing.clear(facts, 1) if state is None else clearing.mark(facts, state)
    attempt = asking.attempt
    with asking.world.database.write() as tx:
        by_hand.change(tx, asking.turns.record, [(attempt, effect)], now=asking.world.later())
        runs.touch(tx, asking.turns.record.pk, now=asking.world.now)
    response = hitl.Response(chosen_options=("Yes",), by=ANN, at=asking.world.now)
    with asking.world.database.write() as tx:
        assert not transitions.answer(tx, attempt, response)


def test_a_retry_leaves_the_question_in_the_history(asking: Asking) -> None:
    first = asking.attempt
    asking.park()
    asking.answer("Yes")
    asking.turns.commit()
    asking.turns.run_task("t000", Failed(reason="no"))
    asking.world.later(60)
    asking.turns.commit()
    asking.turns.assert_rows_agree()
    with asking.world.read() as tx:
        assert queries.get(tx, asking.attempt) is None
        kept = tx.rows(sa.select(hitl_detail_history.c.ti_history_id, hitl_detail_history.c.chosen_options))
    assert [tuple(row) for row in kept] == [(first, '["Yes"]')]


def test_a_clear_does_so_too_and_a_deleted_run_leaves_nothing(asking: Asking) -> None:
    asking.park()
    facts = asking.world.instances("one")["t000", -1]
    with asking.world.database.write() as tx:
        changes = [(asking.attempt, clearing.clear(facts, 1))]
        by_hand.change(tx, asking.turns.record, changes, now=asking.world.later())
        assert tx.value(sa.select(sa.func.count()).select_from(hitl_detail)) == 0
        assert tx.value(sa.select(sa.func.count()).select_from(hitl_detail_history)) == 1
        runs.delete(tx, asking.turns.record.pk)
        assert tx.value(sa.select(sa.func.count()).select_from(hitl_detail_history)) == 0


def lose(asking: Asking, *, after: int = 0) -> None:
    """The attempt that is out is lost, and the next one starts; so ``after`` times more."""
    for _ in range(after + 1):
        asking.turns.end_task("t000", Lost(reason="its host died"))
        asking.turns.commit()
        asking.turns.start_task("t000")
        asking.turns.commit()


def given(asking: Asking, request: hitl.Request = REQUEST) -> tuple[str, ...] | None:
    with asking.world.read() as tx:
        found = queries.given_before(tx, asking.attempt, request)
    return None if found is None else found.chosen_options


def goes_on(asking: Asking) -> None:
    """It waited, was answered, and is at work again."""
    asking.park()
    asking.answer("Yes")
    asking.turns.commit()
    asking.turns.start_task("t000")
    asking.turns.commit()


@pytest.mark.parametrize("after", [0, 1])
def test_what_a_lost_attempt_was_told_is_known_to_those_in_its_place(asking: Asking, after: int) -> None:
    goes_on(asking)
    assert given(asking) is None, "it has asked itself"
    lose(asking, after=after)
    assert given(asking) == ("Yes",)
    assert given(asking, BARE) is None, "that is another question"
    asking.ask()
    assert given(asking) is None


def test_a_default_that_was_taken_is_an_answer_too(asking: Asking) -> None:
    asking.park()
    asking.world.later(61)
    asking.turns.commit()
    asking.turns.start_task("t000")
    asking.turns.commit()
    lose(asking)
    assert given(asking) == ("No",)


def test_where_nobody_has_answered_the_next_attempt_asks(asking: Asking) -> None:
    lose(asking)
    assert given(asking) is None


def test_a_retry_and_a_clear_ask_anew(asking: Asking) -> None:
    goes_on(asking)
    asking.turns.end_task("t000", Failed(reason="no"))
    asking.world.later(60)
    asking.turns.commit()
    asking.turns.start_task("t000")
    asking.turns.commit()
    assert given(asking) is None
    lose(asking)
    assert given(asking) is None, "the try that was lost had asked nobody"
    asking.ask()
    goes_on(asking)
    facts = asking.world.instances("one")["t000", -1]
    with asking.world.database.write() as tx:
        effect = clearing.clear(facts, 1)
        by_hand.change(tx, asking.turns.record, [(asking.attempt, effect)], now=asking.world.later())
    asking.turns.load()
    asking.turns.end_task("t000", Lost(reason="it was cleared"))
    asking.turns.commit()
    asking.turns.start_task("t000")
    asking.turns.commit()
    lose(asking)
    assert given(asking) is None


def test_a_request_is_closed_or_answered_by_its_trigger(asking: Asking) -> None:
    response = hitl.Response(chosen_options=("No",), at=asking.world.now)
    with asking.world.database.write() as tx:
        assert transitions.close(tx, asking.attempt)
        assert not transitions.close(tx, asking.attempt)
        assert not transitions.answer(tx, asking.attempt, response)


@pytest.mark.parametrize("field", ["responded_by_user_id", "responded_by_user_name"])
def test_lists_by_who_answered(asking: Asking, field: str) -> None:
    name = getattr(ANN, field.removeprefix("responded_by_user_"))

    def found(who: str) -> list[str]:
        with asking.world.read() as tx:
            page = Page(order=((field, True),))
            listed = browse.page(tx, [Where(field, "in", [who])], page=page, access=SYSTEM)
            assert browse.details.count(tx, [Where(field, "in", [who])], access=SYSTEM) == len(listed)
        return [each.attempt_id for each in listed]

    assert found(name) == []
    assert asking.answer("Yes")
    assert (found(name), found("eve")) == ([asking.attempt], [])
