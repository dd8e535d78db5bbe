"""The list of DAGs."""

from __future__ import annotations

from tradewind.api.schemas.dags import DagQuery


class UIDagQuery(DagQuery, kw_only=True):
    """Which DAGs to list."""

    name_pattern: str | None = None
    """Of the id, or of the name that is shown."""
