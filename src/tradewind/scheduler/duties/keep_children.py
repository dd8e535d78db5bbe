"""Keep the processes running that a scheduler needs: worker host, data server, DAG processor, triggerer.

They are commands in sessions of their own that outlive this process; a lock file tells whether one is there,
whoever started it. So a restarted scheduler finds the ones it had, and a service manager may run them
instead.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tradewind.runtime.children import Child, Keeper
from tradewind.runtime.clock import Clock
from tradewind.runtime.locks import Lock


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: its name, the lock it holds while it lives, how to start it."""

    component: str
    lock: Path
    begin: Callable[[], Child]
    on_demand: bool = False
    """Started when it is first needed."""


class KeepChildren:
    """Starts what is not there, again with growing delays when it dies at once."""

    def __init__(
        self, companions: Sequence[Companion], clock: Clock, *, is_needed: Callable[[], bool] = lambda: True
    ) -> None:
        """``is_needed`` tells of those that are started on demand."""
        self._companions, self._is_needed = companions, is_needed
        self._keepers = {it.component: Keeper(it.component, it.begin, clock) for it in companions}

    def run_once(self) -> None:
        """Look at each. One that runs already, started by whomever, is left alone."""
        for companion in self._companions:
            keeper = self._keepers[companion.component]
            if companion.on_demand and keeper.child is None and not self._is_needed():
                continue
            if keeper.child is not None or Lock(companion.lock).holder() is None:
                keeper.look()

    def end(self) -> None:
        """Tell those that this scheduler started to drain."""
        for keeper in self._keepers.values():
            if keeper.child is not None and keeper.child.poll() is None:
                keeper.child.signal(signal.SIGTERM)

    def alive(self) -> list[Child]:
        """Those that this scheduler started and that still run."""
        children = [keeper.child for keeper in self._keepers.values() if keeper.child is not None]
        return [child for child in children if child.poll() is None]
