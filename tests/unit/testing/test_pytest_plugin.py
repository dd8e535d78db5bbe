"""The fixtures, in a project of somebody who writes DAGs: a pytest of its own runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
DAGS = """
    from datetime import datetime, timedelta
    from airflow.sdk import DAG, Variable, task
    from airflow.hooks.base import BaseHook

    with DAG("loads", start_date=datetime(2024, 1, 1), schedule="@daily"):

        @task(retries=2, retry_delay=timedelta(hours=1))
        def fetch(ti=None):
            if ti.try_number == 1:
                raise RuntimeError("not yet")
            return [Variable.get("bucket"), BaseHook.get_connection("warehouse").host]

        @task
        def count(rows):
            return len(rows)

        count(fetch())
"""
TESTS = """
    import time

    def test_bag(dag_bag):
        assert dag_bag.import_errors == {}
        assert dag_bag.dag_ids == ["loads"]

    def test_run(run_dag, fake_variables, fake_connections):
        fake_variables["bucket"] = "s3://test"
        fake_connections["warehouse"] = "postgresql://db.test/x"
        run = run_dag("loads")
        assert run.state == "success", run
        assert run.values == {"fetch": ["s3://test", "db.test"], "count": 2}
        assert run.tries["fetch"] == 2

    def test_nothing_is_left_of_it(run_dag):
        assert "bucket" in run_dag("loads").reasons["fetch"]

    def test_task(run_task):
        assert run_task("loads.count", xcoms={"fetch": "abcd"}).value == 4

    def test_time(fake_time):
        before = fake_time.now()
        time.sleep(3600)
        assert (fake_time.now() - before).total_seconds() == 3600

    def test_unknown(run_dag):
        run_dag("load")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("AIRFLOW_HOME", str(pytester.path / "home"))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(**{"workflows/loads": DAGS, "test_dags": TESTS})
    pytester.makeini("[pytest]\ndags_folder = workflows")
    return pytester


def test_the_fixtures(project: pytest.Pytester) -> None:
    """Item 11: dag_bag, run_dag, run_task, fake time, fake connections and variables."""
    done = project.runpytest_subprocess("-p", "tradewind.testing.pytest_plugin")
    done.assert_outcomes(passed=5, failed=1)
    done.stdout.fnmatch_lines(["*load*Did you mean 'loads'*"])
    assert not Path(project.path, "home", "airflow.db").exists()


def test_a_missing_folder_is_named(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\ndags_folder = elsewhere")
    done = project.runpytest_subprocess("-p", "tradewind.testing.pytest_plugin", "-k", "bag")
    done.stdout.fnmatch_lines(["*There is no folder */elsewhere*dags_folder*"])


def test_it_loads_nothing_before_it_is_used(project: pytest.Pytester) -> None:
    project.makeconftest(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    print('loaded', [n for n in sys.modules if n.startswith(('tradewind.authoring', 'airflow'))])\n"
    )
    done = project.runpytest_subprocess("-p", "tradewind.testing.pytest_plugin", "--collect-only", "-s")
    done.stdout.fnmatch_lines(["*loaded []*"])
