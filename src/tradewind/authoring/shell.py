"""Runs a command for a task, its output going to a logger line by line.

The command leads a session of its own, so that stopping it stops what it started too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tradewind.domain.errors import AirflowException
from tradewind.runtime import processes

_GRACE: Final = 5.0
"""Seconds between SIGTERM and SIGKILL."""
_SIGNAL_BASE: Final = 128


class Result(NamedTuple):
    """How a command ended."""

    exit_code: int
    last_line: str

    @property
    def meaning(self) -> str:
        """What the exit code says, where it is a known one."""
        if self.exit_code in {126, 127}:
            return {126: " (the command cannot be executed)", 127: " (command not found)"}[self.exit_code]
        number = -self.exit_code if self.exit_code < 0 else self.exit_code - _SIGNAL_BASE
        with contextlib.suppress(ValueError):
            return f" (ended by {signal.Signals(number).name})"
        return ""


class Shell:
    """One command at a time; ``stop`` may be called from a signal handler."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.process: Any = None
        """The one that runs or ran last."""
        self._told_to_stop = False

    def run(self, command: str, *, env: dict[str, str], cwd: str | None, encoding: str = "utf-8") -> Result:
        """Run it to its end with bash. Raises AirflowException where it cannot be started."""
        bash = shutil.which("bash", path=env.get("PATH")) or shutil.which("bash") or "sh"
        return self.run_argv([bash, "-c", command], env=env, cwd=cwd, encoding=encoding)

    def run_argv(
        self, argv: Sequence[str], *, env: Mapping[str, str], cwd: str | None, encoding: str = "utf-8"
    ) -> Result:
        """Run a program to its end. Raises AirflowException where it cannot be started."""
        self._check_folder(cwd)
        self._log.info("Running command: %s", list(argv))
        read_end, write_end = os.pipe()
        try:
            process = self.process = processes.spawn(
                argv,
                env=env,
                cwd=Path(cwd) if cwd is not None else None,
                stdout=write_end,
                stderr=write_end,
            )
        except processes.CannotStart as error:
            os.close(read_end)
            raise AirflowException(str(error)) from error
        finally:
            os.close(write_end)
        if self._told_to_stop:  # while it was being started, when there was nothing to stop yet
            self._told_to_stop = False
            self.stop()
        last = ""
        self._log.info("Output:")
        for last in _lines(read_end, encoding):
            self._log.info("%s", last)
        exit_code = process.wait()
        self._log.info("Command exited with return code %s", exit_code)
        return Result(exit_code, last)

    @staticmethod
    def _check_folder(cwd: str | None) -> None:
        if cwd is not None and not os.path.isdir(cwd):  # noqa: PTH112 - cwd may be any text
            what = "is not a directory" if os.path.exists(cwd) else "does not exist"  # noqa: PTH110
            raise AirflowException(f"The working directory cwd={cwd!r} {what}.")

    def stop(self) -> None:
        """SIGTERM to the command's group, SIGKILL to what is left after a while."""
        process = self.process
        if process is None or process.poll() is not None:
            self._told_to_stop = True
            return
        self._log.info("Stopping the command (process group %s)", process.pid)
        leader = processes.identity(process.pid)
        if leader is not None:
            processes.kill_group(leader, grace=_GRACE)


def _lines(read_end: int, encoding: str) -> Iterator[str]:
    with open(read_end, "rb") as stream:
        for raw in stream:
            yield raw.decode(encoding, errors="backslashreplace").rstrip()
