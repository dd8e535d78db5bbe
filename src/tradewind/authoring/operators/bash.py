"""Runs a shell command."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import AirflowException, AirflowSkipException


class BashOperator(BaseOperator):
    """Runs ``bash_command`` (a command, or the name of a ``.sh``/``.bash`` template file) with bash.

    The output goes to the task's log line by line; its last line is the XCom. Exit code 0 is success, one of
    ``skip_on_exit_code`` (99) skips the task, any other fails it. A command that ends in ``.sh`` or ``.bash``
    names a file; put a space behind it to run it as a command.
    """

    template_fields: Collection[str] = ("bash_command", "env", "cwd")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"bash_command": "bash", "env": "json"}
    template_ext: Sequence[str] = (".sh", ".bash")
    ui_color = "#f0ede4"

    def __init__(
        self,
        *,
        bash_command: Any,
        env: dict[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_exit_code: int | None = None,
        skip_on_exit_code: int | Container[int] | None = 99,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] = lambda result: result,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command, self.env, self.append_env = bash_command, env, append_env
        self.output_encoding, self.cwd = output_encoding, cwd
        codes = skip_exit_code if skip_exit_code is not None else skip_on_exit_code
        self.skip_on_exit_code: Container[int] = (
            () if codes is None else [codes] if isinstance(codes, int) else codes
        )
        self.output_processor = output_processor
        self._shell: Any = None

    def get_env(self, context: Any) -> dict[str, str]:
        """The environment of the command: that of the process, or ``env``, and the names
        ``AIRFLOW_CTX_…``.
        """
        import os

        from tradewind.authoring import environment_variables

        base = dict(os.environ) if self.env is None or self.append_env else {}
        return {**base, **(self.env or {}), **environment_variables.of(context)}

    def execute(self, context: Any) -> Any:
        """Run the command. Raises AirflowException, AirflowSkipException."""
        from tradewind.authoring import shell  # subprocess is loaded with it

        if not isinstance(self.bash_command, str) or not self.bash_command.strip():
            raise AirflowException(
                f"Task {self.task_id!r}: bash_command must be text that is not empty, got "
                f"{self.bash_command!r}."
            )
        self._shell = shell.Shell(self.log)
        result = self._shell.run(
            self.bash_command, env=self.get_env(context), cwd=self.cwd, encoding=self.output_encoding
        )
        if result.exit_code in self.skip_on_exit_code:
            raise AirflowSkipException(f"Bash command returned exit code {result.exit_code}. Skipping.")
        if result.exit_code != 0:
            raise AirflowException(
                f"Bash command failed. The command returned a non-zero exit code "
                f"{result.exit_code}{result.meaning}."
            )
        return self.output_processor(result.last_line)

    def on_kill(self) -> None:
        """Stop the command and everything it started."""
        if self._shell is not None:
            self._shell.stop()
