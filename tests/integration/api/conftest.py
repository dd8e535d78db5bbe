"""One server for each test module; every test makes DAGs of its own names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.api.clients import admin, anonymous
from tests.integration.api.world import World, serving

__all__ = ["admin", "anonymous", "world"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(tmp_path_factory.mktemp("home")) as made:
        yield made
