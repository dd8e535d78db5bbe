"""Each test has its own home, and a shell in which ``airflow`` is what it is for the articles' readers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.compat.cli.world import Done, Home


class Reader:
    """Types what the article prints."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.environ = home.environ | {
            "PATH": f"{Path(sys.executable).parent}:{home.environ['PATH']}",
            "HOME": str(home.path.parent),
        }

    def types(self, line: str, **environ: str) -> Done:
        done = subprocess.run(
            ["bash", "-c", line], env=self.environ | environ, cwd=self.home.path.parent, capture_output=True,
            text=True, timeout=90, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, line: str, **environ: str) -> str:
        done = self.types(line, **environ)
        assert done.code == 0, (line, done)
        return done.out


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(Home(tmp_path / "airflow", AIRFLOW__CORE__LOAD_EXAMPLES="True"))
