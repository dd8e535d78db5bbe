from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.system import load
from tests.integration.system.world import OnPostgres, World
from tests.services import postgres_database


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A home with the usual load's DAG files; nothing runs yet."""
    made = World(tmp_path / "h")
    made.dags(**load.FILES)
    yield made
    made.end()


@pytest.fixture
def running(world: World) -> World:
    """The same with ``standalone`` up and the DAGs known."""
    world.standalone()
    world.wait_for_dags(*load.FILES)
    return world


@pytest.fixture
def on_postgres(tmp_path: Path) -> Iterator[OnPostgres]:
    """A home on a new PostgreSQL database."""
    with postgres_database() as url:
        made = OnPostgres(tmp_path / "h", url)
        yield made
        made.end()
