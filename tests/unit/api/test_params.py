"""Query strings and bodies: what they become, and what is said of those that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tradewind.api import filters, params
from tradewind.api.problems import Problem, Unprocessable
from tradewind.api.schemas.dags import DagQuery
from tradewind.api.schemas.runs import RunQuery, TriggerDAGRunPostBody
from tradewind.api.schemas.task_instances import ClearTaskInstancesBody, PatchTaskInstanceBody
from tradewind.domain.errors import BadRequest
from tradewind.domain.states import DagRunState
from tradewind.store.queries.browse.listing import Where


def problem(kind: type, raw: bytes) -> Problem:
    with pytest.raises(Unprocessable) as caught:
        params.from_body(raw, kind)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("raw", "kind", "loc"),
    [
        (b"{}", "missing", ("body", "logical_date")),
        (b"", "missing", ("body",)),
        (b"{", "json_invalid", ("body",)),
        (b"\xff", "json_invalid", ("body",)),
        (b"[]", "value_error", ("body",)),
        (b'{"logical_date":null,"x":1}', "extra_forbidden", ("body", "x")),
        (b'{"logical_date":"2026-01-01T00:00:00"}', "timezone_aware", ("body", "logical_date")),
        (b'{"logical_date":"soon"}', "datetime_parsing", ("body", "logical_date")),
        (b'{"logical_date":null,"dag_run_id":7}', "value_error", ("body", "dag_run_id")),
    ],
)
def test_bad_bodies(raw: bytes, kind: str, loc: tuple[str, ...]) -> None:
    found = problem(TriggerDAGRunPostBody, raw)
    assert (found.type, found.loc) == (kind, loc)
    assert msgspec.json.encode(found)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"logical_date":null,"note":"a","note":"b"}',
        b'{"logical_date":null,"note":"a","n\\u006fte":"b"}',
        b'{"logical_date":null,"conf":{"deep":[{"note":1,"x":2,"note":1}]}}',
    ],
)
def test_a_key_that_stands_twice(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="the key 'note' twice"):
        params.from_body(raw, TriggerDAGRunPostBody)
    good = raw.replace(b'"note"', b'"conf_note"', 1) if b"deep" in raw else b'{"logical_date":null}'
    assert params.from_body(good, TriggerDAGRunPostBody).logical_date is None


def test_large_numbers_are_no_matter_of_keys() -> None:
    raw = b'{"logical_date":null,"conf":{"n":' + b"1" * 300 + b',"x":-1.5e300}}'
    assert params.from_body(raw, TriggerDAGRunPostBody).conf["x"] == -1.5e300


def test_a_value_outside_an_enum_is_told_what_would_be_right() -> None:
    found = problem(PatchTaskInstanceBody, b'{"new_state":"done"}')
    assert (found.type, found.input) == ("enum", "done")
    assert found.msg.startswith("Input should be one of ") and "success" in found.msg
    with pytest.raises(Unprocessable) as caught:
        params.from_query([("state", "failed"), ("state", "done")], RunQuery)
    asked = caught.value.problems[0]
    assert (asked.loc, asked.input) == (("query", "state", 1), "done")
    assert asked.msg == "Input should be one of queued, running, success, failed"


def test_a_nul_is_refused_where_it_would_be_a_columns_text() -> None:
    found = problem(TriggerDAGRunPostBody, b'{"logical_date":null,"note":"a\\u0000b"}')
    assert (found.loc, found.input) == (("body", "note"), "a\0b")
    assert problem(ClearTaskInstancesBody, b'{"task_ids":["a","\\u0000"]}').loc == ("body", "task_ids")
    with pytest.raises(Unprocessable) as caught:
        params.from_query([("dag_id_pattern", "\0")], DagQuery)
    assert caught.value.problems[0].loc == ("query", "dag_id_pattern")
    kept = params.from_body(b'{"logical_date":null,"conf":{"k":"\\u0000"}}', TriggerDAGRunPostBody)
    assert kept.conf == {"k": "\0"}


def test_place_and_value_deep_inside() -> None:
    found = problem(ClearTaskInstancesBody, b'{"task_ids":["a",["b","c"]]}')
    assert (found.loc, found.input) == (("body", "task_ids", 1, 1), "c")
    assert problem(ClearTaskInstancesBody, b'{"note":"' + b"x" * 1001 + b'"}').type == "string_too_long"


def test_query_lists_dates_and_the_lost_plus() -> None:
    query = params.from_query(
        [
            ("state", "failed"),
            ("state", "queued"),
            ("limit", "7"),
            ("start_date_gte", "2026-01-01T02:00:00 02:00"),
            ("end_date_lt", "2026-01-02"),
            ("duration_gt", "1.5"),
            ("unknown", "x"),
        ],
        RunQuery,
    )
    assert query.state == (DagRunState.FAILED, DagRunState.QUEUED)
    assert (query.limit, query.duration_gt) == (7, 1.5)
    assert query.start_date_gte == datetime(2026, 1, 1, tzinfo=UTC)
    assert query.end_date_lt == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "-1"), ("limit", "x"), ("state", "odd"), ("start_date_gte", "x"), ("duration_lt", "y")],
)
def test_bad_queries(name: str, value: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        params.from_query([(name, value)], RunQuery)
    assert caught.value.problems[0].loc[:2] == ("query", name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"run_id_pattern": "a"}, Where("run_id", "pattern", "a")),
        ({"run_id_prefix_pattern": "a"}, Where("run_id", "prefix", "a")),
        ({"duration_gte": 2.0}, Where("duration", "gte", 2.0)),
        (
            {"run_after_lt": datetime(2026, 1, 1, tzinfo=UTC)},
            Where("run_after", "lt", datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        ({"state": (DagRunState.FAILED,)}, Where("state", "in", [DagRunState.FAILED])),
        ({"bundle_version": "v"}, Where("bundle_version", "eq", "v")),
    ],
)
def test_conditions_follow_the_names(given: dict[str, Any], expected: Where) -> None:
    assert filters.conditions(RunQuery(limit=3, order_by=["id"], **given)) == [expected]


def test_nothing_asked_is_no_condition() -> None:
    assert filters.conditions(RunQuery()) == []


def test_brackets_in_texts_are_no_depth() -> None:
    told = "[" * 500 + '\\"' + "{" * 500
    assert params.from_body(f'{{"a": "{told}", "b": [[1]]}}'.encode(), dict) == {
        "a": "[" * 500 + '"' + "{" * 500,
        "b": [[1]],
    }
    wide = "[" + "[]," * 5000 + "1]"
    assert len(params.from_body(wide.encode(), list)) == 5001
