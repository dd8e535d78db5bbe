"""``python -m tests.conformance``: the published clients drive a running Tradewind, as ``make conformance``.

Each client gets a virtual environment of its own in ``.compat``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.conformance.installation import HERE, ROOT, running

CLIENTS = {"v2_client": "apache-airflow-client>=3,<4", "v1_client": "apache-airflow-client>=2,<3"}
"""Driver and the newest client of its age."""


def main() -> int:
    """0 where every operation of every client is well."""
    codes = []
    for driver, requirement in CLIENTS.items():
        if not (HERE / f"{driver}.py").exists():
            print(f"{driver}: not there yet")
            continue
        python = _environment(driver, requirement)
        with tempfile.TemporaryDirectory(prefix="conformance-") as home, running(Path(home)) as installation:
            codes.append(installation.drive(python, f"tests.conformance.{driver}"))
    return max(codes)


def _environment(driver: str, requirement: str) -> Path:
    """The Python of an environment with the newest client, made where it is not there."""
    python = ROOT / ".compat" / driver / "bin" / "python"
    if not python.exists():
        venv.create(python.parents[1], with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", requirement]
    subprocess.run(pip, check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
