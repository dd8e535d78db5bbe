"""Running programs, for operators and hooks of others (``airflow.utils.process_utils``)."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tradewind.authoring import shell

log = logging.getLogger("airflow.utils.process_utils")


def execute_in_subprocess(
    cmd: list[str], cwd: str | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a program; its output goes to the log line by line. Raises CalledProcessError."""
    given = dict(os.environ) if env is None else dict(env)
    ended = shell.Shell(log).run_argv(cmd, env=given, cwd=cwd)
    if ended.exit_code != 0:
        raise subprocess.CalledProcessError(ended.exit_code, cmd)


@contextmanager
def patch_environ(new_env_variables: Mapping[str, Any]) -> Iterator[None]:
    """Environment variables that are set inside the block only."""
    before = {name: os.environ.get(name) for name in new_env_variables}
    os.environ.update({name: str(value) for name, value in new_env_variables.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
