"""A wish becomes a run, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tradewind.api import triggering
from tradewind.domain.errors import BadRequest, InvalidId, NotFound, ParamValidationError
from tradewind.domain.spec import DagSpec, GroupSpec, ParamSpec, TaskSpec
from tradewind.domain.spec import dag as dag_spec
from tradewind.domain.spec.partitions import StartOfMapper
from tradewind.domain.spec.timetable import (
    CronDataIntervalTimetable,
    CronPartitionTimetable,
    PartitionedAssetTimetable,
    PartitionedAtRuntimeTimetable,
)
from tradewind.domain.states import DagRunTriggeredBy, DagRunType
from tradewind.runtime.plugin_hosts import nobody
from tradewind.store.records import NewRun

NOW = datetime(2026, 1, 10, 12, 30, tzinfo=UTC)
DAILY = CronDataIntervalTimetable(expression="0 0 * * *")


def plan(spec: DagSpec | None = None, **wish: Any) -> NewRun:
    wanted = triggering.Wish(**{"dag_id": "d", "triggered_by": DagRunTriggeredBy.CLI, **wish})
    return triggering.plan(wanted, spec or DagSpec(dag_id="d"), "hash", now=NOW, ask=nobody)


def test_without_a_logical_date() -> None:
    run = plan()
    assert (run.logical_date, run.data_interval_start, run.run_after) == (None, None, NOW)
    assert run.run_id.startswith("manual__2026-01-10T12:30:00+00:00_")
    assert plan().run_id != run.run_id


def test_with_a_logical_date_the_timetable_says_the_interval() -> None:
    run = plan(DagSpec(dag_id="d", timetable=DAILY), logical_date=NOW)
    assert run.run_id == "manual__2026-01-10T12:30:00+00:00"
    assert run.data_interval_start == datetime(2026, 1, 9, tzinfo=UTC)
    assert run.data_interval_end == datetime(2026, 1, 10, tzinfo=UTC)


def test_a_given_interval_is_taken() -> None:
    earlier = NOW - timedelta(days=3)
    run = plan(data_interval_start=earlier, data_interval_end=NOW)
    assert (run.data_interval_start, run.data_interval_end) == (earlier, NOW)
    with pytest.raises(BadRequest, match="not be before"):
        plan(data_interval_start=NOW, data_interval_end=earlier)
    with pytest.raises(BadRequest, match="both or neither"):
        plan(data_interval_end=NOW)


ZONED = CronPartitionTimetable(expression="0 0 * * *", timezone="Asia/Taipei", key_format="%Y-%m-%d")
BY_DAY = PartitionedAssetTimetable(
    condition={"asset": {"name": "a", "uri": "a"}},
    default_mapper=StartOfMapper(unit="day", output_format="%Y-%m-%d"),
)
"""Keys upstream become days."""


@pytest.mark.parametrize(
    ("timetable", "key", "moment"),
    [
        (ZONED, "2026-01-05", datetime(2026, 1, 4, 16, tzinfo=UTC)),
        (BY_DAY, "2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        (PartitionedAtRuntimeTimetable(), "2026-01-05", None),
        (ZONED, None, None),
    ],
)
def test_the_moment_of_a_partition(timetable: Any, key: str | None, moment: datetime | None) -> None:
    run = plan(DagSpec(dag_id="d", timetable=timetable), partition_key=key)
    assert (run.partition_key, run.partition_date) == (key, moment)


@pytest.mark.parametrize(
    ("timetable", "key", "told"),
    [
        (ZONED, "zz", "form '%Y-%m-%d'.*'zz'"),
        (BY_DAY, "zz", "zz"),
        (PartitionedAtRuntimeTimetable(), "", "1 to 250"),
        (PartitionedAtRuntimeTimetable(), "x" * 251, "1 to 250"),
        (DAILY, "2026-01-05", "'d' is not partitioned.*'2026-01-05'"),
    ],
)
def test_partitions_that_cannot_be(timetable: Any, key: str, told: str) -> None:
    with pytest.raises(BadRequest, match=told):
        plan(DagSpec(dag_id="d", timetable=timetable), partition_key=key)


@pytest.mark.parametrize("run_id", ["", "a/b", "../x", "x" * 251, "scheduled__1", "backfill__1"])
def test_ids_that_cannot_be(run_id: str) -> None:
    if not run_id:
        assert plan(run_id=run_id).run_id.startswith("manual__")
        return
    with pytest.raises(InvalidId):
        plan(run_id=run_id)


def test_only_allowed_kinds_of_runs() -> None:
    spec = DagSpec(dag_id="d", allowed_run_types=("scheduled",))
    with pytest.raises(BadRequest, match="allows only runs of the type scheduled"):
        plan(spec)
    assert plan(spec, run_type=DagRunType.SCHEDULED, run_id="scheduled__1").run_id == "scheduled__1"


def test_params() -> None:
    spec = DagSpec(
        dag_id="d",
        params={
            "size": ParamSpec(schema={"type": "integer"}, required=True),
            "day": ParamSpec(value="mon", schema={"enum": ["mon", "tue"]}),
            "open": ParamSpec(value=None, schema={"type": "string"}),
        },
    )
    assert msgspec.json.decode(plan(spec, conf={"size": 1, "free": [1]}).conf) == {"size": 1, "free": [1]}
    with pytest.raises(ParamValidationError) as refused:
        plan(spec, conf={"size": "x" * 999})
    told = str(refused.value)
    assert told.startswith("Invalid input for param size: 'xxx") and len(told) < 700, told
    assert 'value: "xxx' in told and 'schema: {"type": "integer"}' in told
    for conf in ({}, {"size": "1"}, {"size": 1, "day": "sun"}, {"size": 1, "open": None}):
        with pytest.raises(ParamValidationError):
            plan(spec, conf=conf)


def test_members_of_a_group_with_its_sub_groups() -> None:
    spec = DagSpec(
        dag_id="d",
        groups=(GroupSpec(group_id="a"), GroupSpec(group_id="a.b", parent="a"), GroupSpec(group_id="c")),
        tasks=(
            TaskSpec(task_id="a.one", group_id="a"),
            TaskSpec(task_id="a.b.two", group_id="a.b"),
            TaskSpec(task_id="c.x", group_id="c"),
        ),
    )
    assert dag_spec.members(spec, "a") == ["a.one", "a.b.two"]
    with pytest.raises(NotFound):
        dag_spec.members(spec, "z")
