"""What importing a DAG file left behind that a fork would break."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

FORK_SAFE_LIBRARIES: Final = ("openblas", "libmkl_rt", "libmkl_core")
"""Libraries whose threads end before a fork and start again after it (they register fork handlers)."""
_DATABASES: Final = (".db", ".sqlite", ".sqlite3", "-wal", "-shm", ".duckdb")


def descriptors() -> dict[int, str]:
    """Open descriptors of this process and what they are."""
    found: dict[int, str] = {}
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names only
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")  # noqa: PTH115
        except OSError:
            continue  # the descriptor of the listing itself
    return found


def found_since(before: dict[int, str]) -> tuple[str, ...]:
    """One line for each thing that has come since ``before`` and does not survive a fork."""
    return (*_threads(), *_connections(before))


def _threads() -> list[str]:
    python = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if python:
        return [f"importing it started the thread {thread.name!r}" for thread in python]
    native = len(os.listdir("/proc/self/task")) - 1  # noqa: PTH208
    if native and not _fork_safe():
        return [
            f"importing it started {native} native threads of a library that is not known to survive a fork"
        ]
    return []


def _fork_safe() -> bool:
    maps = Path("/proc/self/maps").read_text(errors="replace")
    return any(name in maps for name in FORK_SAFE_LIBRARIES)


def _connections(before: dict[int, str]) -> list[str]:
    lines = []
    for fd, target in descriptors().items():
        if before.get(fd) == target:
            continue
        if target.startswith(("socket:", "anon_inode:[eventpoll]", "anon_inode:[io_uring]")):
            lines.append(f"importing it opened a connection (descriptor {fd}, {target})")
        elif target.endswith(_DATABASES):
            lines.append(f"importing it opened the database {target}")
    return lines
