from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.testing.simulate import play


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once for all histories."""
    return play.template(tmp_path_factory.mktemp("template"))
