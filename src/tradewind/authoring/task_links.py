"""Where the web UI shows things of a task instance."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from tradewind.domain.keys import TaskInstanceKey


def log_url(key: TaskInstanceKey, try_number: int) -> str:
    """The page with the log of a try. ``[api] base_url`` is what it begins with."""
    index = f"/mapped/{key.map_index}" if key.map_index >= 0 else ""
    run = f"{_base_url()}/dags/{quote(key.dag_id)}/runs/{quote(key.run_id)}"
    return f"{run}/tasks/{quote(key.task_id)}{index}?try_number={try_number}"


def log_file(path: str) -> str:
    """The whole path of a log in ``[logging] base_log_folder``."""
    from tradewind.config import compat  # see _base_url

    return str(Path(str(compat.conf.get("logging", "base_log_folder"))) / path)


def _base_url() -> str:
    from tradewind.config import compat  # only for links in mails and logs

    return str(compat.conf.get("api", "base_url", fallback="") or "http://localhost:8080").rstrip("/")
