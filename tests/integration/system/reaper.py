"""Every process that a system under test started, also those whose parents are gone.

The tests' process adopts the orphans of what it starts, so that "every process of that home" is exact: titles
and environments may be overwritten, descent may not.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tradewind.runtime import descendants
from tradewind.runtime.processes import Identity, is_alive, signal_process


class Reaper:
    """The processes that were started since this was made."""

    def __init__(self) -> None:
        descendants.adopt_orphans()
        self._before = set(descendants.living())
        self.known: set[int] = set()
        """Pids that a Popen of ours waits for."""

    def living(self) -> list[Identity]:
        """All that live now."""
        descendants.reap_strangers(self.known)
        return [who for who in descendants.living() if who not in self._before]

    def titled(self, *words: str) -> list[Identity]:
        """Those whose title holds all the words."""
        return [who for who in self.living() if all(word in title(who.pid) for word in words)]

    def show(self) -> list[str]:
        """For messages."""
        return [f"{who.pid} {title(who.pid)}" for who in self.living()]

    def kill_all(self) -> None:
        """SIGKILL to every one at once, until none is left."""
        deadline = time.monotonic() + 10
        while left := self.living():
            for who in left:
                signal_process(who, signal.SIGKILL)
            assert time.monotonic() < deadline, self.show()
            time.sleep(0.005)


def title(pid: int) -> str:
    """The command line, or the title that replaced it."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        )
    except OSError:
        return ""


def kill(who: Identity, number: int = signal.SIGKILL) -> None:
    """Signal it and, for SIGKILL, wait until it is gone."""
    signal_process(who, number)
    if number == signal.SIGKILL:
        deadline = time.monotonic() + 5
        while is_alive(who):
            assert time.monotonic() < deadline, f"{who} outlives SIGKILL"
            time.sleep(0.002)


def state_of(pid: int) -> str:
    """``T`` for stopped and so on; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
