"""Descendants of a process, found by parentage, so that leaving the group or session hides nothing.

Task processes are sub-reapers: what a task's children leave behind becomes a child of the task, not of init.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from typing import Final

_PR_SET_CHILD_SUBREAPER: Final = 36
_libc = ctypes.CDLL(None, use_errno=True)
_HELPERS: Final = (b"multiprocessing.resource_tracker", b"multiprocessing.forkserver")
"""They ignore SIGTERM and end by themselves when their owner does."""


def become_subreaper() -> None:
    """Orphans below this process become its children. Not inherited by forks. No effect where unsupported."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat(pid: int) -> tuple[int, int, str] | None:
    """(parent pid, start time in ticks, state letter) of a process; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except OSError:
        return None
    fields = content[content.rindex(b")") + 2 :].split()
    return int(fields[1]), int(fields[19]), fields[0].decode()


def started(pid: int) -> int:
    """When the process started, in clock ticks since boot; 0 when it is gone."""
    found = stat(pid)
    return found[1] if found else 0


def is_same(pid: int, start: int) -> bool:
    """Whether ``pid`` is still the process that started then, and not a zombie."""
    found = stat(pid)
    return found is not None and found[1] == start and found[2] not in "ZX"


def descendants(pid: int) -> list[int]:
    """Living processes below ``pid``, nearest first, without itself."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names only, and fast
        if name.isdigit():
            found = stat(int(name))
            if found is not None and found[2] not in "ZX":
                children.setdefault(found[0], []).append(int(name))
    below: list[int] = []
    front = [pid]
    while front:
        front = [child for parent in front for child in children.get(parent, ())]
        below.extend(front)
    return below


def command_line(pid: int) -> str:
    """How the process was called, for people; empty when it is gone."""
    return _command_line(pid).replace(b"\0", b" ").decode(errors="replace").strip()


def _command_line(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def is_helper(pid: int) -> bool:
    """Whether it is one of Python's own helper processes, which need no killing."""
    line = _command_line(pid)
    return any(name in line for name in _HELPERS)


def kill(pid: int, number: int) -> None:
    """Signal one process that may be gone already."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def kill_group(pid: int, number: int) -> None:
    """Signal a process group that may be gone already."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def identities(pids: Iterable[int]) -> list[tuple[int, int]]:
    """The pids with when each started, so that they can be told from later ones of the same number."""
    return [(pid, started(pid)) for pid in pids]


def kill_same(known: Iterable[tuple[int, int]]) -> None:
    """SIGKILL those that are still there."""
    for pid, start in known:
        if start and is_same(pid, start):
            kill(pid, signal.SIGKILL)


def kill_all(pid: int) -> None:
    """SIGKILL a process, its group, and everything below it, wherever that went."""
    for _ in range(10):
        below = descendants(pid)
        kill_group(pid, signal.SIGKILL)
        kill(pid, signal.SIGKILL)
        for child in below:
            kill(child, signal.SIGKILL)
        if not below:
            return


def end(find: Callable[[], Iterable[int]], grace: float, monotonic: Callable[[], float]) -> None:
    """SIGTERM what ``find`` returns, and SIGKILL what it still finds after ``grace`` seconds. Blocks."""
    for pid in find():
        kill(pid, signal.SIGTERM)
    deadline = monotonic() + grace
    pause = 0.002
    while any(True for _ in find()):
        if monotonic() >= deadline:
            for pid in find():
                kill(pid, signal.SIGKILL)
            deadline = monotonic() + 0.2
        reap()
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


def has_children() -> bool:
    """Whether this process has children, dead or alive (one system call)."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def reap() -> list[tuple[int, int]]:
    """Collect all dead children: (pid, wait status)."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        found.append((pid, status))


def children(pid: int) -> list[int]:
    """Living direct children of a process."""
    found = ((int(name), stat(int(name))) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return [child for child, facts in found if facts is not None and facts[0] == pid and facts[2] not in "ZX"]
