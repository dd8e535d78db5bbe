"""Runs commands for operators of users' own."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from typing import Any, NamedTuple

from tradewind.authoring import shell
from tradewind.authoring.hooks.base import BaseHook


class SubprocessResult(NamedTuple):
    """How a command ended: its exit code, and the last line it wrote."""

    exit_code: int
    output: str


class SubprocessHook(BaseHook):
    """Runs one command at a time; its output goes to the log line by line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shell = shell.Shell(self.log)

    @property
    def sub_process(self) -> Any:
        """The process that runs or ran last; None before the first."""
        return self._shell.process

    def run_command(
        self, command: list[str], env: dict[str, str] | None = None, output_encoding: str = "utf-8",
        cwd: str | None = None,
    ) -> SubprocessResult:  # fmt: skip
        """Run it to its end, in ``cwd`` or in an empty folder. Raises AirflowException if it cannot start."""
        with ExitStack() as stack:
            folder = cwd or stack.enter_context(tempfile.TemporaryDirectory(prefix="airflowtmp"))
            given = dict(os.environ) if env is None else env
            ended = self._shell.run_argv(command, env=given, cwd=folder, encoding=output_encoding)
        return SubprocessResult(ended.exit_code, ended.last_line)

    def send_sigterm(self) -> None:
        """Stop the command and everything it started."""
        self._shell.stop()
