"""The wheels whose example DAGs are tried: fetched from the package index, unpacked, never installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / ".compat"


class Wheel(NamedTuple):
    """A distribution, where its examples lie, and which peer runs them."""

    name: str
    version: str
    folder: str
    peer: str | None

    @property
    def label(self) -> str:
        """How the table names it."""
        return f"{self.name} {self.version}"

    @property
    def place(self) -> Path:
        """A folder for ``sys.path`` that has the examples below ``airflow``."""
        return CACHE / "examples" / f"{self.name}-{self.version}"

    @property
    def paths(self) -> tuple[Path, ...]:
        """What ``sys.path`` needs: its own place, and that of the provider package it depends on."""
        return (self.place, BESIDE.place) if self.name.endswith("-standard") else (self.place,)

    @property
    def examples(self) -> Path:
        """The folder of the DAG files."""
        return self.place / self.folder


WHEELS = (
    Wheel("apache-airflow", "1.10.15", "airflow/example_dags", None),
    Wheel("apache-airflow", "2.10.5", "airflow/example_dags", "2.10.5"),
    Wheel("apache-airflow-core", "3.3.2", "airflow/example_dags", "3.3.2"),
    Wheel("apache-airflow-providers-standard", "1.21.0", "airflow/providers/standard/example_dags", "3.3.2"),
)
BESIDE = Wheel("apache-airflow-providers-common-compat", "1.23.0", "airflow/providers/common/compat", None)


def fetch(wheel: Wheel) -> None:
    """Download and unpack the examples, unless they are there. Raises CalledProcessError."""
    if wheel.examples.exists():
        return
    if wheel != BESIDE and BESIDE.place in wheel.paths:
        fetch(BESIDE)
    folder = CACHE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "-d", folder, f"{wheel.name}=={wheel.version}"], check=True, capture_output=True)
    (file,) = folder.glob(f"{wheel.name.replace('-', '_')}-{wheel.version}-*.whl")
    with zipfile.ZipFile(file) as opened:
        names = [name for name in opened.namelist() if name.startswith(f"{wheel.folder}/")]
        opened.extractall(wheel.place, names)


def files(wheel: Wheel) -> list[Path]:
    """The DAG files: those that Airflow itself would look into."""
    found = sorted(wheel.examples.glob("**/*.py"))
    return [
        file for file in found if b"dag" in (text := file.read_bytes().lower()) and b"airflow" in text
        and file.parent == wheel.examples and file.name != "__init__.py"
    ]  # fmt: skip
