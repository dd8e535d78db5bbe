"""Which listeners are called, with which arguments, in which order."""

from __future__ import annotations

from typing import Any

import pytest

from tradewind.authoring.listeners import BadListener, ListenerManager, hookimpl

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


def test_what_cannot_be_called_is_named(manager: ListenerManager) -> None:
    class Asks:
        @hookimpl
        def on_starting(self, who: Any) -> None: ...

    class Misnamed:
        @hookimpl
        def on_startin(self) -> None: ...

    with pytest.raises(BadListener, match=r"Asks.on_starting asks for 'who'; on_starting gives component"):
        manager.add_listener(Asks())
    with pytest.raises(BadListener, match=r"no hook 'on_startin'\. Did you mean 'on_starting'"):
        manager.add_listener(Misnamed())
