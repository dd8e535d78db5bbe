"""Suspicious DAG files are told of where people look: ``dags list-import-errors`` and ``run``."""

from __future__ import annotations

from tests.compat.cli.world import Home

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.models import Variable
from airflow.operators.empty import EmptyOperator

where = Variable.get("where", default_var="here")
with DAG("odd", start_date=datetime(2018, 1, 1), schedule="@daily"):
    EmptyOperator(task_id="a")
"""


def test_in_the_list_of_import_errors(home: Home) -> None:
    home.dag("odd", DAG)
    done = home.ok("dags", "list-import-errors")
    assert "Every DAG file can be imported." in done.out
    assert "Warning: " in done.err and "odd.py" in done.err
    assert "Line 7: Variable 'where' is asked for each time this file is read." in done.err


def test_they_go_when_the_file_is_mended(home: Home) -> None:
    home.dag("odd", DAG)
    home.ok("dags", "list-import-errors")
    home.dag("odd", DAG.replace('Variable.get("where", default_var="here")', '"here"'))
    assert "Warning" not in home.ok("dags", "list-import-errors").err


def test_in_a_run(home: Home) -> None:
    home.dag("odd", DAG)
    done = home.ok("run", str(home.path / "dags" / "odd.py"))
    assert "Warning: Line 7: Variable 'where'" in done.err


NO_DAG = """
from airflow.decorators import dag
from airflow.operators.empty import EmptyOperator

lonely = EmptyOperator(task_id="lonely")

@dag(schedule=None)
def forgotten():
    EmptyOperator(task_id="a")
"""


def test_of_a_file_in_which_there_is_no_dag(home: Home) -> None:
    """Nothing of it is to be seen elsewhere: tasks outside of DAGs, a DAG function that nobody calls."""
    home.dag("none", NO_DAG)
    told = home.ok("dags", "list-import-errors").err
    assert "none.py" in told and "Task 'lonely' (EmptyOperator) belongs to no DAG" in told
    assert "forgotten() is decorated with @dag and never called" in told
    home.dag("none", NO_DAG + "\nforgotten()\n")
    told = home.ok("dags", "list-import-errors").err
    assert told.count("'lonely'") == 1 and "never called" not in told
    home.dag("none", NO_DAG)
    assert "never called" in home.ok("dags", "list-import-errors").err
    (home.path / "dags" / "none.py").unlink()
    assert "Warning" not in home.ok("dags", "list-import-errors").err
