"""Sees what importing a file looks at besides code, by the interpreter's audit events.

Files and folders that were read can be watched; whatever else was asked (network, processes, databases)
cannot, and such a DAG file is read again regularly.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

_MOST: Final = 500
_OUTSIDE: Final = frozenset(
    {
        "socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system", "os.exec",
        "os.posix_spawn", "os.fork", "sqlite3.connect", "urllib.Request",
    }
)  # fmt: skip
_FOLDERS: Final = frozenset({"os.listdir", "os.scandir"})
_OWN: Final = ("<frozen ", "/importlib/", "/zipfile", "/linecache.py", "/tokenize.py", "/traceback.py")


class Witness:
    """Notes what is looked at between ``begin`` and ``end``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._on = False
        self._hooked = False
        self._owner = os.getpid()
        self._passed_over = (
            os.path.realpath(sys.base_prefix) + "/lib",
            os.path.realpath(sys.prefix) + "/lib",
            str(Path(__file__).parents[2]),
            "/usr/share/zoneinfo",
            "/proc",
            "/sys",
            "/dev",
        )
        self.read: set[str] = set()
        self.outside: set[str] = set()

    def begin(self) -> None:
        """Look from now on. A hook of the interpreter cannot be removed, so it is set but once."""
        self._on = True
        if not self._hooked:
            self._hooked = True
            sys.addaudithook(self._saw)

    def end(self) -> None:
        """Look no more."""
        self._on = False

    def note(self, what: str) -> None:
        """Something outside was asked."""
        if len(self.outside) < _MOST:
            self.outside.add(what)

    def _saw(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event in _OUTSIDE:
            self.note(event)
        elif event == "open" or event in _FOLDERS:
            self._looked_at(args)

    def _looked_at(self, args: tuple[Any, ...]) -> None:
        name = args[0] if args else None
        if isinstance(name, bytes):
            name = os.fsdecode(name)
        if not isinstance(name, str) or len(self.read) >= _MOST or (len(args) > 1 and _writes(args)):
            return
        if name.endswith((".pyc", ".so")) or _by_import_system():
            return
        path = os.path.abspath(name)  # noqa: PTH100 - links stay as the file named them
        if path != self._path and not path.startswith(self._passed_over):
            self.read.add(path)


def _writes(args: tuple[Any, ...]) -> bool:
    mode, flags = args[1], args[2] if len(args) > 2 else 0
    if isinstance(mode, str):
        return any(letter in mode for letter in "wxa+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _by_import_system() -> bool:
    """Modules are found and read by frozen code; what they are is known otherwise."""
    try:
        return sys._getframe(3).f_code.co_filename.startswith(_OWN) or _own_frame(3)
    except ValueError:
        return False


def _own_frame(depth: int) -> bool:
    frame = sys._getframe(depth + 1)
    return any(mark in frame.f_code.co_filename for mark in _OWN[1:])
