from __future__ import annotations

import pytest

from tradewind.domain.errors import InvalidValue
from tradewind.executors import base, loader
from tradewind.executors.local import LocalExecutor, SequentialExecutor


def test_names_and_import_paths() -> None:
    assert loader.executor_class("LocalExecutor") is LocalExecutor
    assert (
        loader.executor_class("airflow.executors.sequential_executor.SequentialExecutor")
        is SequentialExecutor
    )
    assert loader.executor_class("quick:DebugExecutor") is SequentialExecutor
    assert loader.all_there(["LocalExecutor", "SequentialExecutor"])
    assert not loader.all_there(["LocalExecutor", "KubernetesExecutor"])


@pytest.mark.parametrize(
    ("name", "said"),
    [("CeleryExecutor", "not in this release yet"), ("LocalExecuter", "Did you mean 'LocalExecutor'?")],
)
def test_others_say_so(name: str, said: str) -> None:
    with pytest.raises(loader.UnknownExecutor, match=said.replace("?", r"\?")):
        loader.executor_class(name)


def test_slots_and_queues() -> None:
    with pytest.raises(InvalidValue, match="at least 1"):
        base.BaseExecutor(slots=0)
    assert base.BaseExecutor(slots=1).takes("any")
    assert not base.BaseExecutor(slots=1, queues=("a",)).takes("b")
