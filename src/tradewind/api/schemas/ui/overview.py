"""Workers, missed deadlines, and the graph of assets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer
from tradewind.api.schemas.ui.home import UIHostUse, UIPoolUse, UIQueueUse


class UIAttempt(Answer, kw_only=True):
    """A task instance that runs."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    hostname: str | None
    queue: str | None
    pool: str
    pool_slots: int
    pid: int | None
    start_date: datetime | None


class UIWorkers(Answer, kw_only=True):
    """Where tasks run, and which; the 200 that began last."""

    hosts: list[UIHostUse]
    queues: list[UIQueueUse]
    pools: list[UIPoolUse]
    attempts: list[UIAttempt]
    running: int
    """How many run in all."""


class UIDeadlinesQuery(msgspec.Struct, kw_only=True):
    """How many of each, and how far back."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    days: Annotated[int, Meta(ge=1, le=366)] = 30


class UIDeadline(Answer, kw_only=True):
    """A deadline of a run, or an SLA of a task. ``callback``: what is called when a deadline is missed."""

    id: int
    kind: Literal["deadline", "sla"]
    dag_id: str
    run_id: str
    task_id: str | None
    name: str | None
    deadline_time: datetime
    run_state: str
    callback: str | None


class UIDeadlines(Answer, kw_only=True):
    """Those that were not held, the latest first; those still ahead, the next one first. What was done in
    time is not kept.
    """

    missed: list[UIDeadline]
    coming: list[UIDeadline]


class UIAssetGraphQuery(msgspec.Struct, kw_only=True):
    """Around what: ``asset:NUMBER`` or ``dag:ID``; everything where nothing is named."""

    root: str | None = None


class UIAssetGraphNode(Answer, kw_only=True):
    """An asset or a DAG; ``id`` is as in ``root``."""

    id: str
    type: Literal["asset", "dag"]
    label: str
    uri: str | None = None


class UIAssetGraphEdge(Answer, kw_only=True):
    """From a DAG to what it updates; from an asset to what is scheduled by it, or reads it."""

    source: str
    target: str
    kind: Literal["outlet", "schedule", "inlet"]


class UIAssetGraph(Answer, kw_only=True):
    """What belongs together."""

    nodes: list[UIAssetGraphNode]
    edges: list[UIAssetGraphEdge]
