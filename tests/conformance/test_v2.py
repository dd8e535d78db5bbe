"""The published client of Airflow 3 against a real installation: the short form of ``make conformance``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conformance.installation import running


def test_every_operation_through_the_published_client(tmp_path: Path) -> None:
    with running(tmp_path / "home") as installation:
        assert installation.drive(sys.executable, "tests.conformance.v2_client") == 0
