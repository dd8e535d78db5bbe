"""What an import loads. The time it takes is a benchmark's business; what it drags in is decided here."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    *("sqlalchemy", "jinja2", "pendulum", "fastapi", "pydantic", "rich", "croniter", "alembic", "asyncio"),
    *("cryptography", "yaml", "dateutil", "babel", "requests", "httpx", "numpy", "pandas"),
    *("tradewind.store", "tradewind.scheduler", "tradewind.api", "tradewind.cli", "tradewind.testing"),
)

STATEMENTS = [
    "import airflow",
    "import airflow.models, airflow.utils.dates, airflow.operators.python",
    "from airflow.sdk import DAG",
    "from airflow import DAG",
    "from airflow.sdk import DAG, task, dag, TaskGroup, Param, Variable, Label, chain",
    "from airflow.operators import BashOperator, MySqlOperator, DummyOperator",
    "from airflow.operators.python import PythonOperator",
    "from airflow.utils.dates import days_ago",
    "from airflow.utils.session import provide_session",
    "from airflow.exceptions import AirflowException",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_import_loads_nothing_heavy(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))


def test_the_package_itself_loads_nothing_of_tradewind() -> None:
    code = (
        "import airflow, sys\nprint(*sorted(name for name in sys.modules if name.startswith('tradewind.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
