"""One server for all classes of holes; every test makes DAGs of its own names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.api.clients import admin, anonymous
from tests.integration.api.world import World, serving

__all__ = ["admin", "anonymous", "world"]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(
        tmp_path_factory.mktemp("home"), max_body=256 * 1024, login_rate=None
    ) as made:  # made-up log-ins shut nobody out
        yield made
