"""``FileTaskHandler``: the base class of log handlers that other packages bring.

Tradewind's own task logs do not go through it: a task process writes its log itself. One that is used
writes and reads the same file.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, ClassVar

from tradewind.telemetry.masking import MASKER


class _Masked(logging.Formatter):
    """What a formatter makes, without secrets."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return MASKER.mask(self._inner.format(record))


class FileTaskHandler(logging.Handler):
    """Writes records to the log file of the task instance that ``set_context`` names."""

    trigger_should_wrap: ClassVar[bool] = True
    LOG_NAME: ClassVar[str] = "Local files"

    def __init__(
        self, base_log_folder: str, max_bytes: int = 0, backup_count: int = 0, delay: bool = False, **_: Any
    ) -> None:
        super().__init__()
        self.local_base = str(base_log_folder)
        self.max_bytes, self.backup_count, self.delay = max_bytes, backup_count, delay
        self.handler: logging.Handler | None = None

    def set_context(self, ti: Any, *, identifier: str | None = None) -> None:
        """From now on records belong to this task instance."""
        from logging import handlers

        path = Path(self.local_base) / self._render_filename(ti, ti.try_number)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._close_file()
        self.handler = handlers.RotatingFileHandler(
            path, maxBytes=self.max_bytes, backupCount=self.backup_count, encoding="utf-8", delay=self.delay
        )
        self.handler.setFormatter(_Masked(self.formatter))
        self.handler.setLevel(self.level)

    def emit(self, record: logging.LogRecord) -> None:
        """Write; nothing before a task instance is named."""
        if self.handler is not None:
            self.handler.emit(record)

    def flush(self) -> None:
        """To the file."""
        if self.handler is not None:
            self.handler.flush()

    def close(self) -> None:
        """Close the file; this handler is used no more."""
        self._close_file()
        super().close()

    def _close_file(self) -> None:
        if self.handler is not None:
            self.handler.close()
            self.handler = None

    def _render_filename(self, ti: Any, try_number: int) -> str:
        """Where the log of a try lies, below the log folder."""
        index = f"map_index={ti.map_index}/" if getattr(ti, "map_index", -1) >= 0 else ""
        place = f"dag_id={ti.dag_id}/run_id={ti.run_id}/task_id={ti.task_id}/{index}"
        return f"{place}attempt={try_number}.log"

    def _read(
        self, ti: Any, try_number: int, metadata: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """The text of a try's log; and that there is no more. For subclasses."""
        path = Path(self.local_base) / self._render_filename(ti, try_number)
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace"), {"end_of_log": True}
        return f"*** There is no log file {path}\n", {"end_of_log": True}

    def read(
        self, task_instance: Any, try_number: int | None = None, metadata: dict[str, Any] | None = None
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Text and state of one try, or of all."""
        tries = [try_number] if try_number is not None else range(1, int(task_instance.try_number) + 1)
        found = [self._read(task_instance, number, metadata) for number in tries]
        return [text for text, _ in found], [state for _, state in found]
