"""§1.12 Timetable classes, assets as schedules."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from dateutil.relativedelta import MO, relativedelta

from tradewind.authoring import plugin_timetables, schedules
from tradewind.authoring.assets import Asset, AssetAlias, AssetAll, AssetAny, Dataset
from tradewind.authoring.dag import DAG
from tradewind.authoring.to_spec import to_spec
from tradewind.domain import errors, timetables
from tradewind.domain.intervals import Restriction
from tradewind.domain.messages.plugins import NextRun
from tradewind.domain.spec import timetable as kinds

ONE = {"asset": {"name": "one", "uri": "one", "group": "asset"}}
TWO = {"asset": {"name": "two", "uri": "s3://two/", "group": "asset"}}


@pytest.mark.parametrize(
    ("schedule", "spec"),
    [
        (None, kinds.NullTimetable()),
        ("@once", kinds.OnceTimetable()),
        ("@continuous", kinds.ContinuousTimetable()),
        (timedelta(hours=6), kinds.DeltaTriggerTimetable(delta=kinds.Delta(seconds=21600))),
        (
            relativedelta(months=1, weekday=MO(2)),
            kinds.DeltaTriggerTimetable(delta=kinds.Delta(months=1, weekday=0, weekday_n=2)),
        ),
        (
            schedules.CronTriggerTimetable("0 1 * * *", timezone="UTC", interval=timedelta(hours=1)),
            kinds.CronTriggerTimetable(expressions=("0 1 * * *",), interval=3600.0),
        ),
        (
            schedules.MultipleCronTriggerTimetable(
                "0 1 * * *", "0 9 * * 6", timezone="UTC", run_immediately=True
            ),
            kinds.CronTriggerTimetable(expressions=("0 1 * * *", "0 9 * * 6"), run_immediately=True),
        ),
        (
            schedules.CronDataIntervalTimetable("@hourly", timezone="Asia/Tokyo"),
            kinds.CronDataIntervalTimetable(expression="0 * * * *", timezone="Asia/Tokyo"),
        ),
        (
            schedules.EventsTimetable(
                [datetime(2024, 2, 1), datetime(2024, 1, 1, tzinfo=UTC)], description="x"
            ),
            kinds.EventsTimetable(
                event_dates=(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)),
                description="x",
            ),
        ),
        (Asset("one"), kinds.AssetTriggeredTimetable(condition=ONE)),
        (
            [Asset("one"), Asset("two", "s3://two/")],
            kinds.AssetTriggeredTimetable(condition={"all": [ONE, TWO]}),
        ),
        (
            Asset("one") | (Asset("two", "S3://two/") & AssetAlias("a")),
            kinds.AssetTriggeredTimetable(
                condition={"any": [ONE, {"all": [TWO, {"alias": {"name": "a", "group": "asset"}}]}]}
            ),
        ),
        (
            schedules.AssetOrTimeSchedule(
                timetable=schedules.CronTriggerTimetable("0 1 * * *", timezone="UTC"), assets=[Asset("one")]
            ),
            kinds.AssetOrTimeTimetable(
                timetable=kinds.CronTriggerTimetable(expressions=("0 1 * * *",)), condition={"all": [ONE]}
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_schedules(schedule, spec):
    made = DAG("d", schedule=schedule, start_date=datetime(2024, 1, 1))
    assert made.timetable_spec == spec
    assert to_spec(made).timetable == spec


def test_one_point_ten_meaning_of_a_delta():
    made = DAG("d", schedule_interval=timedelta(days=1), start_date=datetime(2024, 1, 1))
    assert made.timetable_spec == kinds.DeltaDataIntervalTimetable(delta=kinds.Delta(seconds=86400.0))
    assert to_spec(made).schedule_text == "1 day, 0:00:00"


def test_continuous_runs_one_at_a_time():
    assert DAG("d", schedule="@continuous").max_active_runs == 1
    with pytest.raises(errors.DagDefinitionError, match="must be 1, got 3"):
        DAG("d", schedule="@continuous", max_active_runs=3)


def test_a_timetable_of_your_own_is_a_plug_in():
    class Mine(schedules.Timetable):
        description = "mine"

        def serialize(self):
            return {"x": 1}

    spec = DAG("d", timetable=Mine()).timetable_spec
    assert isinstance(spec, kinds.PluginTimetable)
    assert (spec.data, spec.description) == ({"x": 1}, "mine")
    assert spec.name.endswith("Mine")


def test_assets():
    assert Dataset("s3://a/b").uri == "s3://a/b"
    assert Dataset("s3://a/b") == Asset("s3://a/b")
    assert Asset(name="n", uri="X://Y/").as_spec() == {
        "type": "asset",
        "name": "n",
        "uri": "x://Y/",
        "group": "asset",
    }
    assert (Asset("a") & Asset("b") & Asset("c")).as_expression()["all"][2]["asset"]["name"] == "c"
    assert isinstance(Asset("a") | Asset("b"), AssetAny)
    assert [one.name for one in AssetAll(Asset("a"), Asset("b")).iter_assets()] == ["a", "b"]


@pytest.mark.parametrize(("name", "uri"), [("", ""), ("x" * 1501, None), (None, "airflow://x")])
def test_wrong_assets(name, uri):
    with pytest.raises(errors.InvalidValue):
        Asset(name, uri)


def test_a_list_of_something_else():
    with pytest.raises(errors.AirflowTimetableInvalid, match="5"):
        DAG("d", schedule=[5])


def test_events_of_tasks(runs):
    from tradewind.authoring import execution
    from tradewind.authoring.operators.python import PythonOperator

    asset, alias = Asset("one"), AssetAlias("al")

    def work(outlet_events):
        outlet_events[asset].extra = {"rows": 5}
        outlet_events[alias].add(Asset("two", "s3://two/"), extra={"k": 1})

    with DAG("d"):
        task = PythonOperator(task_id="a", python_callable=work, outlets=[asset, alias])
    _, ti = runs.run(task)
    first, second = execution.asset_events(ti.task, ti)
    assert (first["name"], first["extra"]) == ("one", {"rows": 5})
    assert (second["uri"], second["aliases"], second["extra"]) == ("s3://two/", ["al"], {"k": 1})


class _Named:
    def generate_run_id(self, *, run_type, run_after, **extra):
        return f"{run_type.value}__mine_{run_after:%d_%H}"


BUILT_IN = [
    (schedules.CronTriggerTimetable, ("0 6 * * *",), {"interval": timedelta(hours=6)}),
    (schedules.MultipleCronTriggerTimetable, ("0 6 * * *", "0 9 * * *"), {}),
    (schedules.CronDataIntervalTimetable, ("0 6 * * *",), {}),
    (schedules.DeltaDataIntervalTimetable, (timedelta(hours=5),), {}),
    (schedules.DeltaTriggerTimetable, (timedelta(hours=5),), {"interval": timedelta(hours=1)}),
    (schedules.EventsTimetable, ([datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)],), {}),
    (schedules.CronPartitionTimetable, ("0 6 * * *",), {"run_offset": -1, "key_format": "%d"}),
]


@pytest.mark.parametrize(("kind", "args", "more"), BUILT_IN, ids=lambda each: getattr(each, "__name__", None))
def test_a_class_of_ones_own_under_a_built_in_one_computes_as_it_does(kind, args, more) -> None:
    """In the plug-in host, from what ``serialize`` gave, through JSON; twice, each from the run before."""
    own = type("Own", (_Named, kind), {"__module__": "people"})
    spec = own(*args, **more).spec()
    assert isinstance(spec, kinds.PluginTimetable)
    assert (spec.names, spec.infers) == (True, False)
    again = own.deserialize(json.loads(json.dumps(spec.data)))
    plain = kind(*args, **more).spec()
    bounds = Restriction(earliest=datetime(2026, 1, 1, tzinfo=UTC), latest=None, catchup=True)
    last = mine = None
    for _ in range(2):
        last = timetables.next_run(
            plain, last=last.data_interval if last else None, restriction=bounds, now=bounds.earliest
        )
        asked = NextRun(name="people.Own", last=mine, earliest=bounds.earliest, catchup=True)
        (mine,) = plugin_timetables.next_run(again, asked).runs
        assert (mine.run_after, mine.data_interval) == (last.run_after, last.data_interval)
        key, _ = timetables.partition(plain, last.run_after) or (None, None)
        assert mine.partition_key == key
        assert mine.run_id == f"scheduled__mine_{mine.run_after:%d_%H}"


@pytest.mark.parametrize("schedule", [[Asset("one"), "b"], ("0 * * * *",), {"b"}])
def test_text_among_assets_is_refused(schedule: object) -> None:
    """Nobody ever updates what a forgotten ``Asset(…)`` would wait for."""
    with pytest.raises(errors.AirflowTimetableInvalid, match="write Asset"):
        to_spec(DAG("d", schedule=schedule))
