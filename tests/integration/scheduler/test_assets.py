"""§12 Assets: updates of assets make runs, exactly once each."""

from __future__ import annotations

from typing import Any

from tests.integration.scheduler.world import World, chain

from tradewind.domain import timetables
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.spec.timetable import (
    AssetOrTimeTimetable,
    AssetTriggeredTimetable,
    CronDataIntervalTimetable,
)


def asset(name: str) -> dict[str, Any]:
    return {"name": name, "uri": f"s3://{name}", "group": "asset"}


def leaf(name: str) -> dict[str, Any]:
    return {"asset": asset(name)}


def producer(world: World, dag_id: str, *names: str) -> DagSpec:
    outlets = tuple({"type": "asset", **asset(name)} for name in names)
    return world.dag(DagSpec(dag_id=dag_id, tasks=(TaskSpec(task_id="make", outlets=outlets),)))


def consumer(world: World, dag_id: str, condition: dict[str, Any], **more: Any) -> DagSpec:
    return world.dag(chain(dag_id, 1, timetable=AssetTriggeredTimetable(condition=condition), **more))


def update(world: World, spec: DagSpec, run_id: str, **more: Any) -> None:
    """One run of a producer, whose task says that it updated its outlets."""
    world.run(spec, run_id)
    world.work()
    (one,) = (one for one in world.taken if one.run.run_id == run_id)
    world.taken.remove(one)
    world.ended(one, asset_events=tuple({**outlet, **more} for outlet in spec.tasks[0].outlets))
    world.work()


def told(world: World, dag_id: str) -> dict[str, list[int]]:
    """Each run of the DAG, with the numbers of the events that made it."""
    rows = world.sql(
        "select r.run_id, e.event_id from dag_run r left join dagrun_asset_event e on e.dag_run_id = r.id"
        " where r.dag_id = ? order by r.id, e.event_id",
        dag_id,
    )
    found: dict[str, list[int]] = {}
    for run_id, event in rows:
        found.setdefault(run_id, []).extend([event] if event is not None else [])
    return found


def test_an_update_makes_a_run_of_the_dag_that_waits_for_it(world: World) -> None:
    """§1.11 asset-triggered DAGs."""
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"))
    update(world, spec, "one", extra={"rows": 3})
    ((run_id, events),) = told(world, "c").items()
    assert run_id.startswith("asset_triggered__")
    assert events == [1]
    row = world.sql("select run_type, triggered_by, state, logical_date from dag_run where dag_id = 'c'")
    assert row == [("asset_triggered", "asset", "running", None)]
    source = "source_dag_id, source_run_id, source_task_id, source_map_index, extra"
    assert world.sql(f"select {source} from asset_event") == [("p", "one", "make", -1, '{"rows":3}')]
    assert world.sql("select * from asset_dag_run_queue") == []


def test_all_of_them_have_to_be_updated(world: World) -> None:
    """§1.11 ``&``: one run for both, which is told of every event since the last one."""
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    consumer(world, "c", {"all": [leaf("a"), leaf("b")]})
    update(world, first, "one")
    update(world, first, "two")
    assert told(world, "c") == {}
    update(world, second, "three")
    assert list(told(world, "c").values()) == [[1, 2, 3]]
    update(world, second, "four")
    update(world, first, "five")
    assert list(told(world, "c").values()) == [[1, 2, 3], [4, 5]]


def test_one_of_them_is_enough(world: World) -> None:
    """§1.11 ``|``."""
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    consumer(world, "c", {"any": [leaf("a"), leaf("b")]})
    update(world, first, "one")
    update(world, second, "two")
    assert list(told(world, "c").values()) == [[1], [2]]


def test_updates_wait_while_the_dag_has_as_many_runs_as_it_may(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"), max_active_runs=1)
    update(world, spec, "one")
    (held,) = world.take()
    update(world, spec, "two")
    update(world, spec, "three")
    assert list(told(world, "c").values()) == [[1]]
    world.ended(held)
    world.work()
    assert list(told(world, "c").values()) == [[1], [2, 3]]


def test_what_happens_in_a_pause_asks_for_no_run_and_is_told_to_the_next(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"))
    update(world, spec, "one")
    world.sql("update dag set is_paused = 1 where dag_id = 'c'")
    world.pass_time(1)
    update(world, spec, "two")
    world.sql("update dag set is_paused = 0 where dag_id = 'c'")
    world.pass_time(1)
    assert list(told(world, "c").values()) == [[1]]
    update(world, spec, "three")
    assert list(told(world, "c").values()) == [[1], [2, 3]]


def test_what_waits_when_a_dag_is_paused_makes_its_run_afterwards(world: World) -> None:
    first, second = producer(world, "p1", "a"), producer(world, "p2", "b")
    consumer(world, "c", {"all": [leaf("a"), leaf("b")]})
    update(world, first, "one")
    world.sql("update dag set is_paused = 1 where dag_id = 'c'")
    world.sql(
        "insert into asset_dag_run_queue select id, 'c', '2026-01-01 00:00:01' from asset where name = 'b'"
    )
    world.pass_time(1)
    assert told(world, "c") == {}
    world.sql("update dag set is_paused = 0 where dag_id = 'c'")
    world.pass_time(1)
    assert list(told(world, "c").values()) == [[1]]
    assert second.dag_id == "p2"


def test_a_new_dag_is_not_told_of_what_happened_before_it_was_there(world: World) -> None:
    spec = producer(world, "p", "a")
    update(world, spec, "one")
    world.clock.advance(1)
    consumer(world, "c", leaf("a"))
    update(world, spec, "two")
    assert list(told(world, "c").values()) == [[2]]


def test_what_happens_after_the_clock_was_set_back_is_told(world: World) -> None:
    """Its time lies before that from which on the DAG waits; its number does not."""
    spec = producer(world, "p", "a")
    update(world, spec, "one")
    consumer(world, "c", leaf("a"))
    consumer(world, "by_name", {"asset_ref": {"name": "a"}})
    world.clock.step(-3600)
    update(world, spec, "two")
    world.clock.step(-3600)
    update(world, spec, "three")
    assert list(told(world, "c").values()) == [[2], [3]]
    assert list(told(world, "by_name").values()) == [[2], [3]]


def test_what_happened_while_a_dag_did_not_wait_is_not_told_when_it_waits_again(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"))
    update(world, spec, "one")
    consumer(world, "c", leaf("b"))
    update(world, spec, "two")
    consumer(world, "c", leaf("a"))
    update(world, spec, "three")
    assert list(told(world, "c").values()) == [[1], [3]]


def test_deleting_a_run_makes_no_event_new_again(world: World) -> None:
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"))
    update(world, spec, "one")
    world.finish_all()
    world.sql("delete from task_instance where dag_id = 'c'")
    world.sql("delete from dagrun_asset_event")
    world.sql("delete from dag_run where dag_id = 'c'")
    update(world, spec, "two")
    assert list(told(world, "c").values()) == [[2]]


def test_an_alias_stands_for_what_tasks_report_under_it(world: World) -> None:
    """§1.11 AssetAlias: DAGs that wait for the alias, and DAGs that wait for the asset, are run."""
    spec = world.dag(
        DagSpec(dag_id="p", tasks=(TaskSpec(task_id="make", outlets=({"type": "alias", "name": "x"},)),))
    )
    consumer(world, "by_alias", {"alias": {"name": "x", "group": "asset"}})
    consumer(world, "by_asset", leaf("a"))
    world.run(spec, "one")
    world.work()
    (one,) = world.take()
    world.ended(one, asset_events=({"type": "asset", **asset("a"), "aliases": ["x"], "extra": {}},))
    world.work()
    assert list(told(world, "by_alias").values()) == [[1]]
    assert list(told(world, "by_asset").values()) == [[1]]
    # An update that does not come by the alias is none of its business.
    update(world, producer(world, "direct", "a"), "two")
    assert list(told(world, "by_alias").values()) == [[1]]
    assert list(told(world, "by_asset").values()) == [[1], [2]]


def test_an_asset_may_be_waited_for_by_its_name_or_uri_alone(world: World) -> None:
    """§1.11 Asset.ref."""
    consumer(world, "by_name", {"asset_ref": {"name": "a"}})
    consumer(world, "by_uri", {"asset_ref": {"uri": "s3://a"}})
    consumer(world, "other", {"asset_ref": {"name": "b"}})
    update(world, producer(world, "p", "a"), "one")
    assert list(told(world, "by_name").values()) == [[1]]
    assert list(told(world, "by_uri").values()) == [[1]]
    assert told(world, "other") == {}


def test_a_dag_may_wait_for_assets_and_for_the_time(world: World) -> None:
    """§1.11 AssetOrTimeSchedule: both kinds of runs are made."""
    hourly = CronDataIntervalTimetable(expression="0 * * * *")
    timetable = AssetOrTimeTimetable(timetable=hourly, condition=leaf("a"))
    spec = chain("c", 1, timetable=timetable, start_date=world.clock.now())
    due = timetables.next_run(
        spec.timetable, last=None, restriction=timetables.restriction(spec), now=world.clock.now()
    )
    world.dag(spec, next_run=due)
    update(world, producer(world, "p", "a"), "one")
    world.pass_time(3600)
    kinds = world.sql("select run_type from dag_run where dag_id = 'c' order by id")
    assert kinds == [("asset_triggered",), ("scheduled",)]


def test_a_dag_that_waits_no_longer_loses_what_it_was_asked_for(world: World) -> None:
    first = producer(world, "p1", "a")
    consumer(world, "c", {"all": [leaf("a"), leaf("b")]})
    update(world, first, "one")
    world.dag(chain("c", 1))
    assert world.sql("select count(*) from asset_dag_run_queue") == [(0,)]
    world.pass_time(1)
    assert told(world, "c") == {}


def test_a_dag_that_allows_no_such_runs_gets_none(world: World) -> None:
    consumer(world, "c", leaf("a"), allowed_run_types=("manual",))
    update(world, producer(world, "p", "a"), "one")
    assert told(world, "c") == {}
    assert world.sql("select count(*) from asset_dag_run_queue") == [(0,)]


def test_a_scheduler_that_dies_before_it_makes_the_run_loses_nothing(world: World) -> None:
    """The event and what asks for the run are one transaction; the run and what takes it are another."""
    spec = producer(world, "p", "a")
    consumer(world, "c", leaf("a"))
    world.run(spec, "one")
    world.work()
    (one,) = world.take()
    world.ended(one, asset_events=spec.tasks[0].outlets)
    world.core.turn.run_once()  # the result is recorded; the scheduler dies here
    assert told(world, "c") == {}
    world.start()
    world.ended(one, asset_events=spec.tasks[0].outlets)  # the host was not told that it arrived
    world.work()
    world.pass_time(1)
    assert list(told(world, "c").values()) == [[1]]
