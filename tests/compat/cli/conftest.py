"""Each test has its own home."""

from pathlib import Path

import pytest
from tests.compat.cli.world import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "h")
