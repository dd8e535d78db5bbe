"""``Connection`` as DAG code knows it: one that can make its hook.

Servers read connections too, and make no hooks: a hook is code of a provider package.
"""

from __future__ import annotations

from typing import Any

from tradewind.secrets.connection import Connection

__all__ = ["Connection"]


def _hook_of(connection: Connection, **params: Any) -> Any:
    from tradewind.authoring.hooks import finding  # asks installed packages, which few tasks need

    return finding.hook_of(connection, **params)


Connection.hook_factory = staticmethod(_hook_of)
