"""§1.11 Assets, as DAG files and tasks see them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tradewind.authoring import execution, scope, serde
from tradewind.authoring.asset_decorator import asset
from tradewind.authoring.assets import Asset, AssetAlias, AssetWatcher, Dataset, Metadata
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.schedules import AssetOrTimeSchedule, CronTriggerTimetable
from tradewind.authoring.to_spec import to_spec
from tradewind.authoring.triggers.file import FileDeleteTrigger
from tradewind.authoring.triggers.temporal import DateTimeTrigger
from tradewind.domain import errors
from tradewind.domain.messages import data

ORDERS = Asset(name="orders", uri="s3://lake/orders")
ALIAS = AssetAlias("found")


def told(runs: Any, made: Any) -> tuple[dict[str, Any], ...]:
    _, ti = runs.run(made.operator if hasattr(made, "operator") else made)
    return execution.asset_events(ti.task, ti)


def event(number: int, **more: Any) -> dict[str, Any]:
    known = {
        "id": number, "asset_id": 1, "name": "orders", "uri": "s3://lake/orders", "group": "asset",
        "extra": "{}", "source_dag_id": "p", "source_run_id": "r", "source_task_id": "t",
        "source_map_index": -1, "timestamp": datetime(2024, 1, number, tzinfo=UTC), "partition_key": None,
        "aliases": [],
    }  # fmt: skip
    return {**known, **more}


# --- what tasks say -----------------------------------------------------------------------------------


def test_each_outlet_is_said_to_be_updated(runs):
    with DAG("d"):
        made = BashOperator(task_id="t", bash_command="true", outlets=[ORDERS, Asset.ref(name="other")])
    first, second = told(runs, made)
    assert (first["name"], first["uri"], first["extra"]) == ("orders", "s3://lake/orders", {})
    assert second == {"type": "ref", "name": "other", "extra": {}}


def test_extra_by_the_context_by_text_and_by_metadata(runs):
    """§1.11 outlet_events, Metadata."""
    with DAG("d"):

        @task(outlets=[ORDERS, Asset("b"), Asset("c")])
        def make(outlet_events):
            outlet_events[ORDERS].extra = {"rows": 1}
            outlet_events["b"].extra["rows"] = 2
            yield Metadata(Asset("c"), {"rows": 3})
            return "value"

        made = make()
    result, ti = runs.run(made.operator)
    assert result == "value"
    assert [one["extra"]["rows"] for one in execution.asset_events(ti.task, ti)] == [1, 2, 3]


def test_assets_of_an_alias_are_known_only_when_the_task_says_so(runs):
    """§1.11 AssetAlias: the same asset under two aliases is one event."""
    other = AssetAlias("also")
    with DAG("d"):

        @task(outlets=[ALIAS, other])
        def make(outlet_events):
            outlet_events[ALIAS].add(ORDERS, extra={"k": 1})
            outlet_events[other].add(ORDERS, extra={"k": 1})
            outlet_events[other].add(ORDERS, extra={"k": 2})
            yield Metadata(Asset("late"), {"k": 3}, alias=ALIAS)

        made = make()
    events = told(runs, made)
    assert [(one["name"], one["extra"]["k"], one["aliases"]) for one in events] == [
        ("orders", 1, ["found", "also"]),
        ("late", 3, ["found"]),
        ("orders", 2, ["also"]),
    ]


def test_add_is_for_aliases_only(runs):
    with DAG("d"):

        @task(outlets=[ORDERS])
        def make(outlet_events):
            outlet_events[ORDERS].add(Asset("x"))

        made = make()
    with pytest.raises(errors.InvalidValue, match="must be an AssetAlias"):
        runs.run(made.operator)


def test_partitions_of_an_outlet(runs):
    """§1.11 add_partitions."""
    with DAG("d"):

        @task(outlets=[ORDERS])
        def make(outlet_events):
            outlet_events[ORDERS].add_partitions("2024-01-01", ["2024-01-02", "2024-01-01"])

        made = make()
    (one,) = told(runs, made)
    assert one["partition_keys"] == ["2024-01-01", "2024-01-02"]


# --- what tasks read ------------------------------------------------------------------------------------


def test_events_of_inlets_are_asked_for_when_they_are_looked_at(runs):
    """§1.11 inlet_events: slices, after, before, limit, ascending."""
    runs.link.answers[data.GetAssetEvents] = [event(1, extra='{"n": 1}'), event(2, extra='{"n": 2}')]
    with DAG("d"):

        @task(inlets=[ORDERS, ALIAS])
        def read(inlet_events):
            events = inlet_events[ORDERS]
            newest = events.after("2024-01-01").before("2025-01-01T00:00:00Z").ascending(False).limit(2)
            by = [
                inlet_events["orders"],
                inlet_events[0],
                inlet_events[ALIAS],
                inlet_events.for_asset(uri="u"),
            ]
            return [one.extra["n"] for one in events], newest[-1].extra["n"], [len(one) for one in by]

        made = read()
    result, _ = runs.run(made.operator)
    assert result == ([1, 2], 2, [2, 2, 2, 2])
    asked = [one for one in runs.link.asked if isinstance(one, data.GetAssetEvents)]
    assert (asked[0].name, asked[0].uri, asked[0].ascending) == ("orders", "s3://lake/orders", True)
    assert (asked[1].after, asked[1].ascending, asked[1].limit) == (
        datetime(2024, 1, 1, tzinfo=UTC),
        False,
        2,
    )
    assert asked[-2].alias == "found"
    assert (asked[-1].name, asked[-1].uri) == (None, "u")


def test_events_that_made_the_run(runs):
    """§1.11 triggering_asset_events, by asset; triggering_dataset_events of 2.x, by uri."""
    runs.link.answers[data.GetTriggeringEvents] = [event(1), event(2, aliases=["found"])]
    runs.link.put("t", 7)
    with DAG("d"):

        @task
        def read(triggering_asset_events, triggering_dataset_events, dag_run):
            by_asset = triggering_asset_events[ORDERS]
            first = by_asset[0]
            return {
                "events": [one.id for one in by_asset],
                "alias": [one.id for one in triggering_asset_events.for_asset_alias("found")],
                "text": [one.id for one in triggering_asset_events["orders"]],
                "nothing": triggering_asset_events[Asset("x")],
                "old": {uri: len(events) for uri, events in triggering_dataset_events.items()},
                "run": [one.id for one in dag_run.consumed_asset_events],
                "xcom": first.source_task_instance.xcom_pull(),
                "when": first.timestamp.isoformat(),
            }

        made = read()
    result, _ = runs.run(made.operator, at=None, run_type="asset_triggered")
    assert result == {
        "events": [1, 2], "alias": [2], "text": [1, 2], "nothing": [], "old": {"s3://lake/orders": 2},
        "run": [1, 2], "xcom": 7, "when": "2024-01-01T00:00:00+00:00",
    }  # fmt: skip


def test_the_run_that_updated_the_asset(runs):
    """The template of Airflow 2.x's documentation."""
    runs.link.answers[data.GetTriggeringEvents] = [event(1)]
    start = datetime(2023, 12, 31, tzinfo=UTC)
    runs.link.answers[data.GetDagRun] = {
        "dag_id": "p", "run_id": "r", "run_type": "scheduled", "run_after": start,
        "data_interval_start": start,
    }  # fmt: skip
    text = (
        "{{ (triggering_dataset_events.values() | first | first).source_dag_run.data_interval_start | ds }}"
    )
    with DAG("d"):
        made = BashOperator(task_id="t", bash_command=f"echo {text}")
    result, _ = runs.run(made, at=None, run_type="asset_triggered")
    assert result == "2023-12-31"


def test_a_run_that_no_asset_made_asks_for_no_events(runs):
    with DAG("d"):

        @task
        def read(triggering_asset_events):
            return len(triggering_asset_events), triggering_asset_events[ORDERS]

        made = read()
    assert runs.run(made.operator)[0] == (0, [])
    assert not any(isinstance(one, data.GetTriggeringEvents) for one in runs.link.asked)


# --- @asset -------------------------------------------------------------------------------------------


def test_a_function_becomes_an_asset_and_its_dag(runs):
    """§1.11 @asset."""

    @asset(schedule=None, uri="s3://lake/clean", tags=["lake"])
    def clean(self, context, orders, outlet_events, limit=5):
        """Orders without doubles."""
        outlet_events[self].extra = {"rows": 1}
        return self.uri, context["run_id"], orders.uri, limit

    (dag,) = scope.registered()
    assert (dag.dag_id, dag.tags, dag.doc_md) == ("clean", {"lake"}, "Orders without doubles.")
    assert isinstance(clean, Asset)
    (made,) = dag.tasks
    spec = to_spec(dag)
    assert spec.tasks[0].task_id == "clean"
    assert spec.tasks[0].outlets == (
        {"type": "asset", "name": "clean", "uri": "s3://lake/clean", "group": "asset"},
    )
    assert spec.tasks[0].inlets == ({"type": "ref", "name": "orders"},)
    runs.link.answers[data.GetAsset] = {
        "id": 1, "name": "orders", "uri": "s3://lake/orders", "group": "g", "extra": "{}",
    }  # fmt: skip
    result, ti = runs.run(made)
    assert result == ("s3://lake/clean", "r1", "s3://lake/orders", 5)
    (one,) = execution.asset_events(ti.task, ti)
    assert (one["name"], one["extra"]) == ("clean", {"rows": 1})


def test_an_asset_that_nobody_defines_cannot_be_read(runs):
    @asset(schedule=None)
    def clean(orders):
        pass

    (dag,) = scope.registered()
    with pytest.raises(errors.AirflowException, match="reads the asset 'orders', which no DAG defines"):
        runs.run(dag.tasks[0])


def test_one_function_may_make_several_assets(runs):
    """§1.11, §1.3 @asset.multi."""

    @asset.multi(schedule="@daily", outlets=[ORDERS, Asset("b")])
    def both():
        pass

    (dag,) = scope.registered()
    assert dag.dag_id == "both"
    assert [one["name"] for one in told(runs, dag.tasks[0])] == ["orders", "b"]
    with DAG("waits", schedule=both) as waits:
        pass
    names = [one["asset"]["name"] for one in to_spec(waits).timetable.condition["all"]]
    assert names == ["orders", "b"]


@pytest.mark.parametrize("outlets", [[], ["text"]])
def test_several_assets_must_be_assets(outlets):
    with pytest.raises(errors.InvalidValue, match="be a list of assets"):
        asset.multi(schedule=None, outlets=outlets)


def test_a_function_with_open_parameters_says_what_it_reads(runs):
    with pytest.raises(errors.DagDefinitionError, match=r"must name each asset.*\*\*others"):

        @asset(schedule=None)
        def clean(**others):
            pass


# --- conditions ---------------------------------------------------------------------------------------


def test_expressions_of_every_age():
    """§1.11 ``&``, ``|``, lists, Dataset, references, in one flat condition."""
    with DAG("d", schedule=(Dataset("s3://a") | ALIAS) & Asset.ref(uri="s3://b") & ORDERS) as dag:
        pass
    assert to_spec(dag).timetable.condition == {
        "all": [
            {
                "any": [
                    {"asset": {"name": "s3://a", "uri": "s3://a/", "group": "asset"}},
                    {"alias": {"name": "found", "group": "asset"}},
                ]
            },
            {"asset_ref": {"uri": "s3://b/"}},
            {"asset": {"name": "orders", "uri": "s3://lake/orders", "group": "asset"}},
        ]
    }


# --- what watches them ------------------------------------------------------------------------------------


def watched(asset_name: str, path: str = "/in/x", **more: Any) -> Asset:
    trigger = FileDeleteTrigger(filepath=path, **more)
    return Asset(asset_name, watchers=[AssetWatcher("drop", trigger)])


def test_watchers_of_everything_that_a_dag_mentions():
    """§1.11 AssetWatcher: of its schedule, and of the inlets and outlets of its tasks; each once."""
    first, second, third = watched("b"), watched("a", queue="q"), watched("c")
    with DAG("d", schedule=first | third):
        BashOperator(task_id="t", bash_command="true", inlets=[first], outlets=[second, ALIAS])
    found = to_spec(scope.registered()[-1]).watchers
    assert [one.asset["name"] for one in found] == ["a", "b", "c"]
    assert (found[0].name, found[0].queue) == ("drop", "q")
    assert found[1].classpath == "airflow.providers.standard.triggers.file.FileDeleteTrigger"
    assert serde.decode(found[1].kwargs) == {"filepath": "/in/x", "poke_interval": 5.0}


@pytest.mark.parametrize(
    "schedule",
    [[watched("a")], AssetOrTimeSchedule(timetable=CronTriggerTimetable("@daily"), assets=watched("a"))],
)
def test_watchers_by_any_kind_of_schedule(schedule):
    (one,) = to_spec(DAG("d", schedule=schedule)).watchers
    assert one.asset == {"name": "a", "uri": "a", "group": "asset"}


def test_a_name_stands_for_one_trigger():
    with DAG("d", schedule=watched("a") & watched("a", "/in/y")) as dag:
        pass
    with pytest.raises(errors.InvalidValue, match=r"AssetWatcher 'drop' of Asset.*must have one trigger"):
        to_spec(dag)
    assert len(to_spec(DAG("e", schedule=watched("a") & watched("a"))).watchers) == 1


def test_what_cannot_watch():
    with pytest.raises(errors.InvalidValue, match=r"AssetWatcher 'w'.*DateTimeTrigger"):
        AssetWatcher("w", DateTimeTrigger(datetime(2024, 1, 1, tzinfo=UTC)))  # type: ignore[arg-type]
    with pytest.raises(errors.InvalidValue, match="watcher of asset 'a'"):
        Asset("a", watchers=["w"])

    class Broken(FileDeleteTrigger):
        def serialize(self):
            raise KeyError("path")

    dag = DAG("d", schedule=Asset("a", watchers=[AssetWatcher("w", Broken("x"))]))
    with pytest.raises(errors.AirflowException, match=r"AssetWatcher 'w' of Asset.*cannot be sent.*KeyError"):
        to_spec(dag)
