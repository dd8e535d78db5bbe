"""S11: nothing is unpickled, evaluated, or imported by a name that came in as data."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import httpx
import pytest
from tests.integration.api.world import World

SOURCE = Path(__file__).parents[2] / "src" / "tradewind"
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "joblib"}
CONTROL_PLANE = (
    "api",
    "auth",
    "store",
    "scheduler",
    "engine",
    "domain",
    "config",
    "secrets",
    "runtime",
    "executors",
)
CLASSES = (
    {"__class__": "os.system", "args": ["touch /tmp/x"]},
    {"__classname__": "builtins.eval", "__version__": 1, "__data__": "1"},
    {"py/object": "subprocess.Popen"},
    {"__type": "airflow.models.connection.Connection", "__var": {}},
    {"$type": "System.Diagnostics.Process"},
)


@cache
def trees(*folders: str) -> list[tuple[Path, ast.Module]]:
    roots = [SOURCE / folder for folder in folders] if folders else [SOURCE]
    return [(path, ast.parse(path.read_text())) for root in roots for path in root.rglob("*.py")]


def test_no_unpickler_is_imported() -> None:
    found = []
    for path, tree in trees():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found += [f"{path.name}: {name}" for name in names if name.partition(".")[0] in UNPICKLERS]
    assert found == []


def test_the_control_plane_evaluates_nothing() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees(*CONTROL_PLANE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile"}
    ]
    assert found == []


@pytest.mark.parametrize("value", CLASSES, ids=lambda value: next(iter(value)))
def test_names_of_classes_are_data_on_every_way_in(world: World, admin: httpx.Client, value: object) -> None:
    dag = world.fresh("classes")
    world.dag(dag)
    run = {"dag_run_id": "r1", "logical_date": None, "conf": {"k": value}}
    assert admin.post(f"/api/v2/dags/{dag}/dagRuns", json=run).json()["conf"] == {"k": value}
    task = f"/api/v2/dags/{dag}/dagRuns/r1/taskInstances/extract"
    assert admin.post(f"{task}/xcomEntries", json={"key": "k", "value": value}).status_code == 201
    assert admin.patch(f"{task}/xcomEntries/k", json={"value": [value]}).status_code == 200
    assert admin.get(f"{task}/xcomEntries/k").json()["value"] == [value]
    assert "value" not in admin.get(f"{task}/xcomEntries/k?deserialize=true").json()
    assert admin.put(f"{task}/state-store/k", json={"value": value}).status_code == 204
    assert admin.get(f"{task}/state-store/k").json()["value"] == value
