"""How far backfills are."""

from __future__ import annotations

from tradewind.api.schemas.common import Answer


class UIBackfillProgress(Answer, kw_only=True):
    """The runs of one backfill."""

    backfill_id: int
    states: dict[str, int]
    """How many runs are in each state that any is in."""


class UIBackfillsProgress(Answer, kw_only=True):
    """Of the DAG's newest 100 backfills, those that have runs; the newest first."""

    dag_id: str
    backfills: list[UIBackfillProgress]
