"""One server for all classes of holes; every test makes DAGs of its own names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.api.clients import admin, anonymous
from tests.integration.api.world import World

__all__ = ["admin", "anonymous", "world"]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("home"))
    made.start(max_body=256 * 1024, login_rate=None)  # made-up log-ins shut nobody out
    yield made
    made.close()
