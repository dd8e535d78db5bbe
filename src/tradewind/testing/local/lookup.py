"""Variables and connections of a local run: environment, files, and the home's database where it has one.

The database is asked through a process of its own (``lookup-server``), started at the first question that
nothing else answers: this process runs user code and never loads the store.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tradewind import config
from tradewind.config import Config
from tradewind.runtime import processes
from tradewind.runtime.plugins import load_object
from tradewind.secrets import Chain
from tradewind.secrets.connection import Connection
from tradewind.secrets.environment import EnvironmentVariablesBackend
from tradewind.secrets.local_file import LocalFilesystemBackend

BACKENDS = {
    "airflow.secrets.local_filesystem.LocalFilesystemBackend": (
        "tradewind.secrets.local_file.LocalFilesystemBackend"
    ),
}


class HomeBackend:
    """The home's database, asked through a process of its own."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: Any = None

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        found: str | None = self._ask("variable", key)
        return found

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None."""
        found = self._ask("connection", conn_id)
        return Connection(**found) if found else None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._stream.close()
            self._process.wait()
            self._process = None

    def _ask(self, kind: str, name: str) -> Any:
        if self._process is None:
            self._start()
        self._stream.write(json.dumps([kind, name]) + "\n")
        self._stream.flush()
        answer = self._stream.readline()
        return json.loads(answer) if answer else None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = processes.spawn(
                [sys.executable, "-m", "tradewind", "lookup-server"],
                env=processes.clean_environment(self._environ),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                new_session=False,
            )
        with ours:
            self._stream = ours.makefile("rw", encoding="utf-8")


def chain(
    environ: Mapping[str, str] | None = None, *, files: Sequence[tuple[str | None, str | None]] = ()
) -> Chain:
    """The chain of a local run. ``files`` are (variables, connections) files that are asked first."""
    environ = os.environ if environ is None else environ
    loaded = config.load(config.find_home(environ), environ)
    first = [
        LocalFilesystemBackend(variables_file_path=variables, connections_file_path=connections)
        for variables, connections in files
        if variables or connections
    ]
    backends: list[Any] = [*first, *_configured(loaded), EnvironmentVariablesBackend()]
    return Chain([*backends, HomeBackend(environ)] if has_database(loaded) else backends)


def has_database(loaded: Config) -> bool:
    """Whether the home has a database: its SQLite file is there, or somebody named a server."""
    url = loaded.database.sql_alchemy_conn
    if url.startswith("sqlite"):
        return Path(url.partition(":///")[2].partition("?")[0]).is_file()
    return loaded.is_set("database", "sql_alchemy_conn")


def _configured(loaded: Config) -> list[Any]:
    path = loaded.secrets.backend
    if not path:
        return []
    return [load_object(BACKENDS.get(path, path))(**json.loads(loaded.secrets.backend_kwargs or "{}"))]
