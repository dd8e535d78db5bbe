"""One server for each test module; every test makes DAGs of its own names."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.integration.api.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def admin(world: World) -> Iterator[httpx.Client]:
    with world.client() as client:
        yield client


@pytest.fixture(scope="module")
def anonymous(world: World) -> Iterator[httpx.Client]:
    with world.client(None) as client:
        yield client
