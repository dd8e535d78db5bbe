"""Which files may hold DAGs: Python files and archives below a folder; links followed, ignored ones not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final, NamedTuple

from tradewind.dag_processor.ignore import Rules

ARCHIVES: Final = (".zip", ".egg")
_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "__MACOSX"})


class Stamp(NamedTuple):
    """Changes whenever a file's content does."""

    modified_ns: int
    size: int
    inode: int


def list_files(folder: str, *, syntax: str = "glob") -> dict[str, Stamp]:
    """Every candidate below ``folder`` with its stamp. A folder that is not there has none.

    Folders that are reached a second time (links in a circle) are entered once.
    """
    found: dict[str, Stamp] = {}
    seen: set[tuple[int, int]] = set()
    waiting = [(folder.rstrip("/") or "/", Rules(syntax))]
    while waiting:
        here, above = waiting.pop()
        if not _enter(here, seen):
            continue
        rules = above.within(here)
        for entry, info in _entries(here):
            folder_too = stat.S_ISDIR(info.st_mode)
            if rules.ignores(entry.path, folder=folder_too):
                continue
            if folder_too and entry.name not in _SKIPPED:
                waiting.append((entry.path, rules))
            elif not folder_too and _is_candidate(entry.name, entry.path):
                found[entry.path] = _stamp(info)
    return found


def stamp(path: str) -> Stamp | None:
    """The stamp of a file or folder now; None where it is gone."""
    try:
        return _stamp(os.stat(path))  # noqa: PTH116 - see above
    except (OSError, ValueError):
        return None


def _stamp(info: os.stat_result) -> Stamp:
    return Stamp(info.st_mtime_ns, info.st_size, info.st_ino)


def _enter(folder: str, seen: set[tuple[int, int]]) -> bool:
    try:
        info = os.stat(folder)  # noqa: PTH116 - strings all the way: there are many
    except OSError:
        return False
    key = (info.st_dev, info.st_ino)
    if key in seen:
        return False
    seen.add(key)
    return True


def _entries(folder: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            yield entry, entry.stat()
        except OSError:  # a link to nowhere, or just deleted
            continue


def _is_candidate(name: str, path: str) -> bool:
    if name.endswith(".py"):
        return True
    if not name.endswith(ARCHIVES):
        return False
    import zipfile

    return zipfile.is_zipfile(path)
