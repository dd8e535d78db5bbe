"""The data server, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.api import data_service
from tradewind.cli.wiring import lookup
from tradewind.runtime import paths
from tradewind.secrets import Chain

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


def run(app: App) -> None:
    """Serve tasks of this machine until told to stop. Raises AlreadyRunning."""
    run_dir = app.run_dir
    data_service.run(
        database=app.database,
        clock=app.clock,
        socket_path=run_dir / paths.DATA_SOCKET,
        wake=app.send_wake,
        cipher=app.cipher,
        plugins=app.plugins,
        chain=Chain(lookup.backends(app.config)),
        lock=run_dir / paths.DATA_LOCK,
        title="airflow data-server",
    )
