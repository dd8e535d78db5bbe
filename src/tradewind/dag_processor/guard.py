"""Limits for a process that runs a stranger's file, and how to end everything it started.

Linux only in part: where a call is missing (``prctl``, ``pidfd``) the guard is weaker, never in the way.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import time
from pathlib import Path
from typing import Final

MOST_PROCESSES: Final = 256
"""More processes than this at once make a fork bomb."""
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_CHILDREN: Final = Path("/proc/self/task")
_SLACK_THREADS: Final = 4 * MOST_PROCESSES


def adopt_orphans() -> None:
    """Descendants whose parent dies become our children, so that none can get away."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def limit(*, memory: int | None, cpu_seconds: float) -> None:
    """Limits of this process and all it starts. ``memory`` is bytes of address space."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    adopt_orphans()
    cpu = int(cpu_seconds) + 5
    _set(resource.RLIMIT_CPU, cpu, cpu + 1)
    _set(resource.RLIMIT_CORE, 0, 0)
    if memory:
        _set(resource.RLIMIT_AS, memory, memory)
    running = threads_of_machine()
    if running:  # the limit counts all threads of the user; root is not bound by it
        _set(resource.RLIMIT_NPROC, running + _SLACK_THREADS, running + _SLACK_THREADS)
    with contextlib.suppress(OSError):  # if memory runs out, this process is the one to go
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def threads_of_machine() -> int:
    """How many threads there are on this machine; 0 where that is not told."""
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].split("/")[1])
    except (OSError, IndexError, ValueError):
        return 0


def children() -> list[int]:
    """The pids of our children, zombies among them."""
    found: list[int] = []
    try:
        for task in _CHILDREN.iterdir():
            text = (task / "children").read_text(encoding="ascii")
            found.extend(int(pid) for pid in text.split())
    except (OSError, ValueError):
        return found
    return found


def tree(root: int) -> set[int]:
    """A process and all its descendants."""
    parents = _parents()
    found, waiting = {root}, [root]
    while waiting:
        here = waiting.pop()
        for pid in [pid for pid, parent in parents.items() if parent == here and pid not in found]:
            found.add(pid)
            waiting.append(pid)
    return found


def kill_group(leader: int) -> None:
    """Kill a process group at once; the kernel lets none of its members fork meanwhile."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(leader, signal.SIGKILL)


def sweep(keep: set[int], *, seconds: float = 2.0) -> None:
    """Kill and reap children that nobody knows, until none is left: what ended processes left behind."""
    deadline = time.monotonic() + seconds
    while True:
        unknown = [pid for pid in children() if pid not in keep]
        if not unknown or time.monotonic() > deadline:
            return
        for pid in unknown:
            _kill_with_group(pid)
        for pid in unknown:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _kill_with_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        group = os.getpgid(pid)
        if group != os.getpgid(0):
            os.killpg(group, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)


def _parents() -> dict[int, int]:
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
                found[int(entry.name)] = int(text[text.rindex(")") + 2 :].split()[1])
    return found


def _set(kind: int, soft: int, hard: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        _, highest = resource.getrlimit(kind)
        if highest != resource.RLIM_INFINITY:
            soft, hard = min(soft, highest), min(hard, highest)
        resource.setrlimit(kind, (soft, hard))


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
