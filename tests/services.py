"""Servers that tests need: found, or started for the while of a test session."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests import programs

DEFAULT_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


class NoServer(RuntimeError):
    """A server that the tests need is neither running nor installed."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made: the one that runs, else one of our
    own.

    ``TRADEWIND_TEST_POSTGRES`` names the server; the default is the local one without password.
    """
    wanted = os.environ.get("TRADEWIND_TEST_POSTGRES", DEFAULT_POSTGRES)
    if _answers(wanted):
        yield wanted
        return
    if "TRADEWIND_TEST_POSTGRES" in os.environ:
        raise NoServer("The PostgreSQL server that TRADEWIND_TEST_POSTGRES names does not answer.")
    with _own_postgres() as url:
        yield url


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of a new, empty database, dropped at the end."""
    with postgres_server() as server:
        name = f"tradewind_test_{os.getpid()}_{secrets.token_hex(4)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server.rsplit("/", 1)[0] + "/" + name
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _own_postgres() -> Iterator[str]:
    tools = _tools()
    with tempfile.TemporaryDirectory(prefix="tradewind-pg-", dir="/tmp") as folder:
        user = _user()
        if user is not None:
            shutil.chown(folder, user)
        port, data = _free_port(), f"{folder}/data"
        _run(user, [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _run(user, [tools / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"])
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(user, [tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


def _tools() -> Path:
    found = programs.initdb()
    if found is None:
        raise NoServer(
            f"The store's tests need PostgreSQL: nothing answers at {DEFAULT_POSTGRES}, and no initdb is "
            f"under {programs.POSTGRES_BINARIES} or on the PATH. Install it (apt-get install postgresql), or "
            "name a server in TRADEWIND_TEST_POSTGRES."
        )
    return found.parent


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str | None, command: list[str | Path]) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, user=user, cwd="/tmp", capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise NoServer(f"{' '.join(words)} failed: {done.stderr or done.stdout}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
