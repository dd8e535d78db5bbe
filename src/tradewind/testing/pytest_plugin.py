"""The pytest plug-in: fixtures for tests of DAGs. It costs a test run that does not use it nothing.

Installed with Tradewind; ``-p no:tradewind`` switches it off. Everything heavy loads with the first fixture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tradewind.testing.dag_bag import DagBag
    from tradewind.testing.kit import FakeConnections, FakeThings, FakeTime, FakeVariables


def pytest_addoption(parser: pytest.Parser) -> None:
    """``dags_folder`` in pytest's ini file."""
    parser.addini("dags_folder", "where the dag_bag fixture finds DAG files (default: dags)", default="")


@pytest.fixture(scope="session")
def dag_bag(pytestconfig: pytest.Config) -> DagBag:
    """The project's DAGs: of ini option ``dags_folder``, ``AIRFLOW__CORE__DAGS_FOLDER``, or else ``dags``."""
    from tradewind.testing.dag_bag import DagBag

    named = pytestconfig.getini("dags_folder") or os.environ.get("AIRFLOW__CORE__DAGS_FOLDER") or "dags"
    folder = Path(pytestconfig.rootpath, named)
    if not folder.exists():
        pytest.fail(f"There is no folder {folder}: name yours with dags_folder = … in pytest's ini file.")
    return DagBag(folder, include_examples=False)


@pytest.fixture
def fake_time() -> Iterator[FakeTime]:
    """Time stands still; whoever sleeps moves it on at once. ``move_to`` and ``advance`` set it."""
    from tradewind.testing.kit import FakeTime, skipping

    with skipping(FakeTime()) as clock:
        assert isinstance(clock, FakeTime)
        yield clock


@pytest.fixture
def _tradewind_things() -> Iterator[FakeThings]:
    from tradewind import secrets
    from tradewind.testing.kit import FakeThings

    things, before = FakeThings(), secrets.current()
    secrets.use(things.chain)
    yield things
    secrets.use(before)


@pytest.fixture
def fake_variables(_tradewind_things: FakeThings) -> FakeVariables:
    """Variables of this test: ``fake_variables["bucket"] = "s3://test"``."""
    return _tradewind_things.variables


@pytest.fixture
def fake_connections(_tradewind_things: FakeThings) -> FakeConnections:
    """Connections of this test: ``fake_connections["warehouse"] = "postgresql://localhost/test"``."""
    return _tradewind_things.connections


@pytest.fixture
def run_dag(
    request: pytest.FixtureRequest, fake_time: FakeTime, _tradewind_things: FakeThings
) -> Callable[..., Any]:
    """``run_dag(dag, conf=…, logical_date=…, events=…)`` runs a DAG, or the one of that id in ``dag_bag``."""
    from tradewind.testing import kit

    def run(dag: Any, **options: Any) -> kit.DagOutcome:
        return kit.run_dag(_dag(request, dag), clock=fake_time, **options)

    return run


@pytest.fixture
def run_task(
    request: pytest.FixtureRequest, fake_time: FakeTime, _tradewind_things: FakeThings
) -> Callable[..., Any]:
    """``run_task(task, xcoms=…, conf=…, map_index=…)`` runs one task; ``"dag_id.task_id"`` names one too."""
    from tradewind.testing import kit

    def run(task: Any, **options: Any) -> Any:
        if isinstance(task, str):
            dag_id, _, task_id = task.partition(".")
            task = _dag(request, dag_id).get_task(task_id)
        return kit.run_task(task, clock=fake_time, **options)

    return run


def _dag(request: pytest.FixtureRequest, dag: Any) -> Any:
    if not isinstance(dag, str):
        return dag
    bag = request.getfixturevalue("dag_bag")
    found = bag.get_dag(dag)
    if found is None:
        from tradewind.domain.errors import DagNotFound

        broken = "".join(f"\n{path}: {why}" for path, why in bag.import_errors.items())
        pytest.fail(f"{DagNotFound(dag, bag.dag_ids)}{broken}")
    return found
