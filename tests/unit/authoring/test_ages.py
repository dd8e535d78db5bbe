"""What a DAG file's imports tell of its age, and what follows from that."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tradewind.authoring import ages, loader
from tradewind.testing import kit


@pytest.mark.parametrize(
    ("line", "age"),
    [
        ("from airflow.operators.bash_operator import BashOperator", 1),
        ("from airflow.operators import BashOperator", 1),
        ("from airflow.operators import (\n    BashOperator,\n)", 1),
        ("import airflow.contrib.hooks.ssh_hook", 1),
        ("from airflow.sensors.base_sensor_operator import BaseSensorOperator", 1),
        ("from airflow.operators import bash", 2),
        ("from airflow.operators.bash import BashOperator", 2),
        ("from airflow import DAG", 2),
        ("from airflow.providers.standard.operators.bash import BashOperator", 2),
        ("from airflow.sdk import DAG", 3),
        ("from airflow.sdk import DAG\nfrom airflow.operators.bash_operator import BashOperator", 3),
    ],
)
def test_imports_tell(line: str, age: int) -> None:
    assert ages.of_source(f"import os\n{line}\n".encode()) == age


FILE = """
from datetime import datetime
{words}

def tell(**context):
    return str(context.get("execution_date"))[:10]

with DAG("d", start_date=datetime(2024, 1, 1), schedule=None):
    PythonOperator(task_id="tell", python_callable=tell)
    BashOperator(task_id="says", bash_command="echo [{{{{ params.nothing }}}}]")
"""
WORDS = {
    1: "from airflow import DAG\nfrom airflow.operators.bash_operator import BashOperator\n"
    "from airflow.operators.python_operator import PythonOperator",
    2: "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
    "from airflow.operators.python import PythonOperator",
    3: "from airflow.sdk import DAG\nfrom airflow.providers.standard.operators.bash import BashOperator\n"
    "from airflow.providers.standard.operators.python import PythonOperator",
}


@pytest.mark.parametrize(
    ("age", "date", "said"),
    [(1, "2024-01-02", "[]"), (2, "2024-01-02", None), (3, "None", None)],
)
def test_what_follows(tmp_path: Path, age: int, date: str, said: str | None) -> None:
    """``**kwargs`` hold the words of before 3.x in files of before; what is undefined is empty in those of
    1.x.
    """
    file = tmp_path / "d.py"
    file.write_text(FILE.format(words=WORDS[age]))
    run = kit.run_dag(_dag(file), logical_date=datetime(2024, 1, 2, tzinfo=UTC))
    assert run.values["tell"] == date
    assert run.values.get("says") == said
    assert run.states["says"] == ("success" if said else "failed")


def test_an_archive_is_as_old_as_its_oldest_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("a.py", FILE.format(words=WORDS[1]))
        archive.writestr("b.py", "# airflow.sdk, and no dag")
    assert ages.of_dag(_dag(tmp_path / "d.zip")) == ages.FIRST


def _dag(file: Path) -> Any:
    loaded = loader.load_file(str(file), str(file.parent), folders=())
    assert list(loaded.errors) == []
    return loaded.dags[0]
