"""§1.8 PythonVirtualenvOperator, §1.3 ``@task.virtualenv``: environments made from the package index."""

from __future__ import annotations

import logging
import os
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tradewind.authoring import shell, venv
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.virtualenv import PythonVirtualenvOperator
from tradewind.testing import dag_test

log = logging.getLogger("tests.virtualenv")


def version(name, ds):
    """What is installed, where, and a value that only that package can give."""
    import importlib.metadata
    import sys

    import iniconfig

    return {"version": importlib.metadata.version("iniconfig"), "module": iniconfig.__name__, "ds": ds,
            "name": name, "prefix": sys.prefix}  # fmt: skip


@pytest.fixture(params=["pip", "uv"])
def maker(request, monkeypatch):
    """The environment is made by this program."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # uv is there
    monkeypatch.setenv("AIRFLOW__STANDARD__VENV_INSTALL_METHOD", request.param)


def test_an_environment_for_one_call(maker):
    with DAG("venv", start_date=datetime(2024, 1, 1), schedule=None) as dag:
        PythonVirtualenvOperator(
            task_id="work", python_callable=version, requirements=["iniconfig==2.0.0", "# a comment"],
            op_args=["x"], system_site_packages=False, pip_install_options=["--no-deps"],
        )  # fmt: skip
    run = dag_test.run(dag, datetime(2024, 1, 31))
    found = run.results["work"]
    assert run.state == "success"
    assert found | {"prefix": ""} == {
        "version": "2.0.0", "module": "iniconfig", "ds": "2024-01-31", "name": "x", "prefix": "",
    }  # fmt: skip
    assert not Path(found["prefix"]).exists()


def test_cached_environments_are_shared_and_made_again_when_unfinished(tmp_path):
    with DAG("venv", start_date=datetime(2024, 1, 1), schedule=None) as dag:

        @task.virtualenv(requirements="iniconfig==2.0.0\n", venv_cache_path=tmp_path / "cache")
        def first():
            import sys

            return sys.prefix

        @task.virtualenv(requirements=["iniconfig==2.0.0"], venv_cache_path="{{ params.cache }}",
                         params={"cache": str(tmp_path / "cache")})  # fmt: skip
        def second():
            import sys

            return sys.prefix

        first() >> second()
    run = dag_test.run(dag)
    (folder,) = (one for one in (tmp_path / "cache").iterdir() if one.is_dir())
    assert run.results == {"first": str(folder), "second": str(folder)}

    (folder / "install_complete_marker.json").unlink()  # as after a kill -9 in the middle
    (folder / "half.txt").touch()
    recipe = venv.Recipe(requirements=("iniconfig==2.0.0",))
    assert venv.cached(recipe, tmp_path / "cache", shell.Shell(log)) == folder / "bin" / "python"
    assert not (folder / "half.txt").exists()


def test_requirements_that_cannot_be_had(caplog):
    with DAG("venv", start_date=datetime(2024, 1, 1), schedule=None) as dag:
        PythonVirtualenvOperator(
            task_id="work",
            python_callable=version,
            requirements=["iniconfig==0.0.0.dev9"],
            index_urls=[],
            op_args=["x"],
        )
    with caplog.at_level(logging.INFO):
        run = dag_test.run(dag)
    assert run.state == "failed"
    assert "The virtual environment cannot be made" in caplog.text
