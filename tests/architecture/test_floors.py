"""The floors of the house, as `.importlinter` has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_floors() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


HEAVY = {
    "sqlalchemy",
    "jinja2",
    "fastapi",
    "pydantic",
    "pendulum",
    "rich",
    "croniter",
    "alembic",
    "tradewind.store",
}


@pytest.mark.parametrize(
    "statement",
    [
        "import airflow",
        "from tradewind.cli import supervisor",
        "from airflow.sdk import DAG, task",
        "from airflow import DAG",
        "from airflow.operators.bash_operator import BashOperator",
        "import tradewind.cli.main",
    ],
)
def test_imports_stay_light(statement: str) -> None:
    """What every DAG file and every command loads must not drag heavy modules in."""
    code = f"{statement}\nimport sys; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
