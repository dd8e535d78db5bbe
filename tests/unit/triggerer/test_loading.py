"""§1.10 Where the class of a trigger comes from, by the path that its serialize() gives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradewind.domain.errors import AirflowException
from tradewind.domain.messages.deferral import Wait
from tradewind.triggerer.loading import Classes

FILE = """
from airflow.sdk import DAG
from airflow.triggers.base import BaseTrigger

class Own(BaseTrigger):
    def serialize(self):
        return "names_itself.Own", {}
    async def run(self):
        yield None

with DAG("names_itself"):
    pass
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A DAGs folder that is not on the import path before a DAG file was read, as in a new process."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    (tmp_path / "names_itself.py").write_text(FILE)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def wait(folder: Path, classpath: str) -> Wait:
    file = str(folder / "names_itself.py")
    return Wait(trigger_id=1, classpath=classpath, kwargs="{}", file=file)


def test_a_dag_file_that_names_itself_is_found_at_once(folder: Path) -> None:
    found = Classes(str(folder)).of(wait(folder, "names_itself.Own"))
    assert found.__name__ == "Own"


def test_what_is_nowhere_is_named(folder: Path) -> None:
    with pytest.raises(
        AirflowException, match=r"'nowhere\.Own' cannot be imported: .*'nowhere'.*Put it into"
    ):
        Classes(str(folder)).of(wait(folder, "nowhere.Own"))
