"""What plug-in hosts do for listeners: build what they are told of, and call them one after the other."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from tradewind.authoring import assets, listeners
from tradewind.authoring.dag_run import DagRun
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


def _asset(fact: dict[str, Any]) -> assets.Asset:
    name, uri = fact["name"] or fact["uri"], fact["uri"] or fact["name"]
    return assets.Asset.known(name=name, uri=uri, group=fact["group"] or "asset")


def _event(fact: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{**fact, "asset": _asset(fact["asset"])})


_BUILD: Final[dict[str, Callable[[Any], Any]]] = {
    "dag_run": lambda fact: DagRun(msgspec.convert(fact, RunContext)),
    "asset": _asset,
    "dataset": _asset,
    "asset_alias": lambda fact: assets.AssetAlias(**fact),
    "dataset_alias": lambda fact: assets.AssetAlias(**fact),
    "asset_event": _event,
    "component": lambda fact: SimpleNamespace(**fact),
}
