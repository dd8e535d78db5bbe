"""Everything that this process started, directly or not, also what its children left behind.

Linux keeps track where it is asked to: orphans come to the nearest ancestor that adopts them. Elsewhere only
direct children are known.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from tradewind.runtime.processes import Identity, signal_process

_PDEATHSIG = 1
_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on descendants whose parent dies become our children."""
    _prctl(_CHILD_SUBREAPER, 1)


def die_with_parent(number: int) -> None:
    """Get this signal when the parent dies. To be called in the child, soon after the fork."""
    _prctl(_PDEATHSIG, number)


def living() -> list[Identity]:
    """Every descendant that lives, children first."""
    parents: dict[int, list[Identity]] = {}
    for parent, who in _everybody():
        parents.setdefault(parent, []).append(who)
    found: list[Identity] = []
    waiting = [os.getpid()]
    while waiting:
        below = parents.get(waiting.pop(0), [])
        found += below
        waiting += [who.pid for who in below]
    return found


def _everybody() -> Iterator[tuple[int, Identity]]:
    """(parent's pid, process) of every living process."""
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            text = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
            fields = text[text.rindex(")") + 2 :].split()
            if fields[0] not in {"Z", "X"}:
                yield int(fields[1]), Identity(pid, int(fields[19]))


def reap_strangers(known: Collection[int]) -> None:
    """Bury adopted children that have ended. Those in ``known`` are left for whoever watches them."""
    with contextlib.suppress(ChildProcessError):
        for _ in range(1000):
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in known:
                return
            os.waitpid(ended.si_pid, os.WNOHANG)


def kill_all(*, within: float = 1.0) -> bool:
    """SIGKILL every descendant, until none is left. True when none is."""
    deadline = time.monotonic() + within
    while left := living():
        for who in left:
            signal_process(who, signal.SIGKILL)
        reap_strangers(())
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
