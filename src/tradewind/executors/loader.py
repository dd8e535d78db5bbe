"""From the names in ``[core] executor`` to executors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tradewind.domain.errors import AirflowConfigException, did_you_mean
from tradewind.executors.base import BaseExecutor
from tradewind.executors.local import LocalExecutor, SequentialExecutor

EXECUTORS: Final[dict[str, type[BaseExecutor]]] = {
    "LocalExecutor": LocalExecutor,
    "SequentialExecutor": SequentialExecutor,
    "DebugExecutor": SequentialExecutor,
}
LATER: Final = frozenset({
    "CeleryExecutor", "CeleryKubernetesExecutor", "DaskExecutor", "EdgeExecutor", "KubernetesExecutor",
    "LocalKubernetesExecutor", "MesosExecutor",
})  # fmt: skip
"""Airflow's others."""


class UnknownExecutor(AirflowConfigException):
    """``[core] executor`` names something that is not there."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"[core] executor: {name!r} {reason}")
        self.name = name


def executor_class(name: str) -> type[BaseExecutor]:
    """The class of that name (or of an import path that ends with it). Raises UnknownExecutor."""
    short = name.strip().rpartition(":")[2].rpartition(".")[2]
    found = EXECUTORS.get(short)
    if found is not None:
        return found
    if short in LATER:
        raise UnknownExecutor(name, "is not in this release yet. Use LocalExecutor.")
    raise UnknownExecutor(name, f"is no executor.{did_you_mean(short, EXECUTORS)} Use LocalExecutor.")


def check(names: Iterable[str]) -> None:
    """Raises UnknownExecutor for the first name that is not there: nothing runs elsewhere than asked for."""
    for name in names:
        executor_class(name)


def all_there(names: Iterable[str]) -> bool:
    """Whether every name is there."""
    try:
        check(names)
    except UnknownExecutor:
        return False
    return True
