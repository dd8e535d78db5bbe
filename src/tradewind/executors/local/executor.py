"""Starts the machine's worker host where none runs."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from tradewind.executors.base import BaseExecutor
from tradewind.runtime import processes
from tradewind.runtime.locks import Lock


class LocalExecutor(BaseExecutor):
    """One host on this machine; it takes any queue unless told otherwise."""

    name: ClassVar[str] = "LocalExecutor"
    is_local: ClassVar[bool] = True

    def __init__(
        self,
        *,
        slots: int,
        lock: Path,
        command: Sequence[str],
        environ: Mapping[str, str],
        queues: tuple[str, ...] = (),
        log: Path | None = None,
    ) -> None:
        """``command`` starts the host, ``lock`` is the file that it holds, ``log`` takes what it prints."""
        super().__init__(slots=slots, queues=queues)
        self._lock, self._command, self._environ, self._log = Lock(lock), tuple(command), dict(environ), log
        self._started: processes.Identity | None = None

    def ensure(self) -> None:
        """Start a host, unless one holds the lock or was just started. Raises CannotStart."""
        if self._lock.holder() is not None or self._is_starting():
            return
        out = open(self._log, "ab") if self._log is not None else None  # noqa: SIM115 - closed below
        try:
            child = processes.spawn(
                self._command, env=processes.clean_environment(self._environ), stdout=out, stderr=out
            )
        finally:
            if out is not None:
                out.close()
        self._started = processes.identity(child.pid)

    def end(self) -> None:
        """SIGTERM to the host that this executor started: it drains. One that was there before stays."""
        if self._started is not None:
            processes.signal_process(self._started, signal.SIGTERM)

    def _is_starting(self) -> bool:
        return self._started is not None and processes.is_alive(self._started)


class SequentialExecutor(LocalExecutor):
    """A local executor with one slot."""

    name: ClassVar[str] = "SequentialExecutor"

    def __init__(
        self, *, lock: Path, command: Sequence[str], environ: Mapping[str, str], log: Path | None = None
    ) -> None:
        """See LocalExecutor."""
        super().__init__(slots=1, lock=lock, command=command, environ=environ, log=log)
