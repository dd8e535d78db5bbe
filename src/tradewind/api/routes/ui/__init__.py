"""What the web UI reads beyond REST v2, below ``/api/tradewind/ui``: one module a view, each with a ``door``.

They only read. What people do in the UI goes through the same operations as every other client's.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from tradewind.api.door import OWN, Operation

PREFIX: Final = f"{OWN}/ui"
TAG: Final = "UI"
MODULES: Final = [
    "me",
    "home",
    "recent_runs",
    "structure",
    "grid",
    "task_summaries",
    "task_log",
    "changes",
    "why",
    "history",
    "overview",
    "assets",
    "installation",
    "backfills",
    "dags",
]


def operations() -> list[Operation]:
    """All of them. Imported here, so that each module can be loaded alone."""
    modules = [import_module(f"{__name__}.{name}") for name in MODULES]
    return [operation for module in modules for operation in module.door.operations]
