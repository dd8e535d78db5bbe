"""§1.17 weight_rule as a class of a plug-in: asked where the DAG file is read, once for each try."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.authoring import loader, to_spec
from tradewind.domain import codec
from tradewind.domain.messages.parsing import FileError
from tradewind.domain.spec import DagSpec
from tradewind.engine.graph import Graph

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin
from airflow.task.priority_strategy import PriorityWeightStrategy

class Decreasing(PriorityWeightStrategy):
    def get_weight(self, ti):
        return max(3 - ti.try_number + 1, 1)

class Fixed(PriorityWeightStrategy):
    def __init__(self, weight=7):
        self.weight = weight
    def get_weight(self, ti):
        return self.weight
    def serialize(self):
        return {"weight": self.weight}

class OfTheRun(PriorityWeightStrategy):
    def get_weight(self, ti):
        return ti.dag_run.conf["weight"]

class Plugin(AirflowPlugin):
    name = "weights"
    priority_weight_strategies = [Decreasing, Fixed, OfTheRun]
    macros = [len]
"""
DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.bash import BashOperator
from my_weights import Decreasing, Fixed, OfTheRun

with DAG("d", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    BashOperator(task_id="t", bash_command="true", retries=9, weight_rule=RULE) >> EmptyOperator(task_id="b")
"""


def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> loader.LoadedFile:
    (tmp_path / "plugins").mkdir(exist_ok=True)
    (tmp_path / "plugins" / "my_weights.py").write_text(PLUGIN)
    (tmp_path / "plugins" / "broken.py").write_text("1 / 0")
    (tmp_path / "dag.py").write_text(DAG.replace("RULE", rule))
    monkeypatch.setattr(
        loader, "_home_folders", lambda: ((str(tmp_path / "plugins"),), str(tmp_path / "plugins"))
    )
    monkeypatch.delitem(__import__("sys").modules, "my_weights", raising=False)
    return loader.load_file(str(tmp_path / "dag.py"), str(tmp_path))


def spec_of(loaded: loader.LoadedFile) -> DagSpec:
    assert loaded.errors == []
    (dag,) = loaded.dags
    return codec.decode(codec.encode(to_spec.to_spec(dag)))


@pytest.mark.parametrize(
    ("rule", "weights"),
    [
        ("Decreasing", [3, 2, 1, 1]),
        ("Decreasing()", [3, 2, 1, 1]),
        ("'my_weights.Decreasing'", [3, 2, 1, 1]),
        ("Fixed(12)", [12, 12]),
        ("Fixed", [7, 7]),
        ("'absolute'", [1, 1]),
        ("'downstream'", [2, 2]),
    ],
)
def test_each_try_has_its_weight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, weights: list[int]
) -> None:
    graph = Graph.compile(spec_of(read(tmp_path, monkeypatch, rule)))
    task = graph.index["t"]
    assert [graph.priority_of(task, number) for number in range(1, len(weights) + 1)] == weights
    assert graph.priority[task] == weights[0]


def test_what_only_a_run_knows_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Exception, match=r"Task 't': OfTheRun.get_weight failed for try 1.*ti.dag_run is not"):
        spec_of(read(tmp_path, monkeypatch, "OfTheRun"))


@pytest.mark.parametrize("rule", ["'my_weights.Missing'", "'my_weights.AirflowPlugin'"])
def test_what_is_no_strategy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    with pytest.raises(Exception, match="weight_rule must be one of downstream, upstream, absolute"):
        spec_of(read(tmp_path, monkeypatch, rule))


def test_a_plugin_that_fails_is_told_and_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = read(tmp_path, monkeypatch, "Fixed")
    assert [each for each in loaded.errors if isinstance(each, FileError)] == []
    assert any("broken.py cannot be loaded: ZeroDivisionError" in warning for warning in loaded.warnings)
