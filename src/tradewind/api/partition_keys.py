"""The partition key of a run that somebody asks for: whether the DAG takes it, and for which moment it is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tradewind.domain import partitions, timetables
from tradewind.domain.errors import BadRequest, InvalidValue
from tradewind.domain.messages.plugins import PartitionIs, PartitionNeeds
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.partitions import Mapper
from tradewind.domain.spec.timetable import (
    CronPartitionTimetable,
    PartitionedAssetTimetable,
    PartitionedAtRuntimeTimetable,
    PluginTimetable,
)
from tradewind.runtime.plugin_hosts import Ask

LONGEST: Final = 250
"""Characters of a key."""
# A plug-in's timetable may be of partitions; which moments its keys stand for, nobody asks it.
_PARTITIONED = (
    CronPartitionTimetable,
    PartitionedAssetTimetable,
    PartitionedAtRuntimeTimetable,
    PluginTimetable,
)


def moment_of(key: str | None, spec: DagSpec, ask: Ask) -> datetime | None:
    """The moment (aware) that the key stands for by the DAG's timetable; None where it stands for none.

    Raises BadRequest for a key that the DAG does not take, and what ``ask`` raises.
    """
    timetable = spec.timetable
    if key is None:
        return None
    if not isinstance(timetable, _PARTITIONED):
        raise BadRequest(
            f"DAG {spec.dag_id!r} is not partitioned, and takes no partition_key, got {key!r}. Leave it out, "
            "or give the DAG a schedule with partitions."
        )
    if not 0 < len(key) <= LONGEST:
        raise InvalidValue("partition_key", key, f"have 1 to {LONGEST} characters")
    if isinstance(timetable, CronPartitionTimetable):
        return timetables.moment_of_partition(timetable, key)
    if not isinstance(timetable, PartitionedAssetTimetable):
        return None
    mappers = [timetable.default_mapper, *(mapper for _, mapper in timetable.mappers)]
    moments = {found for mapper in mappers if (found := _by(mapper, key, ask)) is not None}
    return moments.pop() if len(moments) == 1 else None


def _by(mapper: Mapper, key: str, ask: Ask) -> datetime | None:
    name = partitions.plugin_of(mapper)
    if name is None:
        return partitions.date_of(mapper, key)
    said = ask(PartitionNeeds(name=name, mapper=mapper, key=key))
    assert isinstance(said, PartitionIs)
    if said.refused:
        raise BadRequest(f"{name} does not take the partition_key {key!r}: {said.refused}")
    return said.date
