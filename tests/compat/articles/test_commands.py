"""The commands that published articles of 2016 to 2021 print, typed into a shell where no daemon ever ran."""

from __future__ import annotations

import sqlite3
import textwrap
from pathlib import Path

import pytest
from tests.compat.articles.conftest import Reader
from tests.compat.articles.test_dag_files import FLAT, MOVING, QUEUES

EXAMPLE = "example_bash_operator"


def save(reader: Reader, name: str, text: str) -> Path:
    return reader.home.dag(name, textwrap.dedent(text))


def run_states(reader: Reader, dag_id: str) -> dict[str, str]:
    with sqlite3.connect(reader.home.path / "airflow.db") as connection:
        rows = connection.execute("select run_id, state from dag_run where dag_id = ?", [dag_id]).fetchall()
    connection.close()
    return dict(rows)


def task_states(reader: Reader, dag_id: str, run_id: str) -> dict[str, str | None]:
    question = "select task_id, state from task_instance where dag_id = ? and run_id = ?"
    with sqlite3.connect(reader.home.path / "airflow.db") as connection:
        rows = connection.execute(question, [dag_id, run_id]).fetchall()
    connection.close()
    return dict(rows)


def test_the_quick_start_of_1_x(reader: Reader) -> None:
    """initdb, the first task instance, a backfill over two days."""
    reader.ok("airflow initdb")
    assert (reader.home.path / "airflow.cfg").exists() and (reader.home.path / "airflow.db").exists()
    assert "success" in reader.ok(f"airflow run {EXAMPLE} runme_0 2018-01-01")
    log = reader.home.path / "logs" / f"dag_id={EXAMPLE}" / "run_id=manual__2018-01-01T00:00:00+00:00"
    assert (log / "task_id=runme_0" / "attempt=1.log").exists()
    done = reader.ok(f"airflow backfill {EXAMPLE} -s 2018-01-01 -e 2018-01-02")
    assert "2 of 2 runs succeeded" in done
    assert sorted(run_states(reader, EXAMPLE).values()) == ["success", "success"]
    states = task_states(reader, EXAMPLE, "backfill__2018-01-02T00:00:00+00:00")
    assert states.pop("this_will_skip") == "skipped"
    assert set(states.values()) == {"success"} and len(states) == 6


def test_the_lists(reader: Reader) -> None:
    assert EXAMPLE in reader.ok("airflow list_dags").splitlines()
    tasks = reader.ok(f"airflow list_tasks {EXAMPLE}").split()
    assert {"runme_0", "runme_1", "runme_2", "run_this_last"} <= set(tasks)


def test_trigger_dag_says_that_the_dag_is_paused(reader: Reader) -> None:
    done = reader.types(f"airflow trigger_dag {EXAMPLE}")
    assert done.code == 0 and "queued" in done.out
    assert f"DAG {EXAMPLE} is paused" in done.err and f"airflow dags unpause {EXAMPLE}" in done.err


def test_clear_asks_and_takes_the_answer_from_a_pipe(reader: Reader) -> None:
    reader.ok(f"airflow run {EXAMPLE} runme_0 2018-01-01")
    run_id = "manual__2018-01-01T00:00:00+00:00"
    refused = reader.types(f"airflow clear {EXAMPLE}")
    assert refused.code == 1 and "--yes" in refused.err
    assert task_states(reader, EXAMPLE, run_id)["runme_0"] == "success"
    assert "runme_0" in reader.ok(f"yes | airflow clear {EXAMPLE}")
    assert task_states(reader, EXAMPLE, run_id)["runme_0"] is None


def test_resetdb_throws_everything_away(reader: Reader) -> None:
    reader.ok(f"airflow trigger_dag {EXAMPLE}")
    assert reader.types("airflow resetdb").code == 1
    assert len(run_states(reader, EXAMPLE)) == 1
    reader.ok("yes | airflow resetdb")
    assert run_states(reader, EXAMPLE) == {}


def test_one_task_of_the_articles_own_dag(reader: Reader) -> None:
    save(reader, "ct1", FLAT)
    assert "Command exited with return code 0" in reader.ok("airflow test ct1 print_date 2016-05-14")
    templated = reader.ok("airflow test ct1 templated 2016-05-14")
    for line in ("2016-05-14", "2016-05-21", "Parameter I passed in"):
        assert line in templated
    assert run_states(reader, "ct1") == {}


def test_backfill_that_only_marks(reader: Reader) -> None:
    save(reader, "dist", QUEUES)
    told = reader.ok("airflow backfill -s 2021-01-15 -e 2021-01-17 --mark_success dist_example")
    assert "3 of 3 runs succeeded" in told
    assert set(run_states(reader, "dist_example").values()) == {"success"}
    assert not (reader.home.path / "logs" / "dag_id=dist_example").exists()


def test_both_queues_run_by_the_local_executor(reader: Reader) -> None:
    save(reader, "sample-dag", QUEUES)
    reader.ok("airflow backfill dist_example -s 2021-01-15 -e 2021-01-15")
    states = task_states(reader, "dist_example", "backfill__2021-01-15T00:00:00+00:00")
    assert states == {"task_for_q1": "success", "task_for_q2": "success"}


def test_a_chain_of_scripts_that_depends_on_past(reader: Reader) -> None:
    """Two bash scripts, the second on the output of the first; both are the reader's own."""
    folder = reader.home.path.parent / "test"
    folder.mkdir()
    (folder / "run1.sh").write_text('getopts "f:" _; printf "A\\nB\\n" > "$OPTARG"\n')
    (folder / "run2.sh").write_text('getopts "f:" _; awk \'{print $0 "\\t53"}\' "$OPTARG" > "$OPTARG.out"\n')
    save(reader, "ct2", MOVING.replace("/home/ct/test", str(folder)))
    reader.ok("airflow backfill ct2 -s $(date -d yesterday +%F) -e $(date +%F)")
    assert (folder / "ct_t1.out").read_text() == "A\t53\nB\t53\n"


@pytest.mark.parametrize("text", [FLAT, MOVING, QUEUES])
def test_python_alone_checks_the_syntax(reader: Reader, text: str) -> None:
    file = save(reader, "dag", text)
    assert reader.ok(f"python {file}") == ""


def test_the_misprint_is_told_by_python_and_by_the_lists(reader: Reader) -> None:
    file = save(reader, "ct1", FLAT.replace("'start_date': datetime(", "'start_date': datatime("))
    done = reader.types(f"python {file}")
    assert done.code == 1 and "line 12" in done.err and "Did you mean: 'datetime'?" in done.err
    done = reader.types("airflow list_dags")
    assert done.code == 0 and "1 file cannot be imported" in done.err and "ct1" not in done.out
    done = reader.types("airflow dags list-import-errors")
    assert done.code == 1
    assert "name 'datatime' is not defined. Did you mean 'datetime'? (line 12)" in done.out


TABLES = ("xcom", "task_instance", "sla_miss", "log", "job", "dag_run", "dag")


def clean_up(reader: Reader, dag_id: str) -> None:
    """The article's seven statements; SQLite has no ``set @dag_id``."""
    connection = sqlite3.connect(":memory:", timeout=20)
    connection.execute(f"attach '{reader.home.path / 'airflow.db'}' as airflow")
    connection.executescript(
        "\n".join(f"delete from airflow.{table} where dag_id = '{dag_id}';" for table in TABLES)
    )
    connection.close()


def test_the_sql_that_removes_every_trace_of_a_dag(reader: Reader) -> None:
    file = save(reader, "dist", QUEUES)
    reader.ok("airflow backfill dist_example -s 2021-01-15 -e 2021-01-15 --mark_success")
    clean_up(reader, "dist_example")
    assert run_states(reader, "dist_example") == {}
    file.unlink()
    assert "dist_example" not in reader.ok("airflow list_dags")
    save(reader, "dist", QUEUES)
    reader.ok("airflow backfill dist_example -s 2021-01-15 -e 2021-01-15")
    assert list(run_states(reader, "dist_example").values()) == ["success"]
