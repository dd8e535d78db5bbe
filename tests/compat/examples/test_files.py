"""The example DAGs that ship: each file loads without an error, and holds what people type commands for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tradewind
from tradewind.authoring import loader
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.spec import DagSpec

FOLDER = Path(tradewind.__file__).parent / "example_dags"
FILES = sorted(FOLDER.glob("*.py"))
UNSAFE = re.compile(r"\{\{[^}]*(params|conf|run_id|xcom_pull)[^}]*\}\}")


def specs_of(file: Path) -> list[DagSpec]:
    loaded = loader.load_file(str(file), str(FOLDER))
    assert list(loaded.errors) == []
    return [to_spec(dag) for dag in loaded.dags]


def test_there_are_some() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_example(file: Path) -> None:
    (spec,) = specs_of(file)
    assert spec.dag_id == file.stem
    assert spec.tags == ("example",)
    assert spec.doc_md
    assert spec.start_date is not None
    assert spec.start_date < datetime(2018, 1, 1, tzinfo=UTC)
    assert not spec.catchup


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_from_outside_becomes_part_of_a_command(file: Path) -> None:
    for spec in specs_of(file):
        for task in spec.tasks:
            assert not UNSAFE.search(str(task.template_fields.get("bash_command", ""))), task.task_id


def test_the_tasks_that_articles_run() -> None:
    (spec,) = specs_of(FOLDER / "example_bash_operator.py")
    tasks = {task.task_id for task in spec.tasks}
    assert {"runme_0", "runme_1", "runme_2", "run_after_loop", "also_run_this", "run_this_last"} <= tasks


def test_the_first_one_is_small() -> None:
    (spec,) = specs_of(FOLDER / "example_hello.py")
    assert 3 <= len(spec.tasks) <= 5
