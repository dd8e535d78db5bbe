"""What tasks get where nothing is said, under the names of ``airflow.models.abstractoperator``.

Read from the configuration when they are looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradewind.authoring import defaults

DEFAULT_POOL_SLOTS = 1
DEFAULT_PRIORITY_WEIGHT = 1
DEFAULT_TRIGGER_RULE = "all_success"
_READ: Final[dict[str, Callable[[defaults.Defaults], Any]]] = {
    "DEFAULT_OWNER": lambda known: known.owner,
    "DEFAULT_QUEUE": lambda known: known.queue,
    "DEFAULT_RETRIES": lambda known: known.retries,
    "DEFAULT_RETRY_DELAY": lambda known: known.retry_delay,
    "DEFAULT_TASK_EXECUTION_TIMEOUT": lambda known: known.execution_timeout,
}


def __getattr__(name: str) -> Any:
    if name not in _READ:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _READ[name](defaults.current())
