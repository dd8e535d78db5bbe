"""Waits for files."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.authoring import defaults
from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.authoring.trigger import StartTriggerArgs
from tradewind.domain.errors import AirflowException

TRIGGER = "airflow.providers.standard.triggers.file.FileTrigger"


class FileSensor(BaseSensorOperator):
    """Waits until ``filepath`` (a path or a glob pattern, below the path of the connection ``fs_conn_id``)
    names a file, or a folder that holds one.

    ``recursive`` lets ``**`` match folders at any depth.
    """

    template_fields: Collection[str] = ("filepath", "fs_conn_id")
    ui_color = "#91818a"

    def __init__(
        self, *, filepath: str, fs_conn_id: str = "fs_default", recursive: bool = False,
        deferrable: bool | None = None, start_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.filepath, self.fs_conn_id, self.recursive = filepath, fs_conn_id, recursive
        self.deferrable = defaults.current().deferrable if deferrable is None else deferrable
        self.start_from_trigger = start_from_trigger
        if start_from_trigger:
            given = {"filepath": filepath, "recursive": recursive, "poke_interval": self.poke_interval}
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=TRIGGER, next_method="execute_complete",
                trigger_kwargs={**given, **(trigger_kwargs or {})},
                timeout=timedelta(seconds=self.timeout),
            )  # fmt: skip

    @property
    def path(self) -> str:
        """The whole path. Raises ConnectionNotFound."""
        from tradewind.authoring.hooks import filesystem  # asks for a connection

        return os.path.join(filesystem.FSHook(self.fs_conn_id).get_path(), self.filepath)  # noqa: PTH118

    def poke(self, context: Any) -> bool:
        """Is there such a file?"""
        pattern = self.path
        self.log.info("Looking for %s", pattern)
        for found in glob.iglob(pattern, recursive=self.recursive):  # noqa: PTH207 - of any root
            file = _file_in(found)
            if file is not None:
                self.log.info("Found %s", file)
                return True
        return False

    def execute(self, context: Any) -> Any:
        """Wait here, or in the triggerer. Raises TaskDeferred, and what the base class raises."""
        if not self.deferrable:
            return super().execute(context)
        if self.poke(context):
            return None
        from tradewind.authoring.triggers import file  # asyncio; only where the task defers

        trigger = file.FileTrigger(
            filepath=self.path, recursive=self.recursive, poke_interval=self.poke_interval
        )
        return self.defer(
            trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=self.timeout)
        )

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The trigger fired. Raises AirflowException where it found nothing."""
        if not event:
            raise AirflowException(f"Task {self.task_id!r}: {self.filepath} was not found.")
        self.log.info("Found %s", self.filepath)


def _file_in(path: str) -> str | None:
    """The path of a file with the time of its last change, or that of a folder with files; else None."""
    try:
        if os.path.isfile(path):  # noqa: PTH113 - no Path for each of many matches
            changed = datetime.fromtimestamp(os.path.getmtime(path), UTC)  # noqa: PTH204
            return f"{path}, last changed at {changed.isoformat()}"
    except OSError:  # it went away between two questions
        return None
    return next((folder for folder, _, files in os.walk(path) if files), None)
