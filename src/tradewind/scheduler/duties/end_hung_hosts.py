"""End worker hosts of this machine that have stood still for long: while a hung one lives, no other takes its
place.
"""

from __future__ import annotations

import signal
from typing import Final

from tradewind.runtime import processes
from tradewind.runtime.processes import Identity
from tradewind.telemetry import events

PATIENCE: Final = 30
"""Looks, one a second, that a host which was given up gets to come back: a debugger, a machine short of
memory. Counted, not timed: when this process stood still too, nothing is held against the host."""


class EndHungHosts:
    """Told of hosts that are silent on a connection that is open; counts how long they stay so."""

    def __init__(self, *, emit: events.Emit) -> None:
        self._emit = emit
        self._hung: dict[str, tuple[Identity, int]] = {}

    def silent(self, incarnation: str, pid: int) -> None:
        """Nothing is heard of the host that the kernel knows as ``pid`` (0: none of ours); it is given up."""
        who = processes.identity(pid) if pid else None
        if who is not None:
            self._hung[incarnation] = (who, 0)

    def arrived(self, incarnation: str) -> None:
        """It speaks again."""
        self._hung.pop(incarnation, None)

    def run_once(self) -> None:
        """Kill those whose time is up. Whoever keeps hosts running starts a new one."""
        for incarnation, (who, looks) in list(self._hung.items()):
            self._hung[incarnation] = (who, looks + 1)
            if not processes.is_alive(who):
                del self._hung[incarnation]
            elif looks >= PATIENCE:
                told = f"worker host {incarnation} (pid {who.pid}) stood still for {PATIENCE} s; it is killed"
                self._emit(events.DutyFailed(component="scheduler", duty="hosts", error=told))
                processes.signal_process(who, signal.SIGKILL)
                del self._hung[incarnation]
