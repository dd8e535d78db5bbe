"""A real API server process over a home: ``python serve.py HOME PORT SETTINGS``. Started by the fixtures."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tradewind.api import app, external_logs, server
from tradewind.api.settings import Settings
from tradewind.auth import tokens, users
from tradewind.auth.people import People
from tradewind.config import explain, loader
from tradewind.runtime import paths, wakeups
from tradewind.runtime.clock import SystemClock
from tradewind.runtime.plugin_hosts import PluginHosts
from tradewind.secrets.cipher import Cipher
from tradewind.store.database import Database

PEOPLE = "admin:admin,olga:op,udo:user,vera:viewer"
KEY = "k" * 64
CIPHER_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


def main(
    home: Path, port: int, *, bare: bool, head_seconds: float = 30, people: str = PEOPLE, **settings: Any
) -> None:
    """``bare``: without what has to be configured; ``people``: who is."""
    known = users.parse_users(people)
    run_dir = paths.run_dir(home)
    database, clock = Database(f"sqlite:///{home / 'airflow.db'}"), SystemClock()
    signer = tokens.Signer(KEY)
    directory = users.Directory(known, users.ensure_passwords(home, known), signer.stamp)
    application = app.create(
        database=database,
        clock=clock,
        settings=Settings(
            **{"follow_interval": 0.02, "expose_config": "non-sensitive-only", "web": home / "web"}
            | settings,
            test_connections=not bare,
            connection_test_wait=0.2,
            external_logs=None if bare else external_logs.from_options("logs.example/?id={log_id}", ""),
            experimental=not bare,
        ),
        signer=signer,
        people=People(database, clock, directory=directory),
        cipher=Cipher([CIPHER_KEY]),
        options=lambda: explain.rows(loader.load(home, {})),
        wake=lambda wake: wakeups.send(run_dir, wake),
        plugins=PluginHosts(folder=home / "plugins", environ=os.environ, limit=3.0),
        log_folder=home / "logs",
    )
    ready = home / "ready"
    server.serve(application, host="127.0.0.1", port=port, on_ready=ready.touch, head_seconds=head_seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), bare="bare" in sys.argv, **json.loads(sys.argv[3]))
