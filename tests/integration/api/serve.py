"""A real API server process over a home: ``python serve.py HOME PORT``. Started by the fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

from tradewind.api import app, server
from tradewind.api.settings import Settings
from tradewind.auth import tokens, users
from tradewind.runtime import paths, wakeups
from tradewind.runtime.clock import SystemClock
from tradewind.store.database import Database

PEOPLE = "admin:admin,olga:op,udo:user,vera:viewer"
KEY = "k" * 64


def main(home: Path, port: int) -> None:
    people = users.parse_users(PEOPLE)
    run_dir = paths.run_dir(home)
    application = app.create(
        database=Database(f"sqlite:///{home / 'airflow.db'}"),
        clock=SystemClock(),
        settings=Settings(follow_interval=0.02),
        signer=tokens.Signer(KEY),
        directory=users.Directory(people, users.ensure_passwords(home, people)),
        wake=lambda wake: wakeups.send(run_dir, wake),
        log_folder=home / "logs",
    )
    ready = home / "ready"
    server.serve(application, host="127.0.0.1", port=port, on_ready=ready.touch)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
