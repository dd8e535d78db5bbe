"""``trigger_dag``: a run of another DAG, for code inside a task that uses no operator for it."""

from __future__ import annotations

import json
from typing import Any

from tradewind.authoring import context, moments
from tradewind.domain.messages import data


def trigger_dag(
    dag_id: str, run_id: str | None = None, conf: dict[str, Any] | str | None = None,
    execution_date: Any = None, logical_date: Any = None, replace_microseconds: bool = True,
    run_after: Any = None, note: str | None = None, **_: Any,
) -> dict[str, Any]:  # fmt: skip
    """Make a run; {run_id, dag_is_paused}. Raises DagNotFound, Conflict, and NoContext outside of tasks."""
    utc = moments.timezone_of("UTC")
    date = moments.to_datetime("logical_date", logical_date or execution_date, utc)
    found: dict[str, Any] = context.get_current_context()["ti"].ask(
        data.TriggerDagRun(
            dag_id=dag_id, run_id=run_id, conf=conf if isinstance(conf, str) else json.dumps(conf or {}),
            logical_date=date, run_after=moments.to_datetime("run_after", run_after, utc), note=note,
        )
    )  # fmt: skip
    return found
