"""Which listeners are called, with which arguments, in which order."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tradewind.authoring import listeners, plugin_listening
from tradewind.authoring.listeners import ListenerManager, hookimpl
from tradewind.domain.messages.plugins import TellListeners

CALLED: list[Any] = []


class First:
    @hookimpl
    def on_dag_run_success(self, msg: str, more: int = 7) -> str:
        CALLED.append(("first", msg, more))
        return "first"

    @hookimpl(specname="on_dag_run_success", trylast=True)
    def ends(self) -> None:
        CALLED.append("ends")

    def on_dag_run_failed(self) -> None:
        raise AssertionError("it has no mark")


class Second:
    @hookimpl
    def on_dag_run_success(self, dag_run: Any, msg: str) -> str:
        CALLED.append(("second", dag_run, msg))
        return "second"


@pytest.fixture(autouse=True)
def manager() -> ListenerManager:
    CALLED.clear()
    made = ListenerManager()
    assert not made.has_listeners
    for listener in (first := First(), Second(), first):
        made.add_listener(listener)
    return made


def test_the_last_one_comes_first_with_what_it_asks_for(manager: ListenerManager) -> None:
    """What has a default keeps it; one that was added twice is called once."""
    assert manager.hook.on_dag_run_success(dag_run="run", msg="well") == ["second", "first"]
    assert CALLED == [("second", "run", "well"), ("first", "well", 7), "ends"]
    assert manager.hooks == {"on_dag_run_success"}
    assert manager.hook.on_dag_run_failed(dag_run="run", msg="badly") == []


def test_a_cleared_manager_tells_nobody(manager: ListenerManager) -> None:
    manager.clear()
    assert manager.hook.on_dag_run_success(dag_run="run", msg="well") == []


def test_listeners_that_use_pluggy_themselves(manager: ListenerManager) -> None:
    """Its mark is the one that is looked for."""

    class Marked:
        def on_starting(self, component: Any) -> str:
            return f"starts {component}"

    Marked.on_starting.airflow_impl = {"tryfirst": False, "specname": None}  # type: ignore[attr-defined]
    manager.add_listener(Marked())
    assert manager.hook.on_starting(component="x") == ["starts x"]


class Mixed:
    """Some of it can be called."""

    @property
    def broken(self) -> str:
        raise ValueError("nobody may look at this")

    @functools.cached_property
    def lazy(self) -> str:
        raise ValueError("nor at this")

    @hookimpl
    def on_starting(self, who: Any) -> None: ...

    @hookimpl
    def on_startin(self) -> None: ...

    @hookimpl
    def on_dag_run_failed(self, msg: str) -> str:
        return f"told {msg}"

    @staticmethod
    @hookimpl
    def before_stopping() -> None: ...

    before_stopping.__func__.__signature__ = "none"


def test_what_cannot_be_called_is_named_and_the_rest_is_called(manager: ListenerManager) -> None:
    manager.add_listener(Mixed())
    assert manager.hook.on_dag_run_failed(dag_run="run", msg="badly") == ["told badly"]
    assert "before_stopping" not in manager.hooks
    odd, lazy, misnamed, asks = manager.problems
    assert "Mixed.lazy: ValueError" in lazy
    assert "Mixed.before_stopping: TypeError" in odd
    assert "no hook 'on_startin'. Did you mean 'on_starting'" in misnamed
    assert "Mixed.on_starting asks for 'who'; on_starting gives component" in asks


def test_one_that_nobody_can_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    class Opaque:
        def __dir__(self) -> list[str]:
            raise ValueError("go away")

    monkeypatch.setattr(listeners.plugin_reading, "listeners", lambda: [Opaque(), Second()])
    found = listeners.get_listener_manager.__wrapped__()
    assert found.hooks == {"on_dag_run_success"}
    assert "Opaque: ValueError('go away')" in found.problems[0]


class Reads:
    @hookimpl
    def on_dag_run_success(self, dag_run: Any) -> None:
        CALLED.append([(one.task_id, one.state) for one in dag_run.get_task_instances()])


def test_task_instances_of_a_run_come_along_unless_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manager = ListenerManager()
    manager.add_listener(Reads())
    monkeypatch.setattr(listeners, "get_listener_manager", lambda: manager)
    run = {"dag_id": "d", "run_id": "r", "run_type": "manual", "run_after": "2024-01-01T00:00:00Z"}
    few = {**run, "task_instances": '[{"id": "i", "task_id": "a", "state": "success"}]'}
    said = [
        plugin_listening.tell(TellListeners(hook="on_dag_run_success", facts={"dag_run": fact, "msg": ""}))
        for fact in (few, run)
    ]
    assert CALLED == [[("a", "success")]]
    assert said[0].problems == ()
    assert "Run 'r' has too many task instances" in said[1].problems[0]
