"""DAG files as people write them, run from end to end in this process: authoring, engine, task runner."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tradewind.authoring import loader
from tradewind.domain.messages.parsing import FileError
from tradewind.testing import dag_test, tested_run

HEAD = """
from datetime import datetime
from airflow.sdk import DAG, Label, TaskGroup, dag, get_current_context, setup, task, task_group, teardown
from airflow.sdk.exceptions import AirflowSkipException
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
"""
LINES = HEAD.count("\n")

Play = Callable[[str], tested_run.TestedRun]
Errors = Callable[[str], list[FileError]]


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], loader.LoadedFile]:
    """Load the text of a DAG file, with the usual imports above it."""

    def run(text: str) -> loader.LoadedFile:
        file = tmp_path / "made.py"
        file.write_text(HEAD + textwrap.dedent(text).strip() + "\n")
        return loader.load_file(str(file), str(tmp_path))

    return run


@pytest.fixture
def play(load: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Play:
    """Run the only DAG of a file to its end."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))

    def run(text: str) -> tested_run.TestedRun:
        loaded = load(text)
        assert not loaded.errors, [error.message for error in loaded.errors]
        return dag_test.run(loaded.dags[0])

    return run


@pytest.fixture
def errors(load: Any) -> Errors:
    """The errors of a file."""
    return lambda text: load(text).errors
