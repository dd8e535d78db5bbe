"""A DAG as it is drawn: a tree of groups and tasks, edges, and what it has to do with others."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer


class UIStructureQuery(msgspec.Struct, kw_only=True):
    """Which version; the newest where none is named."""

    version_number: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class UINode(Answer, kw_only=True, omit_defaults=True):
    """A task or a group. What is not said of it is as for most: no group, not mapped, all_success."""

    id: str
    label: str
    type: Literal["task", "group"]
    operator: str | None = None
    is_mapped: bool = False
    role: Literal["setup", "teardown"] | None = None
    trigger_rule: str = "all_success"
    depends_on_past: bool = False
    tooltip: str | None = None
    """The first words of its documentation, or a group's tooltip."""
    color: str | None = None
    """Where the author chose one."""
    has_outlets: bool = False
    tasks: int = 1
    """How many tasks it is, or has below it."""
    children: tuple[UINode, ...] = ()
    """Of a group, in the order in which they run."""


class UIEdge(Answer, kw_only=True, omit_defaults=True):
    """One thing runs after another. Of a group as a whole where ``group`` is true: these are for drawing, the
    tasks have edges of their own.
    """

    source: str
    target: str
    label: str | None = None
    group: bool = False
    is_setup_teardown: bool = False
    """From a setup to its teardown: it only orders."""


class UIRelation(Answer, kw_only=True, omit_defaults=True):
    """What a task has to do with another DAG, or with an asset. ``dag_id`` may be a template."""

    kind: Literal["triggers", "waits_for", "marks", "inlet", "outlet", "schedule"]
    task_id: str | None = None
    """None: the DAG as a whole."""
    dag_id: str | None = None
    external_task_ids: tuple[str, ...] = ()
    asset: str | None = None
    uri: str | None = None
    asset_type: Literal["asset", "alias", "ref"] | None = None


class UIStructure(Answer, kw_only=True):
    """One version of a DAG. It never changes: its number and ``ETag`` say whether it is known already."""

    dag_id: str
    version_number: int
    task_count: int
    nodes: list[UINode]
    edges: list[UIEdge]
    relations: list[UIRelation]
