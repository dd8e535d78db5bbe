"""DAG files, good and bad."""

from __future__ import annotations

import zipfile
from pathlib import Path
from textwrap import dedent

import pytest

from tradewind.authoring import loader
from tradewind.authoring.loader import LoadedFile


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])

    def write_and_load(text: str, name: str = "flow.py", **options) -> LoadedFile:
        file = tmp_path / "dags" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
        return loader.load_file(str(file), str(tmp_path / "dags"), folders=[], **options)

    return write_and_load


GOOD = """
    from airflow import DAG
    from airflow.operators.empty import EmptyOperator
    named = DAG("named", schedule=None)
    with DAG("unnamed", schedule=None):
        EmptyOperator(task_id="a")
    def hidden():
        return DAG("hidden")
    hidden()
"""


def test_dags_of_names_and_of_with(load):
    found = load(GOOD)
    assert sorted(dag.dag_id for dag in found.dags) == ["named", "unnamed"]
    assert found.errors == []
    assert found.dags[0].fileloc == found.path == found.imported[0]


def test_safe_mode_passes_over_other_files(load):
    assert load("raise RuntimeError('never imported')").errors == []
    assert "never" in load("raise RuntimeError('never imported')", safe_mode=False).errors[0].message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "import airflow  # dag\n\nx = datatime(1)",
            3,
            "Did you mean 'datetime'? Then add the line: from datetime",
        ),
        ("import airflow  # dag\nx = timedelta(1)", 2, "Add the line: from datetime import timedelta"),
        ("import airflow  # dag\nx = qwertz(1)", 2, "Import or define 'qwertz'"),
        ("from datetime import datetime  # airflow dag\nx = datatime(1)", 2, "Did you mean 'datetime'?"),
        ("from datetime import datatime  # airflow dag", 1, "Did you mean 'datetime'?"),
        ("from datatime import datetime  # airflow dag", 1, "'datatime'. Did you mean 'datetime'? If it is"),
        ("import datetime  # airflow dag\ndatetime.dattime(1)", 2, "Did you mean 'datetime'?"),
        ("# airflow dag\nif True\n  pass", 2, "SyntaxError"),
        ("# airflow dag\n\tx = 1\n  y = 2", 2, "Error"),
        (
            "# airflow dag\nimport not_there_at_all",
            2,
            "If it is a module of others, install the package that has it.",
        ),
        ("# airflow dag\nimport yamll", 2, "'yamll'. Did you mean 'yaml'?"),
        (
            "# airflow dag\nfrom airflow.providers.snowflakery import x",
            2,
            "no provider package of Apache",
        ),
        ("# airflow dag\nraise SystemExit(3)", 2, "SystemExit: 3"),
        (
            "from datetime import *\n# airflow dag\ndatetime.now() - datetime.now(timezone.utc)",
            3,
            "Give both one",
        ),
        ("from airflow import DAG\nDAG('a b')", 2, "InvalidId: DAG id 'a b' is not valid"),
        ("from airflow import DAG\nDAG('a', schedule='@dayly')", 2, "@daily"),
    ],
)
def test_errors_name_line_cause_and_way_out(load, text, line, words):
    found = load(text)
    assert found.dags == []
    (error,) = found.errors
    assert words in error.message
    assert error.line == line
    assert "tradewind/authoring/loader.py" not in error.traceback


def test_an_error_whose_text_is_broken_or_endless(load):
    broken = "# airflow dag\nclass E(Exception):\n    def __str__(self): raise ValueError\nraise E"
    assert "its text cannot be made" in load(broken).errors[0].message
    assert len(load("# airflow dag\nraise ValueError('x' * 10**6)").errors[0].message) < 3000


def test_an_error_in_another_file_of_the_folder(load, tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "shared_part.py").write_text("\n\nboom\n")
    found = load("from airflow import DAG\nimport shared_part")
    assert f"(in {tmp_path}/dags/shared_part.py, line 3)" in found.errors[0].message
    assert found.errors[0].line == 2


def test_what_it_imported_is_told(load, tmp_path):
    (tmp_path / "dags" / "mine_for_this_test").mkdir(parents=True)
    part = tmp_path / "dags" / "mine_for_this_test" / "part.py"
    part.write_text("x = 1\n")
    found = load("# airflow dag\nfrom mine_for_this_test import part")
    assert found.imported == (found.path, str(part))


def test_a_bad_dag_leaves_the_good_one(load):
    found = load("""
        from airflow import DAG
        from airflow.operators.empty import EmptyOperator
        with DAG("good", schedule=None):
            EmptyOperator(task_id="a")
        with DAG("bad", schedule=None):
            a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
            a >> b >> a
    """)
    assert [dag.dag_id for dag in found.dags] == ["good"]
    assert (found.errors[0].dag_id, "cycle" in found.errors[0].message) == ("bad", True)


def test_one_id_twice(load):
    found = load("from airflow import DAG\na = DAG('x')\nb = DAG('x')")
    assert (len(found.dags), list(found.errors)) == (1, [])
    assert found.warnings == (
        "DAG id 'x' is defined twice (lines 2 and 3), and only one of the two is used. "
        "Give the other another id.",
    )


def test_a_file_is_read_anew_within_the_same_second(load):
    assert load("from airflow import DAG\na = DAG('one')").dags[0].dag_id == "one"
    assert load("from airflow import DAG\na = DAG('two')").dags[0].dag_id == "two"


def test_notices_become_warnings(load):
    found = load("""
        from airflow import DAG
        from airflow.operators.bash import BashOperator
        with DAG("d", schedule=None):
            BashOperator(task_id="a", bash_command="x", provide_context=True)
    """)
    assert "'provide_context'" in found.warnings[0]


def test_an_archive(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    archive = tmp_path / "flows.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("first.py", "from airflow import DAG\nimport inner_of_archive\nx = DAG('first')\n")
        opened.writestr("second.py", "from airflow import DAG\nx = DAG('second')\nboom\n")
        opened.writestr("inner_of_archive.py", "y = 1\n")
        opened.writestr("deeper/third.py", "from airflow import DAG\nx = DAG('third')\n")
    found = loader.load_file(str(archive), str(tmp_path), folders=[])
    assert [dag.dag_id for dag in found.dags] == ["first"]
    assert found.errors[0].filename == f"{archive}/second.py"
    assert found.errors[0].line == 3
    assert "boom" in found.errors[0].traceback
    one = loader.load_file(f"{archive}/first.py", str(tmp_path), folders=[])
    assert one.dags[0].dag_id == "first"


def test_a_missing_file(tmp_path):
    found = loader.load_file(str(tmp_path / "gone.py"), str(tmp_path), folders=[])
    assert "FileNotFoundError" in found.errors[0].message


def test_dataclasses_of_a_dag_file_keep_their_name(load):
    text = "# airflow dag\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n"
    load(text)
    name = loader.module_name(load(text).path)
    import sys

    assert sys.modules[name].A.__module__ == name
    assert Path(sys.modules[name].__file__).name == "flow.py"
