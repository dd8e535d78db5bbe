"""A DAG processor, put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.cli.stopping import leave_after
from tradewind.cli.wiring import lookup
from tradewind.dag_processor import service
from tradewind.runtime.processes import clean_environment
from tradewind.secrets import Chain

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


def run(app: App, *, pid_file: Path | None = None, seconds: float | None = None) -> None:
    """Keep the database in step with the DAG files until told to stop. Raises AlreadyRunning."""
    if seconds is not None:
        leave_after(seconds)
    database = app.database
    service.run(
        config=app.config,
        database=database,
        clock=app.clock,
        environ=clean_environment(app.environ, {"AIRFLOW_HOME": str(app.home)}),
        chain=Chain([*lookup.backends(app.config), lookup.metastore(database, app.cipher)]),
        pid_file=pid_file,
        title="airflow dag-processor",
    )
