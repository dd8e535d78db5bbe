"""Who asks the server of ``world``: the same for every folder of tests that has one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.integration.api.world import World


@pytest.fixture(scope="module")
def admin(world: World) -> Iterator[httpx.Client]:
    with world.client() as client:
        yield client


@pytest.fixture(scope="module")
def anonymous(world: World) -> Iterator[httpx.Client]:
    with world.client(None) as client:
        yield client
