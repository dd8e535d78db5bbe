"""A real data server process over a home: ``python serve_data.py HOME``. Started by the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tradewind.api import data_service
from tradewind.runtime import paths, wakeups
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.plugin_hosts import PluginHosts
from tradewind.secrets.chain import Chain
from tradewind.secrets.cipher import Cipher
from tradewind.secrets.environment import EnvironmentVariablesBackend
from tradewind.store.database import Database


def main(home: Path, key: str) -> None:
    run_dir = paths.run_dir(home)
    data_service.run(
        database=Database(f"sqlite:///{home / 'airflow.db'}"),
        clock=SystemClock(),
        socket_path=run_dir / paths.DATA_SOCKET,
        wake=lambda wake: wakeups.send(run_dir, wake),
        cipher=Cipher.from_option(key),
        plugins=PluginHosts(folder=home / "plugins", environ=os.environ, limit=3.0),
        chain=Chain([EnvironmentVariablesBackend()]),
        lock=run_dir / paths.DATA_LOCK,
        on_ready=(home / "data_ready").touch,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
