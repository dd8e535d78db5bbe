"""``dags test``, ``tasks test``, ``tasks render``: hands over to ``run FILE`` in a process that has no
database.

User code and the database never meet in one process; this one has looked the DAG up, so another one runs it.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.runtime import processes

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


def run(
    app: App,
    *,
    file: str,
    dag_id: str,
    logical_date: datetime | None = None,
    conf: dict[str, Any] | None = None,
    mark_success: str | None = None,
    task_id: str | None = None,
    map_index: int = -1,
    render: bool = False,
    extra_environment: dict[str, str] | None = None,
) -> int:
    """Run it; its exit code."""
    options = {
        "--dag-id": dag_id,
        "--logical-date": logical_date.isoformat() if logical_date else None,
        "--conf": json.dumps(conf) if conf else None,
        "--mark-success-pattern": mark_success,
        "--task": task_id,
        "--map-index": str(map_index) if map_index >= 0 else None,
    }
    given = [f"{name}={value}" for name, value in options.items() if value is not None]
    command = [sys.executable, "-m", "tradewind", "run", file, *given, *(["--render"] if render else [])]
    env = processes.clean_environment(
        app.environ, {"AIRFLOW_HOME": str(app.home), **(extra_environment or {})}
    )
    child = processes.spawn(command, env=env, stdin=sys.stdin.fileno(), new_session=False)
    try:
        return child.wait()
    except KeyboardInterrupt:  # the terminal has sent it to the child too
        return child.wait()
