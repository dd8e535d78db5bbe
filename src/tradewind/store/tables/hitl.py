"""What task instances ask people, and what they answered; the same of earlier tries."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text, false

from tradewind.store.tables.base import LongText, Time, Uuid, metadata


def _shared() -> list[Column[Any]]:
    """The columns of a request, the same in the live table and in the history."""
    return [
        Column("options", LongText, nullable=False),
        Column("subject", Text, nullable=False),
        Column("body", LongText),
        Column("defaults", LongText),
        Column("multiple", Boolean, nullable=False, server_default=false()),
        Column("params", LongText, nullable=False),
        Column("assignees", LongText),
        Column("created_at", Time, nullable=False),
        Column("responded_by", LongText),
        Column("responded_at", Time),
        Column("chosen_options", LongText),
        Column("params_input", LongText, nullable=False),
    ]


SHARED: Final = tuple(column.name for column in _shared())

hitl_detail = Table(
    "hitl_detail",
    metadata,
    Column(
        "ti_id",
        Uuid,
        ForeignKey("task_instance.id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    *_shared(),
    # Ours: the dispatch that asks; NULL where its time is over and no answer is taken any more.
    Column("dispatch", Integer),
)

hitl_detail_history = Table(
    "hitl_detail_history",
    metadata,
    Column(
        "ti_history_id",
        Uuid,
        ForeignKey("task_instance_history.task_instance_id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    *_shared(),
)
