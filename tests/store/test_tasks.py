"""What the engine decides is what the rows say afterwards, verb by verb."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.store.world import NOW, Turns, World, chain, wide

from tradewind.domain.access import SYSTEM
from tradewind.domain.events import Deferred, Failed, Lost, Rescheduled, Skipped, Succeeded, TriggerFired
from tradewind.domain.messages.report import Finished, XComValue
from tradewind.domain.spec import DagSpec, GroupSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput, MappingSpec
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine import decisions as d
from tradewind.secrets.cipher import CannotDecrypt, Cipher, generate_key
from tradewind.store.queries import scheduling, task_data, task_instances
from tradewind.store.queries.browse.others import xcom_values
from tradewind.store.sealing import Seal
from tradewind.store.tables import task_instances as tables
from tradewind.store.tables import triggers
from tradewind.store.transitions import callbacks, results, tasks, tries
from tradewind.store.transitions import triggers as transitions


@pytest.fixture
def one(world: World) -> Turns:
    """A run of one task with two retries, queued."""
    return world.started(world.dag(chain("one", 1, retries=2, retry_delay=60.0)))


def test_a_chain_runs_to_its_end(world: World) -> None:
    turns = world.started(world.dag(chain("c", 3)))
    turns.assert_rows_agree()
    for task_id in ("t000", "t001", "t002"):
        assert world.instances("c")[task_id, -1].external_executor_id == "host-1"
        turns.run_task(task_id, Succeeded())
        turns.assert_rows_agree()
    with world.read() as tx:
        done = task_instances.of_run(tx, "c", "r1", access=SYSTEM)
    assert [(ti.state, ti.try_number, ti.duration, ti.hostname, ti.pid) for ti in done] == [
        (T.SUCCESS, 1, 1.0, "h", 1)
    ] * 3


def test_two_moves_in_one_turn_leave_what_two_turns_leave(world: World) -> None:
    spec = world.dag(chain("c", 2))
    rows = []
    for run_id, turns in (("r1", "together"), ("r2", "apart")):
        run = world.started(spec, run_id)
        first, second = run.current("t000").attempt_id, run.current("t001").attempt_id
        end = d.Finish(
            attempt_id=first, state=T.FAILED, at=NOW + timedelta(seconds=9), start=NOW, duration=4.0,
            reason="told", try_number=3, ran=True,
        )  # fmt: skip
        steps = [
            d.Decisions(
                starts=[d.Start(attempt_id=first, at=NOW, hostname="h", pid=5, unixname="u")],
                schedules=[d.Schedule(attempt_id=second, at=NOW, try_number=2, priority=7, next_method="go")],
            ),
            d.Decisions(
                finishes=[end],
                queues=[d.Queue(attempt_id=second, at=end.at, dispatch=4, pool="other_pool", pool_slots=2)],
            ),
        ]
        if turns == "together":
            steps = [d.Decisions(**{k: getattr(a, k) or getattr(b, k) for k in a.__struct_fields__})
                     for a, b in [steps]]  # fmt: skip
        with world.database.write() as tx:
            for step in steps:
                assert not tasks.apply(tx, [(run.record, step)], now=NOW, addresses={second: "host-9"})
            columns = [c for c in tables.task_instance.c if c.name not in ("id", "run_id")]
            found = tx.rows(sa.select(*columns).where(tables.task_instance.c.run_id == run_id)
                            .order_by(tables.task_instance.c.task_id))  # fmt: skip
            rows.append([[c.name, *values] for c, *values in zip(columns, *found, strict=True)])
    assert rows[0] == rows[1]


def test_two_moves_in_one_turn_want_the_state_before_the_first(world: World) -> None:
    """Somebody's SQL has ended one of two: only that one's run is at fault, whatever both are told."""
    spec = world.dag(chain("c", 1))
    runs = [world.started(spec, run_id) for run_id in ("r1", "r2")]
    ended = runs[0].current("t000").attempt_id
    batch = []
    for run in runs:
        fence = {"attempt_id": run.current("t000").attempt_id, "at": NOW + timedelta(seconds=1)}
        start = d.Start(**fence, hostname="h", pid=5, unixname="u")
        finish = d.Finish(**fence, state=T.SUCCESS, start=NOW, duration=1.0, try_number=1, ran=True)
        batch.append((run.record, d.Decisions(starts=[start], finishes=[finish])))
    with world.database.write() as tx:
        rows = sa.update(tables.task_instance).where(tables.task_instance.c.id == ended)
        tx.run(rows.values(state="success"))
        assert tasks.apply(tx, batch, now=NOW) == {runs[0].record.pk}
    refused = d.Decisions(
        schedules=[d.Schedule(attempt_id=ended, at=NOW, try_number=1, priority=1)],
        queues=[d.Queue(attempt_id=ended, at=NOW, dispatch=1)],
    )
    with world.database.write() as tx:
        assert tasks.apply(tx, [(runs[0].record, refused)], now=NOW) == {runs[0].record.pk}


def test_failure_marks_what_follows(world: World) -> None:
    turns = world.started(world.dag(chain("c", 3)))
    turns.run_task("t000", Failed(reason="exit code 1"))
    turns.assert_rows_agree()
    with world.read() as tx:
        found = [(ti.state, ti.try_number) for ti in task_instances.of_run(tx, "c", "r1", access=SYSTEM)]
    assert found == [(T.FAILED, 1), (T.UPSTREAM_FAILED, 0), (T.UPSTREAM_FAILED, 0)]


def test_a_retry_is_a_new_attempt_and_the_old_one_is_history(world: World, one: Turns) -> None:
    first = one.current("t000").attempt_id
    one.run_task("t000", Failed(reason="boom", retry_delay=5.0))
    one.assert_rows_agree()
    assert world.instances("one")["t000", -1].retry_delay_override == 5.0
    world.later(10)
    one.commit()
    one.assert_rows_agree()
    second = one.current("t000").attempt_id
    one.run_task("t000", Succeeded())
    one.assert_rows_agree()
    with world.read() as tx:
        seen = task_instances.tries(tx, "one", "r1", "t000", access=SYSTEM)
    assert [(ti.id, ti.try_number, ti.state, ti.reason) for ti in seen] == [
        (first, 1, T.FAILED, "boom"),
        (second, 2, T.SUCCESS, ""),
    ]


def test_a_lost_attempt_is_repeated_without_using_a_retry(world: World, one: Turns) -> None:
    one.start_task("t000")
    one.end_task("t000", Lost(reason="host is gone"))
    one.assert_rows_agree()
    row = world.instances("one")["t000", -1]
    assert (row.lost, row.try_number, row.max_tries, row.state) == (1, 2, 3, T.QUEUED)


def test_a_new_try_forgets_what_the_old_one_pushed(world: World, one: Turns) -> None:
    attempt = one.current("t000").attempt_id
    with world.database.write() as tx:
        assert results.push(tx, attempt, "k", "[1, 2]", 2, world.now)
    one.run_task("t000", Failed(retry_delay=1.0))
    with world.read() as tx:
        assert xcom_values.count(tx, access=SYSTEM) == 1
    world.later(2)
    one.commit()
    with world.read() as tx:
        assert xcom_values.page(tx, access=SYSTEM) == []
    with world.database.write() as tx:
        assert not results.push(tx, attempt, "k", "3", None, world.now), "an older attempt leaves nothing"


def test_reschedule_keeps_the_try(world: World, one: Turns) -> None:
    attempt = one.current("t000").attempt_id
    one.run_task("t000", Rescheduled(until=world.now + timedelta(minutes=5)))
    assert world.instances("one")["t000", -1].until == world.now + timedelta(minutes=5) - timedelta(seconds=2)
    one.assert_rows_agree()
    world.later(400)
    one.commit()
    one.assert_rows_agree()
    assert one.current("t000").attempt_id == attempt
    row = tables.task_reschedule
    with world.read() as tx:
        assert [tuple(each) for each in tx.rows(sa.select(row.c.ti_id, row.c.duration))] == [(attempt, 1)]


def test_deferral_and_resumption(world: World, one: Turns) -> None:
    trigger = Deferred(classpath="a.B", kwargs='{"x":1}', next_method="go_on", timeout=60.0)
    one.run_task("t000", trigger)
    one.assert_rows_agree()
    waiting = sa.select(triggers.trigger.c.classpath, triggers.trigger.c.ti_id)
    with world.read() as tx:
        assert [tuple(row) for row in tx.rows(waiting)] == [("a.B", one.current("t000").attempt_id)]
    event = TriggerFired(attempt_id=one.current("t000").attempt_id, at=world.later(), payload='{"y":2}')
    assert one.machine.apply(event, world.now)
    one.commit()
    one.assert_rows_agree()
    one.load()  # a new scheduler still knows how to resume
    assert one.current("t000").next_method == "go_on"
    with world.read() as tx:
        assert tx.rows(waiting) == []
    one.run_task("t000", Succeeded())
    one.assert_rows_agree()


def test_what_triggers_carry_is_encrypted_where_there_is_a_key(world: World, one: Turns) -> None:
    """Rows of before there was a key, and of an older key, are read too; rotating leaves one key."""
    old, new = generate_key(), generate_key()
    trigger = Deferred(classpath="a.B", kwargs='{"password":"s3cret"}', next_method="go_on")
    stored = sa.select(triggers.trigger.c.id, triggers.trigger.c.kwargs)
    world.database.seal = Seal(lambda: Cipher([old]))
    one.run_task("t000", trigger)
    with world.database.write() as tx:
        ((number, kwargs),) = tx.rows(stored)
        assert "s3cret" not in kwargs
        assert transitions.open_kwargs(tx, number, kwargs) == trigger.kwargs
        assert transitions.open_kwargs(tx, number, trigger.kwargs) == trigger.kwargs
    world.database.seal = Seal(lambda: Cipher([new, old]))
    with world.database.write() as tx:
        assert transitions.rotate(tx) == 1
        ((_, again),) = tx.rows(stored)
    world.database.seal = Seal(lambda: Cipher([new]))
    with world.database.write() as tx:
        assert transitions.open_kwargs(tx, number, again) == trigger.kwargs
        told = transitions.open_kwargs(tx, number, kwargs)
        assert isinstance(told, CannotDecrypt)
        assert "Put the key it was written with" in str(told)
        with pytest.raises(CannotDecrypt):
            Seal().open(again, what="it")


def test_expansion_over_an_xcom(world: World) -> None:
    mapping = MappingSpec(names=("x",), inputs=(MapInput(task_id="make"),))
    spec = DagSpec(
        dag_id="m",
        tasks=(
            TaskSpec(task_id="each", upstream=("make",), mapping=mapping, pool="p"),
            TaskSpec(task_id="make"),
        ),
    )
    turns = world.started(world.dag(spec))
    turns.run_task("make", Succeeded(lengths={"return_value": 3}))
    turns.assert_rows_agree()
    assert {key for key in world.instances("m") if key[0] == "each"} == {
        ("each", 0),
        ("each", 1),
        ("each", 2),
    }
    for index in range(3):
        turns.run_task("each", Skipped() if index == 1 else Succeeded(), index)
        turns.assert_rows_agree()
    with world.read() as tx:
        assert {ti.pool for ti in task_instances.of_run(tx, "m", "r1", access=SYSTEM)} == {
            "p",
            "default_pool",
        }


def test_expansion_inside_a_mapped_group(world: World) -> None:
    over = MappingSpec(inputs=(MapInput(task_id="make"),))
    group = GroupSpec(group_id="g", mapping=MappingSpec(inputs=(MapInput(length=2),)))
    tasks = (
        TaskSpec(task_id="each", upstream=("make",), mapping=over, group_id="g"),
        TaskSpec(task_id="last", upstream=("each",), mapping=MappingSpec(inputs=(MapInput(task_id="each"),))),
        TaskSpec(task_id="make", group_id="g"),
    )
    turns = world.started(world.dag(DagSpec(dag_id="n", tasks=tasks, groups=(group,))))
    turns.run_task("make", Succeeded(lengths={"return_value": 3}), 1)
    turns.assert_rows_agree()
    turns.load()
    turns.run_task("make", Succeeded(lengths={"return_value": 1}), 0)
    turns.assert_rows_agree()
    paths = {facts.place: index for (task, index), facts in world.instances("n").items() if task == "each"}
    assert paths == {(1, 0): 1, (1, 1): 2, (1, 2): 3, (0, 0): 0}
    for index in range(4):
        attempt = turns.current("each", index).attempt_id
        if index != 2:
            with world.database.write() as tx:
                results.push(tx, attempt, "return_value", str(index), None, world.now)
        turns.run_task("each", Succeeded(silent=index == 2), index)
        turns.assert_rows_agree()
        if index == 2:
            turns.load()
    assert sorted(index for task, index in world.instances("n") if task == "last") == [0, 1, 2]
    where = {"dag_id": "n", "run_id": "r1", "task_id": "each", "key": "return_value"}
    with world.read() as tx:
        assert task_data.nested_values(tx, **where, within=()) == [
            ((0, 0), "0"),
            ((1, 0), "1"),
            ((1, 2), "3"),
        ]
        assert task_data.nested_values(tx, **where, within=(0,)) == [((0, 0), "0")]
        assert task_data.xcom_values(tx, **where, first=1, count=2) == ["1", "3"]


def test_groups_within_groups_are_expanded_in_one_turn(world: World) -> None:
    """What the inner group expands are rows that the same turn has yet to write."""
    two = MappingSpec(inputs=(MapInput(length=2),))
    outer = GroupSpec(group_id="g", mapping=MappingSpec(inputs=(MapInput(task_id="make"),)))
    inner = GroupSpec(group_id="h", parent="g", mapping=two)
    tasks = (
        TaskSpec(task_id="each", upstream=("make",), mapping=two, group_id="h"),
        TaskSpec(task_id="make"),
    )
    turns = world.started(world.dag(DagSpec(dag_id="n", tasks=tasks, groups=(outer, inner))))
    turns.run_task("make", Succeeded(lengths={"return_value": 2}))
    turns.assert_rows_agree()
    there = [facts.place for (task, _), facts in world.instances("n").items() if task == "each"]
    assert sorted(there) == [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def test_expansion_goes_by_the_stored_spec_where_none_is_given(world: World) -> None:
    spec = world.dag(chain("c", 2, queue="fast"))
    record = world.new_run(chain("c", 1))
    expand = d.Expand(
        task_id="t001", template=None, map_indexes=(-1,), attempt_ids=(world.attempt(world.now),)
    )
    with world.database.write() as tx:
        assert not tries.expand(tx, [(record, expand)], world.now)
    with world.read() as tx:
        added = task_instances.get(tx, "c", "r1", "t001", access=SYSTEM)
    assert added is not None
    assert (added.queue, added.state) == (spec.tasks[1].queue, None)


def test_literal_mapping_is_expanded_when_the_run_is_made(world: World) -> None:
    mapping = MappingSpec(names=("a", "b"), inputs=(MapInput(length=2), MapInput(length=3)))
    spec = DagSpec(dag_id="m", tasks=(TaskSpec(task_id="each", mapping=mapping),))
    world.new_run(spec)
    assert [index for _, index in world.instances("m")] == list(range(6))


def test_reset_keeps_how_the_try_ended(world: World, one: Turns) -> None:
    one.run_task("t000", Succeeded())
    attempt = one.current("t000").attempt_id
    with world.database.write() as tx:
        reset = d.Reset(attempt_id=attempt, max_tries=3)
        assert not tries.reset(tx, [(one.record, reset)], world.later())
        again = d.NewTry(
            attempt_id=attempt, new_attempt_id=world.attempt(world.now), try_number=2, max_tries=3, lost=0
        )
        assert not tries.new_try(tx, [(one.record, again)], world.later())
    with world.read() as tx:
        seen = task_instances.tries(tx, "one", "r1", "t000", access=SYSTEM)
    assert [(ti.state, ti.try_number) for ti in seen] == [(T.SUCCESS, 1), (None, 2)]


def test_reports_leave_what_they_bring(world: World, one: Turns) -> None:
    view = one.current("t000")
    report = Finished(
        attempt_id=view.attempt_id,
        dispatch=1,
        dag_id="one",
        run_id="r1",
        started_at=world.now,
        at=world.now,
        outcome=Succeeded(skip=("other",), lengths={"return_value": 2, "rows": 7}),
        xcoms=(XComValue(key="return_value", value="[1,2]"),),
        rendered_fields='{"cmd":"date"}',
        rendered_map_index="first",
        note="well done",
    )
    with world.database.write() as tx:
        results.record_reports(tx, [report], world.now)
        results.record_reports(tx, [report], world.now)  # sent again
    with world.read() as tx:
        found = task_instances.get(tx, "one", "r1", "t000", access=SYSTEM)
        pushed = {x.key: x.value for x in xcom_values.page(tx, access=SYSTEM)}
    assert found is not None
    assert (found.rendered_fields, found.rendered_map_index, found.note) == (
        '{"cmd":"date"}',
        "first",
        "well done",
    )
    assert pushed["return_value"] == "[1,2]"
    one.load()
    with world.read() as tx:
        load = scheduling.load_run(tx, "one", "r1")
    assert load is not None
    assert load.skips == {"t000": {-1: ("other",)}}
    assert load.lengths == {"t000": {-1: 2}, "t000/rows": {-1: 7}}


def test_callbacks_wait_until_they_are_done(world: World, one: Turns) -> None:
    asked = d.Callback(kind="task_failure", attempt_id=one.current("t000").attempt_id, reason="lost")
    with world.database.write() as tx:
        assert not tasks.apply(tx, [(one.record, d.Decisions(callbacks=[asked]))], now=world.now)
        (found,) = callbacks.pending(tx, sent_before=world.now)
        assert (found.kind, found.data, found.attempt_id) == (
            "task_failure", {"reason": "lost"}, asked.attempt_id,
        )  # fmt: skip
        callbacks.sent(tx, [found.id], world.now)
        assert callbacks.pending(tx, sent_before=world.now) == []
        assert len(callbacks.pending(tx, sent_before=world.later())) == 1
        assert callbacks.done(tx, [found.id]) == 1


def test_callbacks_of_triggerers(world: World, one: Turns) -> None:
    """A callback and its trigger are there together, and go together; workers never see them."""
    with world.database.write() as tx:
        for number in range(3):
            callbacks.request_one(tx, "deadline", "one", "r1", {"n": number}, NOW, in_triggerer=True)
        callbacks.request_one(tx, "deadline", "one", "r1", {"n": 9}, NOW)
    with world.database.write() as tx:
        assert [row.data["n"] for row in callbacks.pending(tx, sent_before=NOW)] == [9]
        rows = callbacks.unheld(tx, limit=9)
        assert [row.data["n"] for row in rows] == [0, 1, 2]
        held = [row.trigger_id for row in rows if row.trigger_id is not None]
        assert callbacks.triggers_of(tx) == set(held)
        transitions.hold(tx, held[:1], 5)
        assert [row.data["n"] for row in callbacks.unheld(tx, limit=9)] == [1, 2]
        callbacks.over(tx, [rows[0].id])
        callbacks.over(tx, [rows[0].id])
        assert callbacks.triggers_of(tx) == set(held[1:])
        assert callbacks.sweep(tx) == []
        assert transitions.sweep(tx) == []
        tx.run(sa.delete(triggers.callback).where(triggers.callback.c.id == rows[1].id))
        assert callbacks.sweep(tx) == [held[1]]
        left = tx.rows(sa.select(triggers.trigger.c.id))
    assert [row[0] for row in left] == [held[2]]


def test_only_the_first_claim_of_a_dispatch_holds(world: World, one: Turns) -> None:
    attempt = one.current("t000").attempt_id
    with world.database.write() as tx:
        assert tasks.claim(tx, attempt, 1, "host-1/a", world.now)
        assert tasks.claim(tx, attempt, 1, "host-1/a", world.now), "the same process asks again"
        assert not tasks.claim(tx, attempt, 1, "host-1/b", world.now)
        assert not tasks.claim(tx, attempt, 2, "host-1/a", world.now)
        assert tasks.heartbeat(tx, [attempt, "01a1fe0e-0000-7000-8000-000000000000"], world.now) == 1


def test_rows_that_somebody_deleted_are_noticed(world: World) -> None:
    turns = [world.started(world.dag(wide(f"d{n}", 3))) for n in range(3)]
    with world.database.write() as tx:
        tx.run(sa.delete(tables.task_instance).where(tables.task_instance.c.dag_id == "d1"))
    batch = [
        (
            turn.record,
            d.Decisions(
                starts=[
                    d.Start(attempt_id=view.attempt_id, at=world.now, hostname="h", pid=1, unixname="u")
                    for view in turn.machine.instances()
                ]
            ),
        )
        for turn in turns
    ]
    with world.database.write() as tx:
        assert tasks.apply(tx, batch, now=world.now) == {turns[1].record.pk}


def test_rows_that_somebody_changed_are_noticed(world: World, one: Turns) -> None:
    with world.database.write() as tx:
        tx.run(sa.update(tables.task_instance).values(state="success"))
    start = d.Start(
        attempt_id=one.current("t000").attempt_id, at=world.now, hostname="h", pid=1, unixname="u"
    )
    with world.database.write() as tx:
        assert tasks.start(tx, [(one.record, start)]) == {one.record.pk}


def test_rendered_fields_of_old_runs_are_pruned(world: World) -> None:
    spec = world.dag(chain("c", 1))
    for number in range(5):
        turns = world.started(spec, f"r{number}", run_after=world.later())
        with world.database.write() as tx:
            report = Finished(
                attempt_id=turns.current("t000").attempt_id,
                dispatch=1,
                dag_id="c",
                run_id=f"r{number}",
                started_at=None,
                at=world.now,
                outcome=Succeeded(),
                rendered_fields="{}",
            )
            results.record_reports(tx, [report], world.now)
    with world.database.write() as tx:
        assert results.prune_rendered(tx, "c", keep=2) == 3
        left = tx.rows(sa.select(tables.rendered_task_instance_fields.c.run_id))
    assert sorted(row[0] for row in left) == ["r3", "r4"]
