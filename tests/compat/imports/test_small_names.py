"""Names of 1.10 and 2.x that DAG files use beside their tasks: what they do, by their old paths."""

from __future__ import annotations

import textwrap
import zipfile
from pathlib import Path

import jinja2
import pytest

from tradewind.authoring import loader


def test_a_dag_is_pushed_and_popped(tmp_path: Path) -> None:
    """As ``with dag:``; it is a DAG of the file although no name holds it."""
    file = tmp_path / "d.py"
    file.write_text(
        textwrap.dedent("""
        from airflow import DAG
        from airflow.models.dag import DagContext
        from airflow.operators.dummy import DummyOperator

        def make():
            dag = DAG("pushed", schedule_interval=None)
            DagContext.push_context_managed_dag(dag)
            assert DagContext.get_current_dag() is dag
            DummyOperator(task_id="a")
            assert DagContext.pop_context_managed_dag() is dag
            assert DagContext.get_current_dag() is None

        make()
        """)
    )
    found = loader.load_file(str(file), str(tmp_path))
    assert not found.errors
    assert [(dag.dag_id, dag.task_ids) for dag in found.dags] == [("pushed", ["a"])]


def test_a_file_that_may_lie_in_an_archive(tmp_path: Path) -> None:
    from airflow.utils.file import open_maybe_zipped

    archive = tmp_path / "dags.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("sql/q.sql", "select 'é'")
    (tmp_path / "plain.sql").write_text("select 1")
    with open_maybe_zipped(f"{archive}/sql/q.sql") as inner, open_maybe_zipped(archive, "rb") as whole:
        assert inner.read() == "select 'é'"
        assert whole.read() == archive.read_bytes()
    with open_maybe_zipped(str(tmp_path / "plain.sql")) as plain:
        assert plain.read() == "select 1"
    with pytest.raises(KeyError, match=r"none\.sql"):
        open_maybe_zipped(f"{archive}/none.sql")
    with pytest.raises(FileNotFoundError):
        open_maybe_zipped(str(tmp_path / "none.sql"))


class Lazy(dict[str, object]):
    """A context that must not be asked for what the template does not name."""

    def __getitem__(self, name: str) -> object:
        if name == "costly":
            raise AssertionError(name)
        return super().__getitem__(name)


def test_templates_that_code_renders_itself() -> None:
    from airflow.utils.helpers import render_template, render_template_as_native, render_template_to_string

    environment = jinja2.Environment()
    environment.globals["twice"] = lambda number: 2 * number
    template = environment.from_string("{{ twice(n) }}")
    context = Lazy(n=21, costly=1)
    assert render_template_to_string(template, context) == "42"
    assert render_template_as_native(template, context) == 42
    assert render_template(template, context, native=False) == "42"
    assert context == {"n": 21, "costly": 1}, "globals do not stay in it"


def test_an_exception_that_nothing_raises() -> None:
    from airflow.exceptions import AirflowException, NoAvailablePoolSlot

    with pytest.raises(AirflowException, match="full"):
        raise NoAvailablePoolSlot("full")


def test_the_row_of_a_broken_file() -> None:
    """It imports under its three names; a query says what to ask instead."""
    from airflow.exceptions import AirflowException
    from airflow.models import ImportError as Broken
    from airflow.models.errors import ImportError as Older
    from airflow.models.errors import ParseImportError

    assert Broken is Older is ParseImportError
    with pytest.raises(AirflowException, match="importErrors"):
        _ = Broken.filename


def test_the_variants_of_task_under_their_modules_names() -> None:
    from airflow.decorators.bash import bash_task
    from airflow.decorators.python import _PythonDecoratedOperator, python_task
    from airflow.providers.standard.decorators.sensor import DecoratedSensorOperator, sensor_task
    from airflow.sdk import DAG

    with DAG("variants") as dag:
        python_task(lambda: 1, task_id="python")()
        bash_task(task_id="bash")(lambda: "true")()
        sensor_task(lambda: True, task_id="sensor")()
    assert isinstance(dag.get_task("python"), _PythonDecoratedOperator)
    assert dag.get_task("bash").operator_name == "@task.bash"
    assert isinstance(dag.get_task("sensor"), DecoratedSensorOperator)


def test_a_circle_is_found_by_the_function_of_2_x() -> None:
    from airflow.exceptions import AirflowDagCycleException
    from airflow.operators.empty import EmptyOperator
    from airflow.sdk import DAG
    from airflow.utils.dag_cycle_tester import check_cycle

    with DAG("round") as dag:
        first, second = EmptyOperator(task_id="first"), EmptyOperator(task_id="second")
        first >> second
        check_cycle(dag)
        second >> first
    with pytest.raises(AirflowDagCycleException):
        check_cycle(dag)


def test_keys_of_assets_tell_them_apart() -> None:
    from airflow.sdk import Asset, AssetAlias
    from airflow.sdk.definitions.asset import AssetAliasUniqueKey, AssetUniqueKey

    one, two = Asset(name="one", uri="s3://b/k"), Asset(name="two", uri="s3://b/k")
    seen = {AssetUniqueKey.from_asset(one): 1, AssetUniqueKey.from_asset(two): 2}
    assert seen[AssetUniqueKey("two", "s3://b/k")] == 2
    assert AssetUniqueKey.from_asset(one).to_asset() == one
    assert AssetAliasUniqueKey.from_asset_alias(AssetAlias("x")).to_asset_alias().name == "x"


def test_kubernetes_of_1_10_names_the_package_that_has_it() -> None:
    with pytest.raises(ImportError, match="pip install apache-airflow-providers-cncf-kubernetes"):
        exec("from airflow.contrib.kubernetes.secret import Secret")
