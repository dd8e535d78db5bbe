from __future__ import annotations

from datetime import timedelta

from tests.integration.scheduler.world import World, chain

from tradewind.domain import codec, keys, timetables
from tradewind.domain.events import Failed
from tradewind.domain.intervals import Restriction
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import CronDataIntervalTimetable
from tradewind.scheduler.duties.prune_history import SILENT
from tradewind.store.queries import jobs
from tradewind.store.records import NewRun
from tradewind.store.transitions import backfills, runs

FAILED = Failed(reason="x", may_retry=False)


def hourly(world: World, **more: object) -> DagSpec:
    """A DAG that has a run each hour from now on."""
    timetable = CronDataIntervalTimetable(expression="0 * * * *")
    spec = chain("d", 1, timetable=timetable, start_date=world.clock.now(), **more)
    restriction = Restriction(earliest=spec.start_date, latest=None, catchup=True)
    due = timetables.next_run(spec.timetable, last=None, restriction=restriction, now=world.clock.now())
    world.dag(spec, next_run=due)
    return spec


def logical_hours(world: World) -> list[int]:
    rows = world.sql("select strftime('%H', logical_date) from dag_run order by id")
    return [int(row[0]) for row in rows]


# --- runs ------------------------------------------------------------------------------------------------


def test_with_catch_up_every_missed_run_is_made(world: World) -> None:
    hourly(world, catchup=True)
    world.clock.advance(4 * 3600)
    for _ in range(6):
        world.pass_time(1)
    assert logical_hours(world) == [0, 1, 2, 3]


def test_a_schedule_that_the_dag_does_not_allow_makes_no_runs(world: World) -> None:
    """§1.1 allowed_run_types."""
    hourly(world, catchup=True, allowed_run_types=("manual",))
    world.clock.advance(4 * 3600)
    world.pass_time(1)
    assert logical_hours(world) == []
    assert world.sql("select next_dagrun_create_after from dag") == [(None,)]


def test_without_catch_up_only_the_newest_missed_run_is_made(world: World) -> None:
    hourly(world, catchup=False)
    world.sql("update dag set is_paused = 1")
    world.clock.advance(4 * 3600)
    world.pass_time(1)
    assert logical_hours(world) == []
    world.sql("update dag set is_paused = 0")
    for _ in range(6):
        world.pass_time(1)
    assert logical_hours(world) == [3]
    world.clock.advance(3600)
    world.pass_time(1)
    assert logical_hours(world) == [3, 4]


def test_a_dag_that_was_blocked_goes_on_when_its_run_is_deleted(world: World) -> None:
    """§1.17 max_active_runs."""
    hourly(world, catchup=True, max_active_runs=1)
    world.clock.advance(3 * 3600)
    world.pass_time(1)
    assert logical_hours(world) == [0]
    world.sql("delete from task_instance")
    world.sql("delete from dag_run")
    world.pass_time(1)
    world.pass_time(1)
    assert logical_hours(world) == [1]


# --- pausing ---------------------------------------------------------------------------------------------


def test_a_dag_that_keeps_failing_is_paused_and_said_so(world: World) -> None:
    spec = world.dag(chain("d", 1, max_consecutive_failed_dag_runs=2))
    for name, outcome in (("a", FAILED), ("b", None), ("c", FAILED)):
        world.run(spec, name)
        world.work()
        world.finish_all(lambda a, outcome=outcome: outcome)
        world.clock.advance(1)
    assert world.sql("select is_paused from dag") == [(0,)]
    world.run(spec, "d")
    world.work()
    world.finish_all(lambda a: FAILED)
    assert world.sql("select is_paused from dag") == [(1,)]
    ((event, owner, extra),) = world.sql("select event, owner, extra from log where dag_id = 'd'")
    assert (event, owner) == ("paused", "scheduler")
    assert "max_consecutive_failed_dag_runs=2" in extra


def test_a_backfill_is_complete_when_the_last_of_its_runs_has_ended(world: World) -> None:
    spec = world.dag(chain("d", 1))
    now = world.clock.now()
    with world.database.write() as tx:
        backfill = backfills.create(tx, "d", from_date=now, to_date=now, now=now)
    for name in ("a", "b"):
        world.run(spec, name, backfill_id=backfill)
    world.work()
    first, last = world.take()
    world.ended(first)
    world.work()
    assert world.sql("select completed_at from backfill") == [(None,)]
    world.ended(last)
    world.work()
    assert world.sql("select completed_at is not null from backfill") == [(1,)]


def test_a_backfill_goes_on_though_nobody_says_that_its_pause_is_over(world: World) -> None:
    """Nor that its limit is another one: its runs are known to wait, and looked at again."""
    spec = world.dag(chain("d", 1))
    now = world.clock.now()
    with world.database.write() as tx:
        backfill = backfills.create(tx, "d", from_date=now, to_date=now, max_active_runs=1, now=now)
    pause(world, backfill, True)
    for name in ("a", "b"):
        world.run(spec, name, backfill_id=backfill)
    world.pass_time(1)
    assert world.take() == []
    pause(world, backfill, False)
    world.pass_time(1)
    assert [each.run.run_id for each in world.take()] == ["a"]
    world.sql("update backfill set max_active_runs = 2")
    world.pass_time(1)
    assert [each.run.run_id for each in world.take()] == ["b"]


def test_a_backfill_starts_its_runs_in_its_own_order(world: World) -> None:
    """§1.18 backfill: reverse, max_active_runs, pause."""
    spec = world.dag(chain("d", 1))
    now = world.clock.now()
    days = [now - timedelta(days=back) for back in (1, 2, 3)]
    with world.database.write() as tx:
        backfill = backfills.create(tx, "d", from_date=days[2], to_date=days[0], max_active_runs=1, now=now)
        wanted = [
            NewRun(
                dag_id="d", run_id=f"b{number}", run_type="backfill", run_after=day, queued_at=now,
                logical_date=day, version_hash=codec.digest(codec.encode(spec)),
            )
            for number, day in enumerate(days, 1)
        ]  # fmt: skip
        backfills.add_runs(
            tx, backfill, wanted, spec, reprocess_behavior="none",
            new_attempt=lambda at: keys.attempt_id(at, world.bits(74)),
        )  # fmt: skip
    started = []
    while len(started) < len(days):
        world.core.inbox.may_start("d")
        world.work()
        (attempt,) = world.take()
        started.append(attempt.run.run_id)
        pause(world, backfill, True)
        world.ended(attempt)
        world.work()
        assert world.take() == []
        pause(world, backfill, False)
    assert started == ["b1", "b2", "b3"]


def pause(world: World, backfill: int, paused: bool) -> None:
    with world.database.write() as tx:
        backfills.set_paused(tx, backfill, paused, world.clock.now())


# --- callbacks -------------------------------------------------------------------------------------------


def test_a_callback_is_sent_until_it_has_ended(world: World) -> None:
    spec = world.dag(chain("d", 1, callbacks=("success",)))
    world.run(spec, "r")
    world.work()
    world.ended(world.take()[0])
    world.work()
    (callback,) = world.take()
    assert (callback.kind, callback.callback["kind"], callback.dispatch) == ("callback", "dag_success", 1)
    world.pass_time(60)
    assert world.take() == [], "its host is there and has it"
    world.start()  # a new scheduler, and a host that does not know of it
    world.pass_time(1)
    assert world.take() == [], "another host may have it, and not be back yet"
    world.pass_time(10)
    (again,) = world.take()
    assert (again.attempt_id, again.dispatch) == (callback.attempt_id, 2)
    world.ended(again)
    world.work()
    assert world.acknowledged[-1] == (again.attempt_id, 2)
    assert world.sql("select count(*) from callback") == [(0,)]
    world.ended(again)
    world.work()
    assert world.acknowledged[-2:] == [(again.attempt_id, 2)] * 2


def test_callbacks_take_no_slots_and_few_run_at_once(world: World) -> None:
    spec = world.dag(chain("d", 1, callbacks=("success",)))
    for number in range(10):
        world.run(spec, f"r{number}")
    world.work()
    for assignment in world.take():
        world.ended(assignment)
    world.work()
    sent = world.take()
    assert [assignment.kind for assignment in sent] == ["callback"] * 4
    assert world.core.dispatch.hosts()[0].free == world.slots
    for assignment in sent:
        world.ended(assignment)
    world.work()
    assert len(world.take()) == 4


def test_the_callback_of_a_deleted_run_goes_with_it(world: World) -> None:
    spec = world.dag(chain("d", 1, callbacks=("success",)))
    world.run(spec, "r")
    world.work()
    world.core.callbacks._out = dict.fromkeys(range(-4, 0), "h")  # all places are taken
    world.ended(world.take()[0])
    world.work()
    assert world.sql("select count(*) from callback") == [(1,)]
    with world.database.write() as tx:
        assert runs.delete(tx, world.sql("select id from dag_run")[0][0])
    world.core.callbacks._out.clear()
    world.pass_time(1)
    assert world.take() == []
    assert world.sql("select count(*) from callback") == [(0,)]


# --- recount ---------------------------------------------------------------------------------------------


def test_a_recount_finds_nothing_wrong(world: World) -> None:
    spec = world.dag(chain("d", 2))
    world.run(spec, "r")
    world.work()
    found = world.core.recount.run_once(world.clock.now())
    assert (found.runs, found.addresses) == ([], 0)


def test_a_leaked_slot_is_repaired(world: World) -> None:
    spec = world.dag(chain("d", 1, max_active_tasks=1))
    world.run(spec, "r")
    world.work()
    attempt = world.take()[0].attempt_id
    world.core.capacity.release(attempt)  # the leak
    assert world.core.recount.run_once(world.clock.now()).runs == [("d", "r")]
    world.work()
    assert world.core.capacity.held() == {("d", "r"): 1}
    assert world.core.recount.run_once(world.clock.now()).runs == []


def test_a_leaked_address_is_freed_at_the_second_look(world: World) -> None:
    world.core.dispatch.address("nobody knows", "h", 1)
    assert [world.core.recount.run_once(world.clock.now()).addresses for _ in range(3)] == [0, 1, 0]
    assert world.core.dispatch.hosts()[0].free == world.slots


# --- pruning ---------------------------------------------------------------------------------------------


def test_components_that_fell_silent_have_failed(world: World) -> None:
    with world.database.write() as tx:
        for name in ("silent", "alive"):
            jobs.register(tx, "SchedulerJob", hostname=name, now=world.clock.now())
    world.clock.advance((SILENT + timedelta(seconds=1)).total_seconds())
    world.sql("update job set latest_heartbeat = '2030-01-01 00:00:00.000000' where hostname = 'alive'")
    assert world.core.prune.run_once(world.clock.now()).jobs == 1
    assert dict(world.sql("select hostname, state from job")) == {"silent": "failed", "alive": "running"}


def test_rendered_fields_of_old_runs_go(world: World) -> None:
    spec = world.dag(chain("d", 1))
    for number in range(33):
        world.clock.advance(1)
        world.run(spec, f"r{number:02d}")
        world.work()
        world.finish_all()
        values = (
            "insert into rendered_task_instance_fields(dag_id, task_id, run_id, map_index, rendered_fields)"
        )
        world.sql(f"{values} values ('d', 't00', 'r{number:02d}', -1, '{{}}')")
    assert world.core.prune.run_once(world.clock.now()).rendered == 3
    left = world.sql("select min(run_id), count(*) from rendered_task_instance_fields")
    assert left == [("r03", 30)]
