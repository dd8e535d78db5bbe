"""A DAG without user code: what crosses process borders and what the control plane knows.

Frozen msgspec structs; ``domain/codec`` turns them into canonical JSON and back. Times are aware UTC
datetimes, durations are seconds (float). Nothing in a spec changes unless the DAG's author changed
something, so that equal DAGs give equal bytes.
"""

from tradewind.domain.spec.dag import DagSpec
from tradewind.domain.spec.group import GroupSpec
from tradewind.domain.spec.mapping import MappingSpec
from tradewind.domain.spec.params import ParamSpec
from tradewind.domain.spec.task import TaskSpec
from tradewind.domain.spec.timetable import TimetableSpec
from tradewind.domain.spec.watcher import WatcherSpec

__all__ = ["DagSpec", "GroupSpec", "MappingSpec", "ParamSpec", "TaskSpec", "TimetableSpec", "WatcherSpec"]
