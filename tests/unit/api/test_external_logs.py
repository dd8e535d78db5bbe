"""Addresses of logs in the web UI of a log store."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tradewind.api import external_logs
from tradewind.domain.errors import AirflowConfigException

ROW: Any = SimpleNamespace(
    dag_id="d", task_id="t.x", run_id="manual__2026-01-01T00:00:00+00:00", map_index=2,
    logical_date=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def test_the_id_of_a_log_is_quoted() -> None:
    shows = external_logs.from_options("kibana.example/app?q=(id:'{log_id}')", "")
    assert shows is not None
    name = "d-t.x-manual__2026-01-01T00%3A00%3A00%2B00%3A00-2-3"
    assert shows.url(ROW, 3) == f"https://kibana.example/app?q=(id:'{name}')"


def test_a_template_of_their_own() -> None:
    shows = external_logs.from_options("http://k/{log_id}", "{execution_date}|{try_number}|{dag_id}")
    assert shows is not None
    assert shows.url(ROW, 1) == "http://k/2026-01-01T00%3A00%3A00%2B00%3A00%7C1%7Cd"


def test_nothing_is_configured() -> None:
    assert external_logs.from_options("", "{dag_id}") is None


@pytest.mark.parametrize("name", ["dagid", "log_id.__class__", ""])
def test_a_template_that_names_what_is_not_there(name: str) -> None:
    with pytest.raises(AirflowConfigException, match="it may name dag_id, task_id"):
        external_logs.from_options("http://k/{log_id}", f"{{{name}}}")
