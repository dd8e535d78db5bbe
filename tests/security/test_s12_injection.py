"""S12: parameters stay parameters: no text becomes SQL or a command line."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from tests.integration.api.world import World
from tests.security.asking import operations, story

RUN_IDS = (
    "x;touch pwned",
    "$(touch pwned)",
    "`id`",
    "a b",
    "a'b",
    'a"b',
    "a|b",
    "a&b",
    "-rf",
    "a\nb",
    "../x",
    "a/b",
    "ä",
)
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE dag; --",
    '" OR 1=1 --',
    "\\' OR 1=1 --",
    "1) UNION SELECT password FROM ab_user --",
)


@pytest.mark.parametrize("run_id", RUN_IDS)
def test_a_run_id_holds_nothing_that_a_shell_reads(world: World, admin: httpx.Client, run_id: str) -> None:
    dag = world.fresh("shell")
    world.dag(dag)
    answer = admin.post(f"/api/v2/dags/{dag}/dagRuns", json={"dag_run_id": run_id, "logical_date": None})
    if run_id == "-rf":
        assert answer.status_code == 200  # the grammar allows it; nothing puts it on a command line
        return
    assert answer.status_code in {400, 422}
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", dag) == [(0,)]


@pytest.mark.parametrize("text", SQL)
def test_no_filter_is_sql(world: World, admin: httpx.Client, text: str) -> None:
    ids = story(world, "sql")
    asked = 0
    for operation in operations():
        if (
            operation.method != "GET"
            or operation.query is None
            or operation.name == "wait_dag_run_until_finished"
        ):
            continue
        path = operation.path.format_map(_Ids(ids))
        for name in _texts(operation.query):
            answer = admin.get(path, params={name: text})
            asked += 1
            assert answer.status_code < 500, (operation.name, name, answer.text)
            assert "sqlite" not in answer.text.lower() and "syntax" not in answer.text.lower()
            if name.endswith("_pattern") and answer.status_code == 200:
                assert answer.json().get("total_entries", 0) == 0, (operation.name, name)
    assert asked > 150
    assert world.sql("SELECT count(*) FROM dag") > [(0,)]


def _texts(query: type) -> list[str]:
    return [field.name for field in msgspec.structs.fields(query) if "str" in str(field.type)]


class _Ids(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "ghost"
