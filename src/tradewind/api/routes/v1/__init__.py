"""Airflow 2's REST API (v1), as a translation onto our operations of v2.

Each module declares operations of one noun, in tables: which v2 operation it is, what requests call things,
and how answers look. There is no second way to the database: a request passes the same door, and the same
handler does the work. ``translation`` explains the tables, ``passage`` is the door in v1's words.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from tradewind.api.routes.v1.translation import Translated

MODULES: Final = ["output", "runs", "task_instances", "datasets", "dags", "administration", "people"]
"""Where two paths would match, the more particular one stands first."""


def operations() -> list[Translated]:
    """All of them, in that order."""
    modules = [import_module(f"{__name__}.{name}") for name in MODULES]
    return [operation for module in modules for operation in module.OPERATIONS]
