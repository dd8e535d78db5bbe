from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.system.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A home; nothing runs yet."""
    made = World(tmp_path / "h", AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION="False")
    yield made
    made.end()
