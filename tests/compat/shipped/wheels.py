"""The wheels whose example DAGs are tried: fetched from the package index, unpacked, never installed."""

from __future__ import annotations

import fcntl
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
    peer: str = ""
    more: tuple[str, ...] = ()
    """Other folders of it that the examples import from."""
    beside: tuple[Wheel, ...] = ()
    """What has to be importable as well."""

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
        """What ``sys.path`` needs."""
        return (self.place, *(one.place for one in self.beside))

    @property
    def examples(self) -> Path:
        """The folder of the DAG files."""
        return self.place / self.folder

    @property
    def plugins(self) -> Path:
        """The folder of the plug-ins that Airflow loads with its examples, whether it is there or not."""
        return self.examples / "plugins"


PIG = Wheel("apache-airflow-providers-apache-pig", "4.9.1", "airflow/providers/apache/pig")
COMMON = Wheel("apache-airflow-providers-common-compat", "1.23.0", "airflow/providers/common/compat")
FIRST = Wheel(
    "apache-airflow", "1.10.15", "airflow/example_dags", "1.10.15",
    ("airflow/contrib/example_dags/libs",), (PIG, COMMON),
)  # fmt: skip
SECOND = Wheel("apache-airflow", "2.10.5", "airflow/example_dags", "2.10.5")
THIRD = Wheel("apache-airflow-core", "3.3.2", "airflow/example_dags", "3.3.2")
STANDARD = Wheel(
    "apache-airflow-providers-standard", "1.21.0", "airflow/providers/standard/example_dags", "3.3.2",
    beside=(COMMON,),
)  # fmt: skip
WHEELS = (FIRST, SECOND, THIRD, STANDARD)


class NoIndex(RuntimeError):
    """A wheel cannot be fetched: the package index does not answer, or does not have it."""


def fetch(wheel: Wheel) -> None:
    """Download and unpack the examples, and what they need, unless they are there. Raises NoIndex."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests in other processes want them too
        for one in (*wheel.beside, wheel):
            if not one.examples.exists():
                _fetch(one)


def _fetch(wheel: Wheel) -> None:
    folder = CACHE / "wheels"
    folder.mkdir(exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    pip += ["--retries", "1", "--only-binary", ":all:", "-d", str(folder), f"{wheel.name}=={wheel.version}"]
    done = subprocess.run(pip, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NoIndex(f"{wheel.label}: {(done.stderr.strip().splitlines() or ['pip failed'])[-1]}")
    (file,) = folder.glob(f"{wheel.name.replace('-', '_')}-{wheel.version}-*.whl")
    folders = tuple(f"{folder}/" for folder in (wheel.folder, *wheel.more))
    with zipfile.ZipFile(file) as opened:
        names = [name for name in opened.namelist() if name.startswith(folders)]
        opened.extractall(wheel.place, sorted(names, key=lambda name: name.startswith(wheel.folder)))


def files(wheel: Wheel) -> list[Path]:
    """The DAG files: those that Airflow itself would look into."""
    return [
        file
        for file in sorted(wheel.examples.glob("*.py"))
        if b"dag" in (text := file.read_bytes().lower()) and b"airflow" in text and file.name != "__init__.py"
    ]
