"""What plug-in hosts do for listeners: build what they are told of, and call them one after the other."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from tradewind.authoring import assets, listeners
from tradewind.authoring.dag_run import DagRun
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data
from tradewind.domain.messages import plugins as messages
from tradewind.domain.messages.assignment import RunContext


def hooks() -> messages.HooksAre:
    """What is listened for."""
    manager = listeners.get_listener_manager()
    return messages.HooksAre(hooks=tuple(sorted(manager.hooks)), problems=tuple(manager.problems))


def tell(asked: messages.TellListeners) -> messages.ListenersTold:
    """Call those who listen; one that raises keeps nobody from the others."""
    known = {name: _BUILD.get(name, _plain)(fact) for name, fact in asked.facts.items()}
    problems = []
    for name, call in listeners.calls(asked.hook, **known):
        try:
            call()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a listener is a stranger's
            where = traceback.extract_tb(error.__traceback__)[-1]
            problems.append(f"{name} failed: {error!r} in {where.filename}, line {where.lineno}")
    return messages.ListenersTold(problems=tuple(problems))


def _plain(fact: Any) -> Any:
    return fact


def _run(fact: dict[str, Any]) -> DagRun:
    """A run that answers for its task instances, as they were when it moved."""
    told = fact.get("task_instances")

    def ask(request: data.Request) -> Any:
        if not isinstance(request, data.GetTaskInstances):
            raise AirflowException(
                f"Listeners are told of the run and its task instances; {type(request).__name__} needs the "
                "database, which only running tasks and callbacks reach."
            )
        if told is None:
            raise AirflowException(f"Run {fact['run_id']!r} has too many task instances to tell of them all.")
        return msgspec.json.decode(told, type=list[data.TaskInstanceFacts])

    return DagRun(msgspec.convert(fact, RunContext), ask)


def _asset(fact: dict[str, Any]) -> assets.Asset:
    name, uri = fact["name"] or fact["uri"], fact["uri"] or fact["name"]
    return assets.Asset.known(name=name, uri=uri, group=fact["group"] or "asset")


def _event(fact: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{**fact, "asset": _asset(fact["asset"])})


_BUILD: Final[dict[str, Callable[[Any], Any]]] = {
    "dag_run": _run,
    "asset": _asset,
    "dataset": _asset,
    "asset_alias": lambda fact: assets.AssetAlias(**fact),
    "dataset_alias": lambda fact: assets.AssetAlias(**fact),
    "asset_event": _event,
    "component": lambda fact: SimpleNamespace(**fact),
}
