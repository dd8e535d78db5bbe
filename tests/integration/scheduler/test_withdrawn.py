"""A run whose rows refuse what is decided leaves the turn alone, and rests; nobody else waits for it."""

from __future__ import annotations

import threading
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from tests import services
from tests.integration.scheduler.world import World, chain

from tradewind.domain.errors import IllegalMove, TaskNotFound
from tradewind.domain.events import Succeeded
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.messages.lifecycle import Ack, Assign, Hello, ToHost
from tradewind.domain.messages.report import Finished
from tradewind.domain.spec.timetable import OnceTimetable
from tradewind.engine.machine import RunMachine
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.core import Core, Settings
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.telemetry.events import RunWithdrawn
from tradewind.testing import factories
from tradewind.testing.clock import FakeClock

OTHERS = [f"r{number:02d}" for number in range(20)]
SILENTLY, LOUDLY = "ignore", "abort, 'hands off'"


def refuse(world: World, run_id: str, how: str) -> None:
    """From now on nothing about the tasks of that run can be written."""
    world.sql(
        f"create trigger refusing before update on task_instance when old.run_id = '{run_id}' "
        f"begin select raise({how}); end"
    )


def give_in(world: World) -> None:
    world.sql("drop trigger refusing")


def withdrawals(world: World) -> list[RunWithdrawn]:
    return [each for each in world.told if isinstance(each, RunWithdrawn)]


def start(world: World, **more: int) -> None:
    """The bad run and twenty others, with their first tasks at the host."""
    spec = world.dag(chain("d", 3, max_active_runs=100, **more))
    for run_id in ["bad", *OTHERS]:
        world.run(spec, run_id)
    world.work()


@pytest.mark.parametrize("how", [SILENTLY, LOUDLY])
def test_one_run_that_refuses_for_ever_holds_up_no_other(world: World, how: str) -> None:
    start(world)
    refuse(world, "bad", how)
    world.finish_all()
    runs = world.runs("d")
    assert runs.pop("bad") == "running"
    assert set(runs.values()) == {"success"}
    assert len(runs) == len(OTHERS)
    assert {(told.dag_id, told.run_id) for told in withdrawals(world)} == {("d", "bad")}


def test_the_others_are_written_in_the_same_turn(world: World) -> None:
    start(world)
    refuse(world, "bad", SILENTLY)
    for assignment in world.take():
        world.ended(assignment)
    result = world.core.run_turn()
    assert (result.withdrawn, result.conflicts) == (1, 0)
    ended = "select count(*) from task_instance where state = 'success'"
    assert world.sql(ended) == [(len(world.acknowledged),)]
    assert len(world.acknowledged) == len({attempt for attempt, _ in world.acknowledged}) > 1


@pytest.mark.parametrize("how", [SILENTLY, LOUDLY])
def test_it_goes_on_when_its_rows_give_in_and_no_result_is_lost(world: World, how: str) -> None:
    start(world)
    refuse(world, "bad", how)
    world.finish_all()
    give_in(world)
    world.pass_time(61)
    world.finish_all()
    assert world.runs("d")["bad"] == "success"
    assert world.sql("select distinct try_number, lost from task_instance") == [(1, 0)]
    assert world.core.withdrawn.suspects == {}


ODD = [
    IllegalMove("A task instance", "success", "running"),
    KeyError("t01"),
    TaskNotFound("d", "t01", ()),
]


@pytest.mark.parametrize("error", ODD, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["apply", "decide", "queue"])
def test_a_run_that_nothing_can_be_decided_about(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    """It leaves the turn alone, and goes on when what was wrong with it is right again."""
    start(world)
    real = getattr(RunMachine, where)

    def odd(machine: RunMachine, *told: Any) -> Any:
        if machine._board.run.run_id == "bad":
            raise error
        return real(machine, *told)

    with monkeypatch.context() as planted:
        planted.setattr(RunMachine, where, odd)
        world.finish_all()
        runs = world.runs("d")
        assert runs.pop("bad") == "running"
        assert set(runs.values()) == {"success"}
        assert {(told.dag_id, told.run_id) for told in withdrawals(world)} == {("d", "bad")}
        assert type(error).__name__ in withdrawals(world)[-1].reason
    world.pass_time(61)
    world.finish_all()
    assert world.runs("d")["bad"] == "success"
    assert world.sql("select distinct try_number, lost from task_instance") == [(1, 0)]
    assert (world.core.withdrawn.suspects, world.core.capacity.held()) == ({}, {})


def test_a_run_that_cannot_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The results of its tasks are kept until it can be."""
    start(world)
    real = ActiveRuns.load

    def odd(runs: ActiveRuns, tx: Any, key: tuple[str, str]) -> Any:
        if key[1] == "bad":
            raise TaskNotFound("d", "t01", ())
        return real(runs, tx, key)

    with monkeypatch.context() as planted:
        planted.setattr(ActiveRuns, "load", odd)
        world.sql("update dag_run set row_version = row_version + 1")
        world.finish_all()
        assert world.runs("d").pop("bad") == "running"
        assert set(world.runs("d").values()) == {"running", "success"}
    world.pass_time(61)
    world.finish_all()
    assert set(world.runs("d").values()) == {"success"}
    assert world.sql("select distinct try_number, lost from task_instance") == [(1, 0)]


LATER = '{"dag":{},"version":99}'
"""A DAG as a later Tradewind has stored it."""


def test_a_run_whose_dag_cannot_be_read(world: World) -> None:
    """Runs of others go on, and it does when it can be read."""
    start(world)
    world.run(world.dag(chain("other", 3)), "r")
    (stored,) = world.sql("select data from serialized_dag where dag_id = 'd'")
    world.sql("update serialized_dag set data = ? where dag_id = 'd'", LATER)
    world.start()
    world.work()
    world.finish_all()
    assert (world.runs("other"), set(world.runs("d").values())) == ({"r": "success"}, {"running"})
    assert "format version 99" in withdrawals(world)[-1].reason
    world.sql("update serialized_dag set data = ? where dag_id = 'd'", *stored)
    world.pass_time(61)
    world.finish_all()
    assert set(world.runs("d").values()) == {"success"}


def test_a_dag_whose_newest_version_cannot_be_read(world: World) -> None:
    """Runs that are under way go on as they were; none are made for it."""
    start(world)
    started = world.clock.now()
    due = RunInfo(run_after=started, logical_date=started, data_interval=DataInterval(started, started))
    for dag_id in ("e", "f"):
        world.dag(chain(dag_id, 1, timetable=OnceTimetable(), start_date=started), next_run=due)
    world.edit(chain("d", 4, max_active_runs=100))
    (newest,) = world.sql("select version_hash from dag where dag_id = 'd'")
    world.sql("update serialized_dag set data = ? where dag_hash = ? or dag_id = 'e'", LATER, *newest)
    world.core.inbox.dag_changed("d")
    world.pass_time(1)
    world.finish_all()
    assert set(world.runs("d").values()) == {"success"}
    assert (len(world.runs("e")), len(world.runs("f"))) == (0, 1)


def test_its_pauses_grow_up_to_a_minute(world: World) -> None:
    start(world)
    refuse(world, "bad", SILENTLY)
    world.finish_all()
    for _ in range(200):
        world.pass_time(1)
    pauses = [told.seconds for told in withdrawals(world)]
    assert pauses == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [told.count for told in withdrawals(world)] == list(range(1, 11))
    told = withdrawals(world)[-1]
    assert "Run 'bad' of DAG 'd' could not be written, 10 time(s) in a row" in told.text.format(
        **{name: getattr(told, name) for name in told.__struct_fields__}
    )


def test_what_it_holds_counts_while_it_rests(world: World) -> None:
    """Its task runs: nobody else may have its slot in the pool."""
    world.sql("update slot_pool set slots = 1")
    world.core.refresh_pools()
    spec = world.dag(chain("d", 2, max_active_runs=100))
    world.run(spec, "bad")
    world.work()
    (running,) = world.take()
    refuse(world, "bad", SILENTLY)
    world.began(running)
    world.work()
    world.work()
    assert world.core.withdrawn.resting.keys() == {("d", "bad")}
    world.run(spec, "r")
    world.pass_time(1)
    assert world.take() == []
    give_in(world)
    world.ended(running)
    for _ in range(5):
        world.pass_time(1)
    assert len(world.taken) == 1
    world.finish_all()
    assert world.runs("d") == {"bad": "success", "r": "success"}


def test_a_queued_run_that_cannot_be_started_is_in_nobodys_way(world: World) -> None:
    """Also where its DAG may have one run at a time."""
    spec = world.dag(chain("d", 1, max_active_runs=1))
    world.sql(
        "create trigger refusing before update of state on dag_run when old.run_id = 'bad' "
        "begin select raise(ignore); end"
    )
    world.run(spec, "bad")
    world.run(spec, "r")
    world.work()
    world.finish_all()
    assert world.runs("d") == {"bad": "queued", "r": "success"}
    give_in(world)
    world.pass_time(61)
    world.finish_all()
    assert world.runs("d")["bad"] == "success"


class Host:
    """Ends every task at once."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.acknowledged = 0

    def send(self, message: ToHost) -> None:
        if isinstance(message, Ack):
            self.acknowledged += len(message.done)
        elif isinstance(message, Assign):
            for a in message.assignments:
                now = self.core.clock.now()
                self.core.receive(
                    Finished(
                        attempt_id=a.attempt_id, dispatch=a.dispatch, dag_id=a.run.dag_id,
                        run_id=a.run.run_id, started_at=now, at=now, outcome=Succeeded(),
                    ),
                    "h",
                )  # fmt: skip


@pytest.mark.postgres
def test_a_run_that_somebody_holds_open_on_postgresql_holds_up_no_other() -> None:
    """``begin; update … ;`` in a psql window that is left alone."""
    with services.postgres_database() as url:
        database = Database(url)
        migrations.migrate(database)
        bits = Random(1).getrandbits
        clock = FakeClock()
        core = Core(
            database=database, clock=clock, settings=Settings(parallelism=16), random_bits=bits, name="s"
        )
        spec = chain("d", 2, max_active_runs=100)
        with database.write() as tx:
            factories.store_dag(tx, spec, now=clock.now())
            for run_id in ["bad", "r1", "r2", "r3"]:
                factories.queued_run(tx, spec, run_id, clock.now(), bits)
        core.load()
        held = threading.Event()
        let_go = threading.Event()
        holder = threading.Thread(target=_hold, args=(Database(url), "bad", held, let_go))
        holder.start()
        assert held.wait(10)
        core.host_arrived(Hello(incarnation="h", hostname="h", pid=1, slots=16), Host(core))
        try:
            _until(core, database, {"bad": "queued", "r1": "success", "r2": "success", "r3": "success"})
        finally:
            let_go.set()
            holder.join()
        clock.advance(61)
        _until(core, database, dict.fromkeys(["bad", "r1", "r2", "r3"], "success"))
        database.close()


def _hold(database: Database, run_id: str, held: threading.Event, let_go: threading.Event) -> None:
    with database.write() as tx:
        tx.run(sa.text("update dag_run set conf = conf where run_id = :run").bindparams(run=run_id))
        held.set()
        let_go.wait(60)
    database.close()


def _until(core: Core, database: Database, states: dict[str, str]) -> None:
    for _ in range(60):
        core.run_turn()
        with database.read() as tx:
            found = dict(map(tuple, tx.rows(sa.text("select run_id, state from dag_run"))))
        if found == states:
            return
    raise AssertionError(f"after 60 turns: {found}")
