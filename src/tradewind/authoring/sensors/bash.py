"""Waits until a shell command succeeds."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from typing import Any

from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.domain.errors import AirflowFailException


class BashSensor(BaseSensorOperator):
    """Runs ``bash_command`` until it ends with exit code 0.

    With ``retry_exit_code`` only that code means "not yet", and any other fails the task.
    """

    template_fields: Collection[str] = ("bash_command", "env")

    def __init__(
        self, *, bash_command: str, env: dict[str, str] | None = None, output_encoding: str = "utf-8",
        retry_exit_code: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.bash_command, self.env, self.output_encoding = bash_command, env, output_encoding
        self.retry_exit_code = retry_exit_code
        self._shell: Any = None

    def poke(self, context: Any) -> bool:
        """Run the command once, in an empty folder. Raises AirflowFailException."""
        import os

        from tradewind.authoring import shell  # subprocess is loaded with it

        self._shell = shell.Shell(self.log)
        env = dict(os.environ) if self.env is None else self.env
        with tempfile.TemporaryDirectory(prefix="airflowtmp") as folder:
            code = self._shell.run(
                self.bash_command, env=env, cwd=folder, encoding=self.output_encoding
            ).exit_code
        if code not in (0, self.retry_exit_code) and self.retry_exit_code is not None:
            raise AirflowFailException(
                f"The command returned exit code {code}; only {self.retry_exit_code} means 'not yet'."
            )
        return bool(code == 0)

    def on_kill(self) -> None:
        """Stop the command and everything it started."""
        if self._shell is not None:
            self._shell.stop()
