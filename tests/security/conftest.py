"""One server for all classes of holes; every test makes DAGs of its own names."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.integration.api.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("home"))
    made.start(max_body=256 * 1024)
    yield made
    made.close()


@pytest.fixture(scope="session")
def admin(world: World) -> Iterator[httpx.Client]:
    with world.client() as client:
        yield client


@pytest.fixture(scope="session")
def anonymous(world: World) -> Iterator[httpx.Client]:
    with world.client(None) as client:
        yield client
