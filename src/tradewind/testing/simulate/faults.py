"""What may go wrong, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import msgspec

from tradewind.store.database import Database, Tx


class Crash(BaseException):
    """The scheduler died here. Not an Exception: nothing may survive it by catching it."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Chances between 0 and 1."""

    crash: float = 0.004
    """Of the scheduler, at each step of each transaction."""
    pause: float = 0.0
    """Of the scheduler being stopped (SIGSTOP) for a while, at each moment; a second one takes over."""
    host_crash: float = 0.01
    """Of a host, at each thing it does."""
    lost: float = 0.05
    """Of a report or an acknowledgement on its way."""
    doubled: float = 0.08
    late: float = 0.15
    lost_wake: float = 0.2
    clock_step: float = 0.01
    meddling: float = 0.05
    """Of a person doing something, at each moment."""
    edits: bool = False
    """Whether people also save other versions of their DAGs and delete runs by SQL."""
    net: float = 3.0
    """Seconds between looks of the safety net; 0: there is none."""


NONE = Faults(
    crash=0, host_crash=0, lost=0, doubled=0, late=0, lost_wake=0, clock_step=0, meddling=0, net=10.0
)  # fmt: skip


def of_seed(seed: int) -> Faults:
    """Each history leaves some faults out: what always happens together hides what one alone would show."""
    random = Random(f"faults of {seed}")
    people = random.random() < 0.5
    return Faults(
        crash=random.choice((0.0, 0.004, 0.004, 0.02)),
        pause=random.choice((0.0, 0.0, 0.004)),
        host_crash=random.choice((0.0, 0.01, 0.01, 0.05)),
        lost=random.choice((0.0, 0.05, 0.05, 0.3)),
        doubled=random.choice((0.0, 0.08, 0.08, 0.4)),
        late=random.choice((0.0, 0.15)),
        lost_wake=random.choice((0.0, 0.2, 1.0)),
        clock_step=random.choice((0.0, 0.01)),
        meddling=random.choice((0.02, 0.05)) if people else 0.0,
        edits=random.random() < 0.5,
    )


class SteppedTx:
    """A transaction that tells before each statement that one more step is about to be taken."""

    def __init__(self, tx: Tx, step: Callable[[], None]) -> None:
        self._tx, self._step = tx, step

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._tx, name)
        if name in ("run", "run_many", "rows", "first", "value"):
            self._step()
        return value


class SteppedDatabase:
    """The real database, with a step before each statement, before each commit and after it."""

    def __init__(self, database: Database, random: Random, chance: Callable[[], float]) -> None:
        self._database, self._random, self._chance = database, random, chance
        self.commits = 0

    def _step(self) -> None:
        if self._random.random() < self._chance():
            raise Crash

    @contextmanager
    def read(self) -> Iterator[Any]:
        """As the database's."""
        with self._database.read() as tx:
            yield SteppedTx(tx, self._step)

    @contextmanager
    def write(self) -> Iterator[Any]:
        """As the database's; the crash after the commit is the one that tests "commit, then act"."""
        self._step()
        with self._database.write() as tx:
            yield SteppedTx(tx, self._step)
            self._step()
        self.commits += 1
        self._step()
