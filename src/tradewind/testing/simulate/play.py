"""Play one history: a world with faults, held against the same world without."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import msgspec

from tradewind.domain import timetables
from tradewind.domain.intervals import Restriction
from tradewind.store import migrations
from tradewind.store.database import Database
from tradewind.store.queries import pools
from tradewind.testing import factories
from tradewind.testing.clock import FakeClock
from tradewind.testing.simulate import extras, shapes, virtual
from tradewind.testing.simulate.ends import Ends
from tradewind.testing.simulate.faults import NONE, Faults, of_seed
from tradewind.testing.simulate.history import History
from tradewind.testing.simulate.people import Visit
from tradewind.testing.simulate.rules import Broken
from tradewind.testing.simulate.scheduler import MakeCore
from tradewind.testing.simulate.shapes import START, Shape
from tradewind.testing.simulate.world import World

TIMINGS = "23abcdefghijklmnopqrstuvwxyz"
"""Worlds without harm to ask whether ends depend on timing; in most of them news comes in any order."""
LATE = msgspec.structs.replace(NONE, late=0.5)


def template(folder: Path) -> Path:
    """A migrated database, to be copied for each history: migrating takes longer than a history."""
    path = folder / "template.db"
    database = Database(f"sqlite:///{path}")
    migrations.migrate(database)
    database.close()
    return path


def play(
    seed: int, folder: Path, made: Path, *, faults: Faults | None = None, make_core: MakeCore | None = None
) -> None:  # fmt: skip
    """Raises Broken, naming the seed, where an invariant does not hold."""
    faults = faults if faults is not None else of_seed(seed)
    world = _world(seed, folder, made, faults, timing="", make_core=make_core)
    try:
        history = world.run()
        history.check_end()
        differing = _differs(seed, folder, made, history) if history.deterministic else ""
    except Broken as broken:
        raise Broken(f"seed {seed}: {broken}") from broken
    finally:
        world.close()
    if differing:
        raise Broken(f"seed {seed}: {differing}")


def _differs(seed: int, folder: Path, made: Path, history: History) -> str:
    """How the ends differ from those of worlds without faults, unless those differ among themselves.

    Where they do the DAG depends on timing (a rule such as one_failed), and ends prove nothing.
    """
    quiet = _ends(seed, folder, made, "1")
    differing = history.compare(quiet)
    if not differing or any(_ends(seed, folder, made, timing) != quiet for timing in TIMINGS):
        return ""
    return differing


def _ends(seed: int, folder: Path, made: Path, timing: str) -> Ends:
    faults = NONE if timing in "123" else LATE
    world = _world(seed, folder, made, faults, timing=timing, watched=False)
    try:
        return world.run().ends()
    finally:
        world.close()


def dags_of(seed: int) -> list[Shape]:
    """The DAGs that are played: tests choose histories that are about something by them."""
    return extras.add(seed, _dags(Random(seed)))


def _dags(random: Random) -> list[Shape]:
    return [
        shapes.make(random, f"dag{i}", scheduled=i == 0 and random.random() < 0.5)
        for i in range(random.randint(1, 2))
    ]


def _world(
    seed: int, folder: Path, made: Path, faults: Faults, *, timing: str, make_core: MakeCore | None = None,
    watched: bool = True,
) -> World:  # fmt: skip
    random = Random(seed)
    dags = extras.add(seed, _dags(random))
    visits = [
        Visit(at=random.uniform(0.0, 60.0), dag_id=random.choice(dags).spec.dag_id, run_id=f"later{number}")
        for number in range(random.randint(0, 2))
    ]
    path = folder / f"seed-{seed}-{timing}.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(made, path)
    _fill(path, dags, random)
    options = {} if make_core is None else {"make_core": make_core}
    return World(
        seed=f"{seed} {timing}", path=path, shapes=dags, visits=visits, faults=faults, watched=watched,
        backfills=extras.backfills(seed, dags, cancel=watched and not faults.meddling),
        **options,
    )  # fmt: skip


def _fill(path: Path, dags: list[Shape], random: Random) -> None:
    database = virtual.database(path, FakeClock(START))
    with database.write() as tx:
        pools.set_pool(tx, "small", slots=dags[0].pool_slots, description=None, include_deferred=False)
        for shape in dags:
            restriction = Restriction(earliest=START, latest=shape.spec.end_date, catchup=True)
            due = timetables.next_run(shape.spec.timetable, last=None, restriction=restriction, now=START)
            factories.store_dag(tx, shape.spec, now=START, next_run=due)
            for number in range(random.randint(0 if due else 1, 3)):
                factories.queued_run(tx, shape.spec, f"run{number}", START, random.getrandbits)
    database.close()
