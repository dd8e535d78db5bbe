"""The thread that looks for changes: nothing ends it while somebody listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.api.world import World

from tradewind.api import live
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import DatabaseUnavailable
from tradewind.runtime.clock import SystemClock
from tradewind.store.database import Database, Tx


class Failing(Database):
    """A database that cannot be read at times."""

    fault: Exception | None = None
    failed: threading.Event

    @contextmanager
    def read(self) -> Iterator[Tx]:
        if self.fault is not None:
            self.failed.set()
            raise self.fault
        with super().read() as tx:
            yield tx


@pytest.mark.parametrize("fault", [DatabaseUnavailable("It is gone."), KeyError("odd")])
def test_what_changed_while_nothing_was_seen_is_told_as_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(live, "_AFTER_ERROR", 0.05)
    world, stopping = World(tmp_path), threading.Event()
    database = Failing(f"sqlite:///{tmp_path / 'airflow.db'}")
    database.failed = threading.Event()
    audience = live.Audience(name="ann", dags=SYSTEM, runs=SYSTEM, kinds=frozenset({"dags"}))

    async def listen() -> None:
        looking = live.Live(database, SystemClock(), stopping)
        listener = await asyncio.to_thread(looking.listen, audience, asyncio.get_running_loop())
        database.fault = fault
        world.dag("meanwhile")
        assert await asyncio.to_thread(database.failed.wait, 10)
        assert not await listener.wait(0.2)  # they would ask, and be told of the outage
        database.fault = None
        assert await listener.wait(10)
        assert listener.take().everything
        world.dag("later")
        assert await listener.wait(10)
        told = listener.take()
        assert not told.everything and "later" in told.dags
        stopping.set()
        assert await listener.wait(10) and listener.ended

    try:
        asyncio.run(listen())
    finally:
        stopping.set()
        database.close()
        world.close()
