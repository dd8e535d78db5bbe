"""Between a process that needs to know what a plug-in says, and the plug-in host.

One question at a time, and one answer to each. A question names the plug-in's class and what ``serialize``
gave of the object, which the host builds again; it holds all that the answer may depend on. Times are aware,
UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.spec.partitions import Mapper


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all; the tag names the kind."""


# --- timetables ------------------------------------------------------------------------------------------


class NextRun(_Message, frozen=True, kw_only=True, tag=True):
    """When is the run after ``last``, the newest automated one?"""

    name: str
    data: dict[str, Any] = {}
    last: RunInfo | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False


class RunsBetween(_Message, frozen=True, kw_only=True, tag=True):
    """Which runs have logical dates in [earliest, latest]? What a backfill makes."""

    name: str
    data: dict[str, Any] = {}
    earliest: datetime
    latest: datetime


class ManualRun(_Message, frozen=True, kw_only=True, tag=True):
    """Interval and id of a run that somebody asks for. ``interval`` is what they gave themselves."""

    name: str
    data: dict[str, Any] = {}
    run_type: str
    run_after: datetime
    logical_date: datetime | None = None
    interval: DataInterval | None = None


class RunsAre(_Message, frozen=True, kw_only=True, tag=True):
    """Answers NextRun (with none: no further run) and RunsBetween."""

    runs: tuple[RunInfo, ...] = ()


class ManualRunIs(_Message, frozen=True, kw_only=True, tag=True):
    """Answers ManualRun. ``run_id`` None: the timetable gives no ids of its own."""

    interval: DataInterval | None = None
    run_id: str | None = None


# --- partitions, deadlines ---------------------------------------------------------------------------------


class MapKey(_Message, frozen=True, kw_only=True, tag=True):
    """Which keys is a partition key upstream mapped to?"""

    name: str
    mapper: Mapper
    key: str


class KeysAre(_Message, frozen=True, kw_only=True, tag=True):
    """Answers MapKey. ``refused`` says why the mapper takes no such key."""

    keys: tuple[str, ...] = ()
    refused: str = ""


class PartitionNeeds(_Message, frozen=True, kw_only=True, tag=True):
    """Which keys upstream make up a partition downstream, and which moment does it stand for?"""

    name: str
    mapper: Mapper
    key: str


class CarryDate(_Message, frozen=True, kw_only=True, tag=True):
    """Which moment has a run downstream, when the run upstream was for that one (None: for none)?"""

    name: str
    mapper: Mapper
    date: datetime | None = None


class PartitionIs(_Message, frozen=True, kw_only=True, tag=True):
    """Answers PartitionNeeds, and CarryDate with ``date``. ``expected`` None: one key upstream is enough."""

    expected: frozenset[str] | None = None
    date: datetime | None = None
    refused: str = ""


class PartitionArrived(_Message, frozen=True, kw_only=True, tag=True):
    """Are those keys upstream enough for a partition downstream, by the mapper's own wait policy?"""

    name: str
    mapper: Mapper
    key: str
    arrived: tuple[str, ...]


class PartitionSatisfied(_Message, frozen=True, kw_only=True, tag=True):
    """Answers PartitionArrived. ``refused``: why it fails, or will never be enough."""

    satisfied: bool = False
    refused: str = ""


class DeadlineStart(_Message, frozen=True, kw_only=True, tag=True):
    """From when does a deadline of that run count?"""

    name: str
    data: dict[str, Any] = {}
    dag_id: str
    run_id: str


class MomentIs(_Message, frozen=True, kw_only=True, tag=True):
    """Answers DeadlineStart. Without ``at`` the run has no such deadline."""

    at: datetime | None = None


# --- listeners -------------------------------------------------------------------------------------------


class ListHooks(_Message, frozen=True, kw_only=True, tag=True):
    """What do listeners want to be told of?"""

    name: str = "listeners"


class HooksAre(_Message, frozen=True, kw_only=True, tag=True):
    """Answers ListHooks. ``problems``: listeners that cannot be called, and why."""

    hooks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class TellListeners(_Message, frozen=True, kw_only=True, tag=True):
    """This has happened. ``facts`` are the hook's arguments, as plain values."""

    name: str = "listeners"
    hook: str
    facts: dict[str, Any]


class ListenersTold(_Message, frozen=True, kw_only=True, tag=True):
    """Answers TellListeners. ``problems``: which failed, and how."""

    problems: tuple[str, ...] = ()


# --- the plug-ins themselves -------------------------------------------------------------------------------


class ListPlugins(_Message, frozen=True, kw_only=True, tag=True):
    """Which plug-ins are there?"""

    name: str = "plugins"


class PluginInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A plug-in: where it comes from, and the names of what it brings, by list."""

    name: str
    source: str
    parts: dict[str, tuple[str, ...]] = {}


class PluginsAre(_Message, frozen=True, kw_only=True, tag=True):
    """Answers ListPlugins. ``problems``: source, and why it cannot be loaded."""

    plugins: tuple[PluginInfo, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


class Failed(_Message, frozen=True, kw_only=True, tag=True):
    """There is no answer, because of what the plug-in did."""

    error: str


Question = (
    NextRun | RunsBetween | ManualRun | MapKey | PartitionNeeds | PartitionArrived | CarryDate | DeadlineStart
    | ListPlugins | ListHooks | TellListeners
)  # fmt: skip
Answer = (
    RunsAre | ManualRunIs | KeysAre | PartitionIs | PartitionSatisfied | MomentIs | PluginsAre | HooksAre
    | ListenersTold
)  # fmt: skip
Reply = Answer | Failed
