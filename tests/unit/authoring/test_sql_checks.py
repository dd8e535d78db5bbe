"""§1.8 SQL operators: checks, branches, rows on their way, on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tradewind import secrets
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.hooks.base import BaseHook
from tradewind.authoring.hooks.finding import NoHook
from tradewind.authoring.hooks.sql import SqliteHook
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.sql import SQLExecuteQueryOperator
from tradewind.authoring.operators.sql_checks import (
    SQLCheckOperator,
    SQLIntervalCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from tradewind.authoring.operators.sql_moving import (
    BranchSQLOperator,
    GenericTransfer,
    SQLInsertRowsOperator,
    parse_boolean,
)
from tradewind.authoring.operators.sql_quality import SQLColumnCheckOperator, SQLTableCheckOperator
from tradewind.domain.errors import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    DagDefinitionError,
    InvalidValue,
)
from tradewind.secrets.connection import Connection

ROWS = [(1, "a", "2024-01-31"), (2, "b", "2024-01-31"), (3, None, "2024-01-24")]


@pytest.fixture(autouse=True)
def world(tmp_path: Path) -> Iterator[SqliteHook]:
    """Connections db and other, to two files; the first holds the table t."""
    known = {
        name: Connection(conn_id=name, conn_type="sqlite", host=str(tmp_path / f"{name}.db"))
        for name in ("db", "other")
    }
    known["odd"] = Connection(conn_id="odd", conn_type="snowflake")
    known["files"] = Connection(conn_id="files", conn_type="fs")

    class Backend:
        def get_connection(self, conn_id: str) -> Connection | None:
            return known.get(conn_id)

    before = secrets.current()
    secrets.use(secrets.Chain([Backend()]))
    hook = SqliteHook("db")
    hook.run("create table t (n int, word text, ds text)")
    hook.insert_rows("t", ROWS)
    yield hook
    secrets.use(before)


def run(runs: Any, operator: type, **options: Any) -> Any:
    with DAG("d"):
        made = operator(task_id="a", **{"conn_id": "db", **options})
    return runs.run(made)[0]


CHECKS: list[tuple[type, dict[str, Any], str | None]] = [
    (SQLCheckOperator, {"sql": "select 1, 'x'"}, None),
    (SQLCheckOperator, {"sql": "select 1, 0"}, "Test failed"),
    (SQLCheckOperator, {"sql": "select 1 where 1 = 0"}, "returned zero rows"),
    (SQLCheckOperator, {"sql": "select count(*) from t where n > ?", "parameters": (2,)}, None),
    (SQLValueCheckOperator, {"sql": "select count(*) from t", "pass_value": 3}, None),
    (SQLValueCheckOperator, {"sql": "select 104", "pass_value": "100", "tolerance": 0.05}, None),
    (SQLValueCheckOperator, {"sql": "select 106", "pass_value": 100, "tolerance": 0.05}, "Pass value:100.0"),
    (SQLValueCheckOperator, {"sql": "select -98", "pass_value": -100, "tolerance": 0.05}, None),
    (SQLValueCheckOperator, {"sql": "select 'yes', 'yes'", "pass_value": "yes"}, None),
    (SQLValueCheckOperator, {"sql": "select 'yes', 'no'", "pass_value": "yes"}, "Test failed"),
    (SQLValueCheckOperator, {"sql": "select 'many'", "pass_value": 5}, "Test failed"),
    (SQLIntervalCheckOperator, {"table": "t", "metrics_thresholds": {"COUNT(*)": 2.5}}, None),
    (SQLIntervalCheckOperator, {"table": "t", "metrics_thresholds": {"COUNT(*)": 2}}, "ratio 2 is not"),
    (
        SQLIntervalCheckOperator,
        {"table": "t", "metrics_thresholds": {"COUNT(*)": 1.5}, "ratio_formula": "relative_diff"},
        None,
    ),
    (SQLIntervalCheckOperator, {"table": "t", "metrics_thresholds": {"COUNT(*)": 2}, "days_back": 3}, None),
    (
        SQLIntervalCheckOperator,
        {"table": "t", "metrics_thresholds": {"COUNT(*)": 2}, "days_back": 3, "ignore_zero": False},
        "there is no ratio with 0",
    ),
    (SQLThresholdCheckOperator, {"sql": "select 5", "min_threshold": 1, "max_threshold": "5"}, None),
    (SQLThresholdCheckOperator, {"sql": "select 6", "min_threshold": 1, "max_threshold": 5}, "not between"),
    (
        SQLThresholdCheckOperator,
        {"sql": "select 2", "min_threshold": "select min(n) from t", "max_threshold": "select max(n) from t"},
        None,
    ),
    (SQLColumnCheckOperator, {"table": "t", "column_mapping": {"n": {"null_check": {"equal_to": 0}}}}, None),
    (
        SQLColumnCheckOperator,
        {
            "table": "t",
            "column_mapping": {
                "n": {"min": {"geq_to": 1}, "max": {"less_than": 3}, "unique_check": {"equal_to": 0}},
                "word": {"null_check": {"leq_to": 1}, "distinct_check": {"greater_than": 1}},
            },
        },
        "Column: n\n\tCheck: max",
    ),
    (
        SQLColumnCheckOperator,
        {"table": "t", "column_mapping": {"n": {"max": {"equal_to": 2, "tolerance": 0.5}}}},
        None,
    ),
    (
        SQLColumnCheckOperator,
        {"table": "t", "partition_clause": "n > 5", "column_mapping": {"n": {"max": {"equal_to": 0}}}},
        None,
    ),
    (
        SQLColumnCheckOperator,
        {
            "table": "t",
            "accept_none": False,
            "column_mapping": {"n": {"max": {"equal_to": 0, "partition_clause": "n > 5"}}},
        },
        "Check: max",
    ),
    (SQLTableCheckOperator, {"table": "t", "checks": {"rows": {"check_statement": "COUNT(*) = 3"}}}, None),
    (
        SQLTableCheckOperator,
        {
            "table": "t",
            "checks": {
                "small": {"check_statement": "n < 3", "partition_clause": "ds = '2024-01-31'"},
                "all_small": {"check_statement": "n < 3"},
            },
        },
        "Check: all_small",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "options", "failure"), CHECKS)
def test_checks(runs: Any, operator: type, options: dict[str, Any], failure: str | None) -> None:
    if failure is None:
        assert run(runs, operator, **options) is None
        return
    with pytest.raises(AirflowException, match=failure):
        run(runs, operator, **options)


def test_a_check_that_is_not_to_be_tried_again(runs: Any) -> None:
    with pytest.raises(AirflowFailException, match="Test failed"):
        run(runs, SQLCheckOperator, sql="select 0", retry_on_failure=False)


@pytest.mark.parametrize(
    ("operator", "options", "words"),
    [
        (SQLIntervalCheckOperator, {"table": "t", "metrics_thresholds": {"x": 1}, "ratio_formula": "max"},
         "be one of max_over_min, relative_diff"),
        (SQLValueCheckOperator, {"sql": "x", "pass_value": 1, "tolerance": "much"}, "must be a number"),
        (SQLColumnCheckOperator, {"table": "t", "column_mapping": {"n": {"nul_check": {"equal_to": 0}}}},
         "Did you mean 'null_check'"),
        (SQLColumnCheckOperator, {"table": "t", "column_mapping": {"n": {"min": {}}}}, "with nothing"),
        (SQLColumnCheckOperator,
         {"table": "t", "column_mapping": {"n": {"min": {"equal_to": 1, "leq_to": 2}}}},
         "equal_to and leq_to, of which only one"),
        (SQLColumnCheckOperator, {"table": "t", "column_mapping": {"n": {"min": {"equals": 1}}}},
         "Did you mean 'equal_to'"),
        (SQLTableCheckOperator, {"table": "t", "checks": {"x": {}}}, "has no check_statement"),
        (SQLInsertRowsOperator, {"table_name": "t", "ignored_columns": ["n"]}, "come together with columns"),
    ],
)  # fmt: skip
def test_checks_that_are_written_wrongly(operator: type, options: dict[str, Any], words: str) -> None:
    with DAG("d"), pytest.raises((DagDefinitionError, InvalidValue), match=words):
        operator(task_id="a", conn_id="db", **options)


@pytest.mark.parametrize(
    ("sql", "skipped"),
    [
        ("select 1", "no"), ("select 0", "yes"), ("select 'Yes'", "no"), ("select 'off'", "yes"),
        ("select n > 2 from t", "yes"),
    ],
)  # fmt: skip
def test_branch(runs: Any, sql: str, skipped: str) -> None:
    with DAG("d"):
        made = BranchSQLOperator(
            task_id="a", conn_id="db", sql=sql, follow_task_ids_if_true="yes", follow_task_ids_if_false=["no"]
        )
        made >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert runs.run(made)[1].skip == (skipped,)


@pytest.mark.parametrize("sql", ["select 1.5", "select 'perhaps'", "select 1 where 1 = 0"])
def test_branch_without_a_clear_answer(runs: Any, sql: str) -> None:
    with pytest.raises(AirflowException):
        run(runs, BranchSQLOperator, sql=sql, follow_task_ids_if_true="x", follow_task_ids_if_false="y")
    with pytest.raises(ValueError, match="be one of yes"):
        parse_boolean("perhaps")


def test_insert_rows(runs: Any, world: SqliteHook) -> None:
    run(
        runs, SQLInsertRowsOperator, table_name="t", schema="main", columns=["n", "extra", "word"],
        ignored_columns=["extra"], rows=[(7,), (8,)], preoperator="delete from t",
        postoperator="update t set ds = 'x'", insert_args={"commit_every": 1},
        rows_processor=lambda rows, ds, **context: [(*row, ds + context["run_id"]) for row in rows],
    )  # fmt: skip
    assert world.get_records("select * from t") == [(7, "2024-01-31r1", "x"), (8, "2024-01-31r1", "x")]
    with pytest.raises(AirflowSkipException, match="no rows"):
        run(runs, SQLInsertRowsOperator, table_name="t")


def test_rows_come_from_another_task() -> None:
    with DAG("d") as dag:

        @task
        def make() -> list[tuple[int]]:
            return [(1,)]

        SQLInsertRowsOperator(task_id="a", conn_id="db", table_name="t", rows=make())
    assert dag.get_task("a").upstream_task_ids == {"make"}


@pytest.mark.parametrize("page_size", [None, 2, "3"])
def test_generic_transfer(runs: Any, page_size: Any) -> None:
    with DAG("d"):
        made = GenericTransfer(
            task_id="a", sql="select n, word from t order by n", destination_table="u", source_conn_id="db",
            destination_conn_id="other", preoperator="create table u (n int, word text)", page_size=page_size,
            insert_args={"target_fields": ["n", "word"]},
        )  # fmt: skip
    runs.run(made)
    assert SqliteHook("other").get_records("select * from u") == [(1, "a"), (2, "b"), (3, None)]


def test_output_of_a_query_is_processed_with_its_columns(runs: Any) -> None:
    named = run(
        runs, SQLExecuteQueryOperator, sql="select n, word from t where n = 1",
        output_processor=lambda results, columns: [
            [dict(zip([column[0] for column in columns[-1]], row, strict=True)) for row in rows]
            for rows in results
        ],
    )  # fmt: skip
    assert named == [{"n": 1, "word": "a"}]
    both = run(runs, SQLExecuteQueryOperator, sql=["select 1", "select 2"], return_last=False)
    assert both == [[(1,)], [(2,)]]


def test_the_hook_follows_from_the_connection() -> None:
    assert isinstance(BaseHook.get_hook("db"), SqliteHook)
    assert BaseHook.get_hook("db", {"schema": "x"}).schema == "x"
    with pytest.raises(NoHook, match="pip install apache-airflow-providers-snowflake"):
        BaseHook.get_hook("odd")


def test_a_connection_that_runs_no_sql(runs: Any) -> None:
    with pytest.raises(AirflowException, match="leads to FSHook, which runs no SQL"):
        run(runs, SQLCheckOperator, sql="select 1", conn_id="files")
    with pytest.raises(AirflowException, match="has no conn_id"):
        run(runs, SQLCheckOperator, sql="select 1", conn_id=None)


@pytest.mark.parametrize("kind", ["nonesuch", "x --index-url http://evil.example", "../amazon"])
def test_no_package_is_named_after_a_made_up_type(kind: str) -> None:
    with pytest.raises(NoHook) as caught:
        raise NoHook("z", kind)
    assert "pip install" not in str(caught.value)
    assert "apache-airflow-providers" not in str(caught.value)
