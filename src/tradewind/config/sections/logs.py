"""[logging]"""

# ruff: noqa: RUF009 - option() only declares a field

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tradewind.config.option import option

LEVELS = (
    "DEBUG",
    "INFO",
    "WARNING",
    "WARN",
    "ERROR",
    "CRITICAL",
    "FATAL",
    "debug",
    "info",
    "warning",
    "error",
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Logging:
    """Logs."""

    base_log_folder: Path = option("{AIRFLOW_HOME}/logs", "Folder of all logs.")
    logging_level: str = option("INFO", "Least level that is written.", choices=LEVELS)
    json_logs: bool = option("False", "Write JSON lines to the terminal as well.")
    colored_console_log: bool = option("True", "Colours in a terminal.")
    log_rotate_bytes: int = option(
        "20000000", "A component's or a watcher's log file is rotated at that size; 0 never.", minimum=0
    )
    log_rotate_count: int = option("5", "Rotated files that are kept.", minimum=0)
    min_length_masked_secret: int = option("5", "Shorter secrets are not masked by value.", minimum=2)
    worker_log_server_port: int = option(
        "8793", "Where workers elsewhere serve their logs.", minimum=0, maximum=65535
    )
    trigger_log_server_port: int = option(
        "8794", "Where triggerers elsewhere serve theirs.", minimum=0, maximum=65535
    )
    remote_logging: bool = option("False", "Keep task logs in remote storage.")
    remote_base_log_folder: str = option("", "Where.")
    remote_log_conn_id: str = option("", "Connection for it.")
    delete_local_logs: bool = option("False", "Delete local logs that were kept remotely.")
    file_task_handler_new_folder_permissions: int = option("0o775", "Mode of new log folders.", minimum=0)
    file_task_handler_new_file_permissions: int = option("0o664", "Mode of new log files.", minimum=0)
