"""The Airflows to compare with, each in a virtual environment of its own. Our code never imports them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / ".compat"
VERSIONS = ("2.10.5", "3.3.2")
SCRIPT = Path(__file__).with_name("peer.py")
PINS = {"1.10.15": ROOT / "tests" / "compat" / "shipped" / "airflow-1.10.15.txt"}
"""Versions of what an Airflow needs, where today's do not fit it any more."""
PYTHONS = {"1.10.15": ("python3.8", "python3.7")}
"""Names of the Pythons that an Airflow runs on, where this one is too young."""


class NoPython(RuntimeError):
    """No Python is there that an old Airflow runs on."""


def python(version: str) -> Path:
    """The interpreter of a peer, whether it is there or not."""
    return CACHE / f"airflow-{version}" / "bin" / "python"


def is_there(version: str) -> bool:
    """Whether the peer was made to its end."""
    return _template(version).exists()


def make(version: str) -> None:
    """Install the peer and make its empty database, unless that is done.

    Raises NoPython, CalledProcessError.
    """
    if is_there(version):
        return
    CACHE.mkdir(exist_ok=True)
    folder = python(version).parents[1]
    print(f"making a virtual environment with Airflow {version} in {folder}", flush=True)
    subprocess.run([_interpreter(version), "-m", "venv", "--clear", folder], check=True)
    _install(version)
    home = CACHE / f"home-{version}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    words = ["initdb"] if version.startswith("1.") else ["db", "migrate"]
    command = [python(version), folder / "bin" / "airflow", *words]
    subprocess.run(command, check=True, env=_environment(home), capture_output=True)
    (home / "airflow.db").replace(_template(version))
    shutil.rmtree(home)


def _interpreter(version: str) -> str:
    for name in PYTHONS.get(version, ()):
        places = [shutil.which(name), *Path.home().glob(f".pyenv/versions/{name[6:]}.*/bin/python")]
        for place in filter(None, places):
            if not subprocess.run([place, "-c", ""], check=False, capture_output=True).returncode:
                return str(place)
    if version in PYTHONS:
        raise NoPython(f"Airflow {version} runs on {' and '.join(PYTHONS[version])} only; none is there.")
    return sys.executable


def _install(version: str) -> None:
    pip = [python(version), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if version not in PINS:
        subprocess.run(
            [*pip, f"apache-airflow=={version}", "virtualenv"], check=True
        )  # some tasks ask for it
        return
    subprocess.run([*pip, "pip<24", "setuptools<58", "wheel"], check=True)
    pinned = ["--prefer-binary", "--no-build-isolation", "-c", PINS[version]]
    subprocess.run([*pip, *pinned, f"apache-airflow=={version}"], check=True)


def run(
    version: str, files: Sequence[Path], *, seconds: int = 120, script: Path = SCRIPT, **environ: str
) -> dict[str, Any]:
    """DAG id (of a broken file its name) to how the DAG ended in that Airflow. Raises CalledProcessError.

    ``script`` is what runs them there, with ``environ`` beside what Airflow needs.
    """
    with tempfile.TemporaryDirectory(prefix="peer-") as name:
        home = Path(name)
        for folder in ("dags", "plugins", "given"):
            (home / folder).mkdir()
        shutil.copyfile(_template(version), home / "airflow.db")
        for file in files:
            shutil.copyfile(file, home / "given" / file.name)
        out = home / "results.jsonl"
        log = CACHE / f"last-{version}.log"
        environment = {**_environment(home), "PEER_SECONDS": str(seconds), **environ}
        with log.open("w") as stream:
            subprocess.run(
                [python(version), script, home / "given", out],
                check=True, env=environment, stdout=stream, stderr=stream, cwd=home,
            )  # fmt: skip
        return {row.pop("dag"): row for row in map(json.loads, out.read_text().splitlines())}


def _template(version: str) -> Path:
    return CACHE / f"airflow-{version}.db"


def _environment(home: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("AIRFLOW", "PYTHON", "VIRTUAL_ENV"))
    }
    return {
        **kept,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    }
